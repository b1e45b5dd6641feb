/**
 * The official SDK client logs in to servers of ours, with an authorization server of others between.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { decodeJwt } from "jose"
import { asked, document, documentUrl, machine, oidcWith, sdkClient } from "./Logins.ts"
import { ourServer } from "./Protected.ts"
import { logIn } from "./SdkLogin.ts"
import { startMillisMax } from "./Servers.ts"

const eras = [["legacy", "2025-11-25"], ["auto", "2026-07-28"]] as const

describe("the SDK client at our protected server", () => {
  it.live.each(eras)("registers, logs in, and steps up (%s)", ([mode, revision]) =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith()
      const url = yield* ourServer(oidc)
      const client = yield* sdkClient(url, { mode })
      assert.strictEqual(client.revision, revision)
      assert.deepStrictEqual(yield* Effect.promise(() => client.tools()), ["whoami", "write"])
      assert.strictEqual(yield* Effect.promise(() => client.call("whoami")), "ada")
      assert.strictEqual(decodeJwt(client.tokens()?.access_token ?? "")["scope"], "mcp:read")
      assert.strictEqual(yield* Effect.promise(() => client.call("write")), "written")
      const { aud, scope } = decodeJwt<{ scope: string }>(client.tokens()?.access_token ?? "")
      assert.deepStrictEqual({ aud, scope }, { aud: url, scope: "mcp:read mcp:write" })
      assert.strictEqual(yield* Effect.promise(() => client.call("whoami")), "ada")
      assert.lengthOf(oidc.tokenRequests("authorization_code"), 2)
    }).pipe(Effect.scoped), startMillisMax)

  it.live("goes by a client id metadata document", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ documents: { [documentUrl]: document } })
      const client = yield* sdkClient(yield* ourServer(oidc), { documentUrl })
      assert.strictEqual(yield* Effect.promise(() => client.call("whoami")), "ada")
      assert.notInclude(asked(oidc), "/reg")
    }).pipe(Effect.scoped), startMillisMax)

  it.live("brings opaque tokens, which the issuer is asked about", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ clients: [machine] })
      const client = yield* sdkClient(yield* ourServer(oidc, { format: "opaque" }))
      assert.strictEqual(yield* Effect.promise(() => client.call("whoami")), "ada")
      assert.notInclude(client.tokens()?.access_token, ".")
      assert.strictEqual(yield* Effect.promise(() => client.call("write")), "written")
      // Each token is asked about once, however often it comes.
      assert.lengthOf(asked(oidc).filter((path) => path === "/token/introspection"), 2)
    }).pipe(Effect.scoped), startMillisMax)

  it.live("finds the issuer by its path", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ path: "/tenant1" })
      const client = yield* sdkClient(yield* ourServer(oidc))
      assert.strictEqual(yield* Effect.promise(() => client.call("whoami")), "ada")
    }).pipe(Effect.scoped), startMillisMax)

  it.live("gets nowhere when nobody agrees", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith()
      const url = yield* ourServer(oidc)
      const error = yield* Effect.flip(Effect.tryPromise(() => logIn(url, { person: "" })))
      assert.match(String(error.cause), /Nobody agreed/)
    }).pipe(Effect.scoped), startMillisMax)

  it.live(
    "is nobody to another server, and without its token to this one (STP-01, ATK-02, MET-18)",
    () =>
      Effect.gen(function*() {
        const oidc = yield* oidcWith()
        const [first, second] = [yield* ourServer(oidc), yield* ourServer(oidc)]
        const client = yield* sdkClient(first)
        const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" })
        const post = (url: string, headers: { readonly authorization?: string } = {}) =>
          Effect.promise(() =>
            fetch(url, {
              method: "POST",
              body,
              headers: {
                "content-type": "application/json",
                accept: "application/json, text/event-stream",
                ...headers
              }
            })
          )
        const authorization = `Bearer ${client.tokens()?.access_token}`
        const refused = yield* post(second, { authorization })
        assert.strictEqual(refused.status, 401)
        assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer .*error="invalid_token"/)
        assert.strictEqual((yield* post(first)).status, 401)
        assert.notStrictEqual((yield* post(first, { authorization })).status, 401)
      }).pipe(Effect.scoped),
    startMillisMax
  )
})
