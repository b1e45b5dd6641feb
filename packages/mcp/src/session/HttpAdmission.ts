/**
 * What an HTTP endpoint decides about a request before anything of MCP happens: who may call, with which verb, with
 * which kind of body, and which kinds of answer the caller takes. Pure: headers in, a verdict out.
 *
 * @since 0.1.0
 */
import * as ErrorCode from "../jsonrpc/ErrorCode.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { HttpPolicy } from "./HttpPolicy.ts"
import { admitsHost, admitsOrigin } from "./HttpPolicy.ts"

/**
 * A request header by its lower-case name.
 *
 * @category models
 * @since 0.1.0
 */
export type Header = (name: string) => string | undefined

/**
 * A refusal: the HTTP status, and the JSON-RPC error that its body carries.
 *
 * @category models
 * @since 0.1.0
 */
export interface Refusal {
  readonly _tag: "Refusal"
  readonly status: number
  readonly error: RpcError
  /** Further response headers, for instance `allow`. */
  readonly headers?: { readonly [name: string]: string }
  /** That no web page may read it: the caller was not admitted. */
  readonly unreadable?: true
}

/**
 * The verdict on a request's head.
 *
 * @category models
 * @since 0.1.0
 */
export type Admission =
  | Refusal
  /** A CORS preflight from an admitted origin: answer 204 with the CORS headers. */
  | { readonly _tag: "Preflight" }
  | { readonly _tag: "Post" }
  | { readonly _tag: "Get" }
  | { readonly _tag: "Delete" }

/**
 * A refusal with status and message.
 *
 * @category constructors
 * @since 0.1.0
 */
export const refuse = (status: number, error: RpcError): Refusal => ({ _tag: "Refusal", status, error })

const stranger = (message: string): Refusal => ({ ...refuse(403, Rpc.invalidRequest(message)), unreadable: true })

const allow = "GET, POST, DELETE, OPTIONS"

const post: Admission = { _tag: "Post" }

const isJson = (contentType: string | undefined): boolean =>
  contentType === "application/json" ||
  contentType !== undefined && /^application\/json\s*(?:;|$)/i.test(contentType.trim())

const admitPost = (header: Header): Admission =>
  isJson(header("content-type"))
    ? post
    : refuse(415, Rpc.invalidRequest("The content type must be application/json"))

/**
 * Judges host, origin, verb and content type, in this order (HTC-03, HTC-04).
 *
 * @category admission
 * @since 0.1.0
 */
export const admit = (policy: HttpPolicy, method: string, header: Header): Admission => {
  if (!admitsHost(policy, header("host"))) return stranger("This host is not served here")
  if (!admitsOrigin(policy, header("origin"))) return stranger("This origin is not allowed")
  switch (method) {
    case "POST":
      return admitPost(header)
    case "GET":
      return { _tag: "Get" }
    case "DELETE":
      return { _tag: "Delete" }
    case "OPTIONS":
      return { _tag: "Preflight" }
    default:
      return { ...refuse(405, Rpc.invalidRequest(`${method} is not served here`)), headers: { allow } }
  }
}

/**
 * The answer to a body beyond the limit.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bodyTooLarge: Refusal = refuse(413, Rpc.invalidRequest("The body is larger than this server takes"))

/**
 * Which kinds of answer a caller takes. One that sends no `Accept`, or `*\/*`, takes both.
 *
 * @category models
 * @since 0.1.0
 */
export interface Acceptance {
  readonly json: boolean
  readonly eventStream: boolean
}

const both: Acceptance = { json: true, eventStream: true }

/**
 * Reads `Accept`. Media type parameters are not looked at.
 *
 * @category admission
 * @since 0.1.0
 */
export const acceptance = (accept: string | undefined): Acceptance => {
  if (accept === undefined || accept === "application/json, text/event-stream") return both
  const types = accept.toLowerCase().split(",").map((type) => type.split(";")[0]?.trim())
  if (types.includes("*/*")) return both
  return {
    json: types.includes("application/json") || types.includes("application/*"),
    eventStream: types.includes("text/event-stream") || types.includes("text/*")
  }
}

/**
 * The refusal of something new while the endpoint ends.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shuttingDown: Refusal = {
  ...refuse(503, Rpc.internalError("The server is shutting down")),
  headers: { "retry-after": "1" }
}

/**
 * The refusal of a verb that is of use to sessions only, where there are none (HTM-14).
 *
 * @category constructors
 * @since 0.1.0
 */
export const postOnly: Refusal = {
  ...refuse(405, Rpc.invalidRequest("No sessions are kept here")),
  headers: { allow: "POST" }
}

/**
 * The refusal for a caller that takes neither JSON nor an event stream.
 *
 * @category constructors
 * @since 0.1.0
 */
export const notAcceptable: Refusal = refuse(
  406,
  Rpc.invalidRequest("Accept must admit application/json or text/event-stream")
)

/** What a page may read: its session, and how it is to prove who it is. */
const exposed = "mcp-session-id, www-authenticate, dpop-nonce"

/**
 * The CORS headers of every answer to an admitted origin; none for callers that are no web page.
 *
 * @category cors
 * @since 0.1.0
 */
export const corsHeaders = (origin: string | undefined): { readonly [name: string]: string } =>
  origin === undefined
    ? {}
    : { "access-control-allow-origin": origin, "access-control-expose-headers": exposed, vary: "origin" }

/**
 * The further headers of an answer to a preflight.
 *
 * @category cors
 * @since 0.1.0
 */
export const preflightHeaders = (header: Header): { readonly [name: string]: string } => ({
  ...corsHeaders(header("origin")),
  allow,
  "access-control-allow-methods": allow,
  "access-control-allow-headers": header("access-control-request-headers") ??
    "content-type, accept, authorization, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, last-event-id",
  "access-control-max-age": "86400"
})

/**
 * The HTTP status that goes with the code of a JSON-RPC error in the stateless era (HTM-17, MET-09, VER-02, HDR-11);
 * 200 for errors that arise in serving a request well put.
 *
 * @category status
 * @since 0.1.0
 */
export const statusOfCode = (code: number | undefined): number => {
  switch (code) {
    case ErrorCode.ParseError:
    case ErrorCode.InvalidRequest:
    case ErrorCode.HeaderMismatch:
    case ErrorCode.MissingClientCapability:
    case ErrorCode.UnsupportedProtocolVersion:
      return 400
    case ErrorCode.MethodNotFound:
      return 404
    default:
      return 200
  }
}
