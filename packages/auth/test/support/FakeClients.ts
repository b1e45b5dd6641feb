/**
 * What the fake authorization server knows of clients: how they authenticate, and whether their proofs of possession are
 * good.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as jose from "jose"
import * as FakeHttp from "./FakeHttp.ts"

/** A registered client. */
export interface FakeClient {
  /** How it authenticates; nothing else is taken. */
  readonly method: "none" | "client_secret_basic" | "client_secret_post" | "private_key_jwt"
  readonly secret?: string
  /** The public key of `private_key_jwt`. */
  readonly key?: jose.JWK
  /** Where people may be sent back to. Default: anywhere. */
  readonly redirectUris?: ReadonlyArray<string>
}

/** Whom the token endpoint deals with. */
export interface Parties {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly clients: Map<string, FakeClient>
  readonly usedJtis: Set<string>
  readonly clientIdMetadata?: boolean
  readonly dpop?: "off" | "supported" | "required"
  readonly dpopNonce?: () => string | undefined
}

/** The response that a request ends with. */
export class Refusal extends Data.TaggedError("Refusal")<{ readonly response: Response }> {}

/** An error response of OAuth. */
export const oauthError = (error: string, description?: string, init: ResponseInit = { status: 400 }): Response =>
  FakeHttp.json({ error, ...(description === undefined ? {} : { error_description: description }) }, init)

/** Ends a request with an error. */
export const refusal = (error: string, description?: string, init?: ResponseInit): Refusal =>
  new Refusal({ response: oauthError(error, description, init) })

const invalidClient = (why: string): Refusal =>
  refusal("invalid_client", why, { status: 401, headers: { "www-authenticate": "Basic realm=\"fake\"" } })

const decoded = (part: string | undefined): string => decodeURIComponent((part ?? "").replaceAll("+", "%20"))

const byJwt = Effect.fnUntraced(function*(parties: Parties, assertion: string) {
  const now = yield* Clock.currentTimeMillis
  const clientId = jose.decodeJwt(assertion).sub ?? ""
  const jwk = parties.clients.get(clientId)?.key
  if (jwk === undefined || parties.clients.get(clientId)?.method !== "private_key_jwt") {
    return yield* Effect.fail(invalidClient("no such key"))
  }
  const { payload } = yield* Effect.tryPromise({
    try: async () =>
      jose.jwtVerify(assertion, await jose.importJWK(jwk, "ES256"), {
        audience: [parties.issuer, parties.tokenEndpoint],
        issuer: clientId,
        requiredClaims: ["exp", "jti", "iat"],
        currentDate: new Date(now)
      }),
    catch: (cause) => invalidClient(String(cause))
  })
  if (parties.usedJtis.has(payload.jti ?? "")) return yield* Effect.fail(invalidClient("the assertion was used before"))
  parties.usedJtis.add(payload.jti ?? "")
  return clientId
})

/** Gives the id of the client that asks, if it authenticates in its own way, and in that only. */
export const authenticate = Effect.fnUntraced(function*(parties: Parties, request: FakeHttp.Arrived) {
  const form = FakeHttp.form(request)
  const assertion = form.get("client_assertion")
  if (assertion !== null) return yield* byJwt(parties, assertion)
  const authorization = request.headers["authorization"]
  const [basicId, basicSecret] = authorization?.startsWith("Basic ") === true
    ? new TextDecoder().decode(Buffer.from(authorization.slice(6), "base64")).split(":").map(decoded)
    : []
  const clientId = basicId ?? form.get("client_id") ?? ""
  const client = parties.clients.get(clientId)
  if (client === undefined) {
    if (parties.clientIdMetadata === true && clientId.startsWith("https://")) return clientId
    const grant = form.get("grant_type") ?? ""
    // A workload proves who it is by its assertion alone.
    if (grant.endsWith(":jwt-bearer") && authorization === undefined) return clientId
    return yield* Effect.fail(invalidClient("unknown client"))
  }
  const method = basicId !== undefined
    ? "client_secret_basic"
    : form.has("client_secret")
    ? "client_secret_post"
    : "none"
  const secret = basicSecret ?? form.get("client_secret") ?? undefined
  if (method !== client.method || secret !== client.secret) {
    return yield* Effect.fail(invalidClient("not authenticated"))
  }
  return clientId
})

/** Gives the thumbprint that tokens are to be bound to. */
export const checkProof = Effect.fnUntraced(function*(parties: Parties, request: FakeHttp.Arrived) {
  if ((parties.dpop ?? "off") === "off") return undefined
  const proof = request.headers["dpop"]
  if (proof === undefined) {
    return parties.dpop === "required" ? yield* Effect.fail(refusal("invalid_dpop_proof", "no proof")) : undefined
  }
  const now = yield* Clock.currentTimeMillis
  const { payload, protectedHeader } = yield* Effect.tryPromise({
    try: () =>
      jose.jwtVerify(proof, jose.EmbeddedJWK, { typ: "dpop+jwt", currentDate: new Date(now), maxTokenAge: 300 }),
    catch: (cause) => refusal("invalid_dpop_proof", String(cause))
  })
  const nonce = parties.dpopNonce?.()
  if (nonce !== undefined && payload["nonce"] !== nonce) {
    return yield* Effect.fail(
      refusal("use_dpop_nonce", "a nonce, please", { status: 400, headers: { "dpop-nonce": nonce } })
    )
  }
  const good = payload["htm"] === request.method && payload["htu"] === `${request.url.origin}${request.url.pathname}`
    && !parties.usedJtis.has(payload.jti ?? "")
  if (!good) return yield* Effect.fail(refusal("invalid_dpop_proof", "the proof is for something else, or was used"))
  parties.usedJtis.add(payload.jti ?? "")
  return yield* Effect.promise(() => jose.calculateJwkThumbprint(protectedHeader.jwk!))
})
