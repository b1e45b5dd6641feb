/**
 * Completions of one component: those that its author wrote, and those that follow from its schema, for arguments that
 * are a choice of texts. The request that asks is elsewhere (`methods/CompletionMethod.ts`).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type { HandlerShape } from "../../contract/Catalog.ts"
import type { Context, Output } from "../../contract/Completion.ts"
import type { AnySchema } from "../../contract/ParameterSchema.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import { type Completion, completionValuesMax } from "../../schema/Completion.ts"
import * as RequestContext from "../RequestContext.ts"
import type { Prepared } from "./Handlers.ts"

/**
 * Completes one argument.
 *
 * @category models
 * @since 0.1.0
 */
export type Complete = (
  value: string,
  context: Context,
  facts: RequestContext.Facts
) => Effect.Effect<Completion, RpcError>

/**
 * The arguments of a component: all by name, with nothing for those that there is nothing to suggest for.
 *
 * @category models
 * @since 0.1.0
 */
export type Completing = ReadonlyMap<string, Complete | undefined>

/**
 * The members of a struct, as they stand on the wire.
 *
 * @category queries
 * @since 0.1.0
 */
export const membersOf = (parameters: AnySchema): ReadonlyMap<string, SchemaAST.AST> => {
  const { ast } = Schema.toEncoded(parameters)
  return ast._tag === "Objects"
    ? new Map(ast.propertySignatures.map(({ name, type }) => [String(name), type]))
    : new Map()
}

/** The texts that a schema is a choice of; nothing for any other schema. */
const choicesOf = (ast: SchemaAST.AST): ReadonlyArray<string> | undefined => {
  switch (ast._tag) {
    case "Literal":
      return typeof ast.literal === "string" ? [ast.literal] : undefined
    case "Enum":
      return ast.enums.every(([, value]) => typeof value === "string")
        ? ast.enums.map(([, value]) => String(value))
        : undefined
    case "Undefined":
      return []
    case "Union": {
      const members = ast.types.map(choicesOf)
      return members.every((member) => member !== undefined) ? members.flat() : undefined
    }
    case "Arrays": {
      const [item] = ast.rest
      return ast.elements.length === 0 && item !== undefined ? choicesOf(item) : undefined
    }
    default:
      return undefined
  }
}

const isPage = (output: Output): output is Exclude<Output, ReadonlyArray<string>> => !Array.isArray(output)

/** At most so many values as may be sent; the others are counted (CMP-02). */
const toCompletion = (output: Output): Completion => {
  const { hasMore, total, values } = isPage(output) ? output : { values: output, total: output.length, hasMore: false }
  const isCut = values.length > completionValuesMax
  const count = isCut && total === undefined ? values.length : total
  return {
    values: isCut ? values.slice(0, completionValuesMax) : values,
    ...(count === undefined ? {} : { total: count }),
    ...(isCut || hasMore !== undefined ? { hasMore: isCut || hasMore === true } : {})
  }
}

/** Those of the choices that begin as what is typed, in upper or lower case. */
const among = (choices: ReadonlyArray<string>) => (value: string): Effect.Effect<ReadonlyArray<string>> => {
  const typed = value.toLowerCase()
  return Effect.sync(() => choices.filter((choice) => choice.toLowerCase().startsWith(typed)))
}

const guarded = (
  use: "Completion" | "Choice",
  name: string,
  complete: (...args: never) => Effect.Effect<unknown, unknown, unknown>,
  handler: Prepared
): Complete => {
  // What a handler takes and needs is forgotten in its shape.
  const bare = complete as HandlerShape["run"]
  const run = { run: handler.guarded?.(use, bare, name) ?? bare, context: handler.context }
  return (value, context, facts) =>
    Effect.mapEager(
      // The types of completions were checked where component and handler were put together.
      RequestContext.run(run, value, facts, context) as Effect.Effect<Output, RpcError>,
      toCompletion
    )
}

/**
 * The completions of a component whose arguments are the members of a struct.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (parameters: AnySchema, handler: Prepared): Completing => {
  const written = handler.extras?.complete ?? {}
  return new Map(Array.from(membersOf(parameters), ([name, ast]) => {
    const own = Object.hasOwn(written, name) ? written[name] : undefined
    if (own !== undefined) return [name, guarded("Completion", name, own, handler)]
    const choices = choicesOf(ast)
    return [
      name,
      choices === undefined || choices.length === 0 ? undefined : guarded("Choice", name, among(choices), handler)
    ]
  }))
}
