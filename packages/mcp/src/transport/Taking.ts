/**
 * How long a server may take to take what is sent to it without an answer to wait for: notifications, and answers to its
 * own requests. Requests are not limited here; whoever waits for their answers knows for how long.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Interlude from "./Interlude.ts"
import * as TransportError from "./TransportError.ts"

/** In milliseconds: a notification is not worth more, and whoever sends it must not wait for ever. */
const millisMax = 30_000

const timedOut = TransportError.make(
  new TransportError.Unreachable({ detail: "the server did not take a message in time", mayHaveRun: true })
)

/**
 * Fails with `Unreachable` when sending takes too long: 30 seconds, unless the limit is another, in milliseconds.
 *
 * @category limits
 * @since 0.1.0
 */
export const inTime = <A>(
  sending: Effect.Effect<A, TransportError.TransportError>,
  millis = millisMax
): Effect.Effect<A, TransportError.TransportError> =>
  Interlude.timeoutOrElse(sending, millis, () => Effect.fail(timedOut))
