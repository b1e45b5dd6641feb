/**
 * The rules of a conversation in which a model has used tools: every use is answered, at once and by itself (SMP-08, SMP-09,
 * SMP-12). Providers refuse anything else, with errors that say less. Pure.
 *
 * @since 0.1.0
 */
import type { CreateMessageParams } from "../schema/Sampling.ts"

type Message = CreateMessageParams["messages"][number]

/**
 * A part of a message.
 *
 * @category models
 * @since 0.1.0
 */
export type Block = Extract<Message["content"], ReadonlyArray<unknown>>[number]

/**
 * The blocks of a message, which may be one or several.
 *
 * @category queries
 * @since 0.1.0
 */
export const blocksOf = ({ content }: { readonly content: Message["content"] }): ReadonlyArray<Block> =>
  // `Array.isArray` does not tell a readonly array from what is none.
  [content].flat() as ReadonlyArray<Block>

const usesOf = (message: Message | undefined): ReadonlyArray<string> =>
  message === undefined ? [] : blocksOf(message).flatMap((block) => block.type === "tool_use" ? [block.id] : [])

const resultsOf = (message: Message | undefined): ReadonlyArray<string> =>
  message === undefined
    ? []
    : blocksOf(message).flatMap((block) => block.type === "tool_result" ? [block.toolUseId] : [])

const ruleBroken = (before: Message | undefined, message: Message, after: Message | undefined): string | undefined => {
  const [uses, results] = [usesOf(message), resultsOf(message)]
  if (uses.length > 0 && message.role !== "assistant") return "only the assistant uses tools"
  const open = uses.filter((id) => !resultsOf(after).includes(id))
  if (open.length > 0) return `the next message has no result for the tool uses ${JSON.stringify(open)}`
  if (results.length === 0) return undefined
  if (message.role !== "user") return "only the user gives results of tools"
  if (results.length !== blocksOf(message).length) return "beside results of tools nothing else is allowed"
  const unknown = results.filter((id) => !usesOf(before).includes(id))
  return unknown.length === 0 ? undefined : `the message before has no tool uses ${JSON.stringify(unknown)}`
}

/**
 * Which rule messages break, in a sentence; nothing, when they keep all.
 *
 * @category queries
 * @since 0.1.0
 */
export const mistakeIn = (messages: CreateMessageParams["messages"]): string | undefined => {
  for (const [index, message] of messages.entries()) {
    const broken = ruleBroken(messages[index - 1], message, messages[index + 1])
    if (broken !== undefined) return `Message ${index} of the conversation: ${broken}`
  }
  return undefined
}
