/** Between the library that knows OAuth and the client that knows HTTP. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as oauth from "oauth4webapi"
import * as AuthError from "../../src/AuthError.ts"
import * as Hiding from "../../src/http/Hiding.ts"
import * as OAuthHttp from "../../src/http/OAuthHttp.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import { failure } from "../support/Servers.ts"

const issuer = "https://auth.example"
const url = "https://auth.example/token"
const as = { issuer, token_endpoint: url }
const client = { client_id: "me" }

const refused = ({ description, error }: OAuthHttp.Refused) =>
  new AuthError.GrantRefused({ issuer, error, ...(description === undefined ? {} : { description }) })

const ask = (answer: () => Response, refreshToken = "the-refresh-token") =>
  Effect.gen(function*() {
    const http = FakeHttp.make({ [`POST ${url}`]: answer })
    const request = yield* OAuthHttp.toRequest(issuer, (options) =>
      oauth.refreshTokenGrantRequest(as, client, oauth.ClientSecretPost("the-secret"), refreshToken, options))
    const received = yield* Effect.provide(OAuthHttp.send(request), http.layer)
    return yield* OAuthHttp.process(received, (response) =>
      oauth.processRefreshTokenResponse(as, client, response), {
      status: 200,
      refused
    })
  })

const secrets = ["the-refresh-token", "the-secret", "the-access-token"]

describe("a request of the library", () => {
  it.effect("is caught before it is sent, with its body and without a name of the library", () =>
    Effect.gen(function*() {
      const request = yield* OAuthHttp.toRequest(
        issuer,
        (options) => oauth.refreshTokenGrantRequest(as, client, oauth.None(), "r", options)
      )
      assert.strictEqual(request.method, "POST")
      assert.strictEqual(request.url, url)
      assert.isUndefined(request.headers["user-agent"])
      assert.match(request.headers["content-type"] ?? "", /^application\/x-www-form-urlencoded/)
      assert.strictEqual(request.body._tag, "Uint8Array")
    }))

  it.effect("keeps the query that the endpoint has", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({ [`POST ${url}`]: () => FakeHttp.json({}) })
      const request = yield* OAuthHttp.toRequest(issuer, (options) =>
        oauth.refreshTokenGrantRequest(
          { issuer, token_endpoint: `${url}?tenant=1` },
          client,
          oauth.None(),
          "r",
          options
        ))
      yield* Effect.provide(OAuthHttp.send(request), http.layer)
      assert.strictEqual(http.requests[0]?.url.href, `${url}?tenant=1`)
    }))

  it.effect("needs an endpoint", () =>
    Effect.gen(function*() {
      const reason = yield* failure(OAuthHttp.toRequest(issuer, (options) =>
        oauth.refreshTokenGrantRequest({ issuer }, client, oauth.None(), "r", options)))
      assert.deepInclude(reason, { _tag: "Unsupported", lacking: "token_endpoint" })
    }))

  it.effect("does not show the secrets that it holds when it is printed", () =>
    Effect.gen(function*() {
      const request = yield* OAuthHttp.toRequest(issuer, (options) =>
        oauth.refreshTokenGrantRequest(as, client, oauth.ClientSecretPost("the-secret"), "the-refresh-token", options))
      for (const secret of secrets) {
        assert.notInclude(`${JSON.stringify(request)} ${String(request)}`, secret)
      }
    }))
})

describe("a response", () => {
  const good = { access_token: "the-access-token", token_type: "Bearer" }

  it.effect("is received as a whole, and its body does not show", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({ [`GET ${url}`]: () => FakeHttp.json(good) })
      const answer = yield* Effect.provide(OAuthHttp.send(HttpClientRequest.get(`${url}?code=abc`)), http.layer)
      assert.strictEqual(answer.url, url)
      assert.notInclude(`${JSON.stringify(answer)}${String(answer.body)}`, "the-access-token")
      assert.include(Redacted.value(answer.body), "the-access-token")
    }))

  for (
    const [how, body] of [
      ["with null for what is absent", { ...good, refresh_token: null, scope: null, expires_in: null }],
      ["with an ID token that nobody asked for", { ...good, id_token: "not.even.one" }],
      ["with a lifetime as text", { ...good, expires_in: "60" }]
    ] as const
  ) {
    it.effect(`is understood ${how}`, () =>
      Effect.map(ask(() => FakeHttp.json(body)), (tokens) => {
        assert.strictEqual(tokens.access_token, "the-access-token")
        assert.isUndefined(tokens.refresh_token)
      }))
  }

  const errors: ReadonlyArray<readonly [string, () => Response, object]> = [
    ["400 with an error", () => FakeHttp.json({ error: "invalid_grant" }, { status: 400 }), { _tag: "GrantRefused" }],
    [
      "401 with an error and a challenge",
      () => FakeHttp.json({ error: "invalid_client" }, { status: 401, headers: { "www-authenticate": "Basic" } }),
      { _tag: "GrantRefused", error: "invalid_client" }
    ],
    ["200 with an error", () => FakeHttp.json({ error: "bad_refresh_token" }), { error: "bad_refresh_token" }],
    ["a page", () => new Response("<p>the-access-token</p>", { headers: { "content-type": "text/html" } }), {
      _tag: "InvalidResponse"
    }],
    ["broken JSON", () => new Response("{\"access_token\":\"the-access-token", { status: 200 }), {
      _tag: "InvalidResponse"
    }],
    ["no token", () => FakeHttp.json({ token_type: "Bearer" }), { _tag: "InvalidResponse" }],
    ["another kind of token", () => FakeHttp.json({ ...good, token_type: "mac" }), { _tag: "InvalidResponse" }],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://x.example" } }), {
      _tag: "InvalidResponse"
    }],
    ["an array", () => FakeHttp.json([good]), { _tag: "InvalidResponse" }],
    ["503", () => new Response("the-access-token", { status: 503 }), { _tag: "Unreachable", detail: "HTTP 503" }],
    ["429", () => FakeHttp.json({ error: "slow_down" }, { status: 429 }), { _tag: "Unreachable" }]
  ]
  for (const [what, answer, expected] of errors) {
    it.effect(`is an error without secrets: ${what}`, () =>
      Effect.map(failure(ask(answer), secrets), (reason) => assert.deepInclude(reason, expected)))
  }

  it.effect("is bounded and stripped of what was sent, where it repeats it", () =>
    Effect.gen(function*() {
      const description = `no \u0007 the-refresh-token of the-secret ${"x".repeat(10_000)}`
      const reason = yield* failure(
        ask(() => FakeHttp.json({ error: "invalid the-secret\n", error_description: description }, { status: 400 })),
        secrets
      )
      assert.strictEqual(reason._tag, "GrantRefused")
      assert.isBelow(reason.message.length, 500)
      assert.include(reason.message, "<redacted>")
    }))

  it.effect("that does not come is Unreachable", () =>
    Effect.gen(function*() {
      const request = HttpClientRequest.get("https://nobody.example/token?code=the-secret")
      const reason = yield* failure(Effect.provide(OAuthHttp.send(request), FakeHttp.make().layer), secrets)
      assert.deepInclude(reason, { _tag: "Unreachable", url: "https://nobody.example/token" })
    }))
})

describe("hiding", () => {
  it.prop(
    "leaves no secret of the form in a text that repeats it",
    [Schema.String.check(Schema.isPattern(/^[a-z0-9]{12,40}$/)), Schema.String, Schema.String],
    ([secret, before, after]) => {
      const request = HttpClientRequest.bodyUrlParams(HttpClientRequest.post(url), { code: secret })
      const shown = Hiding.hiding(request)(`${before}${secret}${after}${secret}`)
      assert.notInclude(shown, secret)
      assert.isAtMost(shown.length, 301)
    }
  )

  it("knows secrets by the escapes of forms and URLs as well", () => {
    const secret = "a/b+c d~é=="
    const request = HttpClientRequest.bodyUrlParams(HttpClientRequest.post(url), { code: secret })
    for (const words of [secret, encodeURIComponent(secret), new URLSearchParams({ code: secret }).toString()]) {
      assert.match(Hiding.hiding(request)(`<${words}>`), /^<(code=)?<redacted>>$/)
    }
  })

  it("knows the secret of a header, whatever the client is called", () => {
    for (const clientId of ["api://me", "https%3A//app.example:8443/me", "me+you"]) {
      const credentials = [clientId, "the:sec ret/"].map((one) => new URLSearchParams([["", one]]).toString().slice(1))
      const request = HttpClientRequest.post(url).pipe(
        HttpClientRequest.setHeader("authorization", `Basic ${btoa(credentials.join(":"))}`)
      )
      assert.strictEqual(Hiding.hiding(request)("of the:sec ret/"), "of <redacted>")
    }
  })

  it("knows the secret of a header, and of a proof", () => {
    const request = HttpClientRequest.post(url).pipe(
      HttpClientRequest.basicAuth("me", "the-secret"),
      HttpClientRequest.setHeader("DPoP", "the.long.proof")
    )
    const shown = Hiding.hiding(request)(`the-secret ${btoa("me:the-secret")} the.long.proof me`)
    assert.strictEqual(shown, "<redacted> <redacted> <redacted> me")
  })

  it.prop("an error code is one that OAuth allows, however it came", [Schema.String], ([words]) => {
    assert.match(Hiding.code(words), /^[\x21\x23-\x5b\x5d-\x7e]{0,64}$/)
  })
})
