/**
 * What is done about a request that a session-era server refuses until the user has visited some URLs (`-32042`, ELU-09):
 * the user is asked for each, and when the server says that all visits are done, or the user that they are, the request is
 * sent again, once. Otherwise the caller gets the error, which lists the visits. Only clients that declare URL mode have
 * this stage.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import type { ElicitUrlParams } from "../../schema/Elicitation.ts"
import { UrlElicitationRequiredData } from "../../schema/Errors.ts"
import type { ServerFacts } from "../connection/ServerFacts.ts"
import type { McpClientError } from "../McpClientError.ts"
import type { Send } from "../requests/Call.ts"
import type { Answers } from "./Answers.ts"
import type { Elicitation, VisitQuestion } from "./Elicitation.ts"

/**
 * What visits are asked for with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly answers: Answers
  readonly elicitation: Elicitation["Service"]
  readonly server: () => ServerFacts
}

const decode = Schema.decodeUnknownOption(UrlElicitationRequiredData)

/** The visits that an error lists; none when it means something else. */
const visitsIn = ({ server }: Options, { reason }: McpClientError): ReadonlyArray<ElicitUrlParams> => {
  const { urlElicitationRequiredCode: code } = server().revision
  return reason._tag === "RpcError" && code !== undefined && reason.code === code
    ? Option.match(decode(reason.data), { onNone: () => [], onSome: ({ elicitations }) => elicitations })
    : []
}

/** Waits until it is known whether to go on. */
const whenDone = (
  { goOn, visitTimeoutMillis }: Elicitation["Service"],
  questions: ReadonlyArray<VisitQuestion>
): Effect.Effect<boolean, unknown> => {
  const done = Effect.as(Effect.forEach(questions, ({ completed }) => completed, { concurrency: "unbounded" }), true)
  const decided = goOn === undefined ? done : Effect.raceFirst(done, goOn(questions))
  return Effect.timeoutOrElse(decided, { duration: visitTimeoutMillis, orElse: () => Effect.succeed(false) })
}

/** Asks for a visit as for one that the server asks for by itself: whoever stands in the way of questions hears of it. */
const ask = ({ answers: { byMethod }, server }: Options, visit: ElicitUrlParams): Effect.Effect<boolean, RpcError> => {
  const answer = byMethod.get("elicitation/create")
  return answer === undefined
    ? Effect.succeed(false)
    : Effect.map(answer(visit, server().info), (answered) => "action" in answered && answered.action === "accept")
}

/** Whether the user has made all visits. */
const visitAll = Effect.fnUntraced(function*(options: Options, visits: ReadonlyArray<ElicitUrlParams>) {
  const { answers, elicitation, server } = options
  const { info } = server()
  // Before anybody is asked, so that no word of the server comes too early.
  const questions = yield* Effect.forEach(visits, (visit) => answers.visit(visit, info))
  for (const visit of visits) if (!(yield* ask(options, visit))) return false
  return yield* whenDone(elicitation, questions)
})

/**
 * Sends calls, and again after the visits that they need.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options, next: Send): Send => (call) =>
  Effect.catch(next(call), (error) => {
    const visits = visitsIn(options, error)
    if (visits.length === 0) return Effect.fail(error)
    const visited = Effect.catchCause(
      visitAll(options, visits),
      (cause) => Effect.as(Effect.logError("Asking for visits failed", cause), false)
    )
    return Effect.flatMap(visited, (isDone) => isDone ? next(call) : Effect.fail(error))
  })
