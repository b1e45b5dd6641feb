/**
 * The way a protected server finds out whether an access token is good: by its signature, or by asking the issuer. The
 * gate asks for every request, so a verifier keeps what it may. Whom a token is for is said, and the gate compares it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { AccessToken } from "./AccessToken.ts"
import type { TokenRejection } from "./TokenRejection.ts"

/**
 * Verifies tokens (ATK-01).
 *
 * @category services
 * @since 0.1.0
 */
export class TokenVerifier extends Context.Service<TokenVerifier, {
  /** `hash` gives the hash of the token, for a verifier that remembers tokens: who asks may have made it out already. */
  readonly verify: (token: Redacted.Redacted, hash?: () => string) => Effect.Effect<AccessToken, TokenRejection>
}>()("@parley/auth/verifier/TokenVerifier") {}
