/**
 * Listens for updates of a resource while it is changed: whoever listens hears of a change, however often the connection is
 * lost meanwhile, as long as it comes back in the end.
 *
 * @since 0.1.0
 */
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { Checker, Watch } from "../checker/Checker.ts"
import type { Ended, Event } from "../history/Event.ts"
import type { Chance } from "../kernel/Chance.ts"
import type { User } from "../world/World.ts"
import type { Workload } from "./Workload.ts"

/**
 * What is listened for, and how it comes about.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Draws the URI of a resource. */
  readonly uri: (chance: Chance, key: string) => string
  /** Changes the resource, so that the server tells of it. It may fail; it is done again. */
  readonly change: (user: User, uri: string) => Effect.Effect<unknown, McpClientError>
}

/** How many times the resource is changed before its user takes it that nothing will be heard. */
const triesMax = 20

/** How long a change may take to be heard of, in milliseconds. */
const hearingMillis = 4_000

const silent = "nothing was heard"

/** How long after the last fault everything should be in place again, in milliseconds. */
const calmMillis = 20_000

interface Input {
  readonly uri: string
  /** How often a change is to be heard of, on the same subscription. Default: once. */
  readonly times?: number
  /** How long nothing is changed in between, in milliseconds: what goes wrong then is not noticed at once. */
  readonly pauseMillis?: number
}

/** Changes the resource until it is heard of, again and again; gives how many changes that took, or that nothing was heard. */
const listen = (
  options: Options,
  user: User,
  { pauseMillis = 0, times = 1, uri }: Input
): Effect.Effect<number | typeof silent, McpClientError> =>
  Effect.gen(function*() {
    let heard = 0
    let wake = (): void => undefined
    const listening = yield* Effect.forkScoped(
      Stream.runForEach(user.client.resourceUpdates(uri), ({ cause }) =>
        Effect.sync(() => {
          // That it is listened for from now on says nothing of a change.
          if (cause !== "Changed") return
          heard += 1
          wake()
        })),
      { startImmediately: true }
    )
    const hears = (count: number): Effect.Effect<void> =>
      Effect.callback((resume) => {
        if (heard >= count) return resume(Effect.void)
        wake = () => resume(Effect.void)
      })
    let all = 0
    for (let time = 1; time <= times; time++) {
      if (time > 1) yield* Effect.sleep(pauseMillis)
      const count = heard + 1
      const isHeard = (): boolean => heard >= count
      for (let tries = 1; !isHeard(); tries++) {
        if (tries > triesMax) return silent
        all += 1
        // Either fails, now and then, while faults are in force.
        yield* Effect.exit(options.change(user, uri))
        yield* Effect.timeoutOption(hears(count), hearingMillis)
        const exit = listening.pollUnsafe()
        if (exit !== undefined && Exit.isFailure(exit)) return yield* Effect.failCause(exit.cause)
      }
    }
    return all
  }).pipe(Effect.scoped)

const watch = (): Watch => {
  const inForce = new Set<string>()
  let calmSince = 0
  const notice = (event: Event): void => {
    if (event._tag !== "Struck" && event._tag !== "Healed" && event._tag !== "Down" && event._tag !== "Up") return
    const what = "fault" in event ? `${event.on} ${event.fault._tag}` : event.host
    // A cut is over at once.
    if (event._tag === "Down" || (event._tag === "Struck" && event.fault._tag !== "Cut")) inForce.add(what)
    else inForce.delete(what)
    calmSince = event.atMillis
  }
  const judge = ({ detail, key }: Ended, nowMillis: number): string | undefined =>
    detail === silent && inForce.size === 0 && nowMillis - calmSince >= calmMillis
      ? `${key} heard nothing, though nothing went wrong for ${nowMillis - calmSince} ms`
      : undefined
  return {
    see: (event) => {
      notice(event)
      return event._tag === "Ended" ? judge(event, event.atMillis) : undefined
    },
    end: () => []
  }
}

/**
 * Who listens in calm weather hears of changes.
 *
 * @category checkers
 * @since 0.1.0
 */
export const subscribersHear: Checker = { name: "SubscribersHear", make: watch }

/**
 * Listens for updates.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Workload => ({
  name: "subscriptions",
  draw: (chance, key) => {
    const uri = options.uri(chance, key)
    const input: Input = { uri, times: chance.pick(1, 2, 4), pauseMillis: chance.pick(0, 500, 3_000) }
    return { action: "listen", input }
  },
  perform: (user, { input }) => {
    // It was drawn above, or stands in a test that was printed of what was.
    return listen(options, user, input as Input)
  },
  checkers: [subscribersHear]
})
