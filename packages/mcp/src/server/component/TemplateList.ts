/**
 * The resources of a template that stand in `resources/list`: what its author lists, as parameters, becomes URIs here.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { RequestInfo } from "../../contract/McpRequest.ts"
import type { AnyCodec } from "../../contract/ParameterSchema.ts"
import type { Listed } from "../../contract/Resource.ts"
import type { Any as AnyTemplate } from "../../contract/ResourceTemplate.ts"
import type * as UriTemplate from "../../contract/UriTemplate.ts"
import type { Rule } from "../../contract/Visibility.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import type { Resource } from "../../schema/Resource.ts"
import * as Masking from "../Masking.ts"
import * as RequestContext from "../RequestContext.ts"
import type { Prepared } from "./Handlers.ts"
import { ResourceLimits } from "./ResourceLimits.ts"
import { isVisible } from "./Ruled.ts"
import type { OpenShelf, Shelf } from "./Shelf.ts"

/**
 * Gives the listed resources of a template, at most so many as the limits permit. It fails with protocol errors only;
 * whatever else goes wrong is logged under a reference, and gives none.
 *
 * @category models
 * @since 0.1.0
 */
export type TemplateList = (request: RequestInfo) => Effect.Effect<ReadonlyArray<Resource>, RpcError>

/** A template that may have a list, and a rule. */
interface Listing {
  readonly list: TemplateList | undefined
  readonly visible: Rule | undefined
}

const none = Effect.succeed<ReadonlyArray<Resource>>([])

const isRpcError = (error: unknown): error is RpcError => Predicate.isTagged(error, "RpcError")

/** One broken list does not take the others along. */
const recover = (
  uriTemplate: string,
  cause: Cause.Cause<unknown>
): Effect.Effect<ReadonlyArray<Resource>, RpcError> => {
  const error = cause.reasons.find(Cause.isFailReason)?.error
  return isRpcError(error)
    ? Effect.fail(error)
    : Effect.as(Masking.mask(`the list of "${uriTemplate}" failed`, cause), [])
}

/** What is listed and cannot be one of the family, for its parameters are none, does not take the others along either. */
const noteStrays = (uriTemplate: string, strays: ReadonlyArray<unknown>): Effect.Effect<unknown> =>
  strays.length === 0
    ? Effect.void
    : Masking.mask(`the list of "${uriTemplate}" has ${strays.length} that cannot be of it`, Cause.fail(strays[0]))

const toResource = (
  { operations, presentation: { mimeType } }: AnyTemplate,
  parsed: UriTemplate.UriTemplate,
  listed: Listed<unknown>,
  values: unknown
): Resource => {
  const { params: _, ...presentation } = listed
  // The types of the template see to it that its parameters encode to values of its variables.
  const uri = operations.expand(parsed, values as UriTemplate.Values)
  return { uri, name: uri, ...(mimeType === undefined ? {} : { mimeType }), ...presentation }
}

/** How many templates are asked at a time. */
const concurrency = 8

/** Each URI once, as what is read there has it: a resource of its own, or else the first template. */
const withoutDoubles = (
  lists: ReadonlyArray<ReadonlyArray<Resource>>,
  resources: Shelf<unknown>
): ReadonlyArray<Resource> => {
  const listed = new Map<string, Resource>()
  for (const resource of lists.flat()) {
    if (!resources.has(resource.uri) && !listed.has(resource.uri)) listed.set(resource.uri, resource)
  }
  return Array.from(listed.values())
}

/**
 * What the templates list for a request, beside the resources with a fixed URI; nothing, while no template has a list.
 * Whether one has is found out once for each version of their shelf.
 *
 * @category listing
 * @since 0.1.0
 */
export const listedOf = (
  templates: Pick<OpenShelf<Listing>, "items" | "version">,
  resources: Shelf<unknown>
): () => TemplateList | undefined => {
  let version = -1
  let listings: ReadonlyArray<Listing> = []
  const all: TemplateList = (request) =>
    Effect.forEach(
      listings,
      (one) => Effect.flatMap(isVisible(one, request), (seen) => seen ? one.list?.(request) ?? none : none),
      { concurrency }
    ).pipe(Effect.map((lists) => withoutDoubles(lists, resources)))
  return () => {
    if (version !== templates.version()) {
      version = templates.version()
      listings = templates.items().flatMap(({ value }) => value.list === undefined ? [] : [value])
    }
    return listings.length === 0 ? undefined : all
  }
}

/**
 * Binds the list of a template; nothing if it has none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  template: AnyTemplate,
  parsed: UriTemplate.UriTemplate,
  handler: Prepared
): TemplateList | undefined => {
  const list = handler.extras?.list
  if (list === undefined) return undefined
  const { params, uriTemplate } = template
  const bare = () => list
  const { listedResourcesMax } = Context.get(handler.context, ResourceLimits)
  const shape = { run: handler.guarded?.("Listing", bare) ?? bare, context: handler.context }
  // That the schema needs no services was asked where the template was made.
  const encode = Schema.encodeUnknownEffect(params as AnyCodec)
  const resource = (listed: Listed<unknown>) =>
    Effect.map(encode(listed.params), (values) => toResource(template, parsed, listed, values))
  const warning = `the list of "${uriTemplate}" is cut after ${listedResourcesMax} resources`
  return (request) =>
    // What a list gives is said by the type of its handler.
    (RequestContext.run(shape, undefined, () => request) as Effect.Effect<ReadonlyArray<Listed<unknown>>, unknown>)
      .pipe(
        Effect.tap((listed) => listed.length > listedResourcesMax ? Effect.logWarning(warning) : Effect.void),
        Effect.flatMap((listed) => Effect.partition(listed.slice(0, listedResourcesMax), resource)),
        Effect.flatMap(([resources, strays]) => Effect.as(noteStrays(uriTemplate, strays), resources)),
        Effect.catchCause((cause) => recover(uriTemplate, cause))
      )
}
