/**
 * What a resource and a family of resources have in common: how they present themselves, what their handlers return,
 * and how these fail.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { Annotations } from "../schema/Annotations.ts"
import type { CacheHint } from "../schema/Caching.ts"
import type { ResourceContents } from "../schema/Content.ts"
import type { Icon } from "../schema/Icon.ts"
import type { Meta } from "../schema/Meta.ts"
import type { ReadResourceResult } from "../schema/Resource.ts"
import type { AskError } from "./AskError.ts"
import type * as Visibility from "./Visibility.ts"

/**
 * How a resource presents itself in `resources/list`, and how long what is read there keeps.
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
  /** Who may know of the resource. Default: everybody. */
  readonly visible?: Visibility.Rule
  /** How long, and for whom, a client may keep what it has read. Default: what the server says of reading. */
  readonly caching?: CacheHint
}

/**
 * A resource of a template that stands in `resources/list`: its parameters, and how it presents itself. Without a name
 * it goes by its URI; its media type is that of the template unless it says another.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listed<out Params> extends Omit<Presentation, "visible" | "caching"> {
  readonly params: Params
}

/**
 * What the handler of a resource returns: text, bytes, contents written out, or the whole result, with `_meta` and
 * caching of its own.
 *
 * @category models
 * @since 0.1.0
 */
export type Output = string | Uint8Array | ResourceContents | ReadonlyArray<ResourceContents> | ReadResourceResult

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
export type HandlerError = ResourceNotFound | RpcError | AskError

/**
 * The failure of a handler that found nothing at the URI.
 *
 * @category constructors
 * @since 0.1.0
 */
export const notFound = (uri: string): ResourceNotFound => new ResourceNotFound({ uri })
