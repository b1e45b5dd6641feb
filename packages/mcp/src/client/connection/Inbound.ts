/**
 * What a server sends unasked, and where it goes: notifications to subscribers, progress to the call that asked for it,
 * requests to their handlers. It is told by the link, at once and in order, and does its work without waiting.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as PubSub from "effect/PubSub"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Notification, Params, Request, RequestId } from "../../jsonrpc/Message.ts"
import * as Notices from "../../revision/Notices.ts"
import * as Revisions from "../../revision/Revisions.ts"
import { MetaKey } from "../../schema/Meta.ts"
import type { ProgressNotificationParams } from "../../schema/Progress.ts"
import type { ProgressToken } from "../../schema/ProgressToken.ts"
import * as Surroundings from "../../session/Surroundings.ts"
import * as Uptime from "../../session/Uptime.ts"
import type { Incoming } from "../../transport/ClientTransport.ts"
import type { Answers } from "../answering/Answers.ts"
import * as ServerRequests from "../answering/ServerRequests.ts"
import * as Visits from "../answering/Visits.ts"
import type { CustomNotification, ServerNotification } from "../Client.ts"
import { ClientLimits, type Limits } from "../ClientLimits.ts"
import * as Waits from "../requests/Waits.ts"
import type { Reception } from "./Reception.ts"

/** `undefined` is the last thing that subscribers hear. */
type Published = ServerNotification | CustomNotification | undefined

/**
 * The receiving side of a client. Only the functions of this file write to what it keeps.
 *
 * @category models
 * @since 0.1.0
 */
export interface Inbound {
  readonly limits: Limits
  readonly answers: Answers
  readonly published: PubSub.PubSub<Published>
  /** Who hears each notification before it is published, at once: {@link observe}. */
  readonly observers: Set<(notification: ServerNotification) => void>
  /** Hands a notification to subscribers, past what stands in its way. */
  readonly deliver: (notification: ServerNotification | CustomNotification) => void
  /** Who hears the progress under a token: {@link hearProgress}. */
  readonly progress: Map<ProgressToken, (params: ProgressNotificationParams) => void>
  /** Who hears what is sent on a subscription, by its id: {@link hearSubscription}. */
  readonly subscriptions: Map<RequestId, (notification: ServerNotification) => void>
  /** The calls that are waited for, which `Deadline.ts` enters; questions of the server hold their clocks. */
  readonly waits: Waits.Waits
  /** Done when the client is at its end. */
  readonly ended: Deferred.Deferred<void>
  /** Runs work that nobody waits for, as long as the client lives. */
  readonly fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  /** Requests of the server that are being answered. */
  answering: number
}

/**
 * Lets somebody hear each notification before it is published, at once, until the returned function is called.
 *
 * @category listeners
 * @since 0.1.0
 */
export const observe = (
  { observers }: Inbound,
  hear: (notification: ServerNotification) => void
): () => void => {
  observers.add(hear)
  return () => void observers.delete(hear)
}

/**
 * Tells of a notification whoever hears it before it is published, and nobody else: also of one that the server may have
 * sent when it could not be heard.
 *
 * @category listeners
 * @since 0.1.0
 */
export const tellObservers = ({ observers }: Inbound, notification: ServerNotification): void => {
  for (const hear of observers) hear(notification)
}

/**
 * Lets somebody hear the progress that is told under a token, until the returned function is called.
 *
 * @category listeners
 * @since 0.1.0
 */
export const hearProgress = (
  { progress }: Inbound,
  token: ProgressToken,
  hear: (params: ProgressNotificationParams) => void
): () => void => {
  progress.set(token, hear)
  return () => void progress.delete(token)
}

/**
 * Lets somebody hear what is sent on a subscription of the stateless era (SUC-02), until the returned function is called.
 *
 * @category listeners
 * @since 0.1.0
 */
export const hearSubscription = (
  { subscriptions }: Inbound,
  id: RequestId,
  hear: (notification: ServerNotification) => void
): () => void => {
  subscriptions.set(id, hear)
  return () => void subscriptions.delete(id)
}

/** What may stand between notifications and their subscribers: given how to publish them, it takes them as they come. */
type Through = (fork: Inbound["fork"], publish: Inbound["deliver"]) => Inbound["deliver"]

/**
 * A receiving side that lives in the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (answers: Answers, through?: Through): Effect.Effect<Inbound, never, Scope.Scope> =>
  Effect.gen(function*() {
    const limits = yield* ClientLimits
    const clock = yield* Clock.Clock
    const waits = Waits.make(() => Uptime.millisOf(clock), (effect) => run(effect))
    // After the fibers have ended: that a call was given up is no news to a server that was left.
    yield* Effect.addFinalizer(() => Effect.sync(() => Waits.end(waits)))
    // A span that was current when the client was made has no part in what it does later.
    const run = yield* Effect.updateContext(
      FiberSet.makeRuntime<never, void>(),
      (context: Context.Context<Scope.Scope>) => Surroundings.withoutSpan(context)
    )
    const published = yield* PubSub.sliding<Published>(limits.notificationsPendingMax)
    const ended = Deferred.makeUnsafe<void>()
    yield* Effect.addFinalizer(() =>
      Effect.andThen(PubSub.end(published, undefined), Deferred.succeed(ended, undefined))
    )
    const publish: Inbound["deliver"] = (notification) => offer(run, published, notification)
    return {
      limits,
      answers,
      published,
      observers: new Set(),
      deliver: through === undefined ? publish : through(run, publish),
      progress: new Map(),
      subscriptions: new Map(),
      waits,
      ended,
      fork: run,
      answering: 0
    }
  })

/** Whether MCP has a notification, in one revision or another. */
const isKnown = (method: string): boolean =>
  Revisions.all.some(({ serverNotifications }) => serverNotifications.has(method))

const published = (inbound: Inbound): Stream.Stream<NonNullable<Published>> =>
  Stream.takeWhile(Stream.fromPubSub(inbound.published), (one): one is NonNullable<Published> => one !== undefined)

/**
 * What is published from now on, of what the protocol has.
 *
 * @category streams
 * @since 0.1.0
 */
export const notifications = (inbound: Inbound): Stream.Stream<ServerNotification> =>
  Stream.filter(published(inbound), (one): one is ServerNotification => isKnown(one.method))

/**
 * What is published from now on, of what the protocol does not have.
 *
 * @category streams
 * @since 0.1.0
 */
export const customNotifications = (inbound: Inbound): Stream.Stream<CustomNotification> =>
  Stream.filter(published(inbound), (one): one is CustomNotification => !isKnown(one.method))

const debug = (inbound: Inbound, message: string, method: string): void =>
  void inbound.fork(Effect.logDebug(message, method))

/** What the client itself makes of a notification. */
const heed = (inbound: Inbound, reception: Reception, { method, params }: ServerNotification): void => {
  switch (method) {
    case "notifications/progress":
      return inbound.progress.get(params.progressToken)?.(params)
    case "notifications/cancelled":
      return ServerRequests.withdraw(reception.asked, params.requestId)
    case "notifications/elicitation/complete":
      return Visits.complete(inbound.answers.visits, params.elicitationId)
  }
}

/** Where there is room, that is all; making room by letting the oldest go is an effect. */
const offer = (
  fork: Inbound["fork"],
  published: PubSub.PubSub<Published>,
  notification: ServerNotification | CustomNotification
): void => {
  if (!PubSub.publishUnsafe(published, notification)) fork(Effect.asVoid(PubSub.publish(published, notification)))
}

/** One of another revision is dropped; what the protocol does not have is the user's business. */
const onUnknown = (inbound: Inbound, method: string, params: Params | undefined): void =>
  isKnown(method)
    ? debug(inbound, "A notification that the revision does not have", method)
    : inbound.deliver({ method, params })

/** The subscription that a notification belongs to: that on whose stream it came, or else the one it names (SUC-02). */
const subscriptionOf = (
  { subscriptions }: Inbound,
  { method, params }: ServerNotification,
  during: RequestId | undefined
): RequestId | undefined => {
  if (during !== undefined && subscriptions.has(during)) return during
  // The end of a subscription is the one thing that a server may cancel (CAN-05, CAN-06).
  return method === "notifications/cancelled" ? params.requestId : params._meta?.[MetaKey.subscriptionId]
}

/** Tells the subscription that a notification is for. False: nobody has it any more, so that it is nobody's business. */
const route = (
  inbound: Inbound,
  reception: Reception,
  notification: ServerNotification,
  during: RequestId | undefined
): boolean => {
  const id = reception.revision?.era === "stateless" ? subscriptionOf(inbound, notification, during) : undefined
  if (id === undefined) return true
  const hear = inbound.subscriptions.get(id)
  hear?.(notification)
  return hear !== undefined
}

const onNotification = (
  inbound: Inbound,
  reception: Reception,
  { method, params }: Notification,
  during: RequestId | undefined
): void => {
  const reader = reception.revision === undefined ? undefined : Notices.ofServers(reception.revision).get(method)
  if (reader === undefined) return onUnknown(inbound, method, params)
  const decoded = reader.decode(params)
  if (Result.isFailure(decoded)) return debug(inbound, "A notification that is not valid", method)
  // The table pairs each method with the type of its params; a lookup by string cannot show it.
  const notification = { method, params: decoded.success } as ServerNotification
  // What it says is so, whoever it was meant for.
  tellObservers(inbound, notification)
  if (!route(inbound, reception, notification, during)) {
    return debug(inbound, "A notification for no subscription of this client", method)
  }
  heed(inbound, reception, notification)
  inbound.deliver(notification)
}

/** Answers a request of the server. In the stateless era a server has none to send, and a client no answers (RPC-19). */
const onRequest = (
  inbound: Inbound,
  { asked, info, link, revision }: Reception,
  request: Request,
  during: RequestId | undefined
): void => {
  if (link === undefined || revision?.era === "stateless") {
    return debug(inbound, "A request that a server must not send", request.method)
  }
  // While users take their time, a ping is answered all the same, within a bound of its own (PNG-01).
  const room = request.method === "ping" ? 2 : 1
  if (inbound.answering >= room * inbound.limits.serverRequestsMax) {
    return debug(inbound, "More requests of the server than are answered at a time", request.method)
  }
  if (asked.has(request.id)) return debug(inbound, "A request that is being answered came again", request.method)
  inbound.answering++
  const release = Waits.hold(inbound.waits, during, () => ServerRequests.withdraw(asked, request.id))
  ServerRequests.begin(
    asked,
    request.id,
    inbound.fork,
    ServerRequests.answer(inbound.answers, { revision, info }, request).pipe(
      Effect.flatMap((text) => link.respond(text, revision)),
      Effect.catch((error) => Effect.logDebug(`The answer to ${request.method} could not be sent`, error)),
      Effect.ensuring(Effect.sync(() => {
        inbound.answering--
        release()
      }))
    )
  )
}

/**
 * Takes one message. `during` is the request on whose stream it came, where that can be known.
 *
 * @category operations
 * @since 0.1.0
 */
export const receive = (
  inbound: Inbound,
  reception: Reception,
  incoming: Incoming,
  during: RequestId | undefined
): void =>
  incoming._tag === "Request"
    ? onRequest(inbound, reception, incoming, during)
    : onNotification(inbound, reception, incoming, during)
