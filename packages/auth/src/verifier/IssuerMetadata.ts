/**
 * The metadata of an issuer that a protected server trusts, for whatever its verifiers have to ask there. Which issuers are
 * trusted is said by the operator, and never by a token.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Result from "effect/Result"
import { AuthLimits } from "../AuthLimits.ts"
import * as GuardedHttpClient from "../http/GuardedHttpClient.ts"
import { AuthorizationServerMetadata } from "../metadata/AuthorizationServerMetadata.ts"
import * as Document from "../metadata/Document.ts"
import * as WellKnown from "../metadata/WellKnown.ts"
import { TokenRejection } from "./TokenRejection.ts"
import { VerifierLimits } from "./VerifierLimits.ts"

const kind = Document.kind(AuthorizationServerMetadata, "issuer")

/**
 * It could not be found out whether a token is good.
 *
 * @category constructors
 * @since 0.1.0
 */
export const unavailable = (detail: string): TokenRejection => new TokenRejection({ problem: "Unavailable", detail })

/**
 * Asks an issuer for its metadata, at the places where it may be, in order. A document of somebody else, by its `issuer`, is
 * none (RFC 8414, 3.3).
 *
 * @category operations
 * @since 0.1.0
 */
export const get = (
  issuer: string
): Effect.Effect<AuthorizationServerMetadata, TokenRejection, HttpClient.HttpClient> =>
  Effect.gen(function*() {
    if (!URL.canParse(issuer)) return yield* unavailable("the issuer that is trusted is no URL")
    const outcomes: Array<string> = []
    for (const url of WellKnown.authorizationServer(new URL(issuer))) {
      const found = yield* Document.get(url, {}, kind)
      if (Result.isSuccess(found) && found.success.issuer === issuer) return found.success
      outcomes.push(`${url}: ${Result.isSuccess(found) ? "it is of another issuer" : found.failure.outcome}`)
    }
    return yield* unavailable(`the issuer has no metadata (${outcomes.join("; ")})`)
  })

const hostsOf = (urls: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  urls.flatMap((url) => url !== undefined && URL.canParse(url) ? [new URL(url).hostname] : [])

/**
 * The HTTP client that a verifier asks an issuer with: guarded, within the time that `VerifierLimits` allow. The hosts of
 * URLs that the operator gave count as named.
 *
 * @category constructors
 * @since 0.1.0
 */
export const client = (
  given: ReadonlyArray<string | undefined>
): Effect.Effect<HttpClient.HttpClient, never, HttpClient.HttpClient> =>
  Effect.gen(function*() {
    const { requestMillisMax } = yield* VerifierLimits
    const limits = yield* AuthLimits
    return yield* Effect.provideService(GuardedHttpClient.make({ named: hostsOf(given) }), AuthLimits, {
      ...limits,
      requestMillisMax: Math.min(limits.requestMillisMax, requestMillisMax)
    })
  })
