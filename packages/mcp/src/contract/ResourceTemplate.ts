/**
 * A family of resources, described by a URI template with typed parameters.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { Completers, Only, Requirements } from "./Completion.ts"
import type { AnySchema } from "./ParameterSchema.ts"
import type { HandlerError, Listed, Output, Presentation } from "./ResourceOutput.ts"
import * as Served from "./Served.ts"
import { type Operations, operations, type ValuesOf, type Variables } from "./UriTemplate.ts"

/**
 * The parameters of a template: one schema for each variable in it, no more and no fewer. Its encoded form is what
 * stands in the URI: a text; several texts, or texts by name, for an exploded variable (`{/path*}`); possibly nothing,
 * for the variables of a query (`{?page}`).
 *
 * @category type-level
 * @since 0.1.0
 */
export type Parameters<Template extends string> = {
  readonly [Name in Variables<Template>]: Schema.Codec<unknown, ValuesOf<Template>[Name]>
}

/**
 * The options of {@link make}: the parameters, and how the template presents itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<Uri extends string, Params> extends Presentation {
  readonly params: Params & { readonly [Name in Exclude<keyof Params, Variables<Uri>>]: never }
  /**
   * Variables whose values may climb (`..` as a path segment, NUL). Default: none, and a URI with such a value is not
   * one of the family. Only for handlers that never use the value as a path.
   */
  readonly allowInsecureTraversal?: ReadonlyArray<Variables<Uri>>
}

/**
 * A resource template.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResourceTemplate<out Uri extends string, out Params extends AnySchema> {
  readonly _tag: "ResourceTemplate"
  readonly uriTemplate: Uri
  readonly params: Params
  readonly presentation: Presentation
  /** The variables whose values are not checked for traversal. */
  readonly allowInsecureTraversal: ReadonlyArray<string>
  /** What is done with its URI template: parsing, expanding, matching. */
  readonly operations: Operations
}

/**
 * Any resource template.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = ResourceTemplate<string, AnySchema>

/**
 * A handler for a template: it receives the parameters and the URI they came from.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Handler<T extends Any, R = unknown> = (
  params: T["params"]["Type"],
  uri: string
) => Effect.Effect<Output, HandlerError, R>

/**
 * The names of a template's variables.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ArgumentOf<T extends Any> = keyof T["params"]["Encoded"] & string

/**
 * A handler for a template, with completions of its variables, and the resources that stand in `resources/list`. The
 * list is asked for at each request; what fails in it undeclared is logged, and its resources are left out.
 *
 * @category type-level
 * @since 0.1.0
 */
export interface Handling<T extends Any, R = unknown> {
  readonly handle: Handler<T, R>
  readonly complete?: Completers<ArgumentOf<T>, R>
  readonly list?: Effect.Effect<ReadonlyArray<Listed<T["params"]["Type"]>>, RpcError, R>
}

/**
 * Describes a template (`server/resources`, resource templates). `params` names each variable of the template; the
 * compiler refuses missing and superfluous ones.
 *
 * @example
 * ```ts
 * import { Resource } from "@parley/mcp"
 * import * as Schema from "effect/Schema"
 *
 * export const Greeting = Resource.template("greeting://{name}", {
 *   params: { name: Schema.String },
 *   mimeType: "text/plain"
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const Uri extends string, Params extends Parameters<Uri>>(
  uriTemplate: Uri,
  options: Options<Uri, Params>
): ResourceTemplate<Uri, Schema.Struct<Params>> => {
  const { allowInsecureTraversal, params, ...presentation } = options
  return {
    _tag: "ResourceTemplate",
    uriTemplate,
    params: Schema.Struct<Params>(params),
    presentation,
    allowInsecureTraversal: allowInsecureTraversal ?? [],
    operations
  }
}

/**
 * The options of {@link serve}: those of the template, completions of its variables, and what is listed of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServeOptions<Uri extends string, Params extends Parameters<Uri>, Complete, R>
  extends Options<Uri, Params>
{
  readonly complete?: Complete & Completers<Variables<Uri>> & Only<Complete, Variables<Uri>>
  readonly list?: Effect.Effect<ReadonlyArray<Listed<Schema.Struct<Params>["Type"]>>, RpcError, R>
}

/**
 * A template together with its handler.
 *
 * @example
 * ```ts
 * import { Resource } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * export const poems = Resource.serveTemplate("poem://{title}{?lines}", {
 *   params: { title: Schema.String, lines: Schema.optionalKey(Schema.NumberFromString) },
 *   complete: { title: (value) => Effect.succeed(["autumn", "august"].filter((title) => title.startsWith(value))) },
 *   list: Effect.succeed([{ params: { title: "autumn" }, title: "On autumn" }])
 * }, ({ lines, title }) => Effect.succeed(`${title}, ${lines ?? "all"} lines of it`))
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const serve = <
  const Uri extends string,
  Params extends Parameters<Uri>,
  R,
  Complete extends Completers<Variables<Uri>> = {},
  R2 = never
>(
  uriTemplate: Uri,
  { complete, list, ...options }: ServeOptions<Uri, Params, Complete, R2>,
  handler: Handler<ResourceTemplate<Uri, Schema.Struct<Params>>, R>
): Served.Served<ResourceTemplate<Uri, Schema.Struct<Params>>, R | R2 | Requirements<Complete>> =>
  Served.make(
    make<Uri, Params>(uriTemplate, options as Options<Uri, Params>),
    handler,
    // What `complete` needs is read off its type; the record forgets it.
    { complete, list } as Served.Extras<R2 | Requirements<Complete>>
  )
