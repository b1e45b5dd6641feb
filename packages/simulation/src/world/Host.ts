/**
 * A host in a world: what lives on it has a clock, chance and cryptography of its own, and what it logs and what its
 * handlers say goes into the history. It counts what is on it. What runs on it, and when it is up, is not decided here.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import type { History } from "../history/History.ts"
import { Journal } from "../history/Journal.ts"
import * as Kernel from "../kernel/Kernel.ts"
import type { VirtualClock } from "../kernel/VirtualClock.ts"

/**
 * What is on a host.
 *
 * @category models
 * @since 0.1.0
 */
export interface Counts {
  fibers: number
  /** Sessions that stores keep. */
  sessions: number
  /** Sessions of which events are kept. */
  logs: number
  /** Those who listen on the bus. */
  listeners: number
}

/**
 * A host.
 *
 * @category models
 * @since 0.1.0
 */
export interface Host {
  readonly name: string
  readonly clock: VirtualClock
  /** What everything on it runs in: references only. */
  readonly context: Context.Context<never>
  readonly counts: Counts
  /** What was on it when its program had come up, and nobody had asked anything of it. */
  idle: Readonly<Counts>
  /** Whether what it says still counts: nothing that went down says anything. Changed by whoever brings it up or down. */
  isUp: boolean
}

/** Objects as JSON, and what is none in the words of JavaScript. Neither has anything in it that changes from run to run. */
const textOf = (part: unknown): string => {
  if (typeof part === "string") return part
  if (Predicate.isError(part)) return `${part.name}: ${part.message}`
  return JSON.stringify(part) ?? String(part)
}

/** A logger that writes into the history. Stacks and fibers' ids are left out: they are not the world's. */
const loggerOf = (history: History, host: () => Host): Logger.Logger<unknown, void> =>
  Logger.make(({ cause, logLevel, message }) => {
    const { isUp, name } = host()
    if (!isUp) return
    const parts = (Array.isArray(message) ? message : [message]).map(textOf)
    const why = cause.reasons.length === 0 ? [] : [textOf(Cause.squash(cause))]
    history.add({ _tag: "Noted", host: name, text: [`${logLevel}:`, ...parts, ...why].join(" ") })
  })

/**
 * A host, which is not up yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (kernel: Kernel.Kernel, history: History, name: string): Host => {
  const { clock, context } = Kernel.surroundings(kernel, name)
  const counts: Counts = { fibers: 0, sessions: 0, logs: 0, listeners: 0 }
  const own = (): Host => host
  const host: Host = {
    name,
    clock,
    counts,
    idle: { ...counts },
    isUp: false,
    // All of these are references: whoever is given them needs none of them.
    context: context.pipe(
      Context.add(Journal, (key, detail) => {
        if (!host.isUp) return
        history.add({ _tag: "Ran", host: name, key, ...(detail === undefined ? {} : { detail }) })
      }),
      Context.add(Logger.CurrentLoggers, new Set([loggerOf(history, own)])),
      Context.add(Metric.FiberRuntimeMetrics, {
        recordFiberStart: () => void (counts.fibers += 1),
        recordFiberEnd: () => void (counts.fibers -= 1)
      })
    ) as Context.Context<never>
  }
  return host
}
