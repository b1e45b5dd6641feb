/**
 * `completion/complete`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Echo from "../../jsonrpc/Echo.ts"
import { isObject, type Params } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Completion } from "../../schema/Completion.ts"
import { type Complete, type Completing } from "../component/Completing.ts"
import type { Components } from "../component/Components.ts"
import type { Dialects } from "../Dialect.ts"
import type { Method } from "../Engine.ts"
import * as RequestContext from "../RequestContext.ts"
import { stringMember } from "./Params.ts"

const nothing: Completion = { values: [], total: 0, hasMore: false }

const noArguments: Completing = new Map()

/** What is completed, with a name for sentences. */
interface Target {
  readonly label: string
  readonly completing: Completing
}

const unknownTemplate = (uri: string): RpcError => Rpc.invalidParams(`Unknown resource template: ${uri}`, { uri })

const targetOf = (components: Components, params: Params | undefined): Result.Result<Target, RpcError> => {
  const ref = params?.ref
  if (!isObject(ref)) return Result.fail(Rpc.invalidParams("\"ref\" must be an object"))
  if (ref.type === "ref/prompt") {
    return Result.flatMap(stringMember(ref, "name"), (name) => {
      const prompt = components.prompts.get(name)
      return prompt === undefined
        ? Result.fail(Rpc.invalidParams(`Unknown prompt: ${Echo.name(name)}`))
        : Result.succeed({ label: `prompt "${name}"`, completing: prompt.completing })
    })
  }
  if (ref.type !== "ref/resource") {
    return Result.fail(Rpc.invalidParams("\"ref\" must be of the type \"ref/prompt\" or \"ref/resource\""))
  }
  return Result.flatMap(stringMember(ref, "uri"), (uri) => {
    const template = components.templates.get(uri)
    if (template !== undefined) return Result.succeed({ label: `template "${uri}"`, completing: template.completing })
    return components.resources.has(uri)
      ? Result.succeed({ label: `resource "${uri}"`, completing: noArguments })
      : Result.fail(unknownTemplate(Echo.name(uri)))
  })
}

/** The settled arguments that the component has; what else is said there is left out. */
const settledOf = (params: Params | undefined, { completing }: Target): Result.Result<Params, RpcError> => {
  const context = params?.context
  const settled = isObject(context) ? context.arguments : undefined
  if (context !== undefined && !isObject(context)) {
    return Result.fail(Rpc.invalidParams("\"context\" must be an object"))
  }
  if (settled === undefined) return Result.succeed({})
  if (!isObject(settled) || !Object.values(settled).every((value) => typeof value === "string")) {
    return Result.fail(Rpc.invalidParams("\"context.arguments\" must be an object of strings"))
  }
  return Result.succeed(Object.fromEntries(Object.entries(settled).filter(([name]) => completing.has(name))))
}

/** What is asked for, read off the params. */
interface Question {
  readonly complete: Complete | undefined
  readonly value: string
  readonly settled: Params
}

const questionOf = (components: Components, params: Params | undefined): Result.Result<Question, RpcError> =>
  Result.gen(function*() {
    const target = yield* targetOf(components, params)
    const argument = params?.argument
    if (!isObject(argument)) return yield* Result.fail(Rpc.invalidParams("\"argument\" must be an object"))
    const name = yield* stringMember(argument, "name")
    const value = yield* stringMember(argument, "value")
    if (!target.completing.has(name)) {
      return yield* Result.fail(Rpc.invalidParams(`The ${target.label} has no argument "${Echo.name(name)}"`))
    }
    return { complete: target.completing.get(name), value, settled: yield* settledOf(params, target) }
  })

/**
 * Serves `completion/complete`. A prompt, a template or an argument that does not exist is `-32602` (CMP-04, CMP-08);
 * for an argument without completions there are no values. A completion of the stateless era can ask nobody, because its
 * answer cannot be a question.
 *
 * @category methods
 * @since 0.1.0
 */
export const complete = (components: Components, dialects: Dialects): Method => (request, origin) => {
  const question = questionOf(components, request.params)
  if (Result.isFailure(question)) return Effect.fail(question.failure)
  const { complete, settled, value } = question.success
  const dialect = dialects(origin.revision)
  const answer = complete === undefined
    ? Effect.succeed(nothing)
    // All of `settled` was seen to be strings.
    : complete(
      value,
      { arguments: settled as { readonly [name: string]: string } },
      () => RequestContext.make(request, origin)
    )
  return Effect.mapEager(answer, (completion) => dialect.finish(dialect.revision.encode.completeResult({ completion })))
}
