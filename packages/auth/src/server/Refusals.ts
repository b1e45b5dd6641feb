/**
 * The answers of a protected server to those that it does not let in, or does not let do what they want: status,
 * challenge and a short error (ATK-05, ATK-06, ATK-10). Nothing here tells more than a caller may know.
 *
 * @since 0.1.0
 */
import * as ErrorCode from "@parley/mcp/jsonrpc/ErrorCode"
import { RpcError } from "@parley/mcp/jsonrpc/RpcError"
import * as HttpAdmission from "@parley/mcp/session/HttpAdmission"
import * as ScopeSet from "../token/ScopeSet.ts"
import * as Challenge from "./Challenge.ts"
import type { Resource } from "./Resource.ts"
import * as Scopes from "./Scopes.ts"

/**
 * The codes of the errors, where the answer is JSON-RPC. They are those of HTTP: what JSON-RPC reserves is not used.
 *
 * @category constants
 * @since 0.1.0
 */
export const Code = { unauthorized: 401, forbidden: 403, tooManyRequests: 429, unavailable: 503 } as const

/** Under this name an error tells a program which scopes it takes; the same is in the challenge, where there is one. */
const scopesKey = "dev.parley/scopes"

const toRefusal = (
  status: number,
  code: number,
  message: string,
  headers: { readonly [name: string]: string }
): HttpAdmission.Refusal => ({ ...HttpAdmission.refuse(status, new RpcError({ code, message })), headers })

const challenged = (
  resource: Resource,
  status: number,
  code: number,
  message: string,
  problem?: Challenge.Problem
): HttpAdmission.Refusal =>
  toRefusal(status, code, message, {
    "www-authenticate": Challenge.header(resource.challenges, resource.requiredScopes, problem)
  })

/**
 * For a caller that has shown nothing: no error, only the way in (RFC 6750, 3.1).
 *
 * @category refusals
 * @since 0.1.0
 */
export const unauthenticated = (resource: Resource): HttpAdmission.Refusal =>
  challenged(resource, 401, Code.unauthorized, "Authorization is required")

/**
 * For a credential that is none.
 *
 * @category refusals
 * @since 0.1.0
 */
export const malformed = (resource: Resource, scheme: Challenge.Scheme, description: string): HttpAdmission.Refusal =>
  challenged(resource, 400, ErrorCode.InvalidRequest, description, { scheme, error: "invalid_request", description })

/**
 * For a token that is not good here.
 *
 * @category refusals
 * @since 0.1.0
 */
export const invalidToken = (
  resource: Resource,
  scheme: Challenge.Scheme,
  description: string
): HttpAdmission.Refusal =>
  challenged(resource, 401, Code.unauthorized, description, { scheme, error: "invalid_token", description })

/**
 * For a proof that is missing or wrong, or lacks a nonce (XDP-09).
 *
 * @category refusals
 * @since 0.1.0
 */
export const invalidProof = (
  resource: Resource,
  error: "invalid_dpop_proof" | "use_dpop_nonce",
  nonce: string | undefined
): HttpAdmission.Refusal => {
  const description = error === "use_dpop_nonce"
    ? "The proof must have a nonce of this server"
    : "The proof is not valid"
  const refusal = challenged(resource, 401, Code.unauthorized, description, { scheme: "DPoP", error, description })
  return nonce === undefined ? refusal : { ...refusal, headers: { ...refusal.headers, "dpop-nonce": nonce } }
}

const retryAfter = (millis: number): string => String(Math.max(1, Math.ceil(millis / 1_000)))

/**
 * For somebody who has failed too often.
 *
 * @category refusals
 * @since 0.1.0
 */
export const tooManyAttempts = (waitMillis: number): HttpAdmission.Refusal =>
  toRefusal(429, Code.tooManyRequests, "Too many failed attempts; try again later", {
    "retry-after": retryAfter(waitMillis)
  })

/** How long to wait when a token cannot be verified, in milliseconds. */
const unavailableMillis = 5_000

/**
 * For a token of which it cannot be found out whether it is good: the fault is not the caller's.
 *
 * @category refusals
 * @since 0.1.0
 */
export const unavailable: HttpAdmission.Refusal = toRefusal(
  503,
  Code.unavailable,
  "Tokens cannot be verified at the moment; try again later",
  { "retry-after": retryAfter(unavailableMillis) }
)

/**
 * For a token with too little: 403, and all scopes that it takes (ASC-01 to ASC-05). It is an error of the request, so
 * that a policy in the midst of a server may fail with it.
 *
 * @category errors
 * @since 0.1.0
 */
export const insufficientScope = (
  resource: Resource,
  scheme: Challenge.Scheme,
  granted: ReadonlyArray<string>,
  required: ReadonlyArray<string>
): RpcError => {
  const description = "The token lacks a scope that this needs"
  const scopes = Scopes.toAskFor(granted, ScopeSet.union(resource.requiredScopes, required))
  const problem = { scheme, error: "insufficient_scope", description } as const
  return new RpcError({
    code: Code.forbidden,
    message: description,
    data: { [scopesKey]: scopes },
    http: { status: 403, headers: { "www-authenticate": Challenge.header(resource.challenges, scopes, problem) } }
  })
}

/**
 * An error of a request as the refusal of a gate.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromError = (error: RpcError): HttpAdmission.Refusal => ({
  ...HttpAdmission.refuse(error.http?.status ?? 403, error),
  ...(error.http === undefined ? {} : { headers: error.http.headers })
})

/**
 * A refusal as the error of a request: for what is found out in the midst of a server.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toError = ({ error, headers = {}, status }: HttpAdmission.Refusal): RpcError =>
  new RpcError({ code: error.code, message: error.message, http: { status, headers } })
