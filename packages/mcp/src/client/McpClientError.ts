/**
 * What can go wrong for the user of a client: one error, whose `reason` says what. An error that the server answered
 * with is the reason `RpcError`, as it was sent; what is raised on this side has reasons of its own (ERR-08). A tool
 * that failed is neither: see `ToolFailure`.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { RpcError } from "../jsonrpc/RpcError.ts"
import type { InputRequiredResult } from "../schema/InputRequired.ts"
import { TransportError } from "../transport/TransportError.ts"

const id = "@parley/mcp/client/McpClientError"

/**
 * Client and server have no revision in common.
 *
 * @category reasons
 * @since 0.1.0
 */
export class NoCommonVersion extends Schema.Error<NoCommonVersion>(`${id}/NoCommonVersion`)({
  _tag: Schema.tag("NoCommonVersion"),
  /** What the client speaks. */
  offered: Schema.Array(Schema.String),
  /** What the server says that it speaks, if it says so. */
  supported: Schema.Array(Schema.String),
  detail: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const supported = this.supported.length === 0 ? "no revision known here" : this.supported.join(", ")
    const detail = this.detail === undefined ? "" : ` (${this.detail})`
    return `No common protocol version: the client speaks ${this.offered.join(", ")}, the server ${supported}${detail}`
  }
}

/**
 * The answer did not come in time; the request was cancelled.
 *
 * @category reasons
 * @since 0.1.0
 */
export class RequestTimeout extends Schema.Error<RequestTimeout>(`${id}/RequestTimeout`)({
  _tag: Schema.tag("RequestTimeout"),
  method: Schema.String,
  timeoutMillis: Schema.Number
}) {
  override get message(): string {
    return `${this.method} was not answered within ${this.timeoutMillis} ms`
  }
}

/**
 * The server's result is not what the revision, or the contract, says it is.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidResult extends Schema.Error<InvalidResult>(`${id}/InvalidResult`)({
  _tag: Schema.tag("InvalidResult"),
  method: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `The result of ${this.method} is not valid: ${this.detail}`
  }
}

/**
 * Arguments do not fit the contract; nothing was sent.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidArguments extends Schema.Error<InvalidArguments>(`${id}/InvalidArguments`)({
  _tag: Schema.tag("InvalidArguments"),
  /** The tool, prompt or resource template. */
  name: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `The arguments for "${this.name}" are not valid: ${this.detail}`
  }
}

/**
 * The server asks for input before it can answer (stateless era). This client cannot give any yet.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InputRequired extends Schema.Error<InputRequired>(`${id}/InputRequired`)({
  _tag: Schema.tag("InputRequired"),
  method: Schema.String,
  /** The result as it was decoded: the questions, and the state to bring back. */
  result: Schema.declare((value): value is InputRequiredResult => typeof value === "object" && value !== null)
}) {
  override get message(): string {
    return `${this.method} needs input that this client cannot give`
  }
}

/**
 * The agreed revision has no such method, or the server did not declare the capability that it belongs to (INI-18);
 * nothing was sent.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Unavailable extends Schema.Error<Unavailable>(`${id}/Unavailable`)({
  _tag: Schema.tag("Unavailable"),
  method: Schema.String,
  version: Schema.String,
  lacking: Schema.Literals(["Method", "Capability"])
}) {
  override get message(): string {
    return this.lacking === "Method"
      ? `Protocol version ${this.version} has no ${this.method}`
      : `The server did not declare the capability for ${this.method}`
  }
}

/**
 * A listing that does not end: a cursor came back a second time, or there were too many pages or items.
 *
 * @category reasons
 * @since 0.1.0
 */
export class EndlessListing extends Schema.Error<EndlessListing>(`${id}/EndlessListing`)({
  _tag: Schema.tag("EndlessListing"),
  method: Schema.String,
  problem: Schema.Literals(["CursorRepeated", "TooManyPages", "TooManyItems"])
}) {
  override get message(): string {
    return `The listing ${this.method} does not end: ${this.problem}`
  }
}

/**
 * What went wrong.
 *
 * @category errors
 * @since 0.1.0
 */
export type McpClientErrorReason =
  | TransportError
  | RpcError
  | NoCommonVersion
  | RequestTimeout
  | InvalidResult
  | InvalidArguments
  | InputRequired
  | Unavailable
  | EndlessListing

/**
 * A client's request, or its connection, failed.
 *
 * @example
 * ```ts
 * import { McpClient } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const read = Effect.gen(function*() {
 *   const client = yield* McpClient.McpClient
 *   return yield* client.readResource("config://app")
 * }).pipe(
 *   Effect.catchReason("McpClientError", "RpcError", (error) => Effect.succeed(`refused: ${error.message}`))
 * )
 * ```
 *
 * @category errors
 * @since 0.1.0
 */
export class McpClientError extends Schema.Error<McpClientError>(id)({
  _tag: Schema.tag("McpClientError"),
  reason: Schema.Union([
    TransportError,
    RpcError,
    NoCommonVersion,
    RequestTimeout,
    InvalidResult,
    InvalidArguments,
    InputRequired,
    Unavailable,
    EndlessListing
  ])
}) {
  override get message(): string {
    return this.reason.message
  }
}

/**
 * An `McpClientError` for a reason.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (reason: McpClientErrorReason): McpClientError => new McpClientError({ reason })
