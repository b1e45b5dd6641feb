/**
 * Faults that are in force in a world, and how each is ended. Those of links are the network's; those of hosts are done
 * here: a host crashes, a clock is moved. A fault on somebody who is not there strikes nobody.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Fault } from "../fault/Fault.ts"
import type { History } from "../history/History.ts"
import type { Network } from "../network/Network.ts"
import type { Daemon } from "./Daemon.ts"
import type { Host } from "./Host.ts"

/**
 * Who may be struck.
 *
 * @category models
 * @since 0.1.0
 */
export interface Targets {
  readonly network: Network
  readonly history: History
  /** The hosts of this name: of a server with several, all. */
  readonly hostsOf: (name: string) => ReadonlyArray<Host>
  /** Those of them that run a program. */
  readonly daemonsOf: (name: string) => ReadonlyArray<Daemon>
}

/**
 * The faults in force.
 *
 * @category models
 * @since 0.1.0
 */
export interface Strikes {
  /** Lets a fault strike now; running what it gives ends it, once. */
  readonly strike: (on: string, fault: Fault) => Effect.Effect<Effect.Effect<void>>
  /** Ends all that are in force. */
  readonly heal: Effect.Effect<void>
}

const settledAll = (daemons: ReadonlyArray<Daemon>): Effect.Effect<void> =>
  Effect.forEach(daemons, ({ settled }) => settled, { concurrency: "unbounded", discard: true })

const shutDownAll = (daemons: ReadonlyArray<Daemon>): Effect.Effect<void> =>
  Effect.forEach(daemons, ({ shutDown }) => shutDown, { concurrency: "unbounded", discard: true })

/** A host that runs no program is a client's: it loses its network, and gets it back. */
const goDown = ({ hostsOf, daemonsOf, network }: Targets, on: string, isOrderly: boolean, scope: Scope.Scope) =>
  Effect.gen(function*() {
    const daemons = daemonsOf(on)
    const clients = daemons.length > 0 ? [] : hostsOf(on).map(({ name }) => name)
    if (!isOrderly) { for (const daemon of daemons) daemon.crash() }
    clients.forEach(network.down)
    // What ends on it takes its time; the fault has struck already.
    yield* Effect.forkIn(isOrderly ? shutDownAll(daemons) : settledAll(daemons), scope, { startImmediately: true })
    return Effect.suspend(() => {
      for (const daemon of daemons) daemon.revive()
      clients.forEach(network.up)
      return settledAll(daemons)
    })
  })

const begin = (targets: Targets, on: string, fault: Fault, scope: Scope.Scope): Effect.Effect<Effect.Effect<void>> => {
  switch (fault._tag) {
    case "Restart":
      return goDown(targets, on, fault.isOrderly === true, scope)
    case "ClockJump":
      return Effect.sync(() => {
        const jump = (millis: number): void => targets.hostsOf(on).forEach(({ clock }) => clock.jump(millis))
        jump(fault.millis)
        return Effect.sync(() => jump(-fault.millis))
      })
    default:
      return Effect.map(Effect.sync(() => targets.network.strike(on, fault)), (end) => Effect.sync(end))
  }
}

/**
 * No faults yet. What they leave to be done is done in the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (targets: Targets, scope: Scope.Scope): Strikes => {
  const { history, network } = targets
  const inForce = new Set<Effect.Effect<void>>()
  // Neither is left half done: whoever heals the world could not end what is not written down.
  const strike: Strikes["strike"] = (on, fault) =>
    Effect.uninterruptible(Effect.gen(function*() {
      history.add({ _tag: "Struck", on, fault })
      const undo = yield* begin(targets, on, fault, scope)
      // What strikes once is not ended.
      if (fault._tag === "Cut") return Effect.void
      const end: Effect.Effect<void> = Effect.uninterruptible(Effect.suspend(() => {
        if (!inForce.delete(end)) return Effect.void
        history.add({ _tag: "Healed", on, fault })
        return undo
      }))
      inForce.add(end)
      return end
    }))
  return {
    strike,
    heal: Effect.gen(function*() {
      yield* Effect.forEach(Array.from(inForce), (end) => end, { concurrency: "unbounded", discard: true })
      network.heal()
    })
  }
}
