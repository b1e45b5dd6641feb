/**
 * Sending requests over an agreed revision: it writes params in that revision, waits for the answer within a time
 * limit, cancels what is given up, and reads the result. What the requests mean is not known here.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { isObject, type Params } from "../jsonrpc/Message.ts"
import type { ClientRequests } from "../revision/Methods.ts"
import type { Revision } from "../revision/Revision.ts"
import * as Revisions from "../revision/Revisions.ts"
import type { ClientCapabilities } from "../schema/Capabilities.ts"
import type { Implementation } from "../schema/Implementation.ts"
import type { LoggingLevel } from "../schema/Logging.ts"
import { MetaKey } from "../schema/Meta.ts"
import type { ProgressNotificationParams } from "../schema/Progress.ts"
import type { Link, OutgoingRequest } from "../transport/ClientTransport.ts"
import type { RequestOptions, ServerFacts } from "./Client.ts"
import type { Inbound } from "./Inbound.ts"
import * as McpClientError from "./McpClientError.ts"

/**
 * A conversation with a server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Conversation {
  readonly link: Link
  readonly server: ServerFacts
  readonly inbound: Inbound
  readonly clientInfo: Implementation
  readonly capabilities: ClientCapabilities
  /** How long a request may take unless it says otherwise. */
  readonly timeout: Duration.Input
  /** An id that was not used before on this client. */
  readonly nextId: () => number
  /** The level of log messages that each stateless-era request asks for. */
  logLevel: LoggingLevel | undefined
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

/**
 * What a stateless-era request says of its client; the revision itself adds what it must have besides (MET-01 to
 * MET-03).
 *
 * @category encoding
 * @since 0.1.0
 */
export const claims = (
  revision: Revision,
  { capabilities, clientInfo }: Pick<Conversation, "capabilities" | "clientInfo">
): Params =>
  revision.era === "session" ? {} : {
    [MetaKey.protocolVersion]: revision.version,
    [MetaKey.clientInfo]: revision.encode.implementation(clientInfo),
    [MetaKey.clientCapabilities]: capabilities
  }

const metaOf = (self: Conversation, id: number, params: Params, options: RequestOptions): Params => {
  const { revision } = self.server
  return {
    ...(isObject(params._meta) ? params._meta : {}),
    ...options.meta,
    ...claims(revision, self),
    ...(self.logLevel === undefined || revision.era === "session" ? {} : { [MetaKey.logLevel]: self.logLevel }),
    ...(options.onProgress === undefined ? {} : { [MetaKey.progressToken]: id })
  }
}

const outgoing = (self: Conversation, method: string, params: Params, options: RequestOptions): OutgoingRequest => {
  const { revision } = self.server
  const id = self.nextId()
  const _meta = metaOf(self, id, params, options)
  const whole = Object.keys(_meta).length === 0 ? params : { ...params, _meta }
  const wire = revision.encode.requestParams(method, whole)
  return { id, method, name: nameOf(method, params), paramsText: JSON.stringify(wire), revision }
}

/** Tells the server that nobody waits any more, where hanging up does not say so by itself (CAN-01, CAN-07, CAN-08). */
const cancel = (self: Conversation, { id, revision }: OutgoingRequest) =>
  Effect.sync(() => {
    if (revision.era === "stateless" && self.link.closingCancels) return
    const method = "notifications/cancelled"
    const params = revision.encode.notification(method, { requestId: id, reason: "The client gave up waiting" })
    if (params === undefined) return
    const sent = self.link.notify({ method, paramsText: JSON.stringify(params), revision })
    self.inbound.fork(Effect.catch(sent, (error) => Effect.logDebug("A cancellation could not be sent", error)))
  })

const send = (
  self: Conversation,
  request: OutgoingRequest,
  options: RequestOptions
): Effect.Effect<unknown, McpClientError.McpClientError> => {
  const timeoutMillis = Duration.toMillis(Duration.fromInputUnsafe(options.timeout ?? self.timeout))
  const { method } = request
  return self.link.request(request).pipe(
    Effect.onInterrupt(() => cancel(self, request)),
    Effect.mapError(McpClientError.make),
    Effect.timeoutOrElse({
      duration: timeoutMillis,
      orElse: () => Effect.fail(McpClientError.make(new McpClientError.RequestTimeout({ method, timeoutMillis })))
    }),
    Effect.flatMap(({ message }) =>
      message._tag === "Success"
        ? Effect.succeed(message.result)
        : Effect.fail(McpClientError.make(message.error))
    )
  )
}

/** Progress that does not move forward is dropped (PRG-03, C9). */
const forward = (offer: (params: ProgressNotificationParams) => void) => {
  let last = Number.NEGATIVE_INFINITY
  return (params: ProgressNotificationParams) => {
    if (params.progress <= last) return
    last = params.progress
    offer(params)
  }
}

/** Runs a request while its progress is heard. What came before the answer is heard before this completes. */
const withProgress = <A, E>(
  self: Conversation,
  token: OutgoingRequest["id"],
  onProgress: NonNullable<RequestOptions["onProgress"]>,
  request: Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.scoped(Effect.gen(function*() {
    const { limits, progress } = self.inbound
    const queue = yield* Queue.sliding<ProgressNotificationParams, Cause.Done>(limits.progressPendingMax)
    const listener = yield* Effect.forkScoped(Stream.runForEach(Stream.fromQueue(queue), onProgress))
    yield* Effect.acquireRelease(
      Effect.sync(() => progress.set(token, forward((params) => void Queue.offerUnsafe(queue, params)))),
      () => Effect.sync(() => progress.delete(token))
    )
    const result = yield* request
    yield* Queue.end(queue)
    yield* Fiber.join(listener)
    return result
  }))

const invalid = (method: string, detail: string) =>
  McpClientError.make(new McpClientError.InvalidResult({ method, detail }))

/** Only the results that the core protocol has are understood: no extension is agreed on (RES-02 to RES-04). */
const checkType = (method: string, result: unknown): Effect.Effect<void, McpClientError.McpClientError> => {
  const type = isObject(result) ? result.resultType : undefined
  return type === undefined || type === "complete" || type === "input_required"
    ? Effect.void
    : Effect.fail(invalid(method, `unknown resultType ${JSON.stringify(type)}`))
}

const read = (revision: Revision, method: string, result: unknown) => {
  const codec = revision.clientRequests.get(method)
  if (codec === undefined) return Effect.succeed(result)
  const decoded = codec.decodeResult(result)
  return Result.isFailure(decoded)
    ? Effect.fail(invalid(method, decoded.failure.message))
    : Effect.succeed(decoded.success)
}

const isKnown = (method: string): boolean => Revisions.all.some((revision) => revision.clientRequests.has(method))

const unavailable = (self: Conversation, method: string, lacking: "Method" | "Capability") =>
  Effect.fail(
    McpClientError.make(
      new McpClientError.Unavailable({ method, version: self.server.revision.version, lacking })
    )
  )

/**
 * Sends a request by its method and reads its result. A method that MCP has, but not in this revision, is not sent; one
 * that MCP does not have goes as it is, and so does its result.
 *
 * @category operations
 * @since 0.1.0
 */
export const requestUnknown = (
  self: Conversation,
  method: string,
  params: object,
  options: RequestOptions = {}
): Effect.Effect<unknown, McpClientError.McpClientError> =>
  Effect.suspend(() => {
    const { revision } = self.server
    if (!revision.clientRequests.has(method) && isKnown(method)) return unavailable(self, method, "Method")
    const prepared = outgoing(self, method, params as Params, options)
    const sent = send(self, prepared, options)
    const heard = options.onProgress === undefined ? sent : withProgress(self, prepared.id, options.onProgress, sent)
    return Effect.flatMap(heard, (result) =>
      revision.era === "session"
        ? read(revision, method, result)
        : Effect.andThen(checkType(method, result), read(revision, method, result)))
  })

/**
 * {@link requestUnknown} for the methods of the protocol, with their types.
 *
 * @category operations
 * @since 0.1.0
 */
export const request: <M extends keyof ClientRequests>(
  self: Conversation,
  method: M,
  params: ClientRequests[M]["params"],
  options?: RequestOptions
  // The codec that has read the result is the one under this method.
) => Effect.Effect<ClientRequests[M]["result"], McpClientError.McpClientError> = requestUnknown as never

/**
 * Fails unless the server declared a capability (INI-18).
 *
 * @category operations
 * @since 0.1.0
 */
export const requireCapability = (
  self: Conversation,
  capability: "tools" | "resources" | "prompts" | "logging",
  method: string
): Effect.Effect<void, McpClientError.McpClientError> =>
  self.server.capabilities[capability] === undefined ? unavailable(self, method, "Capability") : Effect.void
