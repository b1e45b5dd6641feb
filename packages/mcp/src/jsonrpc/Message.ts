/**
 * JSON-RPC 2.0 messages, and the total function from text to them. Parsing happens once: what comes out is tagged,
 * its `id`, `method` and `params` are checked, and nothing below `params` is looked at. What a method means, and
 * whether a revision has it, is not known here.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as ErrorCode from "./ErrorCode.ts"
import type { Limits } from "./Limits.ts"
import type { RpcError } from "./RpcError.ts"
import * as Rpc from "./RpcError.ts"

/**
 * A request id: a string or an integer, never null (RPC-03, RPC-04). `1` and `"1"` are different ids. An integer beyond
 * `Number.MAX_SAFE_INTEGER` is none: it was rounded in reading, so no answer could repeat it (RPC-07).
 *
 * @category models
 * @since 0.1.0
 */
export type RequestId = string | number

/**
 * A JSON object whose members have not been looked at.
 *
 * @category models
 * @since 0.1.0
 */
export type Params = { readonly [key: string]: unknown }

/**
 * A request: it will be answered under its `id`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly _tag: "Request"
  readonly id: RequestId
  readonly method: string
  readonly params: Params | undefined
}

/**
 * A notification: it is never answered (RPC-17).
 *
 * @category models
 * @since 0.1.0
 */
export interface Notification {
  readonly _tag: "Notification"
  readonly method: string
  readonly params: Params | undefined
}

/**
 * An answer with a result.
 *
 * @category models
 * @since 0.1.0
 */
export interface Success {
  readonly _tag: "Success"
  readonly id: RequestId
  readonly result: unknown
}

/**
 * An answer with an error. The id is absent when the peer could not read the request's own (RPC-12).
 *
 * @category models
 * @since 0.1.0
 */
export interface Failure {
  readonly _tag: "Failure"
  readonly id: RequestId | undefined
  readonly error: RpcError
}

/**
 * Any single message.
 *
 * @category models
 * @since 0.1.0
 */
export type Message = Request | Notification | Success | Failure

/**
 * Why a text is no message: the error to answer with, and the id to answer under when it could be read. What was meant as
 * an answer has none to be answered under: the id in it is one of this side's requests, and the peer may have another
 * request under the same.
 *
 * @category models
 * @since 0.1.0
 */
export interface Malformed {
  readonly _tag: "Malformed"
  readonly id: RequestId | undefined
  /** The request that it would answer, were it a message. */
  readonly answers: RequestId | undefined
  readonly error: RpcError
}

/**
 * A JSON-RPC batch: an array of messages, each judged alone. Which revisions accept one is not decided here.
 *
 * @category models
 * @since 0.1.0
 */
export interface Batch {
  readonly _tag: "Batch"
  readonly items: ReadonlyArray<Message | Malformed>
}

/**
 * Whether a value is a request id.
 *
 * @category guards
 * @since 0.1.0
 */
export const isRequestId = (value: unknown): value is RequestId =>
  typeof value === "string" || Number.isSafeInteger(value)

/**
 * Whether a value is a JSON object (not null, not an array).
 *
 * @category guards
 * @since 0.1.0
 */
export const isObject = (value: unknown): value is Params =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const malformed = (id: RequestId | undefined, error: RpcError, answers?: RequestId): Malformed => ({
  _tag: "Malformed",
  id,
  answers,
  error
})

const readableId = ({ id }: Params): RequestId | undefined => isRequestId(id) ? id : undefined

/** What is wrong with an object without a method, or with one that nobody looks into. */
const malformedObject = (value: Params, error: RpcError): Malformed => {
  const id = readableId(value)
  if (value.method !== undefined) return malformed(id, error)
  const isAnswer = Object.hasOwn(value, "result") || Object.hasOwn(value, "error")
  // An object that has nothing of a message but an id is a line of a log, say, and about nobody's request.
  return malformed(isAnswer ? undefined : id, error, isAnswer || value.jsonrpc === "2.0" ? id : undefined)
}

const isDeeperThan = (value: unknown, levels: number): boolean => {
  if (typeof value !== "object" || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (isDeeperThan(value[i], levels - 1)) return true
    return false
  }
  for (const key in value) if (isDeeperThan((value as Params)[key], levels - 1)) return true
  return false
}

const errorObject = (value: unknown): RpcError | undefined => {
  if (!isObject(value) || !Number.isSafeInteger(value.code) || typeof value.message !== "string") return undefined
  return Rpc.make(value.code as number, value.message, value.data)
}

const classifyResponse = (value: Params): Message | Malformed => {
  const id = readableId(value)
  if (Object.hasOwn(value, "result") && !Object.hasOwn(value, "error") && id !== undefined) {
    return { _tag: "Success", id, result: value.result }
  }
  const error = errorObject(value.error)
  return error === undefined || Object.hasOwn(value, "result")
    ? malformedObject(value, Rpc.invalidRequest("A message needs either a method, a result or an error"))
    : { _tag: "Failure", id, error }
}

/**
 * Tags one parsed JSON value as a message. Total: whatever is wrong comes back as `Malformed`.
 *
 * @category parsing
 * @since 0.1.0
 */
export const classify = (value: unknown): Message | Malformed => {
  if (!isObject(value)) return malformed(undefined, Rpc.invalidRequest("A message must be a JSON object"))
  const { id, jsonrpc, method, params } = value
  if (jsonrpc !== "2.0") return malformedObject(value, Rpc.invalidRequest("\"jsonrpc\" must be \"2.0\""))
  if (method === undefined) return classifyResponse(value)
  if (typeof method !== "string") return malformedObject(value, Rpc.invalidRequest("\"method\" must be a string"))
  if (params !== undefined && !isObject(params)) {
    return malformedObject(value, Rpc.invalidRequest("\"params\" must be an object"))
  }
  if (id === undefined) return { _tag: "Notification", method, params }
  return isRequestId(id)
    ? { _tag: "Request", id, method, params }
    : malformed(undefined, Rpc.invalidRequest("\"id\" must be a string or an integer"))
}

const byteOrderMark = 0xfeff

/**
 * Text to message. Total: bad JSON is `-32700`, a bad message `-32600`, and nothing is thrown. A byte order mark before
 * the text is passed over (RFC 8259, section 8.1). The length of the text is the transport's to bound
 * (`messageBytesMax`), before the text is put together.
 *
 * @example
 * ```ts
 * import * as Limits from "@parley/mcp/jsonrpc/Limits"
 * import * as Message from "@parley/mcp/jsonrpc/Message"
 *
 * Message.parse("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", Limits.defaultLimits)._tag // => "Request"
 * Message.parse("{", Limits.defaultLimits)._tag // => "Malformed"
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string, limits: Limits): Message | Batch | Malformed => {
  const json = text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text
  const parsed = Result.try((): unknown => JSON.parse(json))
  if (Result.isFailure(parsed)) {
    return malformed(undefined, Rpc.make(ErrorCode.ParseError, "The message is not valid JSON"))
  }
  const value = parsed.success
  // Each level is opened and closed, so that a short text cannot be too deep.
  if (json.length > 2 * limits.nestingDepthMax && isDeeperThan(value, limits.nestingDepthMax)) {
    const error = Rpc.invalidRequest(`Nested deeper than ${limits.nestingDepthMax} levels`)
    return isObject(value) ? malformedObject(value, error) : malformed(undefined, error)
  }
  if (!Array.isArray(value)) return classify(value)
  if (value.length === 0) return malformed(undefined, Rpc.invalidRequest("A batch must not be empty"))
  return value.length > limits.batchItemsMax
    ? malformed(undefined, Rpc.invalidRequest(`A batch holds at most ${limits.batchItemsMax} messages`))
    : { _tag: "Batch", items: value.map(classify) }
}
