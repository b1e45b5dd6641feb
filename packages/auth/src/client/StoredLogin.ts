/**
 * Sees it when somebody else logs in: another client, or another process that shares the store. Nothing is sent, and nothing
 * is written; what is done about it is decided by whoever waits.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { AuthError } from "../AuthError.ts"
import type { TokenStore } from "../store/TokenStore.ts"
import * as Credentials from "./Credentials.ts"

/** How often the store is looked at, in milliseconds: stores tell nobody that something was written. */
const pollMillis = 2_000

/** The version of the tokens for a server; `undefined`: there are none. */
const versionOf = Effect.fnUntraced(function*(
  store: TokenStore["Service"],
  identity: string,
  url: string
): Effect.fn.Return<string | undefined, AuthError> {
  const found = yield* Credentials.readFound(store, Credentials.keyOfFound(identity, url))
  if (found === undefined) return undefined
  const { record, version } = yield* Credentials.read(store, Credentials.keyOfTokens(identity, found.discovered))
  return record?.tokens === undefined ? undefined : version
})

/**
 * Completes once there are tokens for the server at `url` (as `OAuthClient` was given it) that were not there at the beginning.
 * A store that fails is looked at again. Notices within two seconds.
 *
 * @category operations
 * @since 0.1.0
 */
export const next = (store: TokenStore["Service"], identity: string, url: string): Effect.Effect<void> => {
  const look = versionOf(store, identity, url)
  return Effect.gen(function*() {
    let before = yield* Effect.orElseSucceed(look, () => undefined)
    while (true) {
      yield* Effect.sleep(pollMillis)
      const now = yield* Effect.orElseSucceed(look, () => before)
      if (now !== undefined && now !== before) return
      before = now
    }
  })
}
