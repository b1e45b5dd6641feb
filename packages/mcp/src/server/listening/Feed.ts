/**
 * What a session hears of what happens on the server: changes of lists, updates of the resources it subscribed to, and the
 * end of the visits that its user was asked to make. An idle session's feed is a small record; its sets are made by the
 * first subscription and the first visit. Which stream carries a message, and when, is the business of drivers.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Encode from "../../jsonrpc/Encode.ts"
import type { RequestId } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Revision } from "../../revision/Revision.ts"
import { MetaKey } from "../../schema/Meta.ts"
import type { ServerEvent } from "../../session/NotificationBus.ts"
import type { Filter, ListKind } from "../../session/Subscriptions.ts"
import { wants } from "../../session/Subscriptions.ts"

/**
 * What one session hears. It is a filter, so that a machine of pending events can be run over it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Feed extends Filter {
  readonly revision: Revision
  /** The URIs subscribed to; replaced whole when they change. */
  uris: ReadonlySet<string>
  /** The visits that its user was asked to make; replaced whole when they change. */
  visits: ReadonlySet<string>
  /** Whether the client has said that it is initialized; before that nothing is told. */
  isOpen: boolean
}

const nothing: ReadonlySet<string> = new Set()

const allLists: ReadonlySet<ListKind> = new Set<ListKind>(["tools", "prompts", "resources"])

/**
 * The feed of a new session: all changes of lists, no resource, and not open yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (revision: Revision): Feed => ({
  revision,
  lists: allLists,
  uris: nothing,
  visits: nothing,
  isOpen: false
})

/**
 * The client is initialized: from now on it is told.
 *
 * @category operations
 * @since 0.1.0
 */
export const open = (feed: Feed): void => {
  feed.isOpen = true
}

/**
 * Subscribes to a URI; once more changes nothing. The failure says that the session has `urisMax` already.
 *
 * @category operations
 * @since 0.1.0
 */
export const subscribe = (feed: Feed, uri: string, urisMax: number): Result.Result<void, RpcError> => {
  if (feed.uris.has(uri)) return Result.succeed(undefined)
  if (feed.uris.size >= urisMax) {
    return Result.fail(Rpc.internalError(`More than ${urisMax} resources subscribed to in this session`))
  }
  feed.uris = new Set(feed.uris).add(uri)
  return Result.succeed(undefined)
}

/**
 * Ends the subscription to a URI; where there is none, nothing changes.
 *
 * @category operations
 * @since 0.1.0
 */
export const unsubscribe = (feed: Feed, uri: string): void => {
  if (!feed.uris.has(uri)) return
  const rest = new Set(feed.uris)
  rest.delete(uri)
  feed.uris = rest.size === 0 ? nothing : rest
}

/** Most visits of a session that are remembered; the oldest is forgotten, and its end is not told then. */
const visitsMax = 64

/**
 * Notes that the session's user was asked to make a visit: only such a session is told that it is over (ELU-05).
 *
 * @category operations
 * @since 0.1.0
 */
export const expectVisit = (feed: Feed, elicitationId: string): void => {
  if (feed.visits.has(elicitationId)) return
  feed.visits = new Set([...feed.visits, elicitationId].slice(-visitsMax))
}

const messageOf = (event: ServerEvent): readonly [method: string, params: object] => {
  switch (event._tag) {
    case "ListChanged":
      return [`notifications/${event.kind}/list_changed`, {}]
    case "ResourceUpdated":
      return ["notifications/resources/updated", { uri: event.uri }]
    case "VisitCompleted":
      return ["notifications/elicitation/complete", { elicitationId: event.elicitationId }]
  }
}

/**
 * The text of a notification of a server in a revision, tagged with the listen request that it belongs to where there
 * is one (SUB-05); nothing when the revision cannot say this.
 *
 * @category encoding
 * @since 0.1.0
 */
export const notificationText = (
  revision: Revision,
  method: string,
  params: object,
  subscriptionId?: RequestId
): string | undefined => {
  const tagged = subscriptionId === undefined
    ? params
    : { ...params, _meta: { [MetaKey.subscriptionId]: subscriptionId } }
  const wire = revision.encode.notification(method, tagged)
  if (wire === undefined) return undefined
  const text = JSON.stringify(wire)
  return Encode.notification(method, text === "{}" ? undefined : text)
}

/**
 * The text that tells of an event in a revision, whoever wants to hear it.
 *
 * @category encoding
 * @since 0.1.0
 */
export const eventText = (revision: Revision, event: ServerEvent, subscriptionId?: RequestId): string | undefined => {
  const [method, params] = messageOf(event)
  return notificationText(revision, method, params, subscriptionId)
}

/**
 * The text that tells the session of an event; nothing when it is not to hear of it (RSC-05), or is not initialized.
 *
 * @category encoding
 * @since 0.1.0
 */
export const messageFor = (feed: Feed, event: ServerEvent): string | undefined =>
  feed.isOpen && wants(feed, event) ? eventText(feed.revision, event) : undefined
