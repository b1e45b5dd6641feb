/**
 * The error object of a JSON-RPC response, as a yieldable error: what a handler fails with when the *protocol* request
 * itself is at fault, and what a client receives. A tool's own failure is not this; that is a result with `isError`.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Echo from "./Echo.ts"
import * as ErrorCode from "./ErrorCode.ts"

/**
 * What a refusal is over HTTP, beside its message: the status, and headers such as a challenge.
 *
 * @category schemas
 * @since 0.1.0
 */
export const HttpRefusal = Schema.Struct({
  /** That of an error: 400 to 599. */
  status: Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 })),
  headers: Schema.Record(Schema.String, Schema.String)
})

/**
 * A JSON-RPC error: an integer `code`, one short sentence as `message`, and optional JSON `data`.
 *
 * @category errors
 * @since 0.1.0
 */
export class RpcError extends Schema.TaggedError<RpcError>()("RpcError", {
  code: Schema.Int,
  message: Schema.String,
  data: Schema.optionalKey(Schema.Unknown),
  /** Shown where the answer is an HTTP response that has not begun; it is no part of the message. */
  http: Schema.optionalKey(HttpRefusal)
}) {}

/**
 * Any code. `data` is left out when it is `undefined`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (code: number, message: string, data?: unknown): RpcError =>
  data === undefined ? new RpcError({ code, message }) : new RpcError({ code, message, data })

/**
 * `-32602`: the parameters are wrong. `data`, when given, is sent to the peer as it is.
 *
 * @category constructors
 * @since 0.1.0
 */
export const invalidParams = (message: string, data?: unknown): RpcError => make(ErrorCode.InvalidParams, message, data)

/**
 * `-32601`: the method is not served here.
 *
 * @category constructors
 * @since 0.1.0
 */
export const methodNotFound = (method: string): RpcError =>
  make(ErrorCode.MethodNotFound, `Method not found: ${Echo.name(method)}`)

/**
 * `-32600`: the message is not a valid JSON-RPC request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const invalidRequest = (message: string): RpcError => make(ErrorCode.InvalidRequest, message)

const inProgress = "inProgress"

/**
 * `-32600`: a request with this id is being worked on (RPC-05). Its `data` tells whoever sent it twice, or had it sent twice by
 * a proxy, that the other one may well be run.
 *
 * @category constructors
 * @since 0.1.0
 */
export const idInUse = (): RpcError =>
  make(ErrorCode.InvalidRequest, "A request with this id is in progress", {
    [inProgress]: true
  })

/**
 * Whether an error says that a request with the same id is being worked on.
 *
 * @category queries
 * @since 0.1.0
 */
export const isIdInUse = ({ data }: RpcError): boolean =>
  typeof data === "object" && data !== null && inProgress in data && data[inProgress] === true

/**
 * `-32603`: something broke inside. The message should tell nothing about what.
 *
 * @category constructors
 * @since 0.1.0
 */
export const internalError = (message: string, data?: unknown): RpcError => make(ErrorCode.InternalError, message, data)
