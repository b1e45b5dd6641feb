/**
 * A tool that ran and failed: a result with `isError`. A model reads its content; a program reads the failure that the
 * tool declared, when both sides share the contract. Protocol errors are not this; they are `McpClientError`s.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Content from "../contract/Content.ts"
import type { ContentBlock } from "../schema/Content.ts"
import type { CallToolResult } from "../schema/Tool.ts"

/**
 * A tool failed (TOC-01). `F` is the type of the failure that it declares.
 *
 * @category errors
 * @since 0.1.0
 */
export class ToolFailure<out F = unknown> extends Data.TaggedError("ToolFailure")<{
  /** The name of the tool. */
  readonly tool: string
  /** The declared failure; `undefined` when the tool failed in another way, or the server does not send it along. */
  readonly failure: F | undefined
  /** What the model should read. */
  readonly content: ReadonlyArray<ContentBlock>
  /** The whole result. */
  readonly result: CallToolResult
}> {
  override get message(): string {
    const text = Content.toText(this.content)
    return text === "" ? `The tool "${this.tool}" failed` : text
  }
}
