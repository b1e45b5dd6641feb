/**
 * Running a handler that may ask the client in the middle of its code. In the session era asking is a request of the
 * server, and the handler just waits; in the stateless era what a handler asks for becomes an input-required result
 * (`Replay.ts`), for the three methods that have one (MRS-02). Where nothing can be asked, the handler runs on the fiber of
 * the request.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type { Params, Request } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import * as Answers from "../../revision/Answers.ts"
import type { Revision } from "../../revision/Revision.ts"
import * as RequestState from "../../session/RequestState.ts"
import type { Dialect } from "../Dialect.ts"
import type { Origin } from "../Origin.ts"
import * as RequestContext from "../RequestContext.ts"
import { isAskable } from "./AskCapability.ts"
import * as Replay from "./Replay.ts"
import * as Seal from "./Seal.ts"

/** Runs the handler, and gives the text of its result. */
type Run = (facts: RequestContext.Facts) => Effect.Effect<string, RpcError>

/** A principal stays the same when a token is renewed, so it comes first. */
const bindingOf = (request: Request, { credential, principal }: Origin): string =>
  RequestState.binding({ credential, principal }, request.method, request.params)

const ask = (
  dialect: Dialect,
  request: Request,
  origin: Origin,
  needed: Replay.Needed
): Effect.Effect<string, RpcError> =>
  Effect.map(
    Seal.seal(dialect.seal, needed.state, bindingOf(request, origin)),
    (requestState) =>
      dialect.finish(dialect.revision.encode.result(request.method, {
        resultType: "input_required",
        inputRequests: needed.inputRequests,
        requestState
      }))
  )

const replay = (
  dialect: Dialect,
  request: Request,
  origin: Origin,
  run: Run,
  state: RequestState.State
): Effect.Effect<string, RpcError> => {
  const questions = Replay.questions(
    state,
    dialect.revision,
    origin.clientCapabilities,
    dialect.seal.limits.stepMillis
  )
  const served = run(() => RequestContext.make(request, origin, questions))
  // What has ended already has asked nothing.
  return Exit.isExit(served) ? served : Effect.withFiber((parent) => {
    const fiber = Effect.runForkWith(parent.context)(served)
    const exit = fiber.pollUnsafe()
    if (exit !== undefined && Exit.isSuccess(exit)) return exit
    // From here on the request may be interrupted at any point, even before anything below has begun.
    parent.addObserver(() => fiber.interruptUnsafe())
    return Effect.flatMap(
      Replay.outcome(questions.run(), fiber),
      (outcome) => Replay.isNeeded(outcome) ? ask(dialect, request, origin, outcome) : outcome
    )
  })
}

const isAnswer = (revision: Revision) => (method: string, response: unknown): boolean => {
  const reader = Answers.of(revision).get(method)
  return reader !== undefined && Result.isSuccess(reader.decode(response))
}

/** The state that a request brings, with the answers that it brings. */
const stateOf = (
  dialect: Dialect,
  request: Request,
  origin: Origin,
  { inputResponses, requestState }: Params
): Effect.Effect<RequestState.State, RpcError> =>
  Effect.gen(function*() {
    const state = requestState === undefined
      ? RequestState.empty
      : yield* Seal.open(dialect.seal, requestState, bindingOf(request, origin))
    const now = yield* Clock.currentTimeMillis
    const answered = RequestState.withResponses(state, inputResponses, now, isAnswer(dialect.revision))
    return Result.isFailure(answered) ? yield* Rpc.invalidParams(answered.failure) : answered.success
  })

/** The methods that may be answered with questions (C15 of the ledger's conflicts). */
const asking: ReadonlySet<string> = new Set(["tools/call", "prompts/get", "resources/read"])

const noParams: Params = {}

/**
 * Serves a request by a handler: gives the text of its result, or of the questions that it needs answered first. A
 * `requestState` that was changed, has expired, or belongs to another request or caller is `-32602`, and so are answers
 * that are none (MRS-10, MRS-18); answers that are missing are asked for again (MRS-20).
 *
 * @category running
 * @since 0.1.0
 */
export const handle = (
  dialect: Dialect,
  request: Request,
  origin: Origin,
  run: Run
): Effect.Effect<string, RpcError> => {
  if (dialect.revision.era === "session" || !asking.has(request.method)) {
    return run(() => RequestContext.make(request, origin))
  }
  const params = request.params ?? noParams
  if (params.inputResponses !== undefined || params.requestState !== undefined) {
    return Effect.flatMap(
      stateOf(dialect, request, origin, params),
      (state) => replay(dialect, request, origin, run, state)
    )
  }
  return isAskable(origin.clientCapabilities)
    ? replay(dialect, request, origin, run, RequestState.empty)
    : run(() => RequestContext.make(request, origin, dialect.unasked))
}
