/**
 * When to try again what a server has ended or refused for the time being: after about a second, then two, four and so on,
 * up to half a minute, each time a little earlier than that by chance, so that the clients of a server that restarts do
 * not come back all at once; later where the server asks for it (`Retry-After`). What has worked for a while begins anew.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Uptime from "../../session/Uptime.ts"
import * as Outage from "../connection/Outage.ts"
import type { McpClientError } from "../McpClientError.ts"

const firstMillis = 1_000

/**
 * The longest wait between two attempts, in milliseconds.
 *
 * @category constants
 * @since 0.1.0
 */
export const longestMillis = 30_000

/** What has worked as long as this was good. */
const stableMillis = 10_000

/** Whether another attempt may go better. A server that is there, and does not know what it is asked, will not learn it. */
const isPassing = (error: McpClientError): boolean =>
  Outage.isPassing(error) &&
  !(error.reason._tag === "TransportError" && error.reason.reason._tag === "InvalidAnswer")

/**
 * Runs an effect again and again, with the waits between; it ends when the effect fails with what does not pass.
 *
 * @category operations
 * @since 0.1.0
 */
export const forever = Effect.fnUntraced(function*(
  attempt: Effect.Effect<void, McpClientError>
): Effect.fn.Return<never, McpClientError> {
  let delayMillis = firstMillis
  while (true) {
    const begun = yield* Uptime.millis
    const error = yield* Effect.catch(
      Effect.as(attempt, undefined),
      (error) => isPassing(error) ? Effect.succeed(error) : Effect.fail(error)
    )
    if ((yield* Uptime.millis) - begun >= stableMillis) delayMillis = firstMillis
    const asked = error === undefined ? undefined : Outage.askedMillis(error, yield* Clock.currentTimeMillis)
    yield* Effect.sleep(Math.max(delayMillis * (0.75 + 0.25 * (yield* Random.next)), asked ?? 0))
    delayMillis = Math.min(2 * delayMillis, longestMillis)
  }
})
