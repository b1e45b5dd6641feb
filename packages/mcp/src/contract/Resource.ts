/**
 * A resource with a fixed URI, as a value. What it holds is its handler's matter.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import {
  type HandlerError,
  type Listed,
  notFound,
  type Output,
  type Presentation,
  ResourceNotFound
} from "./ResourceOutput.ts"
import * as Template from "./ResourceTemplate.ts"
import { PathSegment, RelativePath } from "./SafePath.ts"
import * as Served from "./Served.ts"

export { type HandlerError, type Listed, notFound, type Output, type Presentation, ResourceNotFound }

export { PathSegment, RelativePath }

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
