/**
 * What a server sends unasked, and where it goes: notifications to subscribers, progress to the call that asked for it,
 * requests to their handlers. It is told by the link, at once and in order, and does its work without waiting.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as PubSub from "effect/PubSub"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Notification, Request } from "../jsonrpc/Message.ts"
import type { Revision } from "../revision/Revision.ts"
import type { ProgressNotificationParams } from "../schema/Progress.ts"
import type { ProgressToken } from "../schema/ProgressToken.ts"
import type { Incoming, Link } from "../transport/ClientTransport.ts"
import type { ServerNotification } from "./Client.ts"
import { ClientLimits, type Limits } from "./ClientLimits.ts"
import * as ServerRequests from "./ServerRequests.ts"

/** `undefined` is the last thing that subscribers hear. */
type Published = ServerNotification | undefined

/**
 * The receiving side of a client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Inbound {
  readonly limits: Limits
  readonly handlers: ServerRequests.Handlers
  readonly published: PubSub.PubSub<Published>
  /** Who hears the progress under a token. */
  readonly progress: Map<ProgressToken, (params: ProgressNotificationParams) => void>
  /** Runs work that nobody waits for, as long as the client lives. */
  readonly fork: (effect: Effect.Effect<void>) => void
  /** The link that answers go back on, and the revision in force; both change while a connection is being made. */
  link: Link | undefined
  revision: Revision | undefined
  answering: number
}

/**
 * A receiving side that lives in the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (handlers: ServerRequests.Handlers): Effect.Effect<Inbound, never, Scope.Scope> =>
  Effect.gen(function*() {
    const limits = yield* ClientLimits
    const run = yield* FiberSet.makeRuntime<never, void>()
    const published = yield* PubSub.sliding<Published>(limits.notificationsPendingMax)
    yield* Effect.addFinalizer(() => finish(published))
    return {
      limits,
      handlers,
      published,
      progress: new Map(),
      fork: (effect) => void run(effect),
      link: undefined,
      revision: undefined,
      answering: 0
    }
  })

const finish = (published: PubSub.PubSub<Published>) => PubSub.end(published, undefined)

/**
 * Ends the notifications once the link's server is gone.
 *
 * @category operations
 * @since 0.1.0
 */
export const endWith = (inbound: Inbound, link: Link): void =>
  inbound.fork(Effect.andThen(link.closed, Effect.asVoid(finish(inbound.published))))

/**
 * What is published from now on.
 *
 * @category streams
 * @since 0.1.0
 */
export const notifications = (inbound: Inbound): Stream.Stream<ServerNotification> =>
  Stream.takeWhile(
    Stream.fromPubSub(inbound.published),
    (published): published is ServerNotification => published !== undefined
  )

const debug = (inbound: Inbound, message: string, method: string): void =>
  inbound.fork(Effect.logDebug(message, method))

const onNotification = (inbound: Inbound, { method, params }: Notification): void => {
  const codec = inbound.revision?.serverNotifications.get(method)
  if (codec === undefined) return debug(inbound, "A notification that the revision does not have", method)
  const decoded = codec.decodeParams(params)
  if (Result.isFailure(decoded)) return debug(inbound, "A notification that is not valid", method)
  // The table pairs each method with the type of its params; a lookup by string cannot show it.
  const notification = { method, params: decoded.success } as ServerNotification
  if (notification.method === "notifications/progress") {
    inbound.progress.get(notification.params.progressToken)?.(notification.params)
  }
  // Where there is room, that is all; making room by letting the oldest go is an effect.
  if (!PubSub.publishUnsafe(inbound.published, notification)) {
    inbound.fork(Effect.asVoid(PubSub.publish(inbound.published, notification)))
  }
}

/** Answers a request of the server. In the stateless era a server has none to send, and a client no answers (RPC-19). */
const onRequest = (inbound: Inbound, request: Request): void => {
  const { handlers, link, revision } = inbound
  if (link === undefined || revision?.era === "stateless") {
    return debug(inbound, "A request that a server must not send", request.method)
  }
  if (inbound.answering >= inbound.limits.serverRequestsMax) {
    return debug(inbound, "More requests of the server than are answered at a time", request.method)
  }
  inbound.answering++
  inbound.fork(
    ServerRequests.answer(handlers, revision, request).pipe(
      Effect.flatMap((text) => link.respond(text, revision)),
      Effect.catch((error) => Effect.logDebug(`The answer to ${request.method} could not be sent`, error)),
      Effect.ensuring(Effect.sync(() => {
        inbound.answering--
      }))
    )
  )
}

/**
 * Takes one message.
 *
 * @category operations
 * @since 0.1.0
 */
export const receive = (inbound: Inbound, incoming: Incoming): void =>
  incoming._tag === "Request" ? onRequest(inbound, incoming) : onNotification(inbound, incoming)
