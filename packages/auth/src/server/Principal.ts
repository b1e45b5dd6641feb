/**
 * Who calls a protected server: what its verified token says, and one text that stands for the caller wherever something
 * is kept for it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { AccessToken } from "../verifier/AccessToken.ts"

/**
 * A caller that has proven who it is. It has no token: what a handler does not have, it cannot hand on (ATK-08).
 *
 * @category models
 * @since 0.1.0
 */
export interface Principal extends AccessToken {
  /** The same for all tokens of a caller, and no other caller's: what is kept for the caller is kept under it. */
  readonly id: string
}

/**
 * The text for a caller: who issued the token, and whom it names (SSH-05). It is JSON, so that no issuer or subject can
 * be chosen to look like two others; and a client that acts for itself is not the user of the same name. `undefined`: the
 * token names nobody.
 *
 * @category constructors
 * @since 0.1.0
 */
export const idOf = ({ clientId, issuer, subject }: AccessToken): string | undefined =>
  subject !== undefined
    ? JSON.stringify([issuer, "subject", subject])
    : clientId !== undefined
    ? JSON.stringify([issuer, "client", clientId])
    : undefined

/**
 * The text for the caller with a token that names nobody, by the hash of the token: whoever comes with another token is
 * another caller.
 *
 * @category constructors
 * @since 0.1.0
 */
export const idOfToken = ({ issuer }: AccessToken, hash: string): string => JSON.stringify([issuer, "token", hash])

/**
 * A request that a gate has let in. Only gates make it, so that nothing else in a context passes for it.
 *
 * @category services
 * @since 0.1.0
 */
export class Admitted extends Context.Service<Admitted, {
  readonly principal: Principal
  /** Whether the token has these scopes, or others that include them. */
  readonly has: (scopes: ReadonlyArray<string>) => boolean
}>()("@parley/auth/server/Principal/Admitted") {}
