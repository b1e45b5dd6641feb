/** Authorization requests and responses: what a person is sent away with, and what is believed of what comes back. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { InvalidRedirect } from "../../src/AuthError.ts"
import { AllowPrivateHosts, AllowUnadvertisedPkce } from "../../src/InsecureAllowances.ts"
import * as AuthorizationRequest from "../../src/protocol/AuthorizationRequest.ts"
import * as AuthorizationResponse from "../../src/protocol/AuthorizationResponse.ts"
import * as Pkce from "../../src/protocol/Pkce.ts"
import { failure } from "../support/Servers.ts"

const issuer = "https://auth.example"

const asked: AuthorizationRequest.Asked = {
  authorizationServer: { issuer, authorization_endpoint: `${issuer}/authorize?tenant=7` },
  clientId: "me",
  redirectUri: "http://127.0.0.1:1234/callback",
  state: "the-state",
  challenge: "the-challenge",
  resource: "https://mcp.example",
  scopes: ["a", "b"]
}

describe("PKCE", () => {
  it.effect("has a verifier of its own each time, as the RFC wants it, which does not show (ARQ-08, ARQ-10)", () =>
    Effect.gen(function*() {
      const one = yield* Pkce.make
      const other = yield* Pkce.make
      assert.match(Redacted.value(one.verifier), /^[A-Za-z0-9\-._~]{43,128}$/)
      assert.notStrictEqual(Redacted.value(one.verifier), Redacted.value(other.verifier))
      assert.notInclude(JSON.stringify(one), Redacted.value(one.verifier))
    }))

  it.effect("has the challenge of the example (RFC 7636, appendix B)", () =>
    Effect.map(
      Pkce.challengeOf(Redacted.make("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
      (challenge) => assert.strictEqual(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    ))

  const cases: ReadonlyArray<readonly [ReadonlyArray<string> | undefined, boolean, boolean]> = [
    [["S256"], false, true],
    [["plain", "S256"], false, true],
    [["plain"], false, false],
    [["plain"], true, false],
    [[], true, false],
    [undefined, false, false],
    [undefined, true, true]
  ]
  for (const [methods, allowed, goesOn] of cases) {
    it.effect(`${goesOn ? "goes on" : "stops"} with ${methods ?? "nothing"}${allowed ? ", allowed by name" : ""} (ARQ-09, ARQ-11)`, () =>
      Effect.gen(function*() {
        const metadata = { issuer, ...(methods === undefined ? {} : { code_challenge_methods_supported: methods }) }
        const checked = Effect.provideService(Pkce.check(metadata), AllowUnadvertisedPkce, allowed)
        if (goesOn) return yield* checked
        assert.deepInclude(yield* failure(checked), { _tag: "Unsupported", issuer })
      }))
  }
})

describe("the authorization URL", () => {
  it.effect("says who asks, for what, to where, and for which server, to the letter (ARQ-01 to ARQ-04, ARQ-14)", () =>
    Effect.map(AuthorizationRequest.url(asked), (url) => {
      assert.deepStrictEqual(Object.fromEntries(url.searchParams), {
        tenant: "7",
        response_type: "code",
        client_id: "me",
        redirect_uri: "http://127.0.0.1:1234/callback",
        state: "the-state",
        code_challenge: "the-challenge",
        code_challenge_method: "S256",
        // Without the slash that a parsed URL would have.
        resource: "https://mcp.example",
        scope: "a b"
      })
    }))

  it.effect("has no scope where none is asked for (ASP-02)", () =>
    Effect.gen(function*() {
      for (const scopes of [undefined, []]) {
        assert.isFalse((yield* AuthorizationRequest.url({ ...asked, scopes })).searchParams.has("scope"))
      }
    }))

  it.effect("asks the person where it asks for offline access, and names the key that a code is bound to", () =>
    Effect.gen(function*() {
      const url = yield* AuthorizationRequest.url({ ...asked, scopes: ["a", "offline_access"], jkt: "thumb" })
      assert.strictEqual(url.searchParams.get("prompt"), "consent")
      assert.strictEqual(url.searchParams.get("dpop_jkt"), "thumb")
    }))

  it.effect("cannot be changed by what the endpoint says in its query", () =>
    Effect.gen(function*() {
      const endpoint = `${issuer}/authorize?state=evil&state=worse&redirect_uri=https://evil.example&code_challenge=x`
      const url = yield* AuthorizationRequest.url({
        ...asked,
        authorizationServer: { issuer, authorization_endpoint: endpoint }
      })
      assert.deepStrictEqual(url.searchParams.getAll("state"), ["the-state"])
      assert.deepStrictEqual(url.searchParams.getAll("redirect_uri"), [asked.redirectUri])
      assert.deepStrictEqual(url.searchParams.getAll("code_challenge"), ["the-challenge"])
    }))

  for (
    const endpoint of [
      "javascript:alert(1)",
      "data:text/html,x",
      "file:///etc/passwd",
      "vbscript:x",
      "http://auth.example/authorize",
      "http://127.0.0.1/authorize",
      "https://169.254.169.254/authorize",
      "no url"
    ]
  ) {
    it.effect(`is not made of ${endpoint} (SUR-01 to SUR-04, SUR-09)`, () =>
      Effect.gen(function*() {
        const url = AuthorizationRequest.url({
          ...asked,
          authorizationServer: { issuer, authorization_endpoint: endpoint }
        })
        assert.strictEqual((yield* failure(url))._tag, "UntrustedUrl")
      }))
  }

  it.effect("may be on a private host that is named", () =>
    AuthorizationRequest.url({
      ...asked,
      authorizationServer: { issuer, authorization_endpoint: "http://localhost:9/authorize" }
    }).pipe(Effect.provideService(AllowPrivateHosts, ["localhost"])))

  it.effect("needs an endpoint", () =>
    Effect.map(
      failure(AuthorizationRequest.url({ ...asked, authorizationServer: { issuer } })),
      (reason) => assert.deepInclude(reason, { _tag: "Unsupported", lacking: "authorization_endpoint" })
    ))
})

const expected = (promised?: boolean): AuthorizationResponse.Expected => ({
  authorizationServer: {
    issuer,
    ...(promised === undefined ? {} : { authorization_response_iss_parameter_supported: promised })
  },
  clientId: "me",
  redirectUri: "http://127.0.0.1:1234/callback?for=1",
  state: Redacted.make("the-state")
})

const back = (query: string): URL => new URL(`http://127.0.0.1:1234/callback?for=1&${query}`)

const good = "code=the-code&state=the-state"

describe("the authorization response (ARQ-16 to ARQ-20)", () => {
  const taken: ReadonlyArray<readonly [string, string, boolean | undefined]> = [
    ["with the issuer that was promised (ARQ-16)", `${good}&iss=${encodeURIComponent(issuer)}`, true],
    ["with the issuer, though it was not promised (ARQ-18)", `${good}&iss=${encodeURIComponent(issuer)}`, undefined],
    ["without an issuer, where none was promised (ARQ-19)", good, undefined],
    ["without an issuer, where it is said that there is none (ARQ-19)", good, false],
    ["with parameters that nobody knows", `${good}&session_state=x`, undefined]
  ]
  for (const [how, query, promised] of taken) {
    it.effect(`is taken ${how}`, () =>
      Effect.map(AuthorizationResponse.process(back(query), expected(promised)), (validated) => {
        assert.strictEqual(Redacted.value(validated.parameters).get("code"), "the-code")
        assert.notInclude(JSON.stringify(validated), "the-code")
      }))
  }

  const iss = (text: string): string => `${good}&iss=${encodeURIComponent(text)}`
  const dropped: ReadonlyArray<readonly [string, string, boolean | undefined, InvalidRedirect["problem"]]> = [
    ["without the issuer that was promised (ARQ-17)", good, true, "IssuerMissing"],
    ["of another issuer (ARQ-18)", iss("https://evil.example"), true, "Issuer"],
    ["of another issuer, which was not promised (ARQ-18)", iss("https://evil.example"), undefined, "Issuer"],
    ["of an issuer with a slash more (ARQ-20)", iss(`${issuer}/`), true, "Issuer"],
    ["of an issuer in capitals (ARQ-20)", iss("https://AUTH.example"), true, "Issuer"],
    ["of an issuer with its port (ARQ-20)", iss("https://auth.example:443"), true, "Issuer"],
    ["of an issuer with an escape (ARQ-20)", iss("https://auth.e%78ample"), true, "Issuer"],
    ["of no issuer at all", `${good}&iss=`, undefined, "Issuer"],
    ["of another request (ARQ-14)", "code=the-code&state=other", undefined, "State"],
    ["without a state (ARQ-14)", "code=the-code", undefined, "State"],
    ["with two states", `${good}&state=other`, undefined, "Malformed"],
    ["with two codes (ARQ-16)", `${good}&code=other`, undefined, "Malformed"],
    ["with two issuers", `${iss(issuer)}&iss=${encodeURIComponent("https://evil.example")}`, true, "Malformed"],
    ["without a code", "state=the-state", undefined, "Malformed"],
    ["with an empty code", "state=the-state&code=", undefined, "Malformed"],
    ["of the implicit flow", `${good}&id_token=x`, undefined, "Malformed"],
    ["in a JWT", `${good}&response=x`, undefined, "Malformed"]
  ]
  for (const [how, query, promised, problem] of dropped) {
    it.effect(`is dropped ${how}`, () =>
      Effect.gen(function*() {
        const reason = yield* failure(AuthorizationResponse.process(back(query), expected(promised)), [
          "the-code",
          "the-state",
          "evil.example"
        ])
        assert.deepInclude(reason, { _tag: "InvalidRedirect", issuer, problem })
      }))
  }

  const places = [
    "http://127.0.0.1:1234/other?for=1",
    "http://127.0.0.1:1234/callback/?for=1",
    "http://127.0.0.1:1235/callback?for=1",
    "https://127.0.0.1:1234/callback?for=1",
    "http://localhost:1234/callback?for=1",
    "http://127.0.0.1:1234/callback?for=2",
    "http://127.0.0.1:1234/callback?x=1"
  ]
  for (const place of places) {
    it.effect(`is dropped where it has come to ${place}`, () =>
      Effect.gen(function*() {
        const location = new URL(`${place}&${good}&iss=${encodeURIComponent(issuer)}`)
        const reason = yield* failure(AuthorizationResponse.process(location, expected(true)), ["the-code"])
        assert.deepInclude(reason, { _tag: "InvalidRedirect", problem: "RedirectUri" })
      }))
  }

  it.effect("of another issuer is dropped with the error that it holds, which nobody sees (ARQ-21)", () =>
    Effect.gen(function*() {
      const query = "error=evil_error&error_description=call+555&error_uri=https://evil.example&state=the-state"
      for (const issue of [`&iss=${encodeURIComponent("https://evil.example")}`, ""]) {
        const reason = yield* failure(AuthorizationResponse.process(back(query + issue), expected(true)), [
          "evil",
          "555"
        ])
        assert.strictEqual(reason._tag, "InvalidRedirect")
      }
    }))

  it.effect("may say no, in words of bounded length", () =>
    Effect.gen(function*() {
      const query = `error=access_denied&error_description=${"no%0A".repeat(1000)}&state=the-state`
      const reason = yield* failure(AuthorizationResponse.process(back(query), expected()))
      assert.deepInclude(reason, { _tag: "AuthorizationDenied", error: "access_denied" })
      assert.isBelow(reason.message.length, 500)
      assert.notInclude(reason.message, "\n")
    }))

  it.effect.prop(
    "is never taken with another state, nor from another issuer, whatever they are",
    [
      Schema.Union([Schema.Literal("the-state"), Schema.String]),
      Schema.UndefinedOr(Schema.Union([Schema.Literal(issuer), Schema.String])),
      Schema.Boolean
    ],
    ([state, from, promised]) =>
      Effect.gen(function*() {
        const parameters = new URLSearchParams([["for", "1"], ["code", "c"], ["state", state]])
        if (from !== undefined) parameters.set("iss", from)
        const isAnswer = state === "the-state" && (from === undefined ? !promised : from === issuer)
        const exit = yield* Effect.exit(AuthorizationResponse.process(back(parameters.toString()), expected(promised)))
        assert.strictEqual(exit._tag, isAnswer ? "Success" : "Failure")
      })
  )
})
