/**
 * Calls that are given up while they run, sooner or later; some are over by then, and some are waited for: what a call that
 * was given up has kept for itself is missed by others. What must not happen after that is for checkers to see.
 *
 * @since 0.1.0
 */
import type { Params } from "@parley/mcp/jsonrpc/Message"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Chance } from "../kernel/Chance.ts"
import { outcomeOf, type Workload } from "./Workload.ts"

/**
 * What is called, and for how long it is waited for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly tool: string
  /** Draws the arguments: those of a call that takes longer than it is waited for, now and then. */
  readonly arguments: (chance: Chance, key: string) => Params
  /** The longest that a call is waited for, in milliseconds. */
  readonly patienceMillisMax: number
}

/** How long a call is waited for by those who do not give it up, in milliseconds. */
const waitMillisMax = 20_000

interface Input {
  readonly arguments: Params
  readonly repeatable: boolean
  /** When absent, it is waited for until it ends. */
  readonly patienceMillis?: number
}

/**
 * Calls that are given up.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ arguments: draw, patienceMillisMax, tool }: Options): Workload => ({
  name: "cancels",
  draw: (chance, key) => {
    const call = { arguments: draw(chance, key), repeatable: false }
    // Who gives up at once does so before anybody has begun.
    const patienceMillis = chance.between(0, chance.pick(0, 2, patienceMillisMax, patienceMillisMax))
    const isPatient = chance.fork("patient").happens(0.3)
    const input: Input = isPatient ? call : { ...call, patienceMillis }
    return { action: isPatient ? "wait" : "give up", input }
  },
  perform: ({ client }, { input }) => {
    // It was drawn above, or stands in a test that was printed of what was.
    const { arguments: args, patienceMillis, repeatable } = input as Input
    const call = { name: tool, arguments: args }
    const waiting = patienceMillis === undefined
      ? Effect.asSome(client.callTool(call, { repeatable, timeout: waitMillisMax }))
      : Effect.timeoutOption(client.callTool(call, { repeatable }), patienceMillis)
    return Effect.map(waiting, (result) => Option.isNone(result) ? "given up" : outcomeOf(result.value))
  }
})
