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
const textIn = (data: Uint8Array): Result.Result<string, unknown> =>
  Result.try(() => new TextDecoder("utf-8", { fatal: true }).decode(data))

const asResource = (uri: string, data: Uint8Array, mediaType: string): ContentBlock => {
  const text = isText(mediaType) ? Result.getOrUndefined(textIn(data)) : undefined
  return Content.resource(uri, text ?? data, mediaType)
}

const fromBytes = ({ fileName = "file", mediaType }: File, data: Uint8Array): ContentBlock => {
  if (mediaType.startsWith("image/")) return Content.image(data, mediaType)
  if (mediaType.startsWith("audio/")) return Content.audio(data, mediaType)
  return asResource(uriOf(fileName), data, mediaType)
}

/** What is no base64 is a mistake of whoever made the file, and a defect: sent on, it would break the client. */
const fromBase64 = (text: string): Uint8Array => Result.getOrThrow(Base64.decode(text))

const fromUrl = ({ fileName, mediaType }: File, url: string): ContentBlock => {
  const path = url.split(/[?#]/, 1)[0] ?? url
  const name = fileName ?? (path.slice(path.lastIndexOf("/") + 1) || url)
  return Content.link(url, name, { mimeType: mediaType })
}

const dataUrl = /^data:([^;,]*)(?:;[^;,]*)*?(;base64)?,([\s\S]*)$/i

const fromDataUrl = (file: File, url: string): ContentBlock => {
  const [, mediaType, isBase64, body = ""] = dataUrl.exec(url) ?? []
  const typed = mediaType === undefined || mediaType === "" ? file : { ...file, mediaType }
  const text = Result.getOrElse(Result.try(() => decodeURIComponent(body)), () => body)
  return fromBytes(typed, isBase64 === undefined ? new TextEncoder().encode(text) : fromBase64(text))
}

/**
 * The block of a file (CNT-01 to CNT-03). A file that is somewhere else becomes a link to it, and is not fetched. A string
 * that should be base64 and is not throws, which is masked like any defect of a handler.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromFile = (file: File): ContentBlock => {
  const { data } = file
  const url = data instanceof URL ? data.href : data
  if (typeof url !== "string") return fromBytes(file, url)
  if (/^data:/i.test(url)) return fromDataUrl(file, url)
  return data instanceof URL || /^https?:/i.test(url) ? fromUrl(file, url) : fromBytes(file, fromBase64(url))
}
