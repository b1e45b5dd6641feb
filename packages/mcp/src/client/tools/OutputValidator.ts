/**
 * Checking the structured content of tools against the `outputSchema` that the server has listed (TOC-09, JSC-12): meant for
 * tools without a contract, because typed clients read results by theirs, after this. The checking itself is a service,
 * because it needs an interpreter of JSON Schema: `@parley/node` has one. Without the service nothing is checked.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { CallToolResult, ToolOutputSchema } from "../../schema/Tool.ts"
import * as McpClientError from "../McpClientError.ts"
import type { Known } from "./KnownTools.ts"

/**
 * What came of checking a value: it fits, it does not, or that cannot be said, because the schema cannot be used here or
 * the work exceeds its bounds. Details are sentences.
 *
 * @category models
 * @since 0.1.0
 */
export type Verdict =
  | { readonly _tag: "Valid" }
  | { readonly _tag: "Invalid"; readonly detail: string }
  | { readonly _tag: "Undecided"; readonly detail: string }

/**
 * Checks values against JSON Schemas of servers, which nobody here has written: it must be bounded in time and size, and
 * must never fetch what a schema refers to (JSC-07, JSC-11).
 *
 * @category services
 * @since 0.1.0
 */
export class OutputValidator extends Context.Service<OutputValidator, {
  readonly check: (schema: ToolOutputSchema, value: unknown) => Effect.Effect<Verdict>
}>()("@parley/mcp/client/tools/OutputValidator") {}

const invalid = (
  tool: string,
  problem: McpClientError.InvalidOutput["problem"],
  detail: string,
  result: CallToolResult
) => Effect.fail(McpClientError.make(new McpClientError.InvalidOutput({ tool, problem, detail, result })))

/**
 * Gives a result back if its structured content is what its tool has declared; otherwise fails with `InvalidOutput`. The
 * result of a tool that failed, and of one that declared nothing, is not looked at.
 *
 * @category operations
 * @since 0.1.0
 */
export const check = (
  validator: OutputValidator["Service"],
  { tool: { name, outputSchema } }: Known,
  result: CallToolResult
): Effect.Effect<CallToolResult, McpClientError.McpClientError> => {
  if (outputSchema === undefined || result.isError === true) return Effect.succeed(result)
  if (!Object.hasOwn(result, "structuredContent")) {
    return invalid(name, "Missing", "there is no structured content", result)
  }
  return Effect.flatMap(
    validator.check(outputSchema, result.structuredContent),
    (verdict) => verdict._tag === "Valid" ? Effect.succeed(result) : invalid(name, verdict._tag, verdict.detail, result)
  )
}
