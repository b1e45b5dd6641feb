/**
 * A server as its drivers see it: the methods it answers, the revisions it speaks, who it is, and the limits that it
 * was built with.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { JsonRpcLimits, type Limits as MessageLimits } from "../jsonrpc/Limits.ts"
import type { Revision } from "../revision/Revision.ts"
import { type Bus, makeMemory, NotificationBus } from "../session/NotificationBus.ts"
import { type Limits as SessionLimitValues, SessionLimits } from "../session/SessionLimits.ts"
import type { Components } from "./Components.ts"
import * as Dialect from "./Dialect.ts"
import type { Methods } from "./Engine.ts"
import * as Identity from "./Identity.ts"
import * as ServerMethods from "./Methods.ts"

/**
 * A server, ready to be driven.
 *
 * @category models
 * @since 0.1.0
 */
export interface Server {
  readonly methods: Methods
  readonly identity: Identity.Identity
  /** The revisions it speaks, newest first. */
  readonly revisions: ReadonlyArray<Revision>
  readonly revisionsByVersion: ReadonlyMap<string, Revision>
  readonly versions: ReadonlyArray<string>
  /** Carries what happens on the server to the drivers, which tell it to those who asked. */
  readonly bus: Bus
  readonly messageLimits: MessageLimits
  readonly sessionLimits: SessionLimitValues
}

/**
 * A server over components.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  info: Identity.ServerInfo,
  components: Components,
  revisions: ReadonlyArray<Revision>
): Effect.Effect<Server> =>
  Effect.gen(function*() {
    const identity = Identity.make(info, components)
    const versions = revisions.map((revision) => revision.version)
    return {
      methods: ServerMethods.make(components, Dialect.make(components, identity, versions)),
      identity,
      revisions,
      revisionsByVersion: new Map(revisions.map((revision) => [revision.version, revision])),
      versions,
      bus: Option.getOrUndefined(yield* Effect.serviceOption(NotificationBus)) ?? (yield* makeMemory),
      messageLimits: yield* JsonRpcLimits,
      sessionLimits: yield* SessionLimits
    }
  })
