/**
 * Sending one call over one connection, once: it is written in the agreed revision, given up with a word to the server
 * when nobody waits any more, and its result is read. Time limits, repeating, and what calls mean are not known here.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { isObject, type Params } from "../../jsonrpc/Message.ts"
import * as Results from "../../revision/Results.ts"
import type { Revision } from "../../revision/Revision.ts"
import * as Revisions from "../../revision/Revisions.ts"
import type { LoggingLevel } from "../../schema/Logging.ts"
import { MetaKey, metaOf } from "../../schema/Meta.ts"
import type { OutgoingRequest } from "../../transport/ClientTransport.ts"
import { type Claims, claimsIn } from "../connection/Claims.ts"
import * as Connect from "../connection/Connect.ts"
import * as McpClientError from "../McpClientError.ts"
import * as Availability from "./Availability.ts"
import type { Call } from "./Call.ts"

/**
 * What all calls of a client have in common.
 *
 * @category models
 * @since 0.1.0
 */
export interface Common {
  readonly claims: Claims
  /** An id that was not used before on this client. */
  readonly nextId: () => number
  /** Runs work that nobody waits for, as long as the client lives. */
  readonly fork: (effect: Effect.Effect<void>) => void
  /** The level of log messages that each stateless-era request asks for. */
  readonly logLevel: () => LoggingLevel | undefined
}

const nameMember: { readonly [method: string]: "name" | "uri" | undefined } = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri"
}

const nameOf = (method: string, params: Params): string | undefined => {
  const member = nameMember[method]
  const name = member === undefined ? undefined : params[member]
  return typeof name === "string" ? name : undefined
}

/** What a request says in `_meta`. What the client has to say for every request stands above what the caller says. */
const fullMeta = ({ claims, logLevel }: Common, revision: Revision, { options, params }: Call): Params => {
  const level = revision.era === "session" ? undefined : logLevel()
  return {
    ...metaOf(params),
    ...options.meta,
    ...claimsIn(revision, claims),
    ...(level === undefined ? {} : { [MetaKey.logLevel]: level })
  }
}

/**
 * A call as it goes over a connection, under a new id.
 *
 * @category encoding
 * @since 0.1.0
 */
export const outgoing = (common: Common, { server: { revision } }: Connect.Connected, call: Call): OutgoingRequest => {
  const { headers, method, params } = call
  const _meta = fullMeta(common, revision, call)
  const whole = Object.keys(_meta).length === 0 ? params : { ...params, _meta }
  return {
    id: common.nextId(),
    method,
    name: nameOf(method, params),
    paramsText: JSON.stringify(revision.encode.requestParams(method, whole)),
    revision,
    ...(headers === undefined || revision.era === "session" ? {} : { headers })
  }
}

/**
 * Tells the server that nobody waits any more, where hanging up does not say so by itself (CAN-01, CAN-07, CAN-08). What
 * finds out about a server is never cancelled (CAN-04).
 *
 * @category operations
 * @since 0.1.0
 */
export const cancel = (
  common: Common,
  { link }: Connect.Connected,
  { id, method: cancelled, revision }: OutgoingRequest
): Effect.Effect<void> =>
  Effect.sync(() => {
    if (cancelled === "initialize" || cancelled === "server/discover") return
    if (revision.era === "stateless" && link.closingCancels) return
    const method = "notifications/cancelled"
    const params = revision.encode.notification(method, { requestId: id, reason: "The client gave up waiting" })
    if (params === undefined) return
    const sent = link.notify({ method, paramsText: JSON.stringify(params), revision })
    common.fork(Effect.catch(sent, (error) => Effect.logDebug("A cancellation could not be sent", error)))
  })

/**
 * Sends a request as soon as there is room for it, and gives its result as `read` reads it. `onSent` is told when it goes
 * out; who gives it up before that has nothing to take back, and after that `onGivenUp` is done.
 *
 * @category operations
 * @since 0.1.0
 */
export const exchange = (
  { link }: Connect.Connected,
  request: OutgoingRequest,
  onSent: () => void,
  onGivenUp: () => Effect.Effect<void>,
  read: (result: unknown) => Effect.Effect<unknown, McpClientError.McpClientError> = Effect.succeed
): Effect.Effect<unknown, McpClientError.McpClientError> => {
  const sending = Effect.suspend(() => {
    onSent()
    return Effect.onExitPrimitive(link.request(request), (exit) => Exit.hasInterrupts(exit) ? onGivenUp() : undefined)
  })
  return Effect.matchEffect(link.room === undefined ? sending : Effect.andThen(link.room, sending), {
    onFailure: (error) => Effect.fail(McpClientError.make(error)),
    onSuccess: ({ message }) =>
      message._tag === "Success" ? read(message.result) : Effect.fail(McpClientError.make(message.error))
  })
}

const invalid = (method: string, detail: string) =>
  McpClientError.make(new McpClientError.InvalidResult({ method, detail }))

/** Only the results that the core protocol has are understood: no extension is agreed on (RES-02 to RES-04). */
const isOfUnknownType = (type: unknown): boolean =>
  type !== undefined && type !== "complete" && type !== "input_required"

/** No stateless server leaves the type out (RES-01): one that is only remembered to be one may have sessions by now. */
const isOfSession = (result: unknown): boolean => isObject(result) && result.resultType === undefined

const read = ({ method, revision }: OutgoingRequest, result: unknown) => {
  if (revision.era === "stateless" && isObject(result) && isOfUnknownType(result.resultType)) {
    return Effect.fail(invalid(method, `unknown resultType ${JSON.stringify(result.resultType)}`))
  }
  const reader = Results.of(revision).get(method)
  if (reader === undefined) return Effect.succeed(result)
  const decoded = reader.decode(result)
  return Result.isFailure(decoded)
    ? Effect.fail(invalid(method, decoded.failure.message))
    : Effect.succeed(decoded.success)
}

/**
 * Sends a notification over a connection. One that MCP has goes as the revision writes it, if it has it; others go as they
 * are.
 *
 * @category operations
 * @since 0.1.0
 */
export const notify = (
  { link, server: { revision } }: Connect.Connected,
  method: string,
  params: object | undefined
): Effect.Effect<void, McpClientError.McpClientError> =>
  Effect.suspend(() => {
    const isCore = Revisions.all.some(({ clientNotifications }) => clientNotifications.has(method))
    const written = isCore ? revision.encode.notification(method, params ?? {}) : params
    if (isCore && (written === undefined || !revision.clientNotifications.has(method))) {
      return Effect.fail(Availability.unavailable(revision, method, "Method"))
    }
    const paramsText = written === undefined ? undefined : JSON.stringify(written)
    return Effect.mapError(link.notify({ method, paramsText, revision }), McpClientError.make)
  })

/**
 * Sends a call and reads its result. A method that MCP has, but not in this revision, is not sent, nor is one whose
 * capability the server did not declare, nor one with a cursor of another connection; a method that MCP does not have goes
 * as it is, and so does its result. It is written now, so this belongs where the call runs.
 *
 * @category operations
 * @since 0.1.0
 */
export const once = (
  common: Common,
  connected: Connect.Connected,
  call: Call
): Effect.Effect<unknown, McpClientError.McpClientError> => {
  const { method, only } = call
  if (only !== undefined && only !== connected) {
    return Effect.fail(McpClientError.make(new McpClientError.CursorLost({ method })))
  }
  const unavailable = Availability.problemOn(connected, method)
  if (unavailable !== undefined) return Effect.fail(unavailable)
  const request = outgoing(common, connected, call)
  return exchange(
    connected,
    request,
    () => call.onSent?.(request.id, connected),
    () => cancel(common, connected, request),
    (result) => {
      if (request.revision.era === "stateless" && isOfSession(result)) Connect.doubt(connected)
      return read(request, result)
    }
  )
}
