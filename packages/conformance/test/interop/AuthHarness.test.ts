/**
 * The official SDK client logs in to a server that the official SDK protects, with an authorization server of others
 * between: what the other tests of interoperation swap our sides into works without them. It says nothing of ours.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose"
import { visit } from "../../src/foreign/browser.ts"
import type { Oidc } from "../../src/foreign/oidc.ts"
import { asked, document, documentUrl, machine, oidcWith, sdkClient, sdkServer } from "./Logins.ts"
import { logIn } from "./SdkLogin.ts"

const modes = ["legacy", "auto"] as const

describe("the SDK client and the SDK server", () => {
  it.live.each(modes)("register, log in, and step up (%s)", (mode) =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith()
      const server = yield* sdkServer(oidc)
      const client = yield* sdkClient(server.url, { mode })
      assert.strictEqual(yield* Effect.promise(() => client.call("whoami")), "ada")
      assert.strictEqual(yield* Effect.promise(() => client.call("write")), "written")
      const claims = decodeJwt(client.tokens()?.access_token ?? "")
      assert.deepInclude(claims, { aud: server.url, iss: oidc.issuer, scope: "mcp:read mcp:write" })
      assert.deepStrictEqual(asked(oidc).filter((path) => path === "/reg"), ["/reg"])
      assert.lengthOf(oidc.tokenRequests("authorization_code"), 2)
    }))

  it.live("go by a client id metadata document", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ documents: { [documentUrl]: document } })
      const server = yield* sdkServer(oidc)
      const client = yield* sdkClient(server.url, { documentUrl })
      assert.strictEqual(yield* Effect.promise(() => client.call("whoami")), "ada")
      assert.notInclude(asked(oidc), "/reg")
      assert.strictEqual(decodeJwt(client.tokens()?.access_token ?? "")["client_id"], documentUrl)
    }))

  it.live("get nowhere when nobody agrees", () =>
    Effect.gen(function*() {
      const server = yield* Effect.flatMap(oidcWith(), sdkServer)
      const error = yield* Effect.flip(Effect.tryPromise(() => logIn(server.url, { person: "" })))
      assert.match(String(error.cause), /Nobody agreed/)
    }))
})

const post = (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  Effect.promise(async () => {
    const response = await fetch(url, { method: "POST", body: new URLSearchParams(form), headers })
    const json: { readonly [name: string]: unknown } = await response.json()
    return { status: response.status, nonce: response.headers.get("dpop-nonce"), json }
  })

const authorization = {
  authorization: `Basic ${btoa(`${machine.client_id}:${encodeURIComponent(machine.client_secret)}`)}`
}

const resource = "https://mcp.example/mcp"

const verifier = "a".repeat(43)

/** Logs in with a client id metadata document, by hand. */
const tokensOf = (oidc: Oidc) =>
  Effect.gen(function*() {
    const url = new URL(`${oidc.issuer}/auth`)
    const hash = yield* Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)))
    const redirect_uri = document.redirect_uris[0] ?? ""
    url.search = new URLSearchParams({
      response_type: "code",
      client_id: documentUrl,
      redirect_uri,
      scope: "mcp:read",
      resource,
      code_challenge: Buffer.from(hash).toString("base64url"),
      code_challenge_method: "S256"
    }).toString()
    const back = yield* Effect.promise(() => visit(url))
    const code = back.searchParams.get("code") ?? ""
    assert.strictEqual(back.searchParams.get("iss"), oidc.issuer)
    return yield* post(`${oidc.issuer}/token`, {
      grant_type: "authorization_code",
      client_id: documentUrl,
      code,
      redirect_uri,
      code_verifier: verifier,
      resource
    })
  })

describe("oidc-provider", () => {
  it.live("takes a refresh token once, and kills the family of one that comes again", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ documents: { [documentUrl]: document } })
      oidc.protect(resource, { scopes: ["mcp:read"] })
      const first = yield* tokensOf(oidc)
      const refresh = (token: unknown) =>
        post(`${oidc.issuer}/token`, {
          grant_type: "refresh_token",
          client_id: documentUrl,
          refresh_token: String(token),
          resource
        })
      const second = yield* refresh(first.json["refresh_token"])
      assert.strictEqual(second.status, 200, JSON.stringify(second.json))
      assert.notStrictEqual(second.json["refresh_token"], first.json["refresh_token"])
      assert.strictEqual((yield* refresh(first.json["refresh_token"])).json["error"], "invalid_grant")
      assert.strictEqual((yield* refresh(second.json["refresh_token"])).json["error"], "invalid_grant")
    }))

  it.live("gives opaque tokens, and tells what they are", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ clients: [machine] })
      oidc.protect(resource, { scopes: ["mcp:read"], format: "opaque", tokenSeconds: 60 })
      const form = { grant_type: "client_credentials", scope: "mcp:read", resource }
      const { json } = yield* post(`${oidc.issuer}/token`, form, authorization)
      assert.notInclude(json["access_token"], ".")
      assert.strictEqual(json["expires_in"], 60)
      const token = String(json["access_token"])
      const told = yield* post(`${oidc.issuer}/token/introspection`, { token }, authorization)
      assert.deepInclude(told.json, { active: true, aud: resource, client_id: "machine", scope: "mcp:read" })
    }))

  it.live("wants a nonce, and binds a token to a key", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ clients: [machine], nonces: true })
      oidc.protect(resource, { scopes: ["mcp:read"] })
      const { privateKey, publicKey } = yield* Effect.promise(() => generateKeyPair("ES256"))
      const jwk = yield* Effect.promise(() => exportJWK(publicKey))
      const url = `${oidc.issuer}/token`
      const prove = (nonce: string | null) =>
        Effect.promise(() =>
          new SignJWT({ htm: "POST", htu: url, jti: crypto.randomUUID(), ...(nonce === null ? {} : { nonce }) })
            .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk }).setIssuedAt().sign(privateKey)
        )
      const ask = (dpop: string) =>
        post(url, { grant_type: "client_credentials", scope: "mcp:read", resource }, { ...authorization, dpop })
      const first = yield* ask(yield* prove(null))
      assert.strictEqual(first.json["error"], "use_dpop_nonce")
      const { json } = yield* ask(yield* prove(first.nonce))
      const jkt = yield* Effect.promise(() => calculateJwkThumbprint(jwk))
      assert.strictEqual(json["token_type"], "DPoP", JSON.stringify(json))
      assert.deepStrictEqual(decodeJwt(String(json["access_token"]))["cnf"], { jkt })
    }))
})
