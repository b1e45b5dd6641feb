/**
 * Files as content blocks, by their media type: pictures and sounds as such, text as a text resource, everything else
 * as a blob. It is for files that come with bytes or a URL but with no resource URI of their own.
 *
 * @since 0.1.0
 */
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Content from "../../contract/Content.ts"
import type { ContentBlock } from "../../schema/Content.ts"

/**
 * A file: its bytes, its base64, or where it is.
 *
 * @category models
 * @since 0.1.0
 */
export interface File {
  /** For instance `image/png`. */
  readonly mediaType: string
  /** A string is base64, unless it begins with `data:`, `http:` or `https:`. */
  readonly data: string | Uint8Array | URL
  readonly fileName?: string | undefined
}

const isText = (mediaType: string): boolean =>
  /^(?:text\/|application\/(?:json|xml|javascript)\b)|\+(?:json|xml)\b/.test(mediaType)

/** A file of a tool's result is a resource of nobody: it can be named, but not read again. */
const uriOf = (name: string): string => `attachment:///${encodeURIComponent(name)}`

/** What cannot be read as UTF-8 stays bytes. */
const textIn = (data: Uint8Array | string): Result.Result<string, unknown> => {
  const bytes = typeof data === "string" ? Base64.decode(data) : Result.succeed(data)
  return Result.flatMap(
    Result.mapError(bytes, (error): unknown => error),
    (bytes) => Result.try(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  )
}

const asResource = (uri: string, data: Uint8Array | string, mediaType: string): ContentBlock => {
  const text = isText(mediaType) ? Result.getOrUndefined(textIn(data)) : undefined
  if (text !== undefined) return Content.resource(uri, text, mediaType)
  const blob = typeof data === "string" ? data : Base64.encode(data)
  return { type: "resource", resource: { uri, mimeType: mediaType, blob } }
}

const fromBytes = ({ fileName = "file", mediaType }: File, data: Uint8Array | string): ContentBlock => {
  if (mediaType.startsWith("image/")) return Content.image(data, mediaType)
  if (mediaType.startsWith("audio/")) return Content.audio(data, mediaType)
  return asResource(uriOf(fileName), data, mediaType)
}

const fromUrl = ({ fileName, mediaType }: File, url: string): ContentBlock => {
  const path = url.split(/[?#]/, 1)[0] ?? url
  const name = fileName ?? (path.slice(path.lastIndexOf("/") + 1) || url)
  return Content.link(url, name, { mimeType: mediaType })
}

const dataUrl = /^data:([^;,]*)(?:;[^;,]*)*?(;base64)?,([\s\S]*)$/i

const fromDataUrl = (file: File, url: string): ContentBlock => {
  const [, mediaType, isBase64, body = ""] = dataUrl.exec(url) ?? []
  const typed = mediaType === undefined || mediaType === "" ? file : { ...file, mediaType }
  if (isBase64 !== undefined) return fromBytes(typed, body)
  const text = Result.getOrElse(Result.try(() => decodeURIComponent(body)), () => body)
  return fromBytes(typed, new TextEncoder().encode(text))
}

/**
 * The block of a file (CNT-01 to CNT-03). A file that is somewhere else becomes a link to it, and is not fetched.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromFile = (file: File): ContentBlock => {
  const { data } = file
  const url = data instanceof URL ? data.href : data
  if (typeof url !== "string") return fromBytes(file, url)
  if (/^data:/i.test(url)) return fromDataUrl(file, url)
  return data instanceof URL || /^https?:/i.test(url) ? fromUrl(file, url) : fromBytes(file, url)
}
