/**
 * What is left on the hosts of a world: what somebody still holds who should have gone.
 *
 * @since 0.1.0
 */
import type { Remains } from "../checker/Checker.ts"
import type { Network } from "../network/Network.ts"
import type { Host } from "./Host.ts"

const leftOn = (network: Network, { clock, counts, name }: Host): ReadonlyArray<readonly [string, number]> => {
  const { exchanges, lines } = network.open(name)
  const all = { ...counts, timers: clock.sleeping(), lines, exchanges }
  return Object.entries(all).filter(([, count]) => count !== 0)
}

/** Fibers that a server may begin when they are first needed, and then keep for itself. */
const ownFibersMax = 4

const keptOn = (network: Network, { counts, idle, name }: Host): ReadonlyArray<readonly [string, number]> => {
  const { exchanges, lines } = network.open(name)
  const more = {
    fibers: Math.max(0, counts.fibers - idle.fibers - ownFibersMax),
    sessions: counts.sessions - idle.sessions,
    logs: counts.logs - idle.logs,
    listeners: counts.listeners - idle.listeners,
    lines,
    exchanges
  }
  return Object.entries(more).flatMap(([what, count]) => count > 0 ? [[`${what}, while it went on`, count]] : [])
}

const byHost = (
  hosts: Iterable<Host>,
  whatOn: (host: Host) => ReadonlyArray<readonly [string, number]>
): Remains["left"] =>
  Object.fromEntries(
    Array.from(hosts, (host) => [host.name, Object.fromEntries(whatOn(host))] as const)
      .filter(([, left]) => Object.keys(left).length > 0)
  )

/**
 * What servers still keep for clients who have all left, by the name of their host: only what they had when they came up
 * is theirs.
 *
 * @category queries
 * @since 0.1.0
 */
export const kept = (network: Network, servers: Iterable<Host>): Remains["left"] =>
  byHost(servers, (host) => host.isUp ? keptOn(network, host) : [])

/**
 * What is left on each host, by name; hosts on which nothing is are not there.
 *
 * @category queries
 * @since 0.1.0
 */
export const count = (network: Network, hosts: Iterable<Host>): Remains["left"] =>
  byHost(hosts, (host) => leftOn(network, host))
