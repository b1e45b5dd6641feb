/**
 * One `subscriptions/listen` of the stateless era: sent, acknowledged, heard, and ended by either side. It is the one
 * request without a time limit; only its acknowledgment has one. Opening it again is not decided here.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { SubscriptionFilter } from "../../schema/Subscription.ts"
import type { ServerNotification } from "../Client.ts"
import type { Connected } from "../connection/Connect.ts"
import * as Inbound from "../connection/Inbound.ts"
import * as McpClientError from "../McpClientError.ts"
import * as Availability from "../requests/Availability.ts"
import * as Once from "../requests/Once.ts"

const method = "subscriptions/listen"

/**
 * What subscriptions of a client are made of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts {
  readonly common: Once.Common
  readonly inbound: Inbound.Inbound
  /** How long a server may take to acknowledge, in milliseconds. */
  readonly timeoutMillis: number
}

/**
 * Who listens.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listener {
  /** Told first, once: the part of the filter that the server honours (SUC-01). What this fails with ends it. */
  readonly acknowledged: (honoured: SubscriptionFilter) => Effect.Effect<void, McpClientError.McpClientError>
  /** Told of everything that is sent on this subscription after that. */
  readonly hear: (notification: ServerNotification) => void
}

/** A notification sorted out: the acknowledgment opens, the cancellation ends, the rest is for the listener. */
const sort = (
  listener: Listener,
  acknowledgment: Deferred.Deferred<SubscriptionFilter>,
  cancellation: Deferred.Deferred<void>
) =>
(notification: ServerNotification): void => {
  switch (notification.method) {
    case "notifications/subscriptions/acknowledged":
      Deferred.doneUnsafe(acknowledgment, Effect.succeed(notification.params.notifications))
      return
    case "notifications/cancelled":
      Deferred.doneUnsafe(cancellation, Effect.void)
      return
    default:
      // Nothing may come before the acknowledgment (SUB-03); what does was not asked for in these terms.
      if (Deferred.isDoneUnsafe(acknowledgment)) listener.hear(notification)
  }
}

/** Waits for the acknowledgment, and then for ever. */
const acknowledge = (
  listener: Listener,
  acknowledgment: Deferred.Deferred<SubscriptionFilter>,
  timeoutMillis: number
): Effect.Effect<never, McpClientError.McpClientError> =>
  Deferred.await(acknowledgment).pipe(
    Effect.timeoutOrElse({
      duration: timeoutMillis,
      orElse: () => Effect.fail(McpClientError.make(new McpClientError.RequestTimeout({ method, timeoutMillis })))
    }),
    Effect.flatMap(listener.acknowledged),
    Effect.andThen(Effect.never)
  )

/**
 * Listens until the server ends it: by its answer, by a cancellation, or both in either order (C1). A stream that just ends
 * is the failure `AnswerMissing`, and an acknowledgment that does not come is `RequestTimeout`. Interruption tells the
 * server that nobody listens any more, in the way of the transport (SUC-04).
 *
 * @category operations
 * @since 0.1.0
 */
export const listen = (
  { common, inbound, timeoutMillis }: Parts,
  connected: Connected,
  filter: SubscriptionFilter,
  listener: Listener
): Effect.Effect<void, McpClientError.McpClientError> =>
  Effect.suspend(() => {
    const unavailable = Availability.problemOn(connected, method)
    if (unavailable !== undefined) return Effect.fail(unavailable)
    const request = Once.outgoing(common, connected, { method, params: { notifications: filter }, options: {} })
    const acknowledgment = Deferred.makeUnsafe<SubscriptionFilter>()
    const cancellation = Deferred.makeUnsafe<void>()
    const hearNoMore = Inbound.hearSubscription(inbound, request.id, sort(listener, acknowledgment, cancellation))
    const answered = Once.exchange(
      connected,
      request,
      () => {},
      // What the server has ended itself is not cancelled.
      () => Deferred.isDoneUnsafe(cancellation) ? Effect.void : Once.cancel(common, connected, request)
    )
    const given = acknowledge(listener, acknowledgment, timeoutMillis)
    return Effect.raceAllFirst([Effect.asVoid(answered), Deferred.await(cancellation), given]).pipe(
      Effect.ensuring(Effect.sync(hearNoMore))
    )
  })
