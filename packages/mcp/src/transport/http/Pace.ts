/**
 * When a stream that broke is taken up again: when the server says, or else by a schedule, which begins anew as soon as
 * something has come. Whether it is taken up at all is decided elsewhere.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type { TransportError } from "../TransportError.ts"
import * as EventCursor from "./EventCursor.ts"

/** The delay to the next attempt; done when there is to be none. */
type Step = (now: number, input: TransportError) => Pull.Pull<[unknown, Duration.Duration], never, unknown>

/** By how much of itself a delay is prolonged at most, so that those whom a server has lost together come back apart. */
const spreadMax = 0.25

/**
 * How far a schedule has got since anything was last heard.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pace {
  readonly schedule: Schedule.Schedule<unknown, TransportError>
  step: Step | undefined
}

/** A server that wants to be asked again at once is asked no more often than this, in milliseconds. */
const delayMillisMin = 100

/**
 * A pace by a schedule, from its beginning.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (schedule: Schedule.Schedule<unknown, TransportError>): Pace => ({ schedule, step: undefined })

/**
 * The `Retry-After` of a refusal, in milliseconds: it gives seconds, or a date. At most an hour; `undefined` without one.
 *
 * @category getters
 * @since 0.1.0
 */
export const retryAfterMillis = ({ reason }: TransportError, now: number): number | undefined => {
  if (reason._tag !== "HttpStatus" || reason.retryAfter === undefined) return undefined
  const { retryAfter } = reason
  const millis = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - now
  return Number.isFinite(millis) ? Math.min(Math.max(0, millis), EventCursor.retryMillisMax) : undefined
}

/**
 * Waits until the next attempt is due. False at once when there is to be none. The first attempt comes when the server
 * says (HTL-04); those that follow without success come no sooner than the schedule says, and up to a quarter later.
 *
 * @category operations
 * @since 0.1.0
 */
export const wait = Effect.fnUntraced(function*(
  pace: Pace,
  cursor: EventCursor.EventCursor,
  lost: TransportError
): Effect.fn.Return<boolean> {
  if (cursor.hasHeard) pace.step = undefined
  const isFirst = pace.step === undefined
  const step: Step = pace.step ?? (yield* Schedule.toStep(pace.schedule))
  pace.step = step
  const now = yield* Clock.currentTimeMillis
  const scheduled = yield* Effect.map(step(now, lost), ([, delay]) => Duration.toMillis(delay)).pipe(
    Pull.catchDone(() => Effect.succeed(undefined))
  )
  if (scheduled === undefined) return false
  const asked = retryAfterMillis(lost, now) ?? cursor.retryMillis
  const due = asked === undefined ? scheduled : isFirst ? asked : Math.max(asked, scheduled)
  const spread = isFirst ? 0 : spreadMax * (yield* Random.next)
  yield* Effect.sleep(Math.max(due, delayMillisMin) * (1 + spread))
  return true
})
