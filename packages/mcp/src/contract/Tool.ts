/**
 * A tool as a value: its name, what it takes, what it gives, how it fails, and how it presents itself. The handler is
 * not here; it is a service that a layer provides (`Catalog.layer`), or goes with the tool in the one-screen form
 * (`Tool.serve`).
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { ContentBlock } from "../schema/Content.ts"
import type { Icon } from "../schema/Icon.ts"
import type { Meta } from "../schema/Meta.ts"
import { JsonObject as JsonObjectSchema } from "../schema/Open.ts"
import type { ToolAnnotations } from "../schema/Tool.ts"
import type { AskError } from "./AskError.ts"
import type { AnyCodec, AnySchema, JsonObject, SchemaOf } from "./ParameterSchema.ts"
import * as ParameterSchema from "./ParameterSchema.ts"
import * as Served from "./Served.ts"
import type * as Visibility from "./Visibility.ts"

/**
 * How a tool presents itself in `tools/list`, beside its schemas.
 *
 * @category models
 * @since 0.1.0
 */
export interface Presentation {
  /** A name for people. */
  readonly title?: string
  /** What the tool does, for the model. */
  readonly description?: string
  /** Hints for the client; never a promise (TOL-16). */
  readonly annotations?: ToolAnnotations
  /** Pictures for a user interface. */
  readonly icons?: ReadonlyArray<Icon>
  /** Vendor members of the listing. */
  readonly _meta?: Meta
  /** Who may know of the tool. Default: everybody. */
  readonly visible?: Visibility.Rule
}

/**
 * A tool: a name, three schemas and a presentation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tool<
  out Name extends string,
  out Parameters extends AnySchema,
  out Success extends AnySchema | undefined,
  out Failure extends AnySchema | undefined
> {
  readonly _tag: "Tool"
  readonly name: Name
  readonly parameters: Parameters
  readonly success: Success
  readonly failure: Failure
  readonly presentation: Presentation
  /** The JSON Schema of the arguments when it was written by hand; derived from `parameters` otherwise. */
  readonly inputSchema: JsonObject | undefined
}

/**
 * Any tool.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = Tool<string, AnySchema, AnySchema | undefined, AnySchema | undefined>

/**
 * A result put together by hand: content of several kinds, structured content beside it, and `_meta`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ToolResult<out A> {
  readonly _tag: "ToolResult"
  readonly structured: A | undefined
  readonly content: ReadonlyArray<ContentBlock> | undefined
  readonly meta: Meta | undefined
}

/**
 * What a tool without a `success` schema may return: nothing, text, content, or a `ToolResult`.
 *
 * @category models
 * @since 0.1.0
 */
export type Output = void | string | ContentBlock | ReadonlyArray<ContentBlock> | ToolResult<never>

/**
 * A failure that the model is meant to read: the call ends as a result with `isError`, and this message as its text
 * (TOC-01). Any tool may fail with it, beside its declared failures.
 *
 * @category errors
 * @since 0.1.0
 */
export class ToolError extends Schema.TaggedError<ToolError>()("ToolError", {
  message: Schema.String,
  /** Goes with the result as its `_meta`, for programs; the model does not see it. */
  meta: Schema.optionalKey(JsonObjectSchema)
}) {}

/**
 * Where the encoded form of a declared failure stands in the `_meta` of a result, so that a typed client finds it.
 *
 * @category constants
 * @since 0.1.0
 */
export const failureKey = "dev.parley/failure"

/**
 * The annotation of a schema, and the keyword of a JSON Schema, that name the header a parameter is mirrored in.
 *
 * @category constants
 * @since 0.1.0
 */
export const headerKeyword = "x-mcp-header"

/**
 * The arguments that the handler of a tool receives.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Arguments<T extends Any> = T["parameters"]["Type"]

/**
 * What the handler of a tool returns.
 *
 * @category type-level
 * @since 0.1.0
 */
export type HandlerOutput<T extends Any> = T["success"] extends AnySchema
  ? T["success"]["Type"] | ToolResult<T["success"]["Type"]>
  : Output

/**
 * What the handler of a tool may fail with: its declared failure, a `ToolError`, an `RpcError`, or a question without an
 * answer.
 *
 * @category type-level
 * @since 0.1.0
 */
export type HandlerError<T extends Any> =
  | (T["failure"] extends AnySchema ? T["failure"]["Type"] : never)
  | ToolError
  | RpcError
  | AskError

/**
 * A handler for a tool; its requirements stay visible in `R`.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Handler<T extends Any, R = unknown> = (
  args: Arguments<T>
) => Effect.Effect<HandlerOutput<T>, HandlerError<T>, R>

/**
 * The options of {@link make}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<
  Parameters extends ParameterSchema.Input,
  Success extends AnyCodec | undefined,
  Failure extends AnyCodec | undefined
> extends Presentation {
  /** What the tool takes: the fields of an object, or a whole schema whose encoded form is an object. Default: none. */
  readonly parameters?: Parameters
  /** What the tool gives; becomes `structuredContent`, with a text copy, and `outputSchema`. */
  readonly success?: Success
  /** How the tool fails, besides `ToolError`: sent as a result with `isError`, and typed again in our client. */
  readonly failure?: Failure
}

const presentationOf = (options: Presentation): Presentation => ({
  ...(options.title === undefined ? {} : { title: options.title }),
  ...(options.description === undefined ? {} : { description: options.description }),
  ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
  ...(options.icons === undefined ? {} : { icons: options.icons }),
  ...(options._meta === undefined ? {} : { _meta: options._meta }),
  ...(options.visible === undefined ? {} : { visible: options.visible })
})

/**
 * Describes a tool (`server/tools`). Names should have 1 to 128 characters out of `A-Z a-z 0-9 _ - .` (TOL-07, TOL-09).
 *
 * @example
 * ```ts
 * import { Tool } from "@parley/mcp"
 * import * as Schema from "effect/Schema"
 *
 * export const Add = Tool.make("add", {
 *   description: "Add two numbers",
 *   parameters: { a: Schema.Number, b: Schema.Number },
 *   success: Schema.Struct({ sum: Schema.Number })
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <
  const Name extends string,
  Parameters extends ParameterSchema.Input = {},
  Success extends AnyCodec | undefined = undefined,
  Failure extends AnyCodec | undefined = undefined
>(
  name: Name,
  options: Options<Parameters, Success, Failure> = {}
): Tool<Name, SchemaOf<Parameters>, Success, Failure> => ({
  _tag: "Tool",
  name,
  parameters: ParameterSchema.toSchema(options.parameters),
  // An absent option is `undefined`, which is what its type parameter then is.
  success: options.success as Success,
  failure: options.failure as Failure,
  presentation: presentationOf(options),
  inputSchema: undefined
})

/**
 * Describes a tool whose arguments are given by a JSON Schema that must reach clients unaltered. The handler receives
 * the arguments as they came, *unvalidated*, as a JSON object.
 *
 * @category constructors
 * @since 0.1.0
 */
export const dynamic = <const Name extends string>(
  name: Name,
  options: Presentation & { readonly inputSchema: JsonObject }
): Tool<Name, typeof ParameterSchema.AnyObject, undefined, undefined> => ({
  _tag: "Tool",
  name,
  parameters: ParameterSchema.AnyObject,
  success: undefined,
  failure: undefined,
  presentation: presentationOf(options),
  inputSchema: options.inputSchema
})

/**
 * A tool together with its handler: the one-screen form, for a server that needs no contract apart.
 *
 * @example
 * ```ts
 * import { Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * export const greet = Tool.serve("greet", { parameters: { name: Schema.String } }, ({ name }) =>
 *   Effect.succeed(`Hello, ${name}!`))
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const serve = <
  const Name extends string,
  R,
  Parameters extends ParameterSchema.Input = {},
  Success extends AnyCodec | undefined = undefined,
  Failure extends AnyCodec | undefined = undefined
>(
  name: Name,
  options: Options<Parameters, Success, Failure>,
  handler: Handler<Tool<Name, SchemaOf<Parameters>, Success, Failure>, R>
): Served.Served<Tool<Name, SchemaOf<Parameters>, Success, Failure>, R> => Served.make(make(name, options), handler)

/**
 * A result put together by hand. With a `success` schema, `structured` is what the schema describes; `content`, when it
 * is given, replaces the text copy that would be made of it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const result = <A = never>(options: {
  readonly structured?: A
  readonly content?: ReadonlyArray<ContentBlock>
  readonly _meta?: Meta
}): ToolResult<A> => ({
  _tag: "ToolResult",
  structured: options.structured,
  content: options.content,
  meta: options._meta
})

/**
 * A parameter that clients of the stateless era also send as the HTTP header `Mcp-Param-{name}`, for the infrastructure
 * between (SEP-2243). It must be a string, an integer or a boolean, and stand in the arguments or in an object inside
 * them. Never use it for what is secret: headers end up in logs (XMH-09).
 *
 * @example
 * ```ts
 * import { Tool } from "@parley/mcp"
 * import * as Schema from "effect/Schema"
 *
 * export const Query = Tool.make("query", {
 *   parameters: { region: Tool.header("Region", Schema.String), sql: Schema.String }
 * })
 * ```
 *
 * @category parameters
 * @since 0.1.0
 */
export const header = <S extends Schema.Top>(name: string, schema: S): S["Rebuild"] =>
  schema.annotate({ [headerKeyword]: name })

/**
 * The JSON Schema of a tool's arguments, as it is listed. They are an object even where the schema leaves that to its
 * members, as a union does (TOL-14).
 *
 * @category conversions
 * @since 0.1.0
 */
export const inputSchemaOf = ({ inputSchema, parameters }: Any): JsonObject => {
  if (inputSchema !== undefined) return inputSchema
  const derived = ParameterSchema.toJsonSchema(parameters)
  return derived.type === undefined ? { type: "object", ...derived } : derived
}

/**
 * A failure that the model can read and act on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fail = (message: string): ToolError => new ToolError({ message })
