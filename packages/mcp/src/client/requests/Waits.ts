/**
 * The calls that a client waits for, with what is left of its patience. What the server sends meanwhile changes that:
 * progress, and questions that hold the clock. The rules are those of `Patience.ts`; this keeps the states, and one alarm
 * for all calls, set for the first that can run out of time: most calls are answered long before, and none of them should
 * pay for a timer of its own.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { RequestId } from "../../jsonrpc/Message.ts"
import * as Patience from "./Patience.ts"

/**
 * One call that is waited for. Only the functions of this file write to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wait {
  patience: Patience.Patience
  /** The request that it is on the wire, once it is; another one when it is sent again. */
  requestId: RequestId | undefined
  /** Whether it was sent, and not refused with certainty since. */
  mayHaveRun: boolean
  /** Called once, when nothing is waited for any more. */
  expire: ((end: End) => void) | undefined
  /** What drops the questions that the server asks for the sake of this call alone; there once it has asked one. */
  drops: Set<() => void> | undefined
}

/**
 * Why a call that was not answered is waited for no longer: its time is up, or the client is at its end.
 *
 * @category models
 * @since 0.1.0
 */
export type End = "TimeIsUp" | "ClientEnded"

/**
 * All calls of a client that are waited for. Only the functions of this file write to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Waits {
  readonly active: Set<Wait>
  /** Milliseconds of the client's clock. */
  readonly now: () => number
  /** Runs the alarm, as long as the client lives. */
  readonly fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  /** When the alarm goes off; `Infinity` while none is set. */
  alarmAt: number
  alarm: Fiber.Fiber<void> | undefined
  /** The client is at its end: nothing is waited for any more. */
  hasEnded: boolean
}

/**
 * Nothing is waited for yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (now: Waits["now"], fork: Waits["fork"]): Waits => ({
  active: new Set(),
  now,
  fork,
  alarmAt: Infinity,
  alarm: undefined,
  hasEnded: false
})

/**
 * What is nearer than this is now, in milliseconds: sums of times that are no whole milliseconds miss each other by less,
 * and sleeping for as little as that is not sleeping at all.
 */
const toleranceMillis = 0.001

const expire = (wait: Wait, end: End): void => {
  const { expire } = wait
  wait.expire = undefined
  expire?.(end)
}

/** When the time of a call is up; `Infinity` while nothing runs out. What has run out is told so, once. */
const dueAt = (wait: Wait, now: number): number => {
  const remaining = wait.expire === undefined ? undefined : Patience.remainingMillis(wait.patience, now)
  if (remaining === undefined) return Infinity
  if (remaining > toleranceMillis) return now + remaining
  expire(wait, "TimeIsUp")
  return Infinity
}

/** Sees to it that the alarm goes off by then. One that was set for later is set again; it never is for now. */
const setAlarm = (waits: Waits, at: number): void => {
  if (at >= waits.alarmAt) return
  waits.alarm?.interruptUnsafe()
  waits.alarmAt = at
  waits.alarm = waits.fork(Effect.andThen(Effect.sleep(at - waits.now()), Effect.sync(() => ring(waits))))
}

/** Gives up what has run out of time, and sets the alarm for what runs out next. */
const ring = (waits: Waits): void => {
  // First of all: whoever is told that the time is up may set the alarm for others.
  waits.alarm = undefined
  waits.alarmAt = Infinity
  const now = waits.now()
  let next = Infinity
  for (const wait of waits.active) next = Math.min(next, dueAt(wait, now))
  setAlarm(waits, next)
}

const arm = (waits: Waits, wait: Wait): void => setAlarm(waits, dueAt(wait, waits.now()))

/**
 * Waits for one more call, until {@link leave}; without limits for it unless {@link limit} is called.
 *
 * @category operations
 * @since 0.1.0
 */
export const enter = ({ active, now }: Waits, bounds: Patience.Bounds, spentMillis?: number): Wait => {
  const patience = Patience.start(bounds, now(), spentMillis)
  const wait: Wait = { patience, requestId: undefined, mayHaveRun: false, expire: undefined, drops: undefined }
  active.add(wait)
  return wait
}

/**
 * Calls `onEnd` when the time of a call is up, or the client at its end.
 *
 * @category operations
 * @since 0.1.0
 */
export const limit = (waits: Waits, wait: Wait, onEnd: (end: End) => void): void => {
  wait.expire = onEnd
  if (waits.hasEnded) return expire(wait, "ClientEnded")
  arm(waits, wait)
}

/**
 * The client is at its end: no call is waited for any more, nor is any that comes later.
 *
 * @category operations
 * @since 0.1.0
 */
export const end = (waits: Waits): void => {
  waits.hasEnded = true
  for (const wait of waits.active) expire(wait, "ClientEnded")
}

/**
 * The call was sent as this request.
 *
 * @category operations
 * @since 0.1.0
 */
export const sent = (wait: Wait, requestId: RequestId): void => {
  wait.requestId = requestId
  wait.mayHaveRun = true
}

/**
 * It is certain that the call has not run so far.
 *
 * @category operations
 * @since 0.1.0
 */
export const refused = (wait: Wait): void => {
  wait.mayHaveRun = false
}

/**
 * The call is over.
 *
 * @category operations
 * @since 0.1.0
 */
export const leave = ({ active }: Waits, wait: Wait): void => {
  wait.expire = undefined
  active.delete(wait)
}

/**
 * The call will have no result: nobody needs to answer what the server asks for its sake.
 *
 * @category operations
 * @since 0.1.0
 */
export const dropQuestions = ({ drops }: Wait): void => {
  for (const drop of drops ?? []) drop()
}

/**
 * Something happens to a call.
 *
 * @category operations
 * @since 0.1.0
 */
export const tell = (waits: Waits, wait: Wait, event: Patience.Event): void => {
  wait.patience = Patience.step(wait.patience, event, waits.now())
  if (event === "Answered") arm(waits, wait)
}

/**
 * The server asks something, which is answered when the returned function is called. It asks for the sake of the call on
 * whose stream the question came; where that is not known, any call in flight may be the one, and all of them wait (TMO-05).
 * Where it is known, and will have no result, `drop` is called.
 *
 * @category operations
 * @since 0.1.0
 */
export const hold = (waits: Waits, during: RequestId | undefined, drop: () => void): () => void => {
  const all = Array.from(waits.active)
  const own = during === undefined ? [] : all.filter(({ requestId }) => requestId === during)
  const held = own.length === 0 ? all : own
  for (const wait of held) tell(waits, wait, "Asked")
  for (const wait of own) (wait.drops ??= new Set()).add(drop)
  return () => {
    for (const wait of held) tell(waits, wait, "Answered")
    for (const { drops } of own) drops?.delete(drop)
  }
}
