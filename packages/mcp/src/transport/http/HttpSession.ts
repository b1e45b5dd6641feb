/**
 * The session that a link over HTTP has, or not: the id that the server gave it, the revision agreed in it, and whether
 * the server has forgotten it. A link has one session at most; a new one takes a new link.
 *
 * @since 0.1.0
 */
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import type * as Message from "../../jsonrpc/Message.ts"
import type { Revision } from "../../revision/Revision.ts"
import * as TransportError from "../TransportError.ts"
import * as RequestHeaders from "./RequestHeaders.ts"

/**
 * A session, as far as it has come. Only the functions of this file write to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpSession {
  /** What `initialize` was answered with; servers without sessions have none (HTS-04). */
  id: string | undefined
  /** What is spoken in it, once that is agreed. */
  revision: Revision | undefined
  isExpired: boolean
  /** Whether the server has offered a stream on GET, so that refusing one means something. */
  hasListened: boolean
}

/**
 * No session yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): HttpSession => ({ id: undefined, revision: undefined, isExpired: false, hasListened: false })

/**
 * The headers of a message in the session.
 *
 * @category getters
 * @since 0.1.0
 */
export const headersOf = ({ id }: HttpSession, revision: Revision | undefined): RequestHeaders.Headers =>
  RequestHeaders.session(id, revision)

/** What another message can be sent with: visible ASCII, as it must be (HTS-02), and of a length that a header may have. */
const isSendable = (id: string): boolean => /^[\x21-\x7e]{1,8000}$/.test(id)

/**
 * Takes the id over that `initialize` was answered with. What is wrong with it, if it cannot be sent back.
 *
 * @category operations
 * @since 0.1.0
 */
export const begin = (
  session: HttpSession,
  response: HttpClientResponse
): TransportError.TransportError | undefined => {
  const id = response.headers["mcp-session-id"]
  if (id === undefined || id === "") return undefined
  if (!isSendable(id)) {
    return TransportError.make(new TransportError.InvalidAnswer({ detail: "its session id is not visible ASCII" }))
  }
  session.id = id
  return undefined
}

/**
 * Takes note of the revision that a message is sent in: whoever sends one has agreed on it.
 *
 * @category operations
 * @since 0.1.0
 */
export const agree = (session: HttpSession, revision: Revision): void => {
  if (revision.era === "session") session.revision = revision
}

/**
 * Takes note that the server has offered a stream on GET.
 *
 * @category operations
 * @since 0.1.0
 */
export const listened = (session: HttpSession): void => {
  session.hasListened = true
}

/** What servers say instead of 404, when they were started again and find a session id that they never gave. */
const isUnknown = (body: string): boolean => /\bsession\b|not initialized/i.test(body.slice(0, 1_000))

/**
 * Whether a refusal says that the session is gone: 404 (HTS-07), 410, or 400 with words about the session. The last is
 * what servers built after the examples of the reference SDKs say; a session id was sent, so it cannot be missing.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isExpiry = (status: number, body: string): boolean =>
  status === 404 || status === 410 || (status === 400 && isUnknown(body))

/**
 * Whether an error with the status 400 is that of a server without sessions, which misses its `_meta` (MET-01, ERR-12): one
 * that has taken the place of the server that gave the session.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isOtherEra = (message: Message.Success | Message.Failure): boolean =>
  message._tag === "Failure" && message.error.code === ErrorCode.InvalidParams &&
  message.error.message.includes("_meta")

/**
 * Notes that the session is gone; the error says so. Nothing more is sent in it.
 *
 * @category operations
 * @since 0.1.0
 */
export const expire = (session: HttpSession, mayHaveRun: boolean): TransportError.TransportError => {
  session.isExpired = true
  return TransportError.make(new TransportError.SessionExpired({ mayHaveRun }))
}
