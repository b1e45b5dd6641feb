/**
 * Who is told that a call did not run is told the truth, and a call that must not be repeated runs once for each time that one
 * message of it came: sent again, it may be, as long as it does not run again.
 *
 * @since 0.1.0
 */
import { isObject } from "@parley/mcp/jsonrpc/Message"
import type { Began, Ended, Ran } from "../history/Event.ts"
import type { Checker, Watch } from "./Checker.ts"
import * as Reading from "./Reading.ts"

interface Doing {
  /** Whether its user said that it must not be repeated. */
  readonly isOnce: boolean
  /** How often each message that asks for it came. */
  readonly arrivals: Map<number, number>
  runs: number
  /** It is over, and its user was told that it did not run. */
  isDenied: boolean
}

const make = (reader = Reading.make()): Watch => {
  const byKey = new Map<string, Doing>()

  const begin = ({ input, key }: Began): undefined => {
    const isOnce = isObject(input) && input.repeatable === false
    byKey.set(key, { isOnce, arrivals: new Map(), runs: 0, isDenied: false })
    return undefined
  }
  const end = ({ key, mayHaveRun }: Ended): string | undefined => {
    const doing = byKey.get(key)
    if (doing === undefined || mayHaveRun !== false) return undefined
    doing.isDenied = true
    return doing.runs === 0 ? undefined : `${key} was said not to have run, and ran ${doing.runs} times`
  }
  const run = ({ host, key }: Ran): string | undefined => {
    const doing = byKey.get(key)
    if (doing === undefined) return undefined
    doing.runs += 1
    if (doing.isDenied) return `${key} was said not to have run, and ran on ${host} after that`
    // The network may bring a message twice, which nobody can tell from two.
    const mayRun = Math.max(1, ...doing.arrivals.values())
    return doing.isOnce && doing.runs > mayRun ? `${key} must not be repeated, and ran ${doing.runs} times` : undefined
  }
  const hear = ({ direction, items, sent }: Reading.Said): void => {
    if (direction !== "toServer" || !items.some(({ _tag }) => _tag === "Request")) return
    for (const [key, { arrivals, isOnce }] of byKey) {
      if (isOnce && Reading.mentions(sent.text, key)) arrivals.set(sent.message, (arrivals.get(sent.message) ?? 0) + 1)
    }
  }
  return {
    see: (event) => {
      const { arrived } = reader.read(event)
      if (arrived !== undefined) hear(arrived)
      switch (event._tag) {
        case "Began":
          return begin(event)
        case "Ended":
          return end(event)
        case "Ran":
          return run(event)
        default:
          return undefined
      }
    },
    end: () => []
  }
}

/**
 * The checker. Handlers say that they run by `Journal.ran`; what must not be repeated has `repeatable: false` in its input.
 *
 * @category checkers
 * @since 0.1.0
 */
export const notRunMeansNotRun: Checker = { name: "NotRunMeansNotRun", make }
