/**
 * A server as its drivers see it: the methods it answers, the revisions it speaks, who it is, and the limits that it
 * was built with.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AnyEntry } from "../contract/Catalog.ts"
import { CatalogError, type Registry as RegistryService } from "../contract/Registry.ts"
import { JsonRpcLimits, type Limits as MessageLimits } from "../jsonrpc/Limits.ts"
import type { Revision } from "../revision/Revision.ts"
import { type Bus, makeMemory, NotificationBus } from "../session/NotificationBus.ts"
import { type Limits as SessionLimitValues, SessionLimits } from "../session/SessionLimits.ts"
import { type Limits as SubscriptionLimitValues, SubscriptionLimits } from "../session/SubscriptionLimits.ts"
import type { Wiretap } from "../transport/Wiretap.ts"
import * as Seal from "./asking/Seal.ts"
import { type CallOptions, toMethods } from "./CallOptions.ts"
import * as Components from "./component/Components.ts"
import * as Handlers from "./component/Handlers.ts"
import { declared, type ListOptions, toLists } from "./component/ListOptions.ts"
import * as Registry from "./component/Registry.ts"
import * as Dialect from "./Dialect.ts"
import { type Methods, onNotification } from "./Engine.ts"
import * as Handshake from "./Handshake.ts"
import type { HttpGate } from "./http/HttpGate.ts"
import * as Identity from "./Identity.ts"
import * as Drain from "./listening/Drain.ts"
import * as ServerMethods from "./Methods.ts"
import * as ListenMethod from "./methods/ListenMethod.ts"
import type { Standing } from "./Origin.ts"
import * as Telemetry from "./Telemetry.ts"

/**
 * A server, ready to be driven.
 *
 * @category models
 * @since 0.1.0
 */
export interface Server {
  readonly methods: Methods
  /** Takes notifications, beside what the protocol demands; `undefined` where nobody listens. */
  readonly onNotification: ReturnType<typeof onNotification>
  /** Is told of sessions as they begin; `undefined` where nobody counts them. */
  readonly onSession: Telemetry.OnSession | undefined
  readonly identity: Identity.Identity
  readonly handshakes: Handshake.Handshakes
  /** For changing what is offered while the server runs. */
  readonly registry: RegistryService["Service"]
  /** The revisions it speaks, newest first. */
  readonly revisions: ReadonlyArray<Revision>
  readonly revisionsByVersion: ReadonlyMap<string, Revision>
  readonly versions: ReadonlyArray<string>
  /** Carries what happens on the server to the drivers, which tell it to those who asked. */
  readonly bus: Bus
  /** For requests that stand open on a stream of their own. Its drain is the server's: transports begin it, and wait. */
  readonly standing: Standing
  readonly messageLimits: MessageLimits
  readonly sessionLimits: SessionLimitValues
  readonly subscriptionLimits: SubscriptionLimitValues
  /** What stands before all endpoints over HTTP: the gate of the transport that it is served over. */
  readonly gate?: HttpGate["Service"] | undefined
  /** Looks on as the server is spoken to. Absent: nobody does. */
  readonly wiretap?: Wiretap | undefined
}

/**
 * What a server is made of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Setup {
  readonly info: Identity.ServerInfo
  readonly options: ListOptions & CallOptions
  readonly revisions: ReadonlyArray<Revision>
}

/**
 * A server over the components of a catalog, whose handlers are in the context. What is wrong with them, or with the
 * options, is a `CatalogError`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  entries: ReadonlyArray<AnyEntry>,
  context: Context.Context<never>,
  { info, options, revisions }: Setup
): Effect.Effect<Server, CatalogError> =>
  Effect.gen(function*() {
    const bus = Option.getOrUndefined(yield* Effect.serviceOption(NotificationBus)) ?? (yield* makeMemory)
    const kinds = declared(options, entries)
    const seal = yield* Seal.make
    const lists = yield* Effect.fromResult(toLists(options, seal.keys))
    const shelves = Components.empty()
    const { clientLogs = true, policies = [] } = options
    const prepare = Handlers.make({ name: info.name, policies, clientLogs }, context)
    const setting = { visible: options.visible, reading: lists.caching.reading, prepare }
    const registry = Registry.make({ shelves, setting, kinds, bus })
    yield* Registry.stock({ shelves, setting }, registry, entries, context)
    const flaw = Identity.flaw(info)
    if (flaw !== undefined) return yield* Effect.fail(new CatalogError({ reason: "Invalid", message: flaw }))
    const identity = Identity.make(info, kinds)
    const versions = revisions.map((revision) => revision.version)
    const dialects = Dialect.make(identity, versions, lists.caching.discover, seal)
    const listening = ListenMethod.make(bus, yield* SubscriptionLimits, identity.capabilities)
    const table = ServerMethods.make({ shelves, kinds, dialects, lists, listening })
    const isKnown: Telemetry.IsKnown = (kind, name) => shelves[kind].get(name) !== undefined
    const methods = yield* toMethods(options, table, { dialects, prepare, registry, context, isKnown })
    return {
      methods,
      onNotification: onNotification(methods),
      onSession: Telemetry.toOnSession(context),
      identity,
      handshakes: Handshake.make(identity, revisions),
      registry,
      revisions,
      revisionsByVersion: new Map(revisions.map((revision) => [revision.version, revision])),
      versions,
      bus,
      subscriptionLimits: listening.limits,
      standing: { drain: Drain.make(), announcesEnd: false, peer: undefined },
      messageLimits: yield* JsonRpcLimits,
      sessionLimits: yield* SessionLimits
    }
  })
