/**
 * How long a call may still take, as a pure machine. Progress moves the end of the wait forward, up to a total that
 * nothing moves (TMO-04). While the client answers a question that the server asked for the sake of the call, the clock
 * stands still: a user who takes time must not be what the call runs out of (TMO-05). Times are milliseconds of one clock.
 *
 * @since 0.1.0
 */

/**
 * The limits of one call, in milliseconds; `Infinity` is none.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bounds {
  /** How long nothing may be heard of the call. */
  readonly idleMillis: number
  /** How long it may take altogether. Without it, progress moves nothing. */
  readonly totalMillis: number | undefined
}

/**
 * A call that is waited for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Patience {
  readonly bounds: Bounds
  /** When it has been idle for too long; shifted by every pause. */
  readonly idleAt: number
  /** When it has taken too long altogether; shifted by every pause. */
  readonly totalAt: number
  /** How many questions of the server are being answered for it. */
  readonly questions: number
  /** Since when the clock stands still; `undefined` while it runs. */
  readonly pausedAt: number | undefined
}

/**
 * What happens to a call while it is waited for: it is heard of, or the server begins or ends to wait for an answer of the
 * client.
 *
 * @category models
 * @since 0.1.0
 */
export type Event = "Progressed" | "Asked" | "Answered"

/**
 * The state of a call that is sent now. What it has spent of its total before, in earlier rounds of the same call, is gone.
 *
 * @category machine
 * @since 0.1.0
 */
export const start = (bounds: Bounds, now: number, spentMillis = 0): Patience => ({
  bounds,
  idleAt: now + bounds.idleMillis,
  totalAt: now + (bounds.totalMillis === undefined ? bounds.idleMillis : bounds.totalMillis - spentMillis),
  questions: 0,
  pausedAt: undefined
})

const resume = (state: Patience, now: number): Patience => {
  const paused = state.pausedAt === undefined ? 0 : now - state.pausedAt
  return { ...state, questions: 0, pausedAt: undefined, idleAt: state.idleAt + paused, totalAt: state.totalAt + paused }
}

/**
 * The state after an event. An answer to nothing changes nothing.
 *
 * @category machine
 * @since 0.1.0
 */
export const step = (state: Patience, event: Event, now: number): Patience => {
  const { bounds, pausedAt, questions } = state
  switch (event) {
    case "Progressed":
      return bounds.totalMillis === undefined ? state : { ...state, idleAt: (pausedAt ?? now) + bounds.idleMillis }
    case "Asked":
      return { ...state, questions: questions + 1, pausedAt: pausedAt ?? now }
    case "Answered":
      return questions > 1 ? { ...state, questions: questions - 1 } : resume(state, now)
  }
}

/**
 * How long to wait before looking again: zero or less when the time is up, `undefined` while the clock stands still.
 *
 * @category queries
 * @since 0.1.0
 */
export const remainingMillis = ({ idleAt, pausedAt, totalAt }: Patience, now: number): number | undefined =>
  pausedAt === undefined ? Math.min(idleAt, totalAt) - now : undefined

/**
 * How much of the total is spent, in milliseconds; zero where there is none.
 *
 * @category queries
 * @since 0.1.0
 */
export const spentMillis = ({ bounds: { totalMillis = Infinity }, pausedAt, totalAt }: Patience, now: number): number =>
  totalMillis === Infinity ? 0 : totalMillis - (totalAt - (pausedAt ?? now))

/**
 * The limit that ran out, or that will first, in milliseconds.
 *
 * @category queries
 * @since 0.1.0
 */
export const limitMillis = ({ bounds, idleAt, totalAt }: Patience): number =>
  totalAt <= idleAt ? bounds.totalMillis ?? bounds.idleMillis : bounds.idleMillis
