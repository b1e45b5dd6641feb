/**
 * The client's answers to servers, by the method of the question: made once of the services that are there, and the same in
 * both eras. They check what comes from the server and what goes to it; how a question arrives, and how its answer is sent,
 * is in `ServerRequests.ts` for the session era and in `Rounds.ts` for the stateless one.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as SamplingMessages from "../../contract/SamplingMessages.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { ServerRequests } from "../../revision/Methods.ts"
import type { ClientCapabilities } from "../../schema/Capabilities.ts"
import type { ElicitFormParams, ElicitResult, ElicitUrlParams } from "../../schema/Elicitation.ts"
import type { CreateMessageResult } from "../../schema/Sampling.ts"
import type { Asker } from "./Asker.ts"
import * as Elicitation from "./Elicitation.ts"
import * as Roots from "./Roots.ts"
import * as Sampling from "./Sampling.ts"
import * as Visits from "./Visits.ts"

/** The questions that a server may have. */
type Method = "elicitation/create" | "sampling/createMessage" | "roots/list"

type Handler<M extends Method> = (
  params: ServerRequests[M]["params"],
  from: Asker["info"]
) => Effect.Effect<ServerRequests[M]["result"], RpcError>

/**
 * Answers a question: its params in the canonical form, and who the server says it is. What a handler fails with that
 * is no `RpcError` is logged, and says nothing of what broke.
 *
 * @category models
 * @since 0.1.0
 */
export type Answer = (params: object, from: Asker["info"]) => Effect.Effect<object, RpcError>

/**
 * What a client can answer.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answers {
  /** What follows from it. */
  readonly capabilities: ClientCapabilities
  readonly byMethod: ReadonlyMap<string, Answer>
  readonly visits: Visits.Visits
  /** How the user is asked, if at all: for what is asked outside of questions. */
  readonly elicitation: Elicitation.Elicitation["Service"] | undefined
  /** How the client's roots are found, if it has any. */
  readonly roots: Roots.Roots["Service"] | undefined
  /** A visit as the user's program gets it. */
  readonly visit: (params: ElicitUrlParams, from: Asker["info"]) => Effect.Effect<Elicitation.VisitQuestion, RpcError>
}

const isRpcError = (error: unknown): error is RpcError => Predicate.isTagged(error, "RpcError")

const broken = (cause: Cause.Cause<unknown>, what: string): Effect.Effect<never, RpcError> => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  return isRpcError(error) ? Effect.fail(error) : Effect.andThen(
    Effect.logError(`Answering ${what} failed`, cause),
    Effect.fail(Rpc.internalError("The client could not answer"))
  )
}

/**
 * Runs what the user's program does about a question; whatever becomes of it, there is an answer or an error of the
 * protocol, which says nothing of what broke.
 *
 * @category guards
 * @since 0.1.0
 */
export const guarded = <A>(what: string, handler: Effect.Effect<A, unknown>): Effect.Effect<A, RpcError> =>
  Effect.catchCause(handler, (cause) => broken(cause, what))

/** An answer that is not what was asked for goes to nobody; who wrote the handler finds it in the log. */
const unfit = (detail: string): Effect.Effect<never, RpcError> =>
  Effect.andThen(
    Effect.logError("An answer that does not fit its question", detail),
    Effect.fail(Rpc.internalError("The client could not answer"))
  )

const answerForm = Effect.fnUntraced(function*(
  { fillDefaults }: Elicitation.Elicitation["Service"],
  form: NonNullable<Elicitation.Elicitation["Service"]["form"]>,
  { message, requestedSchema }: ElicitFormParams,
  from: Asker
): Effect.fn.Return<ElicitResult, RpcError> {
  const defaults = Elicitation.defaultsOf(requestedSchema)
  const check = (content: Elicitation.Content) => Elicitation.check(requestedSchema, content)
  const answer = yield* guarded("a form", form({ from, message, requestedSchema, defaults, check }))
  // Only a form that was accepted has content (ELF-07).
  if (answer.action !== "accept") return { action: answer.action }
  const checked = check(fillDefaults ? { ...defaults, ...answer.content } : answer.content ?? {})
  return Result.isFailure(checked) ? yield* unfit(checked.failure) : { action: "accept", content: checked.success }
})

const isWeb = (url: string): boolean => URL.canParse(url) && /^https?:$/u.test(new URL(url).protocol)

const visitOf = (
  visits: Visits.Visits,
  { elicitationId, message, url }: ElicitUrlParams,
  from: Asker
): Effect.Effect<Elicitation.VisitQuestion, RpcError> =>
  Effect.suspend(() =>
    isWeb(url)
      ? Effect.succeed({
        from,
        message,
        url,
        domain: new URL(url).host,
        warnings: Elicitation.warningsOf(url),
        elicitationId,
        completed: Visits.expect(visits, elicitationId)
      })
      : Effect.fail(Rpc.invalidParams("Only an http or https URL can be visited"))
  )

const undeclared = (mode: string): Effect.Effect<never, RpcError> =>
  Effect.fail(Rpc.invalidParams(`The client has not declared the elicitation mode "${mode}"`))

const elicit = (
  service: Elicitation.Elicitation["Service"],
  peer: string,
  visit: Answers["visit"]
): Handler<"elicitation/create"> =>
(params, info) => {
  const { form, url } = service
  if (params.mode !== "url") {
    return form === undefined ? undeclared("form") : answerForm(service, form, params, { peer, info })
  }
  if (url === undefined) return undeclared("url")
  return Effect.flatMap(
    visit(params, info),
    (question) => Effect.map(guarded("a visit", url(question)), ({ action }): ElicitResult => ({ action }))
  )
}

const usesTools = (message: CreateMessageResult): boolean =>
  SamplingMessages.blocksOf(message).some(({ type }) => type === "tool_use")

/** A server that says how tools are to be chosen relies on it (SMP-11). */
const choiceBroken = (mode: string | undefined, result: CreateMessageResult): string | undefined => {
  if (mode === "required" && !usesTools(result)) return "A message that was to use a tool uses none"
  return mode === "none" && usesTools(result) ? "A message that was to use no tool uses one" : undefined
}

const createMessage = (
  service: Sampling.Sampling["Service"],
  peer: string
): Handler<"sampling/createMessage"> =>
  Effect.fnUntraced(function*(params, info) {
    const { messages, toolChoice, tools } = params
    if (!service.tools && (tools !== undefined || toolChoice !== undefined)) {
      return yield* Rpc.invalidParams("The client has not declared sampling.tools")
    }
    const mistake = SamplingMessages.mistakeIn(messages)
    if (mistake !== undefined) return yield* Rpc.invalidParams(mistake)
    const result = yield* guarded("sampling", service.createMessage({ ...params, from: { peer, info } }))
    const broken = choiceBroken(toolChoice?.mode, result)
    return broken === undefined ? result : yield* unfit(broken)
  })

const listRoots = ({ list }: Roots.Roots["Service"]): Handler<"roots/list"> => () =>
  Effect.flatMap(guarded("roots", list), (roots) => {
    const mistake = roots.map(Roots.mistakeIn).find((found) => found !== undefined)
    return mistake === undefined ? Effect.succeed({ roots }) : unfit(mistake)
  })

/** Presence is the statement; the revisions leave out what they do not know. */
const capabilitiesOf = (
  elicitation: Elicitation.Elicitation["Service"] | undefined,
  sampling: Sampling.Sampling["Service"] | undefined,
  roots: Roots.Roots["Service"] | undefined
): ClientCapabilities => ({
  ...(elicitation === undefined ? {} : {
    elicitation: {
      ...(elicitation.form === undefined ? {} : { form: {} }),
      ...(elicitation.url === undefined ? {} : { url: {} })
    }
  }),
  ...(sampling === undefined
    ? {}
    : { sampling: { ...(sampling.context ? { context: {} } : {}), ...(sampling.tools ? { tools: {} } : {}) } }),
  ...(roots === undefined ? {} : { roots: roots.changes === undefined ? {} : { listChanged: true } })
})

/**
 * The answers of the services in the context, for the server at `peer`. At most `visitsMax` visits are remembered.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (peer: string, visitsMax: number): Effect.Effect<Answers> =>
  Effect.gen(function*() {
    const elicitation = Option.getOrUndefined(yield* Effect.serviceOption(Elicitation.Elicitation))
    const sampling = Option.getOrUndefined(yield* Effect.serviceOption(Sampling.Sampling))
    const roots = Option.getOrUndefined(yield* Effect.serviceOption(Roots.Roots))
    const visits = Visits.make(visitsMax)
    const visit: Answers["visit"] = (params, info) => visitOf(visits, params, { peer, info })
    const byMethod = new Map<string, Answer>()
    // Under each method stands the handler whose params it has; what reads the params knows the method.
    const answering = <M extends Method>(method: M, handler: Handler<M>) => byMethod.set(method, handler as Answer)
    if (elicitation !== undefined) answering("elicitation/create", elicit(elicitation, peer, visit))
    if (sampling !== undefined) answering("sampling/createMessage", createMessage(sampling, peer))
    if (roots !== undefined) answering("roots/list", listRoots(roots))
    return { capabilities: capabilitiesOf(elicitation, sampling, roots), byMethod, visits, elicitation, roots, visit }
  })
