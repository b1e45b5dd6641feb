/**
 * `subscriptions/listen`: one long request of the stateless era, under which a client hears what it asked for. It is
 * acknowledged first, tells in its own pace, and never ends by itself: the client goes away or cancels, or the server
 * ends it with its answer. Progress and logs do not travel on it, because no handler runs under it (SUB-12).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Echo from "../../jsonrpc/Echo.ts"
import type { Request } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Revision } from "../../revision/Revision.ts"
import type { ServerCapabilities } from "../../schema/Capabilities.ts"
import { MetaKey } from "../../schema/Meta.ts"
import { SubscriptionFilter } from "../../schema/SubscriptionFilter.ts"
import { ownerOf } from "../../session/Caller.ts"
import type { Bus } from "../../session/NotificationBus.ts"
import type { Limits } from "../../session/SubscriptionLimits.ts"
import type { Filter, ListKind } from "../../session/Subscriptions.ts"
import type { Subscribe } from "../component/BoundResource.ts"
import type { Components } from "../component/Components.ts"
import type { Dialects } from "../Dialect.ts"
import type { Method } from "../Engine.ts"
import * as Delivery from "../listening/Delivery.ts"
import { eventText, notificationText } from "../listening/Feed.ts"
import type { Origin, Standing } from "../Origin.ts"
import * as RequestContext from "../RequestContext.ts"
import { addressedBy } from "./ResourceMethods.ts"

/**
 * What listening needs of its server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listening {
  readonly bus: Bus
  readonly limits: Limits
  /** What the server declares; nothing else is honoured (SUB-04). */
  readonly capabilities: ServerCapabilities
  /** Who listens. */
  readonly census: Census
}

/**
 * How many subscriptions there are, and of whom. A peer that is not known counts among all only.
 *
 * @category models
 * @since 0.1.0
 */
export interface Census {
  total: number
  readonly byPeer: Map<unknown, number>
}

/**
 * What listening needs, with nobody listening yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (bus: Bus, limits: Limits, capabilities: ServerCapabilities): Listening => ({
  bus,
  limits,
  capabilities,
  census: { total: 0, byPeer: new Map() }
})

const noStream = Rpc.invalidRequest("subscriptions/listen is answered with an event stream, which is not possible here")

const flags: ReadonlyArray<readonly [ListKind, "toolsListChanged" | "promptsListChanged" | "resourcesListChanged"]> = [
  ["tools", "toolsListChanged"],
  ["prompts", "promptsListChanged"],
  ["resources", "resourcesListChanged"]
]

/** A filter, and who is to be asked before it is honoured, by URI. */
interface Honoured {
  readonly filter: Filter
  readonly asking: ReadonlyArray<readonly [uri: string, subscribe: Subscribe]>
}

/** The part of a filter that is honoured: what the server declares, and URIs where something is served. */
const honour = (
  components: Components,
  { capabilities }: Listening,
  asked: SubscriptionFilter,
  revision: Revision
): Honoured => {
  const lists = flags.filter(([kind, flag]) => asked[flag] === true && capabilities[kind]?.listChanged === true)
  const uris = new Set<string>()
  const asking: Array<readonly [string, Subscribe]> = []
  for (const uri of new Set(capabilities.resources?.subscribe === true ? asked.resourceSubscriptions : [])) {
    const addressed = addressedBy(components, uri, revision)
    if (Result.isFailure(addressed)) continue
    uris.add(uri)
    const { subscribe } = addressed.success
    if (subscribe !== undefined) asking.push([uri, subscribe])
  }
  return { filter: { lists: new Set(lists.map(([kind]) => kind)), uris }, asking }
}

/** Who may not hear of one of the URIs is told so, and could not tell otherwise what to ask its user for. */
const permit = ({ asking }: Honoured, request: Request, origin: Origin): Effect.Effect<void, RpcError> => {
  if (asking.length === 0) return Effect.void
  const info = RequestContext.make(request, origin)
  return Effect.forEach(asking, ([uri, subscribe]) => subscribe(uri, info), { discard: true })
}

/** How a client is told what of its filter is honoured. */
const toWire = ({ lists, uris }: Filter): SubscriptionFilter => ({
  ...Object.fromEntries(flags.filter(([kind]) => lists.has(kind)).map(([, flag]) => [flag, true])),
  ...(uris.size === 0 ? {} : { resourceSubscriptions: Array.from(uris) })
})

/** What a request says of itself in `_meta` was looked at before it came here. */
const decodeParams = Schema.decodeUnknownResult(Schema.Struct({ notifications: SubscriptionFilter }))

const filterOf = (
  request: Request,
  { urisMax }: Limits
): Result.Result<SubscriptionFilter, RpcError> => {
  const decoded = decodeParams(request.params ?? {})
  if (Result.isFailure(decoded)) {
    return Result.fail(Rpc.invalidParams(`Invalid params: ${Echo.sentence(decoded.failure.message)}`))
  }
  const { notifications } = decoded.success
  return (notifications.resourceSubscriptions?.length ?? 0) > urisMax
    ? Result.fail(Rpc.invalidParams(`"resourceSubscriptions" has more than ${urisMax} URIs`))
    : Result.succeed(notifications)
}

const enter = ({ census, limits }: Listening, peer: unknown): Effect.Effect<void, RpcError, Scope.Scope> => {
  const admit = Effect.suspend(() => {
    const own = census.byPeer.get(peer) ?? 0
    if (census.total >= limits.subscriptionsMax) {
      return Effect.fail(Rpc.internalError(`More than ${limits.subscriptionsMax} subscriptions on this server`))
    }
    if (own >= limits.peerSubscriptionsMax) {
      return Effect.fail(Rpc.internalError(`More than ${limits.peerSubscriptionsMax} subscriptions of one client`))
    }
    census.total += 1
    if (peer !== undefined) census.byPeer.set(peer, own + 1)
    return Effect.void
  })
  const leave = Effect.sync(() => {
    census.total -= 1
    const own = (census.byPeer.get(peer) ?? 0) - 1
    if (own > 0) census.byPeer.set(peer, own)
    else census.byPeer.delete(peer)
  })
  return Effect.acquireRelease(admit, () => leave)
}

const sendText = (origin: Origin, text: string | undefined): Effect.Effect<void> =>
  text === undefined ? Effect.void : origin.send(text)

/** Tells until the server ends it. The bus is listened to before the acknowledgment, so that nothing falls between. */
const tell = (
  { bus, limits }: Listening,
  filter: Filter,
  request: Request,
  origin: Origin,
  standing: Standing
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { revision } = origin
    const delivery = Delivery.make(filter, limits)
    yield* bus.listen(delivery.offer)
    yield* Effect.acquireRelease(
      Effect.sync(() => standing.drain.onBegin(delivery.end)),
      (forget) => Effect.sync(forget)
    )
    const acknowledged = { notifications: toWire(filter) }
    yield* sendText(
      origin,
      notificationText(revision, "notifications/subscriptions/acknowledged", acknowledged, request.id)
    )
    yield* delivery.run((event) => sendText(origin, eventText(revision, event, request.id)))
    if (!standing.announcesEnd) return
    const cancelled = { requestId: request.id, reason: "The server ends the subscription" }
    yield* sendText(origin, notificationText(revision, "notifications/cancelled", cancelled, request.id))
  })

/**
 * Serves `subscriptions/listen` (SUB-01 to SUB-13). A filter beyond `urisMax` is `-32602`; more subscriptions than the
 * limits admit are `-32603`; where nothing can be sent ahead of an answer it is `-32600`; where a policy is against one of
 * the URIs, the error is that of the policy.
 *
 * @category methods
 * @since 0.1.0
 */
export const listen =
  (components: Components, dialects: Dialects, listening: Listening): Method => (request, origin) => {
    const { standing } = origin
    if (standing === undefined) return Effect.fail(noStream)
    const asked = filterOf(request, listening.limits)
    if (Result.isFailure(asked)) return Effect.fail(asked.failure)
    const honoured = honour(components, listening, asked.success, origin.revision)
    const { finish, revision } = dialects(origin.revision)
    return Effect.scoped(Effect.map(
      permit(honoured, request, origin).pipe(
        Effect.andThen(enter(listening, standing.peer ?? ownerOf(origin))),
        Effect.andThen(tell(listening, honoured.filter, request, origin, standing))
      ),
      () => finish(revision.encode.result(request.method, { _meta: { [MetaKey.subscriptionId]: request.id } }))
    ))
  }
