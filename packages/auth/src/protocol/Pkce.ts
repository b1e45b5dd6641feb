/**
 * Proof Key for Code Exchange (RFC 7636), with S256 only: the code of an authorization response is worth nothing without
 * the verifier, which never leaves this client but for the token endpoint.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as oauth from "oauth4webapi"
import * as AuthError from "../AuthError.ts"
import { AllowUnadvertisedPkce } from "../InsecureAllowances.ts"
import type { AuthorizationServerMetadata } from "../metadata/AuthorizationServerMetadata.ts"

/**
 * A verifier, and the challenge that it is the answer to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pkce {
  readonly verifier: Redacted.Redacted
  readonly challenge: string
}

/**
 * The challenge of a verifier: its SHA-256, in base64url.
 *
 * @category hashing
 * @since 0.1.0
 */
export const challengeOf = (verifier: Redacted.Redacted): Effect.Effect<string> =>
  Effect.promise(() => oauth.calculatePKCECodeChallenge(Redacted.value(verifier)))

/**
 * A new pair, of 256 random bits (ARQ-08, ARQ-10).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Pkce> = Effect.gen(function*() {
  const verifier = Redacted.make(yield* Effect.sync(oauth.generateRandomCodeVerifier), { label: "code verifier" })
  return { verifier, challenge: yield* challengeOf(verifier) }
})

/**
 * Fails with `Unsupported` where the authorization server does not say that it supports S256 (ARQ-09, ARQ-11), unless
 * `AllowUnadvertisedPkce` says that a server that says nothing at all will do.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = Effect.fnUntraced(function*(
  metadata: AuthorizationServerMetadata
): Effect.fn.Return<void, AuthError.AuthError> {
  const methods = metadata.code_challenge_methods_supported
  if (methods?.includes("S256") === true) return
  if (methods === undefined && (yield* AllowUnadvertisedPkce)) return
  return yield* Effect.fail(
    AuthError.make(new AuthError.Unsupported({ issuer: metadata.issuer, lacking: "PKCE with S256" }))
  )
})
