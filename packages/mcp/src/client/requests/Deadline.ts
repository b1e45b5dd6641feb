/**
 * The stage that gives calls their time limits, and lets their progress be heard. When the time is up, the call is
 * interrupted, which is what cancels it on the wire; what the limits are is decided in `Patience.ts`.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { MetaKey } from "../../schema/Meta.ts"
import type { ProgressNotificationParams } from "../../schema/Progress.ts"
import * as Interlude from "../../transport/Interlude.ts"
import * as TransportError from "../../transport/TransportError.ts"
import type { RequestOptions } from "../Client.ts"
import * as Inbound from "../connection/Inbound.ts"
import * as McpClientError from "../McpClientError.ts"
import type { Call, Send } from "./Call.ts"
import * as Patience from "./Patience.ts"
import * as Waits from "./Waits.ts"

/**
 * The limits of calls that do not say otherwise.
 *
 * @category models
 * @since 0.1.0
 */
export interface Defaults {
  readonly timeout: Duration.Input
  readonly timeoutTotal: Duration.Input | undefined
  /** Whether the transport may stop the clocks of calls (`Interlude.ts`). Default: no. */
  readonly hasInterludes?: boolean | undefined
}

const boundsOf = (defaults: Defaults, options: RequestOptions): Patience.Bounds => {
  const total = options.timeoutTotal ?? defaults.timeoutTotal
  return {
    idleMillis: Duration.toMillis(options.timeout ?? defaults.timeout),
    totalMillis: total === undefined ? undefined : Duration.toMillis(total)
  }
}

/** Why a call failed that was not answered. */
const unanswered = ({ mayHaveRun, patience }: Waits.Wait, method: string, end: Waits.End) =>
  McpClientError.make(
    end === "ClientEnded"
      ? TransportError.make(new TransportError.ConnectionClosed({ mayHaveRun, detail: "the client is at its end" }))
      : new McpClientError.RequestTimeout({ method, timeoutMillis: Patience.limitMillis(patience), mayHaveRun })
  )

/** A call that has begun: until it is left, it is waited for. */
interface Begun {
  readonly wait: Waits.Wait
  readonly answer: ReturnType<Send>
  readonly leave: (exit: Exit.Exit<unknown, unknown>) => void
}

/**
 * Waits for an answer until the time is up. Then, and when nobody waits any more, the call is interrupted. It runs in a
 * fiber of its own, because a fiber that is interrupted can't go on; what is answered at once needs no limit. Nothing comes
 * between the beginning of the call and what sees to its end.
 */
const within = (waits: Waits.Waits, method: string, begin: () => Begun): ReturnType<Send> =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.callback<unknown, McpClientError.McpClientError>((resume) => {
      const { answer, leave, wait } = begin()
      const calling = Effect.runForkWith(context)(answer)
      calling.addObserver((exit) => {
        leave(exit)
        resume(exit)
      })
      if (calling.pollUnsafe() !== undefined) return
      const failed = (end: Waits.End) => Effect.suspend(() => Effect.fail(unanswered(wait, method, end)))
      Waits.limit(waits, wait, (end) => resume(Effect.andThen(Fiber.interrupt(calling), failed(end))))
      return Fiber.interrupt(calling)
    })
  )

/**
 * Progress that does not move forward is dropped (PRG-03, C9). A call that was sent again begins anew.
 */
const forward = (wait: Waits.Wait, offer: (params: ProgressNotificationParams) => void) => {
  let { requestId } = wait
  let last = Number.NEGATIVE_INFINITY
  return (params: ProgressNotificationParams): void => {
    if (requestId !== wait.requestId) last = Number.NEGATIVE_INFINITY
    requestId = wait.requestId
    if (params.progress <= last) return
    last = params.progress
    offer(params)
  }
}

type Heard = (progress: ProgressNotificationParams) => void

/** Lets the progress under a token prolong a call, and hears it, until the returned function is called. */
const hear = (inbound: Inbound.Inbound, wait: Waits.Wait, token: number, heard: Heard | undefined): () => void =>
  Inbound.hearProgress(
    inbound,
    token,
    forward(wait, (params) => {
      Waits.tell(inbound.waits, wait, "Progressed")
      heard?.(params)
    })
  )

const withToken = (call: Call, token: number): Call => {
  const { options } = call
  return { ...call, options: { ...options, meta: { ...options.meta, [MetaKey.progressToken]: token } } }
}

interface Timing {
  readonly bounds: Patience.Bounds
  /** The token of its progress; `undefined` where nothing depends on that. */
  readonly token: number | undefined
  readonly hasInterludes: boolean
}

/** What the transport does before it can send the call is no time of the server's. */
const beginOf = (waits: Waits.Waits, wait: Waits.Wait): Interlude.Begin => () => {
  Waits.tell(waits, wait, "Asked")
  return () => Waits.tell(waits, wait, "Answered")
}

/** Begins a call: it is sent with a token when there is something that its progress changes. */
const begin = (
  inbound: Inbound.Inbound,
  { bounds, hasInterludes, token }: Timing,
  call: Call,
  next: Send,
  heard: Heard | undefined
): Begun => {
  const { waits } = inbound
  const { spent } = call
  const wait = Waits.enter(waits, bounds, spent?.millis)
  const hearNoMore = token === undefined ? undefined : hear(inbound, wait, token, heard)
  const onSent: Call["onSent"] = (id, connected) => {
    Waits.sent(wait, id)
    call.onSent?.(id, connected)
  }
  const onRefused = () => Waits.refused(wait)
  const sent = next({ ...(token === undefined ? call : withToken(call, token)), onSent, onRefused })
  return {
    wait,
    answer: hasInterludes ? Interlude.stopping(sent, beginOf(waits, wait)) : sent,
    leave: (exit) => {
      if (Exit.isFailure(exit)) Waits.dropQuestions(wait)
      Waits.leave(waits, wait)
      if (spent !== undefined && bounds.totalMillis !== undefined) {
        spent.millis = Patience.spentMillis(wait.patience, waits.now())
      }
      hearNoMore?.()
    }
  }
}

const timed =
  (inbound: Inbound.Inbound, timing: Timing, call: Call, next: Send) => (heard: Heard | undefined): ReturnType<Send> =>
    within(inbound.waits, call.method, () => begin(inbound, timing, call, next, heard))

/**
 * Hears progress while a call runs. What came before the answer is heard before this completes, in the listener's own time;
 * a listener that does not keep up loses the oldest.
 */
const listened = (
  inbound: Inbound.Inbound,
  onProgress: NonNullable<RequestOptions["onProgress"]>,
  run: (heard: Heard) => ReturnType<Send>
): ReturnType<Send> =>
  Effect.scoped(Effect.gen(function*() {
    const { progressPendingMax } = inbound.limits
    const queue = yield* Queue.sliding<ProgressNotificationParams, Cause.Done>(progressPendingMax)
    const listener = yield* Effect.forkScoped(Stream.runForEach(Stream.fromQueue(queue), onProgress))
    let dropped = 0
    const result = yield* run((params) => {
      if (Queue.sizeUnsafe(queue) >= progressPendingMax) dropped++
      Queue.offerUnsafe(queue, params)
    })
    if (dropped > 0) yield* Effect.logDebug("Progress was not heard in time and dropped", dropped)
    yield* Queue.end(queue)
    yield* Fiber.join(listener)
    return result
  }))

/**
 * Sends calls within their time limits. A call that may be prolonged by progress, or whose progress is to be heard, asks
 * for it under a token of its own (PRG-02).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make =
  (inbound: Inbound.Inbound, defaults: Defaults, nextToken: () => number, next: Send): Send => (call) => {
    const { onProgress } = call.options
    const bounds = boundsOf(defaults, call.options)
    const token = onProgress === undefined && bounds.totalMillis === undefined ? undefined : nextToken()
    const run = timed(inbound, { bounds, token, hasInterludes: defaults.hasInterludes === true }, call, next)
    return onProgress === undefined ? run(undefined) : listened(inbound, onProgress, run)
  }
