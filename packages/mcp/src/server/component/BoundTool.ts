/**
 * A tool bound to its handler: everything that can be made before the first call is made here, once. A call decodes the
 * arguments, runs the handler, and turns whatever comes of it into a result.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AskError } from "../../contract/AskError.ts"
import type { HandlerShape } from "../../contract/Catalog.ts"
import { type AnySchema, toJsonCodec, toJsonSchema } from "../../contract/ParameterSchema.ts"
import { type Any as AnyTool, failureKey, inputSchemaOf, type ToolError, type ToolResult } from "../../contract/Tool.ts"
import * as Echo from "../../jsonrpc/Echo.ts"
import { isObject, type Params } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import type { ContentBlock } from "../../schema/Content.ts"
import type { CallToolResult, Tool, ToolInputSchema, ToolOutputSchema } from "../../schema/Tool.ts"
import type { ParameterHeader } from "../../session/ParameterHeaders.ts"
import { isAskError, refusal } from "../asking/Asking.ts"
import * as Masking from "../Masking.ts"
import * as RequestContext from "../RequestContext.ts"

/**
 * The text of a result, as the revision of the request has it.
 *
 * @category models
 * @since 0.1.0
 */
export type ToText = (result: CallToolResult) => string

/**
 * A tool that can be listed and called.
 *
 * @category models
 * @since 0.1.0
 */
export interface BoundTool {
  readonly definition: Tool
  readonly outputSchema: ToolOutputSchema | undefined
  /** The parameters that a call over HTTP mirrors in headers. */
  readonly headers: ReadonlyArray<ParameterHeader>
  /** Decodes arguments; the failure is a sentence for the model. */
  readonly decode: (args: Params) => Result.Result<unknown, string>
  /** Runs the handler, and gives the text of what becomes of it. It fails with protocol errors only; all else is a result. */
  readonly call: (args: unknown, facts: RequestContext.Facts, toText: ToText) => Effect.Effect<string, RpcError>
}

/**
 * A result that the model reads as a failure (TOC-01).
 *
 * @category constructors
 * @since 0.1.0
 */
export const errorResult = (text: string): CallToolResult => ({ content: [{ type: "text", text }], isError: true })

const isToolResult = (output: unknown): output is ToolResult<unknown> =>
  Predicate.isObject(output) && (output as { readonly _tag?: unknown })._tag === "ToolResult"

const toContent = (output: unknown): ReadonlyArray<ContentBlock> => {
  if (output === undefined) return []
  if (typeof output === "string") return [{ type: "text", text: output }]
  // `Tool.Output` admits nothing else: one block, or several.
  return Array.isArray(output) ? output as ReadonlyArray<ContentBlock> : [output as ContentBlock]
}

const structuredResult = (structuredContent: unknown): CallToolResult => ({
  content: [{ type: "text", text: JSON.stringify(structuredContent) }],
  structuredContent
})

const isText = (block: ContentBlock): boolean => block.type === "text"

/** Content by hand takes the place of the text copy; but what is no object goes as text too, always (TOC-06). */
const contentOf = (copy: CallToolResult, own: ReadonlyArray<ContentBlock>): ReadonlyArray<ContentBlock> =>
  isObject(copy.structuredContent) || own.some(isText) ? own : [...own, ...copy.content]

/** A tool that declares its output has structured content, and a result without any is no result of it (TOC-08). */
const fromParts = ({ content, meta }: ToolResult<unknown>, copy: CallToolResult | undefined): CallToolResult => {
  const _meta = meta === undefined ? {} : { _meta: meta }
  if (copy === undefined) return { content: content ?? [], ..._meta }
  return { ...copy, ...(content === undefined ? {} : { content: contentOf(copy, content) }), ..._meta }
}

/** What an output becomes. One that the tool has not declared throws: that is a defect, and no failure of the handler. */
type Success = (output: unknown) => CallToolResult

const makeSuccess = (success: AnySchema | undefined): Success => {
  if (success === undefined) {
    return (output) => isToolResult(output) ? fromParts(output, undefined) : { content: toContent(output) }
  }
  const encode = Schema.encodeUnknownSync(toJsonCodec(success))
  const structured = (output: unknown): CallToolResult => structuredResult(encode(output))
  return (output) => isToolResult(output) ? fromParts(output, structured(output.structured)) : structured(output)
}

const messageOf = (error: unknown, encoded: unknown): string =>
  Predicate.isObject(error) && typeof (error as { readonly message?: unknown }).message === "string" &&
    (error as { readonly message: string }).message !== ""
    ? (error as { readonly message: string }).message
    : JSON.stringify(encoded)

/** What becomes of a failure that the tool has declared; nothing, when it has not. */
type Declared = (error: unknown) => CallToolResult | undefined

const makeFailure = (failure: AnySchema | undefined): Declared => {
  if (failure === undefined) return () => undefined
  const encode = Schema.encodeUnknownResult(toJsonCodec(failure))
  return (error) =>
    Result.match(encode(error), {
      onFailure: () => undefined,
      onSuccess: (encoded) => ({ ...errorResult(messageOf(error, encoded)), _meta: { [failureKey]: encoded } })
    })
}

const isToolError = (error: unknown): error is ToolError => Predicate.isTagged(error, "ToolError")

const toolErrorResult = ({ message, meta }: ToolError): CallToolResult =>
  meta === undefined ? errorResult(message) : { ...errorResult(message), _meta: meta }

const isRpcError = (error: unknown): error is RpcError => Predicate.isTagged(error, "RpcError")

/** A question without an answer is for the model to read, unless the client could do better with more capabilities. */
const unanswered = (error: AskError): Effect.Effect<CallToolResult, RpcError> => {
  const lacking = refusal(error)
  return lacking === undefined ? Effect.succeed(errorResult(error.message)) : Effect.fail(lacking)
}

/**
 * What a failed handler becomes: protocol errors stay, declared failures are shown, all else is masked. An interruption
 * is no exception to that: it came from inside, because of a cancelled call nothing arrives here.
 */
const recover = (
  name: string,
  cause: Cause.Cause<unknown>,
  declared: Declared
): Effect.Effect<CallToolResult, RpcError> => {
  const reason = cause.reasons.find(Cause.isFailReason)
  if (isRpcError(reason?.error)) return Effect.fail(reason.error)
  if (isAskError(reason?.error)) return unanswered(reason.error)
  if (isToolError(reason?.error)) return Effect.succeed(toolErrorResult(reason.error))
  const shown = reason === undefined ? undefined : declared(reason.error)
  return shown === undefined
    ? Effect.map(Masking.mask(`tool "${name}" failed`, cause), (masked) => errorResult(masked.message))
    : Effect.succeed(shown)
}

const definitionOf = (name: string, tool: AnyTool): Tool => ({
  name,
  ...tool.presentation,
  // That the root is an object is seen to where components are bound.
  inputSchema: inputSchemaOf(tool) as ToolInputSchema,
  ...(tool.success === undefined ? {} : { outputSchema: toJsonSchema(tool.success) as ToolOutputSchema })
})

/**
 * Binds a tool, under the name that it has in the catalog. Which parameters it mirrors is read where its schemas are
 * judged.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (name: string, tool: AnyTool, handler: HandlerShape): Omit<BoundTool, "headers"> => {
  const definition = definitionOf(name, tool)
  const decode = Schema.decodeUnknownResult(toJsonCodec(tool.parameters))
  const success = makeSuccess(tool.success)
  const declared = makeFailure(tool.failure)
  const recovered = (cause: Cause.Cause<unknown>, toText: ToText): Effect.Effect<string, RpcError> =>
    Effect.mapEager(recover(name, cause, declared), toText)
  return {
    definition,
    outputSchema: definition.outputSchema,
    decode: (args) =>
      Result.mapError(decode(args), ({ message }) => `Invalid arguments for tool "${name}": ${Echo.sentence(message)}`),
    call: (args, facts, toText) =>
      Effect.matchCauseEffectEager(RequestContext.run(handler, args, facts), {
        onSuccess: (output): Effect.Effect<string, RpcError> => {
          const result = Result.try(() => success(output))
          return Result.isSuccess(result)
            ? Effect.succeed(toText(result.success))
            : recovered(Cause.die(result.failure), toText)
        },
        onFailure: (cause) => recovered(cause, toText)
      })
  }
}
