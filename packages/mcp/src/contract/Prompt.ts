/**
 * A prompt as a value: its name, its arguments, and how it presents itself. The messages are its handler's matter.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { ContentBlock } from "../schema/Content.ts"
import type { Icon } from "../schema/Icon.ts"
import type { Meta } from "../schema/Meta.ts"
import type { GetPromptResult, PromptMessage } from "../schema/Prompt.ts"
import type { AskError } from "./AskError.ts"
import type { Completers, Only, Requirements } from "./Completion.ts"
import type { AnySchema } from "./ParameterSchema.ts"
import * as Served from "./Served.ts"
import type * as Visibility from "./Visibility.ts"

/**
 * How a prompt presents itself in `prompts/list`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Presentation {
  /** A name for people. */
  readonly title?: string
  /** What the prompt is for. */
  readonly description?: string
  /** Pictures for a user interface. */
  readonly icons?: ReadonlyArray<Icon>
  /** Vendor members of the listing. */
  readonly _meta?: Meta
  /** Who may know of the prompt. Default: everybody. */
  readonly visible?: Visibility.Rule
}

/**
 * The arguments of a prompt: on the wire they are strings, or absent.
 *
 * @category models
 * @since 0.1.0
 */
export type Fields = { readonly [name: string]: Schema.Codec<unknown, string | undefined> }

/**
 * A prompt.
 *
 * @category models
 * @since 0.1.0
 */
export interface Prompt<out Name extends string, out Parameters extends AnySchema> {
  readonly _tag: "Prompt"
  readonly name: Name
  readonly parameters: Parameters
  readonly fields: Fields
  readonly presentation: Presentation
}

/**
 * Any prompt.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = Prompt<string, AnySchema>

/**
 * What the handler of a prompt returns: one user message as text, messages, or the whole result. A string among the
 * messages is a user message.
 *
 * @category models
 * @since 0.1.0
 */
export type Output = string | PromptMessage | ReadonlyArray<string | PromptMessage> | GetPromptResult

/**
 * A handler for a prompt.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Handler<P extends Any, R = unknown> = (
  args: P["parameters"]["Type"]
) => Effect.Effect<Output, RpcError | AskError, R>

/**
 * The names of a prompt's arguments.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ArgumentOf<P extends Any> = keyof P["parameters"]["Encoded"] & string

/**
 * A handler for a prompt, with completions of its arguments. Those whose schema is a choice of texts complete
 * themselves, unless there is a completion here.
 *
 * @category type-level
 * @since 0.1.0
 */
export interface Handling<P extends Any, R = unknown> {
  readonly handle: Handler<P, R>
  readonly complete?: Completers<ArgumentOf<P>, R>
}

/**
 * The options of {@link make}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<Params extends Fields> extends Presentation {
  /** One schema for each argument; descriptions and optionality are read from it. Default: none. */
  readonly parameters?: Params
}

/**
 * Describes a prompt (`server/prompts`).
 *
 * @example
 * ```ts
 * import { Prompt } from "@parley/mcp"
 * import * as Schema from "effect/Schema"
 *
 * export const Review = Prompt.make("review_code", {
 *   description: "Review some code",
 *   parameters: { code: Schema.String.annotate({ description: "The code" }) }
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const Name extends string, Params extends Fields = {}>(
  name: Name,
  options: Options<Params> = {}
): Prompt<Name, Schema.Struct<Params>> => {
  const { parameters, ...presentation } = options
  // Without parameters, `Params` is the empty record.
  const fields = (parameters ?? {}) as Params
  return { _tag: "Prompt", name, parameters: Schema.Struct<Params>(fields), fields, presentation }
}

/**
 * The options of {@link serve}: those of the prompt, and the completions of its arguments.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServeOptions<Params extends Fields, Complete> extends Options<Params> {
  readonly complete?: Complete & Completers<keyof Params & string> & Only<Complete, keyof Params>
}

/**
 * A prompt together with its handler.
 *
 * @category constructors
 * @since 0.1.0
 */
export const serve = <
  const Name extends string,
  R,
  Params extends Fields = {},
  Complete extends Completers<keyof Params & string> = {}
>(
  name: Name,
  { complete, ...options }: ServeOptions<Params, Complete>,
  handler: Handler<Prompt<Name, Schema.Struct<Params>>, R>
): Served.Served<Prompt<Name, Schema.Struct<Params>>, R | Requirements<Complete>> =>
  // What `complete` needs is read off its type; the function below forgets it.
  Served.make(
    make<Name, Params>(name, options as Options<Params>),
    handler,
    { complete } as Served.Extras<Requirements<Complete>>
  )

/**
 * A message by the user; text is wrapped.
 *
 * @category messages
 * @since 0.1.0
 */
export const user = (content: string | ContentBlock): PromptMessage => message("user", content)

/**
 * A message by the assistant; text is wrapped.
 *
 * @category messages
 * @since 0.1.0
 */
export const assistant = (content: string | ContentBlock): PromptMessage => message("assistant", content)

const message = (role: PromptMessage["role"], content: string | ContentBlock): PromptMessage => ({
  role,
  content: typeof content === "string" ? { type: "text", text: content } : content
})
