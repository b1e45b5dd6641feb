/**
 * What a session hears of what happens on the server: changes of lists, and updates of the resources it subscribed to.
 * An idle session's feed is a small record; the set of URIs is made by the first subscription. Which stream carries a
 * message, and when, is the business of drivers.
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
  /** Whether the client has said that it is initialized; before that nothing is told. */
  isOpen: boolean
}

const noUris: ReadonlySet<string> = new Set()

const allLists: ReadonlySet<ListKind> = new Set<ListKind>(["tools", "prompts", "resources"])

/**
 * The feed of a new session: all changes of lists, no resource, and not open yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (revision: Revision): Feed => ({ revision, lists: allLists, uris: noUris, isOpen: false })

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
  feed.uris = rest.size === 0 ? noUris : rest
}

const methodOf = (event: ServerEvent): string =>
  event._tag === "ListChanged" ? `notifications/${event.kind}/list_changed` : "notifications/resources/updated"

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
export const eventText = (revision: Revision, event: ServerEvent, subscriptionId?: RequestId): string | undefined =>
  notificationText(
    revision,
    methodOf(event),
    event._tag === "ListChanged" ? {} : { uri: event.uri },
    subscriptionId
  )

/**
 * The text that tells the session of an event; nothing when it is not to hear of it (RSC-05), or is not initialized.
 *
 * @category encoding
 * @since 0.1.0
 */
export const messageFor = (feed: Feed, event: ServerEvent): string | undefined =>
  feed.isOpen && wants(feed, event) ? eventText(feed.revision, event) : undefined
