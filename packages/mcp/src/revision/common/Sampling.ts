/**
 * Sampling for revisions in which a message holds one block and no tool calls: a message with several blocks becomes
 * several messages of the same role, a result with several becomes one text. Nothing here asks a model anything.
 *
 * @since 0.1.0
 */
import { isObject } from "../../jsonrpc/Message.ts"
import { textOf } from "./Content.ts"
import { type Project, type Rewrite, same } from "./Projection.ts"

/**
 * A rewrite of a message list to messages with one block each. A message without a block is left out.
 *
 * @category rewrites
 * @since 0.1.0
 */
export const singleBlockMessages = (message: Project, block: Rewrite): Rewrite => (messages) => {
  if (!Array.isArray(messages)) return messages
  const after: ReadonlyArray<unknown> = messages.flatMap((item) => {
    if (!isObject(item)) return [item]
    const { content } = item
    if (Array.isArray(content)) return content.map((one) => message({ ...item, content: block(one) }))
    const single = block(content)
    return [message(single === content ? item : { ...item, content: single })]
  })
  return after.length === messages.length && after.every((item, i) => item === messages[i]) ? messages : after
}

/**
 * A rewrite of the content of a message to one block. Several blocks become one text.
 *
 * @category rewrites
 * @since 0.1.0
 */
export const singleBlock = (block: Rewrite): Rewrite => (content) => {
  if (!Array.isArray(content)) return block(content)
  return content.length === 1 ? block(content[0]) : { type: "text", text: content.map(textOf).join("\n") }
}

/**
 * A rewrite of content that may be one block or several.
 *
 * @category rewrites
 * @since 0.1.0
 */
export const anyBlocks = (block: Rewrite, blocks: Rewrite): Rewrite =>
  block === same && blocks === same ? same : (content) => Array.isArray(content) ? blocks(content) : block(content)
