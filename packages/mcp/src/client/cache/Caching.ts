/**
 * The stage of a call that answers from the response cache, and keeps what servers allow to be kept: in the stateless
 * era, results that say how long they are good (`ttlMs`) and for whom (`cacheScope`).
 *
 * It fetches nothing by itself: what is past its time is fetched when it is wanted next (CAC-16 to CAC-18). Pages of a
 * list are kept one by one, so that each is fetched again with its own cursor (CAC-20).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import { isObject, type Params } from "../../jsonrpc/Message.ts"
import * as Results from "../../revision/Results.ts"
import type { Revision } from "../../revision/Revision.ts"
import type { ClientCapabilities } from "../../schema/Capabilities.ts"
import { metaOf } from "../../schema/Meta.ts"
import { isHttp } from "../../transport/ClientTransport.ts"
import type { ServerNotification } from "../Client.ts"
import type { Connection } from "../connection/Connection.ts"
import type { McpClientError } from "../McpClientError.ts"
import type { Call, Send } from "../requests/Call.ts"
import * as CacheKey from "./CacheKey.ts"
import type { Flight, ResponseCache } from "./CacheService.ts"

/**
 * Who the requests of a client act for: a name, or an effect that finds it for each request, in the fiber that makes it.
 * It is part of keys, so it should tell users apart and must be no secret. `undefined`: nobody knows.
 *
 * @category models
 * @since 0.1.0
 */
export type Identity = string | Effect.Effect<string | undefined>

/**
 * What the stage is made of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly cache: ResponseCache["Service"]
  /** Names the server. */
  readonly peer: string
  readonly identity: Identity | undefined
  readonly capabilities: ClientCapabilities
  readonly connection: Pick<Connection, "latest">
  /** Runs work that nobody waits for. */
  readonly fork: (effect: Effect.Effect<void>) => void
}

/** The methods whose results say how long they are good (CAC-01). */
const cacheable: ReadonlySet<string> = new Set([
  "server/discover",
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read"
])

/** A request that brings answers is part of a conversation; its result belongs to nothing else (CAC-10). */
const isRound = ({ params }: Call): boolean => "inputResponses" in params || "requestState" in params

const paramsOf = ({ options, params }: Call): Params => {
  const _meta = { ...metaOf(params), ...options.meta }
  return Object.keys(_meta).length === 0 ? params : { ...params, _meta }
}

const isCursorRefused = ({ params }: Call, { reason }: McpClientError): boolean =>
  params.cursor !== undefined && reason._tag === "RpcError" && reason.code === ErrorCode.InvalidParams

/** How long a result is good, in milliseconds: not at all, unless it says so (CAC-12 to CAC-15). */
const ttlOf = (result: Params): number => {
  const { resultType, ttlMs } = result
  const isComplete = resultType === undefined || resultType === "complete"
  return isComplete && typeof ttlMs === "number" && ttlMs > 0 ? ttlMs : 0
}

/** A result that is kept is read like one that has come just now: what is in a store may be anything. */
const read = (revision: Revision, method: string, found: unknown): unknown => {
  const decoded = Results.of(revision).get(method)?.decode(found)
  return decoded !== undefined && Result.isSuccess(decoded) ? decoded.success : undefined
}

interface Places {
  /** Where a result is kept that is meant for one user. */
  readonly own: CacheKey.CacheKey | undefined
  /** Where one is kept that is meant for everybody. */
  readonly everybodys: CacheKey.CacheKey | undefined
}

/**
 * Over HTTP many reach the same server, and credentials may change from one request to the next, so a private result is
 * kept only for a user who has a name (CAC-11). Any other server is a process of this client's own: what it says holds
 * for that process, and for its successors where the user has a name.
 */
const toPlaces = ({ cache, capabilities, peer }: Options) => {
  const isShared = isHttp(peer)
  const instance = isShared ? undefined : ` ${cache.nextInstance()}`
  return (revision: Revision, call: Call, identity: string | undefined): Places => {
    const owner = identity === undefined || identity === "" ? instance : `=${identity}`
    const { method } = call
    const source = { peer, version: revision.version, claims: capabilities, method, params: paramsOf(call) }
    return {
      own: owner === undefined ? undefined : CacheKey.make({ ...source, owner }),
      everybodys: isShared ? CacheKey.make({ ...source, owner: "" }) : undefined
    }
  }
}

const keep =
  ({ cache }: Options, flight: Flight, { everybodys, own }: Places, revision: Revision, call: Call) =>
  (result: unknown): Effect.Effect<void> => {
    if (!isObject(result)) return Effect.void
    const key = result.cacheScope === "public" ? everybodys ?? own : own
    return cache.keep(flight, key, revision.encode.result(call.method, result), ttlOf(result))
  }

const fetch = (options: Options, flight: Flight, places: Places, revision: Revision, call: Call, next: Send) =>
  next(call).pipe(
    Effect.tap(keep(options, flight, places, revision, call)),
    Effect.tapError((error) =>
      // The list has changed under its cursors: no page is good any more (CAC-22).
      isCursorRefused(call, error)
        ? options.cache.invalidate([CacheKey.ofList(options.peer, call.method)])
        : Effect.void
    )
  )

/** The result of a call in the places where it may be kept, or from the server. */
const through = (options: Options, places: Places, revision: Revision, call: Call, next: Send) =>
  Effect.acquireUseRelease(
    Effect.sync(() => options.cache.begin([places.own, places.everybodys].filter((key) => key !== undefined))),
    (flight) => {
      const fetched = fetch(options, flight, places, revision, call, next)
      if (call.options.refresh === true) return fetched
      return Effect.flatMap(options.cache.find(flight), (found) => {
        const result = found === undefined ? undefined : read(revision, call.method, found)
        return result === undefined ? fetched : Effect.succeed(result)
      })
    },
    (flight) => Effect.sync(() => options.cache.end(flight))
  )

/**
 * Answers calls from the cache. A connection that was made anew may lead to a server that has changed, and what it
 * notified of in between was not heard, so nothing is kept across it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options, next: Send): Send => {
  const { cache, connection, fork, identity, peer } = options
  const placesOf = toPlaces(options)
  const who = Effect.isEffect(identity) ? identity : Effect.succeed(identity)
  let last = connection.latest()
  return (call) => {
    if (!cacheable.has(call.method) || isRound(call)) return next(call)
    return Effect.suspend(() => {
      const connected = connection.latest()
      const { revision } = connected.server
      if (connected !== last) fork(cache.invalidate([CacheKey.ofPeer(peer)]))
      last = connected
      if (revision.era === "session") return next(call)
      return Effect.flatMap(who, (name) => {
        const places = placesOf(revision, call, name)
        return places.own === undefined && places.everybodys === undefined
          ? next(call)
          : through(options, places, revision, call, next)
      })
    })
  }
}

/**
 * Makes stale what a server's notification speaks of, at once (CAC-19).
 *
 * @category operations
 * @since 0.1.0
 */
export const hear =
  ({ cache, fork, peer }: Pick<Options, "cache" | "fork" | "peer">) => (notification: ServerNotification): void => {
    const prefixes = CacheKey.staleAfter(peer, notification)
    if (prefixes.length > 0) fork(cache.invalidate(prefixes))
  }
