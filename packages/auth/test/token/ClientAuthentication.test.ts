/** How clients say who they are at the token endpoint. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as jose from "jose"
import * as ClientCredentialsGrant from "../../src/protocol/ClientCredentialsGrant.ts"
import * as ClientAuthentication from "../../src/token/ClientAuthentication.ts"
import * as TokenEndpoint from "../../src/token/TokenEndpoint.ts"
import * as FakeAuthorizationServer from "../support/FakeAuthorizationServer.ts"
import type { FakeClient } from "../support/FakeClients.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import { failure, resource, sent } from "../support/Servers.ts"

const secret = Redacted.make("s3cret-of me:~/+&=ü")
const clientId = "my-client_id.1"

const askAs = (authentication: ClientAuthentication.ClientAuthentication, client: FakeClient) => {
  const http = FakeHttp.make()
  const server = FakeAuthorizationServer.make(http, { clients: { [clientId]: client } })
  const asked = {
    authorizationServer: server.metadata,
    client: { clientId, authentication },
    resource,
    scopes: undefined
  }
  const obtaining = Effect.provide(TokenEndpoint.run(ClientCredentialsGrant, asked), http.layer)
  return { http, obtaining, request: () => http.sentTo(server.endpoints.token).at(-1) }
}

const keyPair = Effect.promise(async () => {
  const { privateKey, publicKey } = await jose.generateKeyPair("ES256", { extractable: true })
  return {
    pem: Redacted.make(await jose.exportPKCS8(privateKey)),
    jwk: Redacted.make(JSON.stringify(await jose.exportJWK(privateKey))),
    publicJwk: await jose.exportJWK(publicKey)
  }
})

describe("a client with a secret", () => {
  it.effect("sends it in the header, escaped as in a form (XCC-03)", () =>
    Effect.gen(function*() {
      const { obtaining, request } = askAs({ _tag: "client_secret_basic", secret }, {
        method: "client_secret_basic",
        secret: Redacted.value(secret)
      })
      yield* obtaining
      assert.isUndefined(sent(request())["client_secret"])
      const [, credentials] = request()?.headers["authorization"]?.split(" ") ?? []
      // What needs no escape has none: many servers do not undo any.
      assert.match(atob(credentials ?? ""), /^my-client_id\.1:s3cret-of\+me%3A/)
    }))

  it.effect("or in the form", () =>
    Effect.gen(function*() {
      const { obtaining, request } = askAs({ _tag: "client_secret_post", secret }, {
        method: "client_secret_post",
        secret: Redacted.value(secret)
      })
      yield* obtaining
      assert.isUndefined(request()?.headers["authorization"])
      assert.strictEqual(sent(request())["client_id"], clientId)
    }))

  it.effect("does not show it when it is refused", () =>
    Effect.gen(function*() {
      const { obtaining } = askAs({ _tag: "client_secret_post", secret }, { method: "none" })
      const reason = yield* failure(obtaining, [Redacted.value(secret)])
      assert.deepInclude(reason, { _tag: "GrantRefused", error: "invalid_client" })
    }))

  it.effect("that is empty has none", () =>
    Effect.gen(function*() {
      const { http, obtaining } = askAs({ _tag: "client_secret_post", secret: Redacted.make("") }, { method: "none" })
      assert.strictEqual((yield* Effect.exit(obtaining))._tag, "Failure")
      assert.lengthOf(http.requests, 0)
    }))
})

describe("a client with a private key", () => {
  for (const form of ["pem", "jwk"] as const) {
    it.effect(`of ${form} signs who it is, for the issuer, for a minute, once (XCC-03 to XCC-05)`, () =>
      Effect.gen(function*() {
        const keys = yield* keyPair
        yield* TestClock.setTime(1_700_000_000_000)
        const authentication = yield* ClientAuthentication.privateKeyJwt({ privateKey: keys[form], keyId: "k1" })
        const { obtaining, request } = askAs(authentication, { method: "private_key_jwt", key: keys.publicJwk })
        yield* obtaining
        const form1 = sent(request())
        assert.isUndefined(form1["client_id"])
        const assertion = form1["client_assertion"] ?? ""
        const claims = jose.decodeJwt(assertion)
        assert.deepInclude(claims, { iss: clientId, sub: clientId, aud: "https://auth.example" })
        assert.deepInclude(claims, { iat: 1_700_000_000, exp: 1_700_000_060 })
        assert.strictEqual(jose.decodeProtectedHeader(assertion).kid, "k1")
        yield* obtaining
        assert.notStrictEqual(jose.decodeJwt(sent(request())["client_assertion"] ?? "").jti, claims.jti)
      }))
  }

  it.effect("that is none is refused, and not shown", () =>
    Effect.gen(function*() {
      for (const text of ["MIIEvQIBADANBgkqhkiG", "{\"kty\":\"EC\",\"d\":\"sekret\"}", "{"]) {
        const reason = yield* failure(
          ClientAuthentication.privateKeyJwt({ privateKey: Redacted.make(text) }),
          ["MIIEvQIBADANBgkqhkiG", "sekret"]
        )
        assert.strictEqual(reason._tag, "InvalidKey")
      }
    }))

  it.effect("does not show it when it is printed", () =>
    Effect.gen(function*() {
      const { jwk } = yield* keyPair
      const authentication = yield* ClientAuthentication.privateKeyJwt({ privateKey: jwk })
      assert.notInclude(JSON.stringify(authentication), JSON.parse(Redacted.value(jwk)).d)
    }))
})

describe("the way that is taken", () => {
  const choose = (
    registered: string | undefined,
    supported: ReadonlyArray<string> | undefined,
    given: Redacted.Redacted | undefined = secret
  ) =>
    Result.match(ClientAuthentication.choose({ secret: given, registered, supported }), {
      onFailure: (lacking) => `! ${lacking}`,
      onSuccess: ({ _tag }) => _tag
    })

  it("is the one that was registered, else one that is supported, else the header", () => {
    assert.strictEqual(choose("client_secret_post", ["client_secret_basic"]), "client_secret_post")
    assert.strictEqual(choose("none", ["client_secret_basic"]), "none")
    assert.strictEqual(choose(undefined, undefined), "client_secret_basic")
    assert.strictEqual(choose(undefined, ["client_secret_post"]), "client_secret_post")
    assert.strictEqual(choose(undefined, ["client_secret_post", "client_secret_basic"]), "client_secret_basic")
    assert.strictEqual(choose(undefined, ["none"]), "none")
    assert.match(choose(undefined, ["tls_client_auth"]), /^! /)
    assert.match(choose("client_secret_jwt", undefined), /^! /)
    assert.strictEqual(
      Result.isFailure(
        ClientAuthentication.choose({ secret: undefined, registered: "client_secret_basic", supported: undefined })
      ),
      true
    )
    assert.strictEqual(
      Result.isSuccess(ClientAuthentication.choose({ secret: undefined, registered: undefined, supported: undefined })),
      true
    )
  })

  it.prop(
    "never is one that neither the registration nor the server knows",
    [
      Schema.UndefinedOr(Schema.Literals(["none", "client_secret_basic", "client_secret_post", "other"])),
      Schema.UndefinedOr(Schema.Array(Schema.Literals(["none", "client_secret_basic", "client_secret_post", "other"])))
    ],
    ([registered, supported]) => {
      const chosen = ClientAuthentication.choose({ secret, registered, supported })
      if (Result.isFailure(chosen)) return
      const known = registered === undefined ? supported ?? ["client_secret_basic"] : [registered]
      assert.include(known, chosen.success._tag)
    }
  )
})
