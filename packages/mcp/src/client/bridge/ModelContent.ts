/**
 * Content blocks as parts that providers of language models take as the output of a tool: text, and files that models
 * can look at. It says what is there, and fetches nothing: a link stays a link.
 *
 * @since 0.1.0
 */
import * as Prompt from "effect/ai/Prompt"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import type { ContentBlock, EmbeddedResource, ResourceLink } from "../../schema/Content.ts"
import type { CallToolResult } from "../../schema/Tool.ts"

/**
 * A part of what a model is given of a tool's result.
 *
 * @category models
 * @since 0.1.0
 */
export type Part = Prompt.ToolModelOutputPart

const text = (text: string): Part => Prompt.makePart("text", { text })

/** What a model is told of bytes that it cannot be shown. */
const described = (what: string, data: string): string =>
  `[${what}, about ${Math.floor(data.length * 3 / 4)} bytes that are not shown]`

/** Media types that providers take in the output of a tool. Drawings in XML are none: they refuse the whole prompt. */
const isShown = (mediaType: string): boolean => /^(?:image\/(?!svg)|audio\/)|^application\/pdf\b/i.test(mediaType)

const file = (mediaType: string, data: string, fileName?: string): Part => {
  const bytes = isShown(mediaType) ? Base64.decode(data) : undefined
  if (bytes === undefined || Result.isFailure(bytes)) return text(described(fileName ?? mediaType, data))
  return Prompt.makePart("file", { mediaType, data: bytes.success, ...(fileName === undefined ? {} : { fileName }) })
}

const fromResource = ({ resource }: EmbeddedResource): Part =>
  "text" in resource
    ? text(`${resource.uri}:\n${resource.text}`)
    : file(resource.mimeType ?? "application/octet-stream", resource.blob, resource.uri)

const fromLink = ({ description, mimeType, name, title, uri }: ResourceLink): Part => {
  const notes = [title, mimeType, description].filter((note) => note !== undefined)
  return text(`[${name}](${uri})${notes.length === 0 ? "" : `: ${notes.join(", ")}`}`)
}

const fromBlock = (block: ContentBlock): Part => {
  switch (block.type) {
    case "text":
      return text(block.text)
    case "image":
    case "audio":
      return file(block.mimeType, block.data)
    case "resource":
      return fromResource(block)
    case "resource_link":
      return fromLink(block)
  }
}

/** Blocks for the user alone are none of the model's business; without an audience a block is for both. */
const isForModel = ({ annotations }: ContentBlock): boolean =>
  annotations?.audience === undefined || annotations.audience.includes("assistant")

/** Providers refuse texts without characters. */
const isEmpty = (part: Part): boolean => part.type === "text" && part.text === ""

/**
 * What a model is given of a result: its content, as far as it is meant for the model, or its structured content where
 * there is no other. There is always at least one part.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toParts = (result: CallToolResult): ReadonlyArray<Part> => {
  const parts = result.content.filter(isForModel).map(fromBlock).filter((part) => !isEmpty(part))
  if (parts.length > 0) return parts
  // Not for the user alone: a tool that shows its user something may still say in data what it was.
  return [text(Object.hasOwn(result, "structuredContent") ? JSON.stringify(result.structuredContent) : "Done")]
}

/**
 * The same as one text, for where files cannot go.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toText = (result: CallToolResult): string =>
  toParts(result).map((part) => part.type === "text" ? part.text : `[${part.fileName ?? part.mediaType}]`).join("\n")
