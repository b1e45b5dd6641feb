/**
 * Answering what a stateless-era server asks inside the result of a request: the questions of one round are answered
 * together, by the same handlers as in the session era, and the request is sent again with the answers, until its result
 * is no question (MRC-01 to MRC-08). Each round has its time limit, because users take their time between them; a total is
 * one for all rounds. What cannot be answered is an error here, and the request is not sent again (SMP-32).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { isObject } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { InputRequest, InputRequests, InputRequiredResult } from "../../schema/InputRequired.ts"
import type { Limits } from "../ClientLimits.ts"
import type { ServerFacts } from "../connection/ServerFacts.ts"
import * as McpClientError from "../McpClientError.ts"
import type { Call, Send } from "../requests/Call.ts"
import { type Answers, guarded } from "./Answers.ts"

/**
 * What rounds are made with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly answers: Answers
  readonly limits: Limits
  /** The server that the last result came from. */
  readonly server: () => ServerFacts
}

/** The requests that may be answered with questions; a question elsewhere is no valid result (MRC-09, C15). */
const asking: ReadonlySet<string> = new Set(["tools/call", "prompts/get", "resources/read"])

const isQuestion = (result: unknown): result is InputRequiredResult =>
  isObject(result) && result.resultType === "input_required"

const failed = (
  { method }: Call,
  result: InputRequiredResult,
  problem: McpClientError.InputRequired["problem"],
  detail: string
): Effect.Effect<never, McpClientError.McpClientError> =>
  Effect.fail(McpClientError.make(new McpClientError.InputRequired({ method, result, problem, detail })))

/** What is wrong with a result that asks, if anything. */
const mistakeIn = ({ method }: Call, result: InputRequiredResult): string | undefined => {
  if (!asking.has(method)) return "this request cannot be answered with questions"
  return result.inputRequests === undefined && result.requestState === undefined
    ? "it asks for input and has neither inputRequests nor requestState"
    : undefined
}

const answerOne = (
  { answers, server }: Options,
  { method, params = {} }: InputRequest
): Effect.Effect<object, RpcError> => {
  const answer = answers.byMethod.get(method)
  return answer === undefined ? Effect.fail(Rpc.methodNotFound(method)) : guarded(method, answer(params, server().info))
}

/** All answers under the keys of their questions, or the first that there is not (MRC-02). */
const answerAll = (
  options: Options,
  call: Call,
  result: InputRequiredResult,
  questions: InputRequests
): Effect.Effect<{ readonly [key: string]: object }, McpClientError.McpClientError> =>
  Effect.map(
    Effect.forEach(Object.entries(questions), ([key, question]) =>
      Effect.catch(
        Effect.map(answerOne(options, question), (answer) => [key, answer] as const),
        ({ message }) =>
          failed(
            call,
            result,
            options.answers.byMethod.has(question.method) ? "NotAnswered" : "NotSupported",
            `${JSON.stringify(key)} (${question.method}): ${message}`
          )
      ), { concurrency: options.limits.serverRequestsMax }),
    Object.fromEntries
  )

/** The request with the answers of this round, and of no other; a state comes back only if there is one (MRC-03 to MRC-05). */
const again = (
  call: Call,
  { requestState }: InputRequiredResult,
  inputResponses: { readonly [key: string]: object } | undefined
): Call => {
  const { inputResponses: _responses, requestState: _state, ...params } = call.params
  return {
    ...call,
    params: {
      ...params,
      ...(inputResponses === undefined ? {} : { inputResponses }),
      ...(requestState === undefined ? {} : { requestState })
    }
  }
}

/** Answers the questions of one round after the other. */
const converse = Effect.fnUntraced(function*(
  options: Options,
  call: Call,
  first: InputRequiredResult,
  next: Send
): Effect.fn.Return<unknown, McpClientError.McpClientError> {
  const { roundsMax } = options.limits
  let result = first
  for (let round = 1; round <= roundsMax; round++) {
    const mistake = mistakeIn(call, result)
    if (mistake !== undefined) {
      return yield* McpClientError.make(new McpClientError.InvalidResult({ method: call.method, detail: mistake }))
    }
    const { inputRequests } = result
    const responses = inputRequests && (yield* answerAll(options, call, result, inputRequests))
    // The server has worked on it up to its questions, whatever comes now.
    const answered = yield* Effect.mapError(next(again(call, result, responses)), McpClientError.makeAgain)
    if (!isQuestion(answered)) return answered
    result = answered
  }
  return yield* failed(call, result, "TooManyRounds", `${roundsMax} rounds of questions led to no result`)
})

/**
 * Sends calls, and answers what the server asks before it gives a result. A call that is answered at once costs next to nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options, next: Send): Send => (one) => {
  const call: Call = asking.has(one.method) ? { ...one, spent: { millis: 0 } } : one
  return Effect.flatMap(next(call), (result) =>
    isQuestion(result) && options.server().revision.era === "stateless"
      ? converse(options, call, result, next)
      : Effect.succeed(result))
}
