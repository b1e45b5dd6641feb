/**
 * A resource with a fixed URI, as a value. What it holds is its handler's matter.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { Annotations } from "../schema/Annotations.ts"
import type { ResourceContents } from "../schema/Content.ts"
import type { Icon } from "../schema/Icon.ts"
import type { Meta } from "../schema/Meta.ts"
import * as Template from "./ResourceTemplate.ts"
import * as Served from "./Served.ts"

/**
 * How a resource presents itself in `resources/list`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Presentation {
  /** The name in the listing; the URI when it is left out. */
  readonly name?: string
  /** A name for people. */
  readonly title?: string
  /** What it holds. */
  readonly description?: string
  /** Its media type; also that of text and bytes which the handler returns bare. */
  readonly mimeType?: string
  /** Its size in bytes, when known. */
  readonly size?: number
  /** Audience, priority and last change. */
  readonly annotations?: Annotations
  /** Pictures for a user interface. */
  readonly icons?: ReadonlyArray<Icon>
  /** Vendor members of the listing. */
  readonly _meta?: Meta
}

/**
 * A resource at one URI.
 *
 * @category models
 * @since 0.1.0
 */
export interface Resource<out Uri extends string> {
  readonly _tag: "Resource"
  readonly uri: Uri
  readonly presentation: Presentation
}

/**
 * Any resource with a fixed URI.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = Resource<string>

/**
 * What the handler of a resource returns: text, bytes, or contents written out.
 *
 * @category models
 * @since 0.1.0
 */
export type Output = string | Uint8Array | ResourceContents | ReadonlyArray<ResourceContents>

/**
 * There is no such resource: the client hears the code that its revision has for that (RSC-08, RSC-12).
 *
 * @category errors
 * @since 0.1.0
 */
export class ResourceNotFound extends Schema.TaggedError<ResourceNotFound>()("ResourceNotFound", {
  uri: Schema.String
}) {}

/**
 * What the handler of a resource may fail with.
 *
 * @category models
 * @since 0.1.0
 */
export type HandlerError = ResourceNotFound | RpcError

/**
 * A handler for a resource with a fixed URI; it receives the URI.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Handler<R = unknown> = (uri: string) => Effect.Effect<Output, HandlerError, R>

/**
 * Describes a resource (`server/resources`).
 *
 * @example
 * ```ts
 * import { Resource } from "@parley/mcp"
 *
 * export const Config = Resource.make("config://app", { name: "config", mimeType: "application/json" })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const Uri extends string>(uri: Uri, presentation: Presentation = {}): Resource<Uri> => ({
  _tag: "Resource",
  uri,
  presentation
})

/**
 * Describes a family of resources by a URI template; see `ResourceTemplate.make`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const template: typeof Template.make = Template.make

/**
 * A resource together with its handler.
 *
 * @category constructors
 * @since 0.1.0
 */
export const serve = <const Uri extends string, R>(
  uri: Uri,
  presentation: Presentation,
  handler: Handler<R>
): Served.Served<Resource<Uri>, R> => Served.make(make(uri, presentation), handler)

/**
 * A resource template together with its handler.
 *
 * @category constructors
 * @since 0.1.0
 */
export const serveTemplate: typeof Template.serve = Template.serve

/**
 * The failure of a handler that found nothing at the URI.
 *
 * @category constructors
 * @since 0.1.0
 */
export const notFound = (uri: string): ResourceNotFound => new ResourceNotFound({ uri })
