/**
 * What can go wrong between a client and its server before a JSON-RPC answer is in hand. Errors that the server itself
 * answers with are `RpcError`s; none of these can be mistaken for one (ERR-08).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const id = "@parley/mcp/transport/TransportError"

/**
 * The server closed the line: its process ended, or it hung up.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ConnectionClosed extends Schema.Error<ConnectionClosed>(`${id}/ConnectionClosed`)({
  _tag: Schema.tag("ConnectionClosed"),
  /** Whether the request was on its way already. */
  mayHaveRun: Schema.Boolean,
  /** Why, as far as it is known: the exit code of a process. */
  detail: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    return `The server closed the connection${this.detail === undefined ? "" : `: ${this.detail}`}`
  }
}

/**
 * The server could not be reached, or was lost on the way: its program does not start, DNS, TLS, a refused or broken
 * connection.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Unreachable extends Schema.Error<Unreachable>(`${id}/Unreachable`)({
  _tag: Schema.tag("Unreachable"),
  detail: Schema.String,
  /** False when no connection came about, so that nothing was sent. */
  mayHaveRun: Schema.Boolean
}) {
  override get message(): string {
    return `The server cannot be reached: ${this.detail}`
  }
}

/**
 * An HTTP status that says no, without a JSON-RPC error to say why. `body` is the beginning of the response's text.
 *
 * @category reasons
 * @since 0.1.0
 */
export class HttpStatus extends Schema.Error<HttpStatus>(`${id}/HttpStatus`)({
  _tag: Schema.tag("HttpStatus"),
  status: Schema.Int,
  body: Schema.String,
  /** The `WWW-Authenticate` header: what a 401 or 403 asks for. */
  wwwAuthenticate: Schema.optionalKey(Schema.String),
  /** The `Retry-After` header. */
  retryAfter: Schema.optionalKey(Schema.String),
  /** Where a redirect leads that was not followed, without its query. */
  location: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const location = this.location === undefined ? "" : ` (it redirects to ${this.location})`
    return `The server answered with HTTP status ${this.status}${location}${this.body === "" ? "" : `: ${this.body}`}`
  }
  /** A server says 4xx before it runs anything; 5xx may come from a proxy that lost the answer. */
  get mayHaveRun(): boolean {
    return this.status >= 500
  }
}

/**
 * The client has no right to speak to the server, and could not get it: what the HTTP client underneath had to say.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Unauthorized extends Schema.Error<Unauthorized>(`${id}/Unauthorized`)({
  _tag: Schema.tag("Unauthorized"),
  /** The error of whoever was to get it: an `AuthError`, say. */
  cause: Schema.Defect(),
  /** Default: false, since nothing was served. True when it is the rest of an answer that could not be had. */
  mayHaveRun: Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(false)))
}) {
  override get message(): string {
    return this.cause instanceof Error ? this.cause.message : "The client is not authorized"
  }
}

/**
 * The server no longer knows the session (HTS-07): only a new `initialize` helps.
 *
 * @category reasons
 * @since 0.1.0
 */
export class SessionExpired extends Schema.Error<SessionExpired>(`${id}/SessionExpired`)({
  _tag: Schema.tag("SessionExpired"),
  /** Default: false, since a request that is refused so was not served. True when the rest of its answer was asked for. */
  mayHaveRun: Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(false)))
}) {
  override get message(): string {
    return "The server no longer knows this session"
  }
}

/**
 * A message of the server was longer than this client takes, and was not read.
 *
 * @category reasons
 * @since 0.1.0
 */
export class MessageTooLarge extends Schema.Error<MessageTooLarge>(`${id}/MessageTooLarge`)({
  _tag: Schema.tag("MessageTooLarge"),
  /** The limit, in bytes: `messageBytesMax` of `JsonRpcLimits`. */
  bytesMax: Schema.Int
}) {
  override get message(): string {
    return `The server sent a message longer than ${this.bytesMax} bytes`
  }
  get mayHaveRun(): boolean {
    return true
  }
}

/**
 * What came as the answer is none: no JSON-RPC, another content type, the answer to something else.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidAnswer extends Schema.Error<InvalidAnswer>(`${id}/InvalidAnswer`)({
  _tag: Schema.tag("InvalidAnswer"),
  detail: Schema.String
}) {
  override get message(): string {
    return `The server's answer is not valid: ${this.detail}`
  }
  get mayHaveRun(): boolean {
    return true
  }
}

/**
 * The response ended without an answer in it. Whether the request was served is not known.
 *
 * @category reasons
 * @since 0.1.0
 */
export class AnswerMissing extends Schema.Error<AnswerMissing>(`${id}/AnswerMissing`)({
  _tag: Schema.tag("AnswerMissing")
}) {
  override get message(): string {
    return "The response ended before the answer came"
  }
  get mayHaveRun(): boolean {
    return true
  }
}

/**
 * Why a transport failed.
 *
 * @category errors
 * @since 0.1.0
 */
export type TransportErrorReason =
  | ConnectionClosed
  | Unreachable
  | HttpStatus
  | Unauthorized
  | SessionExpired
  | MessageTooLarge
  | InvalidAnswer
  | AnswerMissing

/**
 * A client transport failed; `reason` says how.
 *
 * @category errors
 * @since 0.1.0
 */
export class TransportError extends Schema.Error<TransportError>(id)({
  _tag: Schema.tag("TransportError"),
  reason: Schema.Union([
    ConnectionClosed,
    Unreachable,
    HttpStatus,
    Unauthorized,
    SessionExpired,
    MessageTooLarge,
    InvalidAnswer,
    AnswerMissing
  ])
}) {
  override get message(): string {
    return this.reason.message
  }
  /** Whether the server may have served the request although its answer is lost. False: it may be sent again safely. */
  get mayHaveRun(): boolean {
    return this.reason.mayHaveRun
  }
}

/**
 * A `TransportError` for a reason.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (reason: TransportErrorReason): TransportError => new TransportError({ reason })
