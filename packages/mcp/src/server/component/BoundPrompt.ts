/**
 * A prompt bound to its handler.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type AnyCodec, type JsonObject, toJsonSchema } from "../../contract/ParameterSchema.ts"
import type { Any as AnyPrompt, Output } from "../../contract/Prompt.ts"
import { user } from "../../contract/Prompt.ts"
import * as Echo from "../../jsonrpc/Echo.ts"
import { isObject, type Params } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { GetPromptResult, Prompt, PromptArgument, PromptMessage } from "../../schema/Prompt.ts"
import * as RequestContext from "../RequestContext.ts"
import * as Completing from "./Completing.ts"
import type { Prepared } from "./Handlers.ts"

/**
 * A prompt that can be listed and got.
 *
 * @category models
 * @since 0.1.0
 */
export interface BoundPrompt {
  readonly definition: Prompt
  /** Decodes the arguments and runs the handler; wrong arguments are `-32602` (PRM-08). */
  readonly get: (args: Params, facts: RequestContext.Facts) => Effect.Effect<GetPromptResult, RpcError>
  /** The completions of its arguments. */
  readonly completing: Completing.Completing
}

const argumentOf = (name: string, schema: unknown, required: ReadonlySet<unknown>): PromptArgument => {
  const { description, title } = isObject(schema) ? schema : {}
  return {
    name,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description } : {}),
    required: required.has(name)
  }
}

/** The arguments of a prompt are read off the JSON Schema of its parameters. */
const argumentsOf = (schema: JsonObject): ReadonlyArray<PromptArgument> => {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const required = new Set<unknown>(Array.isArray(schema.required) ? schema.required : [])
  return Object.entries(properties).map(([name, property]) => argumentOf(name, property, required))
}

const definitionOf = (name: string, prompt: AnyPrompt): Prompt => {
  const list = argumentsOf(toJsonSchema(prompt.parameters))
  return { name, ...prompt.presentation, ...(list.length === 0 ? {} : { arguments: list }) }
}

const toMessage = (message: string | PromptMessage): PromptMessage =>
  typeof message === "string" ? user(message) : message

const isMessages = (output: Output): output is ReadonlyArray<string | PromptMessage> => Array.isArray(output)

const toResult = (description: string | undefined, output: Output): GetPromptResult => {
  if (typeof output === "object" && "messages" in output) return output
  const messages = isMessages(output) ? output.map(toMessage) : [toMessage(output)]
  return { ...(description === undefined ? {} : { description }), messages }
}

/**
 * Binds a prompt, under the name that it has in the catalog.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (name: string, prompt: AnyPrompt, handler: Prepared): BoundPrompt => {
  // That the schema needs no services was asked where the prompt was made.
  const decode = Schema.decodeUnknownResult(prompt.parameters as AnyCodec)
  return {
    definition: definitionOf(name, prompt),
    get: (args, facts) => {
      const decoded = decode(args)
      if (Result.isFailure(decoded)) {
        const flaw = Echo.sentence(decoded.failure.message)
        return Effect.fail(Rpc.invalidParams(`Invalid arguments for prompt "${name}": ${flaw}`))
      }
      return Effect.mapEager(
        // The handler's type says what it returns and fails with.
        RequestContext.run(handler, decoded.success, facts) as Effect.Effect<Output, RpcError>,
        (output) => toResult(prompt.presentation.description, output)
      )
    },
    completing: Completing.make(prompt.parameters, handler)
  }
}
