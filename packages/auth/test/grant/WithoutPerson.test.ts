/** Tokens that need no person: for a client itself, for a workload, and by the decision of an enterprise. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as jose from "jose"
import * as AuthError from "../../src/AuthError.ts"
import * as ClientCredentials from "../../src/grant/ClientCredentials.ts"
import * as EnterpriseManaged from "../../src/grant/EnterpriseManaged.ts"
import type { Grant } from "../../src/grant/Grant.ts"
import * as WorkloadIdentity from "../../src/grant/WorkloadIdentity.ts"
import { TokenStore } from "../../src/store/TokenStore.ts"
import * as FakeAuthorizationServer from "../support/FakeAuthorizationServer.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import * as FakeStore from "../support/FakeStore.ts"
import { failure, needOf, resource, sent } from "../support/Servers.ts"

const world = (options: FakeAuthorizationServer.Options = {}) => {
  const http = FakeHttp.make()
  const store = FakeStore.make()
  const server = FakeAuthorizationServer.make(http, options)
  const run = <A>(
    grant: Effect.Effect<Grant, never, TokenStore>,
    use: (grant: Grant) => Effect.Effect<A, AuthError.AuthError, HttpClient.HttpClient>
  ) =>
    Effect.flatMap(grant, use).pipe(
      Effect.provideService(TokenStore, store.service),
      Effect.provide(http.layer)
    )
  const obtain = (
    grant: Effect.Effect<Grant, never, TokenStore>,
    more?: Parameters<typeof needOf>[1],
    at: FakeAuthorizationServer.FakeAuthorizationServer = server
  ) => run(grant, (made) => made.obtain(needOf(at.metadata, more)))
  return { http, server, run, obtain, tokenRequests: () => http.sentTo(server.endpoints.token) }
}

const clientSecret = Redacted.make("s3cret-of-mine")

const textOf = ({ accessToken }: { readonly accessToken: Redacted.Redacted }): string => Redacted.value(accessToken)

describe("client credentials", () => {
  for (const method of ["client_secret_basic", "client_secret_post"] as const) {
    it.effect(`with a secret, by ${method} where that is supported, for the server (XCC-03, XCC-06, ARQ-01)`, () =>
      Effect.gen(function*() {
        const { http, obtain, server, tokenRequests } = world({
          clients: { me: { method, secret: "s3cret-of-mine" } },
          metadata: { token_endpoint_auth_methods_supported: [method] }
        })
        const tokens = yield* obtain(ClientCredentials.make({ clientId: "me", clientSecret }), { scopes: ["a"] })
        assert.isDefined(yield* server.active(textOf(tokens)))
        assert.deepInclude(sent(tokenRequests()[0]), { grant_type: "client_credentials", resource, scope: "a" })
        // Nothing is registered, and nobody is asked.
        assert.lengthOf(http.requests, 1)
      }))
  }

  it.effect("with a private key, by an assertion and nothing else (XCC-03 to XCC-05)", () =>
    Effect.gen(function*() {
      const keys = yield* Effect.promise(() => jose.generateKeyPair("ES256", { extractable: true }))
      const pem = Redacted.make(yield* Effect.promise(() => jose.exportPKCS8(keys.privateKey)))
      const key = yield* Effect.promise(() => jose.exportJWK(keys.publicKey))
      const { obtain, tokenRequests } = world({ clients: { me: { method: "private_key_jwt", key } } })
      yield* obtain(ClientCredentials.make({ clientId: "me", clientSecret, privateKey: { privateKey: pem } }))
      const form = sent(tokenRequests()[0])
      assert.isUndefined(form["client_id"])
      assert.isUndefined(form["client_secret"])
      assert.isUndefined(tokenRequests()[0]?.headers["authorization"])
      const { iss, sub } = jose.decodeJwt(form["client_assertion"] ?? "")
      assert.deepStrictEqual({ iss, sub }, { iss: "me", sub: "me" })
    }))

  it.effect("are got anew instead of refreshed, and no refresh token is kept", () =>
    Effect.gen(function*() {
      const { http, run, server } = world({ clients: { me: { method: "none" } } })
      const grant = ClientCredentials.make({ clientId: "me" })
      http.handle({
        [`POST ${server.endpoints.token}`]: () =>
          FakeHttp.json({ access_token: "a", token_type: "Bearer", refresh_token: "r" })
      })
      const tokens = yield* run(grant, (made) =>
        Effect.flatMap(made.obtain(needOf(server.metadata)), (first) =>
          made.refresh(first, needOf(server.metadata))))
      assert.isUndefined(tokens.refreshToken)
      assert.deepStrictEqual(
        http.requests.map((one) =>
          sent(one)["grant_type"]
        ),
        [
          "client_credentials",
          "client_credentials"
        ]
      )
    }))

  it.effect("that are refused are not tried again, and not shown", () =>
    Effect.gen(function*() {
      const { obtain, tokenRequests } = world({ clients: { me: { method: "client_secret_basic", secret: "other" } } })
      const reason = yield* failure(obtain(ClientCredentials.make({ clientId: "me", clientSecret })), [
        "s3cret-of-mine",
        btoa("me:s3cret-of-mine")
      ])
      assert.deepInclude(reason, { _tag: "GrantRefused", error: "invalid_client" })
      assert.lengthOf(tokenRequests(), 1)
    }))

  it.effect("are shown to one issuer only (ARG-18, ARG-20, ADC-12)", () =>
    Effect.gen(function*() {
      const at = world({ clients: { me: { method: "client_secret_basic", secret: "s3cret-of-mine" } } })
      const evil = FakeAuthorizationServer.make(at.http, { issuer: "https://evil.example" })
      const grant = ClientCredentials.make({ clientId: "me", clientSecret })
      yield* at.obtain(grant)
      const reason = yield* failure(at.obtain(grant, {}, evil), ["s3cret-of-mine"])
      assert.deepInclude(reason, { _tag: "RegistrationFailed", issuer: "https://evil.example" })
      const named = ClientCredentials.make({ clientId: "you", clientSecret, issuer: at.server.issuer })
      assert.strictEqual((yield* failure(at.obtain(named, {}, evil)))._tag, "RegistrationFailed")
      assert.lengthOf(at.http.sentTo("https://evil.example"), 0)
    }))

  it.effect("need a way to send the secret that the server supports", () =>
    Effect.gen(function*() {
      const { http, obtain } = world({ metadata: { token_endpoint_auth_methods_supported: ["tls_client_auth"] } })
      const reason = yield* failure(obtain(ClientCredentials.make({ clientId: "me", clientSecret })))
      assert.strictEqual(reason._tag, "Unsupported")
      assert.lengthOf(http.requests, 0)
    }))
})

describe("the identity of a workload", () => {
  const jwt = "jwt.of.workload"
  const assertion = () => Effect.succeed(Redacted.make(jwt))

  it.effect("is a grant by itself, without registration (XWI-02)", () =>
    Effect.gen(function*() {
      const { http, obtain, server, tokenRequests } = world({ assertions: { [jwt]: "workload-7" } })
      const tokens = yield* obtain(WorkloadIdentity.make({ assertion }), { scopes: ["a"] })
      assert.strictEqual((yield* server.active(textOf(tokens)))?.subject, "workload-7")
      assert.deepStrictEqual(sent(tokenRequests()[0]), {
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: jwt,
        resource,
        scope: "a"
      })
      assert.lengthOf(http.requests, 1)
    }))

  it.effect("may go with the id of a client", () =>
    Effect.gen(function*() {
      const { obtain, tokenRequests } = world({ assertions: { [jwt]: "w" } })
      yield* obtain(WorkloadIdentity.make({ assertion, clientId: "me" }))
      assert.strictEqual(sent(tokenRequests()[0])["client_id"], "me")
    }))

  it.effect("is asked for the authorization server that it is for, each time", () =>
    Effect.gen(function*() {
      const asked: Array<string | undefined> = []
      const { run, server } = world({ assertions: { [jwt]: "w" } })
      const grant = WorkloadIdentity.make({
        assertion: (metadata) => {
          asked.push(metadata.token_endpoint)
          return assertion()
        }
      })
      yield* run(grant, (made) =>
        Effect.flatMap(made.obtain(needOf(server.metadata)), (first) =>
          made.refresh(first, needOf(server.metadata))))
      assert.deepStrictEqual(asked, [server.endpoints.token, server.endpoints.token])
    }))

  for (const error of ["invalid_grant", "invalid_scope", "unauthorized_client"]) {
    it.effect(`that ends with ${error} ends there, and says so, without the JWT (XWI-05, XWI-06)`, () =>
      Effect.gen(function*() {
        const { http, obtain, server } = world()
        http.handle({
          [`POST ${server.endpoints.token}`]: (request) =>
            FakeHttp.json({ error, error_description: `expired: ${sent(request)["assertion"]}` }, { status: 400 })
        })
        const reason = yield* failure(obtain(WorkloadIdentity.make({ assertion })), [jwt])
        assert.deepInclude(reason, { _tag: "GrantRefused", error, description: "expired: <redacted>" })
        assert.lengthOf(http.requests, 1)
      }))
  }

  it.effect("that its platform does not give is not asked for elsewhere", () =>
    Effect.gen(function*() {
      const { http, obtain } = world()
      const broken = AuthError.make(new AuthError.StoreFailed({ detail: "no metadata service" }))
      const grant = WorkloadIdentity.make({ assertion: () => Effect.fail(broken) })
      assert.strictEqual((yield* failure(obtain(grant)))._tag, "StoreFailed")
      assert.lengthOf(http.requests, 0)
    }))

  it.effect("is shown to one issuer only", () =>
    Effect.gen(function*() {
      const at = world({ assertions: { [jwt]: "w" } })
      const evil = FakeAuthorizationServer.make(at.http, { issuer: "https://evil.example" })
      yield* at.obtain(WorkloadIdentity.make({ assertion }))
      assert.strictEqual(
        (yield* failure(at.obtain(WorkloadIdentity.make({ assertion }), {}, evil), [jwt]))._tag,
        "RegistrationFailed"
      )
      assert.lengthOf(at.http.sentTo("https://evil.example"), 0)
    }))

  it.effect("may be good for two servers with an issuer each", () =>
    Effect.gen(function*() {
      const at = world({ assertions: { [jwt]: "w" } })
      const other = FakeAuthorizationServer.make(at.http, {
        issuer: "https://other.example",
        assertions: { [jwt]: "w" }
      })
      const need = needOf(other.metadata)
      const elsewhere = { ...need, discovered: { ...need.discovered, resource: "https://mcp2.example/mcp" } }
      yield* at.obtain(WorkloadIdentity.make({ assertion }))
      yield* at.run(WorkloadIdentity.make({ assertion }), (grant) => grant.obtain(elsewhere))
      assert.lengthOf(at.http.sentTo(other.endpoints.token), 1)
    }))
})

describe("enterprise-managed authorization", () => {
  const idToken = "id.token.of-alice"
  const idJag = "id-jag.of.alice"
  const idpUrl = "https://idp.example"

  const enterprise = (
    options: FakeAuthorizationServer.Options = {},
    exchange: FakeAuthorizationServer.Options["exchanges"] = (form) =>
      form.get("subject_token") === idToken
        ? { token: idJag, type: "urn:ietf:params:oauth:token-type:id-jag" }
        : undefined
  ) => {
    const at = world({
      clients: { me: { method: "client_secret_basic", secret: "s3cret-of-mine" } },
      assertions: { [idJag]: "alice@corp" },
      ...options
    })
    const idp = FakeAuthorizationServer.make(at.http, {
      issuer: idpUrl,
      clients: { "me-at-idp": { method: "client_secret_basic", secret: "idp-s3cret" } },
      exchanges: exchange
    })
    const grant = EnterpriseManaged.make({
      clientId: "me",
      clientSecret,
      identityProvider: {
        issuer: idpUrl,
        tokenEndpoint: idp.endpoints.token,
        clientId: "me-at-idp",
        clientSecret: Redacted.make("idp-s3cret")
      },
      login: Effect.succeed({ token: Redacted.make(idToken) })
    })
    return { ...at, grant, idp, idpRequests: () => at.http.sentTo(idp.endpoints.token) }
  }

  const secrets = [idToken, idJag, "s3cret-of-mine", "idp-s3cret"]

  it.effect("goes by both legs, and asks nobody (XEM-01 to XEM-05, XEM-17)", () =>
    Effect.gen(function*() {
      const { grant, http, idpRequests, obtain, server, tokenRequests } = enterprise()
      const tokens = yield* obtain(grant, { scopes: ["a"] })
      assert.strictEqual((yield* server.active(textOf(tokens)))?.subject, "alice@corp")
      assert.deepStrictEqual(sent(idpRequests()[0]), {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        requested_token_type: "urn:ietf:params:oauth:token-type:id-jag",
        subject_token: idToken,
        subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
        audience: server.issuer,
        resource,
        scope: "a"
      })
      assert.deepInclude(sent(tokenRequests()[0]), {
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: idJag
      })
      assert.match(tokenRequests()[0]?.headers["authorization"] ?? "", /^Basic /)
      // No token and no assertion in a URL, and nobody was sent anywhere (XEM-17).
      assert.lengthOf(http.requests, 2)
      for (const { method, url } of http.requests) assert.strictEqual(`${method} ${url.search}`, "POST ")
    }))

  for (
    const [kind, type] of [["idToken", "id_token"], ["saml2", "saml2"], ["refreshToken", "refresh_token"]] as const
  ) {
    it.effect(`begins with a login of the kind ${kind}, and may prove both clients by keys (XEM-03, XEM-32)`, () =>
      Effect.gen(function*() {
        const keys = yield* Effect.promise(() => jose.generateKeyPair("ES256", { extractable: true }))
        const key = yield* Effect.promise(() => jose.exportJWK(keys.publicKey))
        const pem = yield* Effect.promise(() => jose.exportPKCS8(keys.privateKey))
        const privateKey = { privateKey: Redacted.make(pem) }
        const at = enterprise({ clients: { me: { method: "private_key_jwt", key } } })
        at.idp.clients.set("me-at-idp", { method: "private_key_jwt", key })
        const grant = EnterpriseManaged.make({
          clientId: "me",
          privateKey,
          identityProvider: {
            issuer: idpUrl,
            tokenEndpoint: at.idp.endpoints.token,
            clientId: "me-at-idp",
            privateKey
          },
          login: Effect.succeed({ token: Redacted.make(idToken), kind })
        })
        yield* at.obtain(grant)
        const [first, second] = [sent(at.idpRequests()[0]), sent(at.tokenRequests()[0])]
        assert.strictEqual(first["subject_token_type"], `urn:ietf:params:oauth:token-type:${type}`)
        const audiences = [first, second].map((form) => jose.decodeJwt(form["client_assertion"] ?? "").aud)
        assert.deepStrictEqual(audiences, [idpUrl, at.server.issuer])
      }))
  }

  it.effect("takes servers that list the profile, or no profiles, and no others (XEM-06)", () =>
    Effect.gen(function*() {
      const idJagProfile = "urn:ietf:params:oauth:grant-profile:id-jag"
      const good = enterprise({ metadata: { authorization_grant_profiles_supported: [idJagProfile] } })
      yield* good.obtain(good.grant)
      const bad = enterprise({ metadata: { authorization_grant_profiles_supported: ["other"] } })
      assert.strictEqual((yield* failure(bad.obtain(bad.grant)))._tag, "Unsupported")
      assert.lengthOf(bad.http.requests, 0)
    }))

  it.effect("does not take another kind of token for the assertion (XEM-03)", () =>
    Effect.gen(function*() {
      const { grant, obtain, tokenRequests } = enterprise({}, () => ({
        token: idJag,
        type: "urn:ietf:params:oauth:token-type:access_token"
      }))
      assert.strictEqual((yield* failure(obtain(grant), secrets))._tag, "InvalidResponse")
      assert.lengthOf(tokenRequests(), 0)
    }))

  it.effect("ends where the identity provider says no, or the server does, without secrets in what it says (XEM-25, XEM-39)", () =>
    Effect.gen(function*() {
      const first = enterprise({}, () => undefined)
      assert.deepInclude(yield* failure(first.obtain(first.grant), secrets), { _tag: "GrantRefused", issuer: idpUrl })
      assert.lengthOf(first.tokenRequests(), 0)
      const second = enterprise({ assertions: {} })
      const reason = yield* failure(second.obtain(second.grant), secrets)
      assert.deepInclude(reason, { _tag: "GrantRefused", issuer: second.server.issuer, error: "invalid_grant" })
      assert.lengthOf(second.http.requests, 2)
    }))

  it.effect("uses nobody's login for a server whose authorization server is another now (ARG-18)", () =>
    Effect.gen(function*() {
      const at = enterprise()
      const evil = FakeAuthorizationServer.make(at.http, { issuer: "https://evil.example" })
      yield* at.obtain(at.grant)
      const before = at.http.requests.length
      assert.strictEqual((yield* failure(at.obtain(at.grant, {}, evil), secrets))._tag, "RegistrationFailed")
      assert.lengthOf(at.http.requests, before)
    }))
})
