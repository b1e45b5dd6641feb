/**
 * What can go wrong for the user of a client: one error, whose `reason` says what. An error that the server answered
 * with is the reason `RpcError`, as it was sent; what is raised on this side has reasons of its own (ERR-08). A tool
 * that failed is neither: see `ToolFailure`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as ErrorCode from "../jsonrpc/ErrorCode.ts"
import { isIdInUse, RpcError } from "../jsonrpc/RpcError.ts"
import type { InputRequiredResult } from "../schema/InputRequired.ts"
import type { CallToolResult } from "../schema/Tool.ts"
import { TransportError } from "../transport/TransportError.ts"

const id = "@parley/mcp/client/McpClientError"

/** Codes by which a server says that it has not taken the request up. */
const refusals: ReadonlySet<number> = new Set([
  ErrorCode.ParseError,
  ErrorCode.InvalidRequest,
  ErrorCode.MethodNotFound,
  ErrorCode.InvalidParams,
  ErrorCode.HeaderMismatch,
  ErrorCode.UnsupportedProtocolVersion
])

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
    // Over HTTP+SSE, a client that knows the stateless era only has nothing to speak.
    const offered = this.offered.length === 0 ? "none that goes over this transport" : this.offered.join(", ")
    return `No common protocol version: the client speaks ${offered}, the server ${supported}${detail}`
  }
  get mayHaveRun(): boolean {
    return false
  }
}

/**
 * The answer did not come in time; the request was cancelled, if it was sent: it waits for a connection first.
 *
 * @category reasons
 * @since 0.1.0
 */
export class RequestTimeout extends Schema.Error<RequestTimeout>(`${id}/RequestTimeout`)({
  _tag: Schema.tag("RequestTimeout"),
  method: Schema.String,
  timeoutMillis: Schema.Number,
  /** False when it was not sent, or only where it was certainly not taken up. */
  mayHaveRun: Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(true)))
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
  get mayHaveRun(): boolean {
    return true
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
  get mayHaveRun(): boolean {
    return false
  }
}

/**
 * The server asks for input before it can answer (stateless era), and got none: the request was not sent again (SMP-32).
 * Who can answer by other means sends it with `inputResponses` and `requestState`, by `Client.request`.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InputRequired extends Schema.Error<InputRequired>(`${id}/InputRequired`)({
  _tag: Schema.tag("InputRequired"),
  method: Schema.String,
  /** The result as it was decoded: the questions, and the state to bring back. */
  result: Schema.declare((value): value is InputRequiredResult => typeof value === "object" && value !== null),
  /** Nothing here answers such a question; what should have answered it did not; or there was no end to the questions. */
  problem: Schema.Literals(["NotSupported", "NotAnswered", "TooManyRounds"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.method} needs input that this client has not given: ${this.detail}`
  }
  /** The server has worked on the request up to its questions. */
  get mayHaveRun(): boolean {
    return true
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
  get mayHaveRun(): boolean {
    return false
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
  get mayHaveRun(): boolean {
    return true
  }
}

/**
 * The session in which a listing began is lost. Its cursors mean nothing in another (PAG-08), so the rest of the listing
 * cannot be read; it may be read from its beginning.
 *
 * @category reasons
 * @since 0.1.0
 */
export class CursorLost extends Schema.Error<CursorLost>(`${id}/CursorLost`)({
  _tag: Schema.tag("CursorLost"),
  method: Schema.String
}) {
  override get message(): string {
    return `The session in which ${this.method} began is lost`
  }
  get mayHaveRun(): boolean {
    return false
  }
}

/**
 * The structured content of a tool is not what the server's own `outputSchema` says (TOC-09), or that cannot be decided:
 * the schema cannot be used (JSC-03, JSC-10), or checking exceeds its bounds. The tool has run.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidOutput extends Schema.Error<InvalidOutput>(`${id}/InvalidOutput`)({
  _tag: Schema.tag("InvalidOutput"),
  tool: Schema.String,
  problem: Schema.Literals(["Missing", "Invalid", "Undecided"]),
  detail: Schema.String,
  /** The result as it came, for those who want it all the same. */
  result: Schema.declare((value): value is CallToolResult => typeof value === "object" && value !== null)
}) {
  override get message(): string {
    return `The output of the tool "${this.tool}" is not accepted: ${this.detail}`
  }
  get mayHaveRun(): boolean {
    return true
  }
}

/**
 * The server does not tell of what it was asked to tell of (SUC-01).
 *
 * @category reasons
 * @since 0.1.0
 */
export class SubscriptionRefused extends Schema.Error<SubscriptionRefused>(`${id}/SubscriptionRefused`)({
  _tag: Schema.tag("SubscriptionRefused"),
  /** The resources that it left out. */
  uris: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `The server does not tell of updates of ${this.uris.join(", ")}`
  }
  get mayHaveRun(): boolean {
    return false
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
  | CursorLost
  | SubscriptionRefused
  | InvalidOutput

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
    EndlessListing,
    CursorLost,
    SubscriptionRefused,
    InvalidOutput
  ]),
  /** True when the request had been sent before, and may have run then: the reason is about the last time. */
  mayHaveRunBefore: Schema.optionalKey(Schema.Boolean)
}) {
  override get message(): string {
    return this.reason.message
  }
  /**
   * Whether the server may have run the request although there is no result. False: nothing happened, and it may be sent
   * again safely. An error that the server answered with counts as having run, unless its code says that the message
   * was not taken up; that its id is in use says that a copy of it was.
   */
  get mayHaveRun(): boolean {
    const { mayHaveRunBefore, reason } = this
    if (mayHaveRunBefore === true) return true
    return reason._tag === "RpcError" ? !refusals.has(reason.code) || isIdInUse(reason) : reason.mayHaveRun
  }
}

/**
 * An `McpClientError` for a reason.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (reason: McpClientErrorReason): McpClientError => new McpClientError({ reason })

/**
 * The same error of a request that had been sent before, and may have run then. A list whose cursor is lost is only read.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeAgain = (error: McpClientError): McpClientError =>
  error.mayHaveRun || error.reason._tag === "CursorLost"
    ? error
    : new McpClientError({ reason: error.reason, mayHaveRunBefore: true })
