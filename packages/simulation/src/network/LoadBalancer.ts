/**
 * A load balancer before the hosts of a server: it keeps a session with the host that opened it, and gives everything else
 * to each host in turn. A host that is down is passed over.
 *
 * @since 0.1.0
 */
import * as BoundedMap from "@parley/mcp/session/BoundedMap"

/**
 * A load balancer.
 *
 * @category models
 * @since 0.1.0
 */
export interface LoadBalancer {
  /** The host for a request in this session, or in none; `undefined` when all are down. */
  readonly pick: (session: string | undefined) => string | undefined
  /** Keeps a session with a host. */
  readonly keep: (session: string, host: string) => void
}

/** How many sessions are kept; beyond that the one that was opened longest ago is forgotten. */
const sessionsMax = 10_000

/**
 * A load balancer that has seen nothing yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (hosts: ReadonlyArray<string>, isUp: (host: string) => boolean): LoadBalancer => {
  const hostOf = new Map<string, string>()
  let turn = 0
  return {
    pick: (session) => {
      const own = session === undefined ? undefined : hostOf.get(session)
      if (own !== undefined && isUp(own)) return own
      for (let tries = 0; tries < hosts.length; tries++) {
        const host = hosts[turn % hosts.length]
        turn++
        if (host !== undefined && isUp(host)) return host
      }
      return undefined
    },
    keep: (session, host) => BoundedMap.put(hostOf, session, host, sessionsMax)
  }
}
