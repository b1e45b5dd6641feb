/**
 * Content blocks for revisions that lack some of them. A block of an unknown type becomes text that says what it was,
 * so that the conversation goes on; its bytes are not carried along. Which blocks a revision has is its own affair.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { isObject } from "../../jsonrpc/Message.ts"
import type { Wire } from "../Revision.ts"
import { type Project, type Rewrite, same } from "./Projection.ts"

/**
 * The projections of the blocks that a revision has, by their `type`.
 *
 * @category models
 * @since 0.1.0
 */
export type Blocks = { readonly [type: string]: Project }

/**
 * JSON text of a value, `null` where there is none. Total.
 *
 * @category conversions
 * @since 0.1.0
 */
export const jsonText = (value: unknown): string =>
  Result.getOrElse(Result.try(() => JSON.stringify(value) ?? "null"), () => "null")

const string = (value: unknown): string | undefined => typeof value === "string" ? value : undefined

const lines = (...parts: ReadonlyArray<string | undefined>): string =>
  parts.filter((part) => part !== undefined && part !== "").join("\n")

/**
 * What a block says, as text.
 *
 * @category conversions
 * @since 0.1.0
 */
export const textOf = (block: unknown): string => {
  if (!isObject(block)) return jsonText(block)
  switch (block.type) {
    case "text":
      return string(block.text) ?? ""
    case "image":
    case "audio":
      return `[${block.type}: ${string(block.mimeType) ?? "unknown type"}]`
    case "resource_link":
      return lines(
        `${string(block.title) ?? string(block.name) ?? "Resource"}: ${string(block.uri) ?? ""}`,
        string(block.description)
      )
    case "resource":
      return isObject(block.resource)
        ? string(block.resource.text) ?? `[resource: ${string(block.resource.uri)}]`
        : "[resource]"
    case "tool_use":
      return `[tool call ${string(block.id) ?? ""}: ${string(block.name) ?? ""} ${jsonText(block.input)}]`
    case "tool_result":
      return lines(
        `[${block.isError === true ? "failed " : ""}tool result ${string(block.toolUseId) ?? ""}]`,
        ...(Array.isArray(block.content) ? block.content.map(textOf) : [])
      )
    default:
      return `[${string(block.type) ?? "content"}]`
  }
}

/** The text block in place of another. What hints it carried about audience and priority still hold. */
const asText = (block: Wire): Wire => {
  const text = { type: "text", text: textOf(block) }
  return isObject(block.annotations) ? { ...text, annotations: block.annotations } : text
}

/**
 * A rewrite of one content block for a revision that has these blocks; others become text.
 *
 * @category rewrites
 * @since 0.1.0
 */
export const contentBlock = (blocks: Blocks): Rewrite => {
  const text = blocks.text ?? same
  return (block) => {
    if (!isObject(block)) return { type: "text", text: textOf(block) }
    const project = typeof block.type === "string" && Object.hasOwn(blocks, block.type) ? blocks[block.type] : undefined
    return project === undefined ? text(asText(block)) : project(block)
  }
}
