/** A client of the stateless era that answers questions round by round, and one of the session era that answers at once. */
import * as Effect from "effect/Effect"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as Http from "./Http.ts"
import type * as Line from "./Line.ts"
import { claimed, type Params, type Received, request } from "./Messages.ts"

export interface Question {
  readonly method: string
  readonly params: Params
}

/** What a client answers to a question; nothing when it does not. */
export type Answer = (question: Question, key: string) => object | undefined

/** Answers by the message of an elicitation. */
export const byMessage = (answers: { readonly [message: string]: object }): Answer => ({ params }) =>
  answers[String(params.message)]

export const accept = (content: object) => ({ action: "accept", content })

export const everything = { elicitation: { form: {}, url: {} }, sampling: { tools: {}, context: {} }, roots: {} }

/** The questions in an answer, if there are any. */
export const questionsOf = ({ result }: Received): { readonly [key: string]: Question } | undefined =>
  result?.resultType === "input_required" ? result.inputRequests as { readonly [key: string]: Question } : undefined

const nameOf = (params: Params): string => String(params.name ?? params.uri)

/** One request of the stateless era over HTTP. */
export const post = (
  endpoint: Http.Endpoint,
  method: string,
  params: Params,
  capabilities: object = everything,
  headers: Http.Headers = {}
) =>
  endpoint.post(request(1, method, claimed(params, { [MetaKey.clientCapabilities]: capabilities })), {
    ...Http.modernHeaders(method, nameOf(params)),
    ...headers
  })

/** The message that answers a request over HTTP. */
export const send = (...args: Parameters<typeof post>): Effect.Effect<Received> =>
  Effect.map(post(...args), (exchange) => exchange.messages().at(-1) as Received)

export interface Finished {
  readonly last: Received
  /** The questions of each round. */
  readonly rounds: ReadonlyArray<{ readonly [key: string]: Question }>
}

/** Params of the next round: the same request, with the answers, and the state as it came. */
export const nextParams = (params: Params, asked: Received, answer: Answer): Params => ({
  ...params,
  inputResponses: Object.fromEntries(
    Object.entries(questionsOf(asked) ?? {}).flatMap(([key, question]) => {
      const response = answer(question, key)
      return response === undefined ? [] : [[key, response] as const]
    })
  ),
  requestState: asked.result?.requestState
})

/** Sends a request until there is nothing more to answer. */
export const converse = (
  sendParams: (params: Params) => Effect.Effect<Received>,
  params: Params,
  answer: Answer
): Effect.Effect<Finished> =>
  Effect.gen(function*() {
    const rounds: Array<{ readonly [key: string]: Question }> = []
    let next = params
    for (;;) {
      const received = yield* sendParams(next)
      const questions = questionsOf(received)
      if (questions === undefined || rounds.length >= 50) return { last: received, rounds }
      rounds.push(questions)
      next = nextParams(params, received, answer)
    }
  })

/** Answers the server's requests on a line, as long as the scope is open. */
export const answering = (line: Line.Line, answer: Answer) =>
  Effect.forkScoped(
    Effect.gen(function*() {
      const answered = new Set<string | number>()
      for (;;) {
        const { id, method, params } = yield* line.hear((message) =>
          message.method !== undefined && message.id !== undefined && !answered.has(message.id)
        )
        if (id === undefined) continue
        answered.add(id)
        const result = answer({ method: method ?? "", params: params ?? {} }, "")
        if (result !== undefined) line.say({ jsonrpc: "2.0", id, result })
      }
    }),
    { startImmediately: true }
  )
