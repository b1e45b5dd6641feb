/**
 * Which kept result belongs to which request, and which kept results a notification makes stale. Pure: where results are
 * kept, and for how long, is decided elsewhere.
 *
 * A key has two texts. `text` is the whole of it and is compared when an entry is read, so that a result is never given
 * to another request (CAC-09). `address` is short, for stores that cannot take any text as a key, and begins with what
 * notifications speak of, so that all that they mean can be found by a prefix.
 *
 * @since 0.1.0
 */
import { isObject, type Params } from "../../jsonrpc/Message.ts"
import type { ServerNotification } from "../Client.ts"
import * as ServerLists from "../ServerLists.ts"

/**
 * What a result depends on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Source {
  /** Names the server. */
  readonly peer: string
  /** The revision that is spoken, by its date. */
  readonly version: string
  /** Whose result it is; the empty text: anybody's. */
  readonly owner: string
  /** What the client claims to be able to do, which a server may go by. */
  readonly claims: unknown
  readonly method: string
  /** With the request's own `_meta`, if it has any. */
  readonly params: Params
}

/**
 * The place of one result.
 *
 * @category models
 * @since 0.1.0
 */
export interface CacheKey {
  readonly text: string
  readonly address: string
}

/**
 * All addresses begin with it. The number is that of the form in which entries are written.
 *
 * @category addresses
 * @since 0.1.0
 */
export const root = "parley-cache-1."

const sorted = (_: string, value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0))
    : value

/** The members of objects in one order, whatever order they came in. */
const canonical = (value: unknown): string => JSON.stringify(value, sorted)

const lane = (text: string, seed: number, factor: number): string => {
  let hash = seed
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), factor)
  return ((hash ^ hash >>> 15) >>> 0).toString(16).padStart(8, "0")
}

/** Where two texts meet in one hash, the younger entry takes the place of the older; neither is mistaken for the other. */
const hash = (text: string): string => lane(text, 0x811c9dc5, 0x01000193) + lane(text, 0x2f0b4c47, 0x5bd1e995)

const ofMethod = (peer: string, method: string): string => `${ofPeer(peer)}${method.replaceAll("/", "-")}.`

/** A directory and its path with a slash at the end are the same thing. */
const trimmed = (uri: string): string => uri.endsWith("/") ? uri.slice(0, -1) : uri

const ofRead = (peer: string, uri: string): string => `${ofMethod(peer, "resources/read")}${hash(trimmed(uri))}.`

/**
 * With which all addresses of a server begin.
 *
 * @category addresses
 * @since 0.1.0
 */
export const ofPeer = (peer: string): string => `${root}${hash(peer)}.`

/**
 * With which the addresses of all pages of a list begin.
 *
 * @category addresses
 * @since 0.1.0
 */
export const ofList = (peer: string, method: string): string => ofMethod(peer, method)

/**
 * The key of a request's result.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ claims, method, owner, params, peer, version }: Source): CacheKey => {
  const text = canonical([peer, version, owner, claims, method, params])
  const { uri } = params
  const prefix = method === "resources/read" && typeof uri === "string" ? ofRead(peer, uri) : ofMethod(peer, method)
  return { text, address: prefix + hash(text) }
}

/** More levels than that are not looked at above an updated resource. */
const levelsMax = 64

/** The resource, and those that it may be a part of: what is updated can be below what a client subscribed to. */
const withAncestors = (uri: string): ReadonlyArray<string> => {
  const all = [trimmed(uri)]
  for (let at = uri.lastIndexOf("/"); at > 0 && all.length < levelsMax; at = uri.lastIndexOf("/", at - 1)) {
    all.push(trimmed(uri.slice(0, at + 1)))
  }
  return all
}

/**
 * With what the addresses of all results begin that a server's notification makes stale (CAC-19): the pages of a changed
 * list, or what was read of an updated resource and of those above it.
 *
 * @category addresses
 * @since 0.1.0
 */
export const staleAfter = (peer: string, notification: ServerNotification): ReadonlyArray<string> =>
  notification.method === "notifications/resources/updated"
    ? withAncestors(notification.params.uri).map((uri) => ofRead(peer, uri))
    : ServerLists.changedBy(notification.method).map((list) => ofList(peer, ServerLists.methods[list]))
