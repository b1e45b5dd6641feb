/**
 * Reading the result of a tool by its contract: the success that it declares, or the failure. Revisions say structured
 * output in three ways (any JSON, an object that may wrap it, text only); all three are read back here.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type AnySchema, toJsonCodec, toJsonSchema } from "../../contract/ParameterSchema.ts"
import type * as Tool from "../../contract/Tool.ts"
import { failureKey } from "../../contract/Tool.ts"
import { isObject } from "../../jsonrpc/Message.ts"
import { isObjectRooted } from "../../revision/common/StructuredOutput.ts"
import type { Revision } from "../../revision/Revision.ts"
import type { CallToolResult } from "../../schema/Tool.ts"
import * as McpClientError from "../McpClientError.ts"
import { ToolFailure } from "../ToolFailure.ts"

/**
 * Reads a result: what the tool declares to give, or fails with what it declares to fail with.
 *
 * @category models
 * @since 0.1.0
 */
export type Read = (
  result: CallToolResult,
  revision: Revision
) => Effect.Effect<unknown, ToolFailure | McpClientError.McpClientError>

type Decode = (value: unknown) => Result.Result<unknown, Schema.SchemaError>

const decoder = (schema: AnySchema): Decode => Schema.decodeUnknownResult(toJsonCodec(schema))

const textOf = ({ content }: CallToolResult): string | undefined => content.find((block) => block.type === "text")?.text

/** The structured content, or what stands for it in the text when a revision or a server has no such member. */
const candidates = (result: CallToolResult, wrapped: boolean): ReadonlyArray<unknown> => {
  if (Object.hasOwn(result, "structuredContent")) {
    const { structuredContent } = result
    return wrapped && isObject(structuredContent) && Object.hasOwn(structuredContent, "result")
      ? [structuredContent.result, structuredContent]
      : [structuredContent]
  }
  const text = textOf(result)
  if (text === undefined) return []
  const parsed = Result.try((): unknown => JSON.parse(text))
  return Result.isSuccess(parsed) ? [parsed.success, text] : [text]
}

const readSuccess = (
  name: string,
  success: AnySchema
): Read => {
  const decode = decoder(success)
  let isPlain: boolean | undefined
  // Made when it is needed, because it is not cheap: most revisions wrap nothing.
  const mayWrap = ({ structuredOutput }: Revision): boolean =>
    structuredOutput === "Object" && !(isPlain ??= isObjectRooted(toJsonSchema(success)))
  const invalid = (detail: string) =>
    Effect.fail(
      McpClientError.make(
        new McpClientError.InvalidResult({ method: "tools/call", detail: `tool "${name}": ${detail}` })
      )
    )
  return (result, revision) => {
    let problem = "there is no structured content"
    for (const candidate of candidates(result, mayWrap(revision))) {
      const decoded = decode(candidate)
      if (Result.isSuccess(decoded)) return Effect.succeed(decoded.success)
      problem = decoded.failure.message
    }
    return invalid(problem)
  }
}

const declaredFailure = (decode: Decode | undefined, { _meta }: CallToolResult): unknown => {
  const encoded = _meta?.[failureKey]
  return decode === undefined || encoded === undefined ? undefined : Result.getOrUndefined(decode(encoded))
}

/**
 * The reader for a tool under the name that it has in the catalog. Its decoders are made once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (name: string, { failure, success }: Tool.Any): Read => {
  const onSuccess: Read = success === undefined ? Effect.succeed : readSuccess(name, success)
  const decodeFailure = failure === undefined ? undefined : decoder(failure)
  return (result, revision) =>
    result.isError === true
      ? Effect.fail(
        new ToolFailure({
          tool: name,
          failure: declaredFailure(decodeFailure, result),
          content: result.content,
          result
        })
      )
      : onSuccess(result, revision)
}
