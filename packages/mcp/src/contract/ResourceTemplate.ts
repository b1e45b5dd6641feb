/**
 * A family of resources, described by a URI template with typed parameters.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { AnySchema } from "./ParameterSchema.ts"
import type { HandlerError, Output, Presentation } from "./ResourceOutput.ts"
import * as Served from "./Served.ts"
import type { Variables } from "./UriTemplate.ts"

/**
 * A schema for one parameter: its encoded form is the text that stands in the URI.
 *
 * @category models
 * @since 0.1.0
 */
export type ParameterCodec = Schema.Codec<unknown, string>

/**
 * The parameters of a template: one schema for each variable in it, no more and no fewer.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Parameters<Template extends string> = { readonly [Name in Variables<Template>]: ParameterCodec }

/**
 * The options of {@link make}: the parameters, and how the template presents itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<Uri extends string, Params> extends Presentation {
  readonly params: Params & { readonly [Name in Exclude<keyof Params, Variables<Uri>>]: never }
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
  const { params, ...presentation } = options
  return { _tag: "ResourceTemplate", uriTemplate, params: Schema.Struct<Params>(params), presentation }
}

/**
 * A template together with its handler.
 *
 * @category constructors
 * @since 0.1.0
 */
export const serve = <const Uri extends string, Params extends Parameters<Uri>, R>(
  uriTemplate: Uri,
  options: Options<Uri, Params>,
  handler: Handler<ResourceTemplate<Uri, Schema.Struct<Params>>, R>
): Served.Served<ResourceTemplate<Uri, Schema.Struct<Params>>, R> =>
  Served.make(make<Uri, Params>(uriTemplate, options), handler)
