/**
 * Calls that take their time and tell how far they are. What is heard of one must be its own progress, must never go back,
 * and ends with the call.
 *
 * @since 0.1.0
 */
import type { Params } from "@parley/mcp/jsonrpc/Message"
import type { ProgressNotificationParams } from "@parley/mcp/schema/Progress"
import * as Effect from "effect/Effect"
import { mentions } from "../checker/Reading.ts"
import type { Chance } from "../kernel/Chance.ts"
import { outcomeOf, type Workload } from "./Workload.ts"

/**
 * What is called.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly tool: string
  /** Draws the arguments. The messages of the progress have the key in them, where they are there. */
  readonly arguments: (chance: Chance, key: string) => Params
  /** How long a call may take altogether, in milliseconds, as long as it makes progress. Default: a minute. */
  readonly totalMillis?: number
}

interface Input {
  readonly key: string
  readonly arguments: Params
  readonly repeatable: boolean
}

/** What is wrong with a further report of a call, if anything is. */
const wrongWith = (
  key: string,
  last: number,
  { message, progress }: ProgressNotificationParams
): string | undefined => {
  if (progress <= last) return `Progress went from ${last} to ${progress}`
  return message === undefined || mentions(message, key)
    ? undefined
    : `The progress of another call was heard: ${message}`
}

/**
 * Long calls.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ arguments: draw, tool, totalMillis = 60_000 }: Options): Workload => ({
  name: "long",
  draw: (chance, key) => {
    const input: Input = { key, arguments: draw(chance, key), repeatable: false }
    return { action: "call", input }
  },
  perform: ({ client }, { input }) =>
    Effect.gen(function*() {
      // It was drawn above, or stands in a test that was printed of what was.
      const { arguments: args, key, repeatable } = input as Input
      let last = Number.NEGATIVE_INFINITY
      let reports = 0
      let wrong: string | undefined
      const result = yield* client.callTool({ name: tool, arguments: args }, {
        repeatable,
        timeoutTotal: totalMillis,
        onProgress: (report) =>
          Effect.sync(() => {
            wrong ??= wrongWith(key, last, report)
            last = report.progress
            reports += 1
          })
      })
      return wrong === undefined ? { ...outcomeOf(result), reports } : yield* Effect.fail(wrong)
    })
})
