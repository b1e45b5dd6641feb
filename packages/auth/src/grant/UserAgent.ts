/**
 * The way to a person: shows an authorization URL, and receives the redirect that comes back. A desktop program opens a
 * browser and listens on loopback; a web application redirects its own page. Without this service nobody is asked, and
 * whatever needs consent fails with `ConsentRequired`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { AuthError } from "../AuthError.ts"

/**
 * Waits for one redirect.
 *
 * @category models
 * @since 0.1.0
 */
export interface RedirectReceiver {
  /** Where the person is to be sent back: https, or loopback (ARQ-13). */
  readonly redirectUri: string
  /**
   * Shows the URL of the authorization request, and gives the whole URL that the person was sent back to. Whether that is
   * an answer to this request is not its affair. The URL has been checked: it is http(s), and of the authorization
   * server. The one that is given is to be where the person really arrived, since at another redirect URI than this one's
   * it is the answer of another issuer.
   *
   * What the answer is held against, issuer, verifier and state, is in the memory of the fiber that waits here, and nowhere
   * else (ARQ-15). A web application whose redirects may arrive at another of its processes hands the URL on to the one
   * that waits, which it finds by the `state` in both URLs; when that process has ended, the person is asked again. The
   * `state` says that this is an answer to this request, not whose: take it from the browser session only that was sent
   * away, or somebody may be made to consent to what another one asked for (RFC 6749, 10.12).
   */
  readonly authorize: (url: URL) => Effect.Effect<URL, AuthError>
}

/**
 * For whose answer is to be received, and where.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked {
  /** The issuer that the person is sent to. */
  readonly issuer: string
  /**
   * The redirect URI of an earlier time, which is registered already, or the one that the client was given; it is used again
   * where that is possible.
   */
  readonly preferred: string | undefined
  /**
   * Whether the redirect URI was settled beforehand, in a registration by hand or in a metadata document. Where it was not,
   * the client registers with this issuer whatever is opened: it is to be one that no other issuer has, so that an
   * answer of another issuer that does not say whose it is arrives elsewhere (RFC 9700, 4.4.2.2).
   */
  readonly isFixed: boolean
}

/**
 * Asks a person.
 *
 * @category services
 * @since 0.1.0
 */
export class UserAgent extends Context.Service<UserAgent, {
  /** Gets ready to receive, for as long as the scope is open. */
  readonly open: (asked: Asked) => Effect.Effect<RedirectReceiver, AuthError, Scope.Scope>
}>()("@parley/auth/grant/UserAgent") {}

/**
 * Asks one thing at a time: whoever comes while a person is asked waits for their turn, before the time for consent begins.
 *
 * @category combinators
 * @since 0.1.0
 */
export const oneAtATime = (agent: UserAgent["Service"]): Effect.Effect<UserAgent["Service"]> =>
  Effect.map(Semaphore.make(1), (turn) => ({
    open: (asked) => Effect.andThen(Semaphore.takeScoped(turn, 1), agent.open(asked))
  }))
