/**
 * What a user does, as it is written into the history: when it began, and what came of it. What a workload calls wrong is a
 * violation, and so is what nobody may ever see: a defect, or an end by interruption that nobody asked for.
 *
 * @since 0.1.0
 */
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { Ended } from "../history/Event.ts"
import type { History } from "../history/History.ts"
import type { Act, Workload } from "../workload/Workload.ts"
import type { User } from "../world/World.ts"
import type { Watching } from "./Watching.ts"

/**
 * Who performs, and who sees it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stage {
  readonly workload: Workload
  readonly history: History
  readonly watching: Watching
}

type Outcome = Omit<Ended, "_tag" | "key">

const givenUp: Outcome = { outcome: "Interrupted", detail: "given up by the user" }

/** What failed, as plain data: a reason may have a reason within it. */
const detailOf = (error: McpClientError): Record<string, unknown> => {
  const { reason } = error
  const within = reason._tag === "TransportError" ? { within: reason.reason._tag } : {}
  const code = reason._tag === "RpcError" ? { code: reason.code } : {}
  return { reason: reason._tag, ...within, ...code, message: error.message }
}

const ofFailure = (cause: Cause.Cause<McpClientError | string>): Outcome => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  if (typeof error === "string") return { outcome: "Failure", detail: error }
  if (error !== undefined) return { outcome: "Failure", detail: detailOf(error), mayHaveRun: error.mayHaveRun }
  if (Cause.hasDies(cause)) return { outcome: "Defect", detail: Cause.pretty(cause).split("\n", 1)[0] }
  return { outcome: "Interrupted", detail: "by nobody" }
}

/** What is wrong whatever the checkers say; `undefined` when nothing is. */
const wrongIn = (
  key: string,
  workload: Workload,
  { detail, mayHaveRun, outcome }: Outcome
): readonly [string, string] | undefined => {
  if (outcome === "Failure" && mayHaveRun === undefined) return [workload.name, `${key}: ${String(detail)}`]
  if (outcome === "Defect") return ["Defects", `${key} ended with a defect: ${String(detail)}`]
  if (outcome === "Interrupted" && detail !== givenUp.detail) return ["Defects", `${key} was interrupted by nobody`]
  return undefined
}

/**
 * Performs an act, and gives what came of it.
 *
 * @param patienceMillis after how long its user gives it up, if ever
 * @category performing
 * @since 0.1.0
 */
export const perform: (
  stage: Stage,
  user: User,
  key: string,
  act: Act,
  patienceMillis?: number
) => Effect.Effect<Outcome> = Effect.fnUntraced(
  function*({ history, watching, workload }, user, key, act, patienceMillis) {
    history.add({ _tag: "Began", key, user: user.name, action: act.action, input: act.input })
    const performing = user.run(key, workload.perform(user, act))
    const bounded = patienceMillis === undefined
      ? Effect.asSome(performing)
      : Effect.timeoutOption(performing, patienceMillis)
    const exit = yield* Effect.exit(bounded)
    const outcome: Outcome = Exit.isFailure(exit)
      ? ofFailure(exit.cause)
      : Option.match(exit.value, { onNone: () => givenUp, onSome: (detail) => ({ outcome: "Success", detail }) })
    const wrong = wrongIn(key, workload, outcome)
    history.add({ _tag: "Ended", key, ...outcome })
    if (wrong !== undefined) watching.add(...wrong)
    return outcome
  }
)
