/** Tokens with the consent of a person, from the authorization URL to the tokens. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import type { AuthError, InvalidRedirect } from "../../src/AuthError.ts"
import { AuthLimits, defaultLimits } from "../../src/AuthLimits.ts"
import * as DpopKey from "../../src/dpop/DpopKey.ts"
import * as AuthorizationCode from "../../src/grant/AuthorizationCode.ts"
import type { Grant } from "../../src/grant/Grant.ts"
import { type Asked, UserAgent } from "../../src/grant/UserAgent.ts"
import * as GuardedHttpClient from "../../src/http/GuardedHttpClient.ts"
import { TokenStore } from "../../src/store/TokenStore.ts"
import * as FakeAuthorizationServer from "../support/FakeAuthorizationServer.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import * as FakeStore from "../support/FakeStore.ts"
import { failure, needOf, resource, sent } from "../support/Servers.ts"

interface Setting extends FakeAuthorizationServer.Options {
  readonly client?: Partial<AuthorizationCode.Options>
  readonly userAgent?: Layer.Layer<UserAgent>
}

const make = (setting: Setting = {}, store = FakeStore.make(), http = FakeHttp.make()) => {
  const server = FakeAuthorizationServer.make(http, setting)
  const options = { clientName: "Me", ...setting.client }
  const run = <A>(
    use: (grant: Grant) => Effect.Effect<A, AuthError, HttpClient.HttpClient>,
    userAgent: Layer.Layer<UserAgent> | undefined = setting.userAgent ?? server.userAgent()
  ) =>
    Effect.flatMap(AuthorizationCode.make(options), use).pipe(
      Effect.provide(userAgent ?? Layer.empty),
      Effect.provideService(TokenStore, store.service),
      Effect.provide(http.layer)
    )
  return {
    http,
    server,
    store,
    run,
    headless: <A>(use: (grant: Grant) => Effect.Effect<A, AuthError, HttpClient.HttpClient>) =>
      Effect.flatMap(AuthorizationCode.make(options), use).pipe(
        Effect.provideService(TokenStore, store.service),
        Effect.provide(http.layer)
      ),
    obtain: (more?: Parameters<typeof needOf>[1]) => run((grant) => grant.obtain(needOf(server.metadata, more))),
    authorizeRequests: () => http.sentTo(server.endpoints.authorize),
    tokenRequests: () => http.sentTo(server.endpoints.token),
    registerRequests: () => http.sentTo(server.endpoints.register)
  }
}

/** Secrets of a run: what went to the token endpoint, and what came back. */
const secretsOf = ({ http, server }: ReturnType<typeof make>): ReadonlyArray<string> => [
  ...server.issued.map(({ token }) => token),
  ...http.requests.flatMap((request) => {
    const { code, code_verifier: verifier, refresh_token: token } = sent(request)
    return [code, verifier, token].filter((one) => one !== undefined)
  })
]

describe("the authorization code grant", () => {
  it.effect("registers, asks, and gets tokens for the server that it named in both requests (ARG-01, ARG-12, ARG-13, ARQ-01, ARQ-02, ARQ-08, ARQ-10, ARQ-12, ATU-07)", () =>
    Effect.gen(function*() {
      const at = make()
      const tokens = yield* at.obtain({ scopes: ["a"] })
      assert.isDefined(yield* at.server.active(Redacted.value(tokens.accessToken)))
      assert.isDefined(tokens.refreshToken)
      assert.deepStrictEqual(tokens.scopes, ["a"])
      assert.strictEqual(sent(at.authorizeRequests()[0])["resource"], resource)
      assert.strictEqual(sent(at.tokenRequests()[0])["resource"], resource)
      assert.strictEqual(sent(at.authorizeRequests()[0])["code_challenge_method"], "S256")
      const registration = JSON.parse(at.registerRequests()[0]?.body ?? "")
      assert.deepInclude(registration, { application_type: "native", client_name: "Me" })
      assert.include(registration.grant_types, "refresh_token")
    }))

  it.effect("sends nothing at all where nobody can be asked (ASP-06)", () =>
    Effect.gen(function*() {
      const at = make()
      const reason = yield* failure(at.headless((grant) => grant.obtain(needOf(at.server.metadata, { scopes: ["a"] }))))
      assert.deepInclude(reason, { _tag: "ConsentRequired", resource, issuer: at.server.issuer, scopes: ["a"] })
      assert.lengthOf(at.http.requests, 0)
    }))

  it.effect("does not begin where PKCE is not supported (ARQ-09, ARQ-11)", () =>
    Effect.gen(function*() {
      const at = make({ metadata: { code_challenge_methods_supported: undefined } })
      assert.strictEqual((yield* failure(at.obtain()))._tag, "Unsupported")
      assert.lengthOf(at.http.requests, 0)
    }))

  it.effect("does not wait for a person for ever", () =>
    Effect.gen(function*() {
      const asked = yield* Deferred.make<void>()
      const authorize = () => Effect.andThen(Deferred.succeed(asked, undefined), Effect.never)
      const userAgent = Layer.succeed(UserAgent, {
        open: () => Effect.succeed({ redirectUri: "http://127.0.0.1:1/callback", authorize })
      })
      const at = make({ userAgent })
      const fiber = yield* Effect.forkChild(
        failure(at.obtain().pipe(Effect.provideService(AuthLimits, { ...defaultLimits, consentMillisMax: 5000 })))
      )
      // The clock moves only once the person is being asked.
      yield* Deferred.await(asked)
      assert.isTrue(at.store.texts().some((text) => text.includes("clientId")))
      yield* TestClock.adjust(5000)
      assert.deepInclude(yield* Fiber.join(fiber), { _tag: "ConsentRequired", waitedMillis: 5000 })
      // Perhaps the person saw that the client is not known: the next time it registers again.
      yield* at.run(
        (grant) => grant.obtain(needOf(at.server.metadata)),
        at.server.userAgent("http://127.0.0.1:1/callback")
      )
      assert.lengthOf(at.registerRequests(), 2)
    }))

  it.effect("of whom nothing is heard does not end tokens that were got before: they are refreshed all the same", () =>
    Effect.gen(function*() {
      const asked = yield* Deferred.make<void>()
      const at = make()
      const tokens = yield* at.obtain({ scopes: ["a"] })
      const authorize = () => Effect.andThen(Deferred.succeed(asked, undefined), Effect.never)
      const userAgent = Layer.succeed(UserAgent, {
        open: () => Effect.succeed({ redirectUri: "http://127.0.0.1:53682/callback", authorize })
      })
      const asking = at.run((grant) => grant.obtain(needOf(at.server.metadata, { scopes: ["a", "b"] })), userAgent)
      const fiber = yield* Effect.forkChild(failure(asking))
      yield* Deferred.await(asked)
      yield* TestClock.adjust(defaultLimits.consentMillisMax)
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "ConsentRequired")
      assert.isDefined((yield* at.headless((grant) => grant.refresh(tokens, needOf(at.server.metadata)))).refreshToken)
    }))

  const bad = ["http://app.example/callback", "myapp:/callback", "http://127.0.0.1.evil.example/", "no url"]
  for (const redirectUri of bad) {
    it.effect(`does not have people sent back to ${redirectUri} (ARQ-13)`, () =>
      Effect.gen(function*() {
        const at = make()
        const reason = yield* failure(
          at.run((grant) => grant.obtain(needOf(at.server.metadata)), at.server.userAgent(redirectUri))
        )
        assert.strictEqual(reason._tag, "UntrustedUrl")
        assert.lengthOf(at.http.requests, 0)
      }))
  }

  const mixUps: ReadonlyArray<readonly [string, FakeAuthorizationServer.Options, InvalidRedirect["problem"]]> = [
    ["of another issuer (ARQ-18)", { responseIss: "https://evil.example" }, "Issuer"],
    ["without the issuer that was promised (ARQ-17)", {
      responseIss: undefined,
      metadata: { authorization_response_iss_parameter_supported: true }
    }, "IssuerMissing"],
    ["of another request (ARQ-14)", { redirects: (url) => url.searchParams.set("state", "other") }, "State"],
    ["with a code that somebody added", { redirects: (url) => url.searchParams.append("code", "evil") }, "Malformed"]
  ]
  for (const [how, options, problem] of mixUps) {
    it.effect(`sends the code of an answer ${how} nowhere (ARQ-15, ARQ-16)`, () =>
      Effect.gen(function*() {
        const at = make(options)
        assert.deepInclude(yield* failure(at.obtain(), ["code-", "evil"]), { _tag: "InvalidRedirect", problem })
        assert.lengthOf(at.authorizeRequests(), 1)
        assert.lengthOf(at.tokenRequests(), 0)
      }))
  }

  it.effect("goes on with an answer without issuer, where none was promised (ARQ-19)", () =>
    make({ responseIss: undefined }).obtain())

  it.effect("opens where the client was registered for, or where it was before", () =>
    Effect.gen(function*() {
      const opened: Array<Asked> = []
      const spying = (at: ReturnType<typeof make>) =>
        Layer.effect(
          UserAgent,
          Effect.map(UserAgent, (agent) => ({
            open: (asked: Asked) => {
              opened.push(asked)
              return agent.open(asked)
            }
          }))
        ).pipe(Layer.provide(at.server.userAgent()))
      const at = make()
      yield* at.run((grant) => grant.obtain(needOf(at.server.metadata)), spying(at))
      yield* at.run((grant) => grant.obtain(needOf(at.server.metadata)), spying(at))
      const fixed = make({ client: { redirectUri: "http://localhost:7/x" } })
      yield* fixed.run((grant) => grant.obtain(needOf(fixed.server.metadata)), spying(fixed))
      const { issuer } = at.server
      assert.deepStrictEqual(opened, [
        { issuer, preferred: undefined, isFixed: false },
        { issuer, preferred: "http://127.0.0.1:53682/callback", isFixed: false },
        { issuer, preferred: "http://localhost:7/x", isFixed: true }
      ])
      assert.lengthOf(at.registerRequests(), 1)
    }))

  it.effect("leaves the redirect URI of a document as it is, though it registered itself with another before", () =>
    Effect.gen(function*() {
      const opened: Array<Asked> = []
      const client = { metadataUrl: "https://me.example/client.json" }
      const before = make({ client })
      yield* before.obtain()
      const userAgent = Layer.succeed(UserAgent, {
        open: (asked) => {
          opened.push(asked)
          return Effect.die("enough")
        }
      })
      const supported = { client_id_metadata_document_supported: true }
      const at = make({ client, userAgent, metadata: supported }, before.store)
      yield* Effect.exit(at.obtain())
      assert.deepStrictEqual(opened, [{ issuer: at.server.issuer, preferred: undefined, isFixed: true }])
    }))

  for (const member of ["token_endpoint", "registration_endpoint", "authorization_endpoint"]) {
    for (const evil of ["https://169.254.169.254/latest", "http://2130706433/x", "https://[::ffff:10.0.0.1]/x"]) {
      it.effect(`sends nothing to a ${member} at ${evil} (SSR-01 to SSR-03)`, () =>
        Effect.gen(function*() {
          const at = make({ metadata: { [member]: evil } })
          const reason = yield* failure(
            at.run((grant) =>
              Effect.flatMap(GuardedHttpClient.make(), (guarded) =>
                Effect.provideService(grant.obtain(needOf(at.server.metadata)), HttpClient.HttpClient, guarded))
            ),
            secretsOf(at)
          )
          assert.strictEqual(reason._tag, "UntrustedUrl")
          for (const { url } of at.http.requests) {
            assert.strictEqual(url.origin, at.server.issuer)
          }
        }))
    }
  }

  it.effect("says that the person said no, and asks once", () =>
    Effect.gen(function*() {
      const at = make({ denies: "access_denied" })
      assert.deepInclude(yield* failure(at.obtain()), { _tag: "AuthorizationDenied", error: "access_denied" })
      assert.lengthOf(at.authorizeRequests(), 1)
    }))

  it.effect("gets tokens that are bound to a key, for a code that is bound to it", () =>
    Effect.gen(function*() {
      const dpop = yield* DpopKey.generate()
      const at = make({ dpop: "required", dpopNonce: () => "n" })
      assert.deepInclude(yield* at.obtain({ dpop }), { tokenType: "DPoP", jkt: dpop.jkt })
      assert.strictEqual(sent(at.authorizeRequests()[0])["dpop_jkt"], dpop.jkt)
    }))

  it.effect("holds no token, code or verifier in what it fails with", () =>
    Effect.gen(function*() {
      const at = make()
      at.http.handle({
        [`POST ${at.server.endpoints.token}`]: (request) =>
          FakeHttp.json({ error: "invalid_grant", error_description: `${request.body} ${sent(request)["code"]}` }, {
            status: 400
          })
      })
      yield* failure(at.obtain(), [])
      yield* failure(at.obtain(), secretsOf(at))
      const codes = at.tokenRequests().map((request) => sent(request)["code"] ?? "?")
      assert.lengthOf(new Set(codes), 2)
    }))
})

describe("a client that is not known any more", () => {
  // The server has lost its registrations since.
  const forgotten = (setting: Setting = {}) =>
    Effect.gen(function*() {
      const at = make(setting)
      yield* at.obtain()
      return at
    })

  it.effect("registers once more, and asks again", () =>
    Effect.gen(function*() {
      const at = yield* forgotten()
      let lost = true
      const known = at.server.clients
      at.http.handle({
        [`POST ${at.server.endpoints.token}`]: () => {
          if (!lost) return FakeHttp.json({ access_token: "good", token_type: "Bearer" })
          lost = false
          return FakeHttp.json({ error: "invalid_client" }, { status: 401, headers: { "www-authenticate": "Basic" } })
        }
      })
      assert.strictEqual(Redacted.value((yield* at.obtain()).accessToken), "good")
      assert.lengthOf(at.registerRequests(), 2)
      assert.lengthOf(at.authorizeRequests(), 3)
      assert.strictEqual(known.size, 2)
    }))

  it.effect("does so where it hears of it in the browser, too", () =>
    Effect.gen(function*() {
      let answers = 0
      const at = make({
        redirects: (url) => {
          if (++answers !== 2) return
          url.searchParams.delete("code")
          url.searchParams.set("error", "unauthorized_client")
        }
      })
      const tokens = yield* at.obtain()
      yield* at.obtain()
      assert.lengthOf(at.registerRequests(), 2)
      // What a browser says is no proof: tokens that were got before are refreshed all the same.
      yield* at.headless((grant) => grant.refresh(tokens, needOf(at.server.metadata)))
    }))

  it.effect("does so once only", () =>
    Effect.gen(function*() {
      const at = yield* forgotten()
      at.http.handle({
        [`POST ${at.server.endpoints.token}`]: () => FakeHttp.json({ error: "invalid_client" }, { status: 401 })
      })
      assert.deepInclude(yield* failure(at.obtain(), secretsOf(at)), { _tag: "GrantRefused", error: "invalid_client" })
      assert.lengthOf(at.registerRequests(), 2)
      assert.lengthOf(at.authorizeRequests(), 3)
    }))

  it.effect("does not, where it was registered beforehand", () =>
    Effect.gen(function*() {
      const at = make({
        client: { registered: { clientId: "pre" } },
        clients: { pre: { method: "client_secret_basic" } }
      })
      assert.deepInclude(yield* failure(at.obtain()), { _tag: "GrantRefused", error: "invalid_client" })
      assert.lengthOf(at.registerRequests(), 0)
      assert.lengthOf(at.authorizeRequests(), 1)
    }))
})

describe("a client with a metadata document", () => {
  it.effect("gets tokens without a registration, and refreshes them (ARG-03)", () =>
    Effect.gen(function*() {
      const clientId = "https://app.example/client.json"
      const at = make({ clientIdMetadata: true, client: { metadataUrl: clientId } })
      const tokens = yield* at.obtain()
      assert.strictEqual(tokens.clientId, clientId)
      yield* at.headless((grant) => grant.refresh(tokens, needOf(at.server.metadata)))
      assert.lengthOf(at.registerRequests(), 0)
      assert.strictEqual(sent(at.authorizeRequests()[0])["client_id"], clientId)
    }))
})

describe("offline access", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string> | undefined, object, string | undefined]> = [
    [
      "is asked for where it is listed (ATU-08)",
      ["a"],
      { scopes_supported: ["a", "offline_access"] },
      "a offline_access"
    ],
    ["is not asked for where it is not listed (ATU-08)", ["a"], { scopes_supported: ["a"] }, "a"],
    ["is not asked for where nothing is listed (ATU-08)", ["a", "offline_access"], {}, "a"],
    ["is not asked for alone: then the server decides", undefined, { scopes_supported: ["offline_access"] }, undefined]
  ]
  for (const [how, scopes, metadata, expected] of cases) {
    it.effect(how, () =>
      Effect.gen(function*() {
        const at = make({ metadata })
        yield* at.obtain(scopes === undefined ? {} : { scopes })
        assert.strictEqual(sent(at.authorizeRequests()[0])["scope"], expected)
      }))
  }

  it.effect("is not asked for where nobody wants it", () =>
    Effect.gen(function*() {
      const at = make({ metadata: { scopes_supported: ["a", "offline_access"] }, client: { offlineAccess: false } })
      yield* at.obtain({ scopes: ["a"] })
      assert.strictEqual(sent(at.authorizeRequests()[0])["scope"], "a")
    }))

  it.effect("may come to nothing (ATU-08)", () =>
    Effect.map(make({ refreshTokens: false }).obtain(), ({ refreshToken }) => assert.isUndefined(refreshToken)))
})

describe("a refresh", () => {
  it.effect("is made as the client that the tokens were given to, for the same server, and needs no person (ARQ-01)", () =>
    Effect.gen(function*() {
      const at = make()
      const first = yield* at.obtain({ scopes: ["a"] })
      const second = yield* at.headless((grant) => grant.refresh(first, needOf(at.server.metadata)))
      assert.notStrictEqual(Redacted.value(second.accessToken), Redacted.value(first.accessToken))
      assert.deepStrictEqual(second.scopes, ["a"])
      const form = sent(at.tokenRequests().at(-1))
      assert.deepInclude(form, { grant_type: "refresh_token", resource })
      assert.isUndefined(form["scope"])
      // An old one that is used again ends everything, as everywhere.
      const reason = yield* failure(
        at.headless((grant) => grant.refresh(first, needOf(at.server.metadata))),
        secretsOf(at)
      )
      assert.deepInclude(reason, { _tag: "GrantRefused", error: "invalid_grant" })
    }))

  it.effect("keeps the refresh token where no other comes", () =>
    Effect.gen(function*() {
      const at = make({ rotation: false })
      const first = yield* at.obtain()
      const second = yield* at.headless((grant) => grant.refresh(first, needOf(at.server.metadata)))
      assert.deepStrictEqual(second.refreshToken, first.refreshToken)
    }))

  it.effect("is not asked of another issuer (ATU-05, ADC-12)", () =>
    Effect.gen(function*() {
      const at = make()
      const tokens = yield* at.obtain()
      const before = at.http.requests.length
      const evil = {
        ...at.server.metadata,
        issuer: "https://evil.example",
        token_endpoint: "https://evil.example/token"
      }
      const reason = yield* failure(at.headless((grant) => grant.refresh(tokens, needOf(evil))), secretsOf(at))
      assert.strictEqual(reason._tag, "MetadataMismatch")
      assert.lengthOf(at.http.requests, before)
    }))

  it.effect("by a client that is not known any more is refused, and the registration dropped", () =>
    Effect.gen(function*() {
      const at = make()
      const tokens = yield* at.obtain()
      at.server.clients.clear()
      const refreshing = at.headless((grant) => grant.refresh(tokens, needOf(at.server.metadata)))
      assert.deepInclude(yield* failure(refreshing), { _tag: "GrantRefused", error: "invalid_client" })
      const before = at.http.requests.length
      assert.deepInclude(yield* failure(refreshing), { _tag: "GrantRefused", error: "invalid_client" })
      assert.lengthOf(at.http.requests, before)
      yield* at.obtain()
      assert.lengthOf(at.registerRequests(), 2)
    }))
})

describe("giving tokens back", () => {
  it.effect("gives both to the endpoint, as the client that they were given to", () =>
    Effect.gen(function*() {
      const at = make({ metadata: { revocation_endpoint: "https://auth.example/revoke" } })
      at.http.handle({ "POST https://auth.example/revoke": () => new Response(null, { status: 200 }) })
      const tokens = yield* at.obtain()
      yield* at.headless((grant) => grant.revoke?.(tokens, needOf(at.server.metadata)) ?? Effect.die("no revocation"))
      assert.deepStrictEqual(
        at.http.sentTo("https://auth.example/revoke").map((one) => sent(one)["token_type_hint"]),
        ["refresh_token", "access_token"]
      )
    }))

  it.effect("is done by any status of success, and both are given back though one is refused (RFC 7009, 2.2; XEM-31)", () =>
    Effect.gen(function*() {
      const endpoint = "https://auth.example/revoke"
      const at = make({ metadata: { revocation_endpoint: endpoint } })
      const tokens = yield* at.obtain()
      const revoking = at.headless((grant) =>
        grant.revoke?.(tokens, needOf(at.server.metadata)) ?? Effect.die("no revocation")
      )
      for (const status of [200, 202, 204]) {
        at.http.handle({ [`POST ${endpoint}`]: () => new Response(null, { status }) })
        yield* revoking
      }
      at.http.handle({
        [`POST ${endpoint}`]: (request) =>
          sent(request)["token_type_hint"] === "access_token"
            ? new Response(null)
            : FakeHttp.json({ error: "unsupported_token_type" }, { status: 400 })
      })
      assert.deepInclude(yield* failure(revoking, secretsOf(at)), {
        _tag: "GrantRefused",
        error: "unsupported_token_type"
      })
      assert.lengthOf(at.http.sentTo(endpoint), 8)
    }))

  it.effect("does nothing without an endpoint", () =>
    Effect.gen(function*() {
      const at = make()
      const tokens = yield* at.obtain()
      const before = at.http.requests.length
      yield* at.headless((grant) => grant.revoke?.(tokens, needOf(at.server.metadata)) ?? Effect.die("no revocation"))
      assert.lengthOf(at.http.requests, before)
    }))
})
