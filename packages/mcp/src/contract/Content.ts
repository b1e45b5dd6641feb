/**
 * Making content blocks for tool results and prompt messages: from text, from bytes, or from a file.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import type { Annotations } from "../schema/Annotations.ts"
import type {
  AudioContent,
  EmbeddedResource,
  ImageContent,
  ResourceContents,
  ResourceLink,
  TextContent
} from "../schema/Content.ts"
import type { Meta } from "../schema/Meta.ts"

/**
 * What every block may carry besides its content.
 *
 * @category models
 * @since 0.1.0
 */
export interface BlockOptions {
  readonly annotations?: Annotations
  readonly _meta?: Meta
}

/**
 * A block of text.
 *
 * @category constructors
 * @since 0.1.0
 */
export const text = (text: string, options?: BlockOptions): TextContent => ({ type: "text", text, ...options })

/**
 * The texts among blocks, joined by line breaks; empty when there is none. Pictures and the rest are left out.
 *
 * @category destructors
 * @since 0.1.0
 */
export const toText = (blocks: ReadonlyArray<{ readonly type: string; readonly text?: unknown }>): string =>
  blocks.flatMap((block) => block.type === "text" && typeof block.text === "string" ? [block.text] : []).join("\n")

const base64 = (data: Uint8Array | string): string => typeof data === "string" ? data : Base64.encode(data)

/**
 * An image from its bytes, or from a string that is base64 already (CNT-01).
 *
 * @example
 * ```ts
 * import { Content } from "@parley/mcp"
 *
 * Content.image(new Uint8Array([137, 80, 78, 71]), "image/png").data // => "iVBORw=="
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const image = (data: Uint8Array | string, mimeType: string, options?: BlockOptions): ImageContent => ({
  type: "image",
  data: base64(data),
  mimeType,
  ...options
})

/**
 * A sound from its bytes, or from a string that is base64 already (CNT-02).
 *
 * @category constructors
 * @since 0.1.0
 */
export const audio = (data: Uint8Array | string, mimeType: string, options?: BlockOptions): AudioContent => ({
  type: "audio",
  data: base64(data),
  mimeType,
  ...options
})

/**
 * The contents of a resource, inside the message itself: a string is its text, bytes are its blob (CNT-03).
 *
 * @category constructors
 * @since 0.1.0
 */
export const resource = (
  uri: string,
  data: Uint8Array | string,
  mimeType: string,
  options?: BlockOptions
): EmbeddedResource => ({ type: "resource", resource: contents(uri, data, mimeType), ...options })

/**
 * A pointer to a resource that the client may read.
 *
 * @category constructors
 * @since 0.1.0
 */
export const link = (
  uri: string,
  name: string,
  options?: BlockOptions & { readonly title?: string; readonly description?: string; readonly mimeType?: string }
): ResourceLink => ({ type: "resource_link", uri, name, ...options })

/**
 * Resource contents from text or bytes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const contents = (uri: string, data: Uint8Array | string, mimeType?: string): ResourceContents => {
  const type = mimeType === undefined ? {} : { mimeType }
  return typeof data === "string" ? { uri, ...type, text: data } : { uri, ...type, blob: Base64.encode(data) }
}

const mimeTypes: ReadonlyMap<string, string> = new Map([
  ["gif", "image/gif"],
  ["jpeg", "image/jpeg"],
  ["jpg", "image/jpeg"],
  ["mp3", "audio/mpeg"],
  ["ogg", "audio/ogg"],
  ["png", "image/png"],
  ["svg", "image/svg+xml"],
  ["wav", "audio/wav"],
  ["webp", "image/webp"]
])

const extension = /\.([^./\\]+)$/

const mimeTypeOf = (path: string): string =>
  mimeTypes.get(extension.exec(path)?.[1]?.toLowerCase() ?? "") ?? "application/octet-stream"

const fromFile = <A>(
  path: string,
  mimeType: string | undefined,
  make: (data: Uint8Array, mimeType: string) => A
): Effect.Effect<A, PlatformError, FileSystem.FileSystem> =>
  Effect.flatMap(
    FileSystem.FileSystem,
    (files) => Effect.map(files.readFile(path), (data) => make(data, mimeType ?? mimeTypeOf(path)))
  )

/**
 * An image from a file; without a media type, it is told from the file's extension.
 *
 * @category files
 * @since 0.1.0
 */
export const imageFile = (
  path: string,
  mimeType?: string
): Effect.Effect<ImageContent, PlatformError, FileSystem.FileSystem> => fromFile(path, mimeType, image)

/**
 * A sound from a file; without a media type, it is told from the file's extension.
 *
 * @category files
 * @since 0.1.0
 */
export const audioFile = (
  path: string,
  mimeType?: string
): Effect.Effect<AudioContent, PlatformError, FileSystem.FileSystem> => fromFile(path, mimeType, audio)
