/**
 * The network of a world: lines and HTTP between hosts, over links that can be struck by faults. Everything that goes over
 * it is written into the history. It starts nothing: whoever is asked for something is called, and has fibers of its own.
 *
 * @since 0.1.0
 */
import type { Connection } from "@parley/mcp/transport/Connection"
import type { TransportError } from "@parley/mcp/transport/TransportError"
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import { linkName } from "../fault/Fault.ts"
import type { LinkFault } from "../fault/Fault.ts"
import type { History } from "../history/History.ts"
import type { Agenda } from "../kernel/Agenda.ts"
import type { Chance } from "../kernel/Chance.ts"
import * as HttpNetwork from "./HttpNetwork.ts"
import * as LineNetwork from "./LineNetwork.ts"
import * as Link from "./Link.ts"
import * as NetworkClient from "./NetworkClient.ts"
import type { Site } from "./Site.ts"

export type { Site } from "./Site.ts"

/**
 * What is open between a host and others.
 *
 * @category models
 * @since 0.1.0
 */
export interface Open {
  readonly lines: number
  readonly exchanges: number
}

/**
 * A network. Hosts are known by their names, and need not be declared. A server that nothing is said of is on the host of
 * its name.
 *
 * @category models
 * @since 0.1.0
 */
export interface Network {
  /** Has a host serve HTTP, at `http://<name of the server>/`, at once. What this gives ends it: open exchanges go on. */
  readonly serve: (host: string, site: Site) => () => void
  /**
   * Has a host take lines: `take` is called with the server's end of each, whose line it is, and what ends it at once. What
   * this gives ends the taking: open lines go on.
   */
  readonly accept: (
    host: string,
    take: (line: Connection, client: string, hangUp: () => void) => void,
    options?: LineNetwork.AcceptOptions
  ) => () => void
  /** Puts a load balancer before hosts, under the name of a server. Without one, a server is on the host of its name. */
  readonly balance: (server: string, hosts: ReadonlyArray<string>) => void
  /**
   * Opens a line, and gives the client's end. Fails with `Unreachable` when nobody takes lines there, or the link refuses.
   * The scope's end hangs up.
   */
  readonly connect: (client: string, server: string) => Effect.Effect<Connection, TransportError, Scope.Scope>
  /** The HTTP client of a host. The host in a URL is the name of a server (any port). */
  readonly httpClient: (client: string) => HttpClient.HttpClient
  /** Cuts whatever a host has open, and lets nothing in until it is up: what it still says is not heard. */
  readonly down: (host: string) => void
  readonly up: (host: string) => void
  /**
   * Lets a fault strike a link (`Fault.linkName`), or all links of a client or of a server, now; those that come to be while
   * it lasts, too. Calling what it gives ends it. The history is told of neither.
   */
  readonly strike: (on: string, fault: LinkFault) => () => void
  /** Ends all faults of all links: what was held back is let go. Hosts that are down stay so. */
  readonly heal: () => void
  /** What a host has open, as a client or as a server. */
  readonly open: (host: string) => Open
}

/**
 * What a network is made with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly agenda: Agenda
  readonly chance: Chance
  readonly history: History
}

/** A fault, and how it is ended on each link that it has struck. */
interface Strike {
  readonly on: string
  readonly fault: LinkFault
  readonly ends: Array<() => void>
}

const hit = ({ ends, fault, on }: Strike, link: Link.Link): void => {
  if (on === link.name || on === link.client || on === link.server) ends.push(link.strike(fault))
}

/**
 * A network without anybody, and without faults.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ agenda, chance, history }: Options): Network => {
  const links = new Map<string, Link.Link>()
  const strikes = new Set<Strike>()
  const linkOf = (client: string, server: string): Link.Link => {
    const name = linkName(client, server)
    const known = links.get(name)
    if (known !== undefined) return known
    const link = Link.make(client, server, chance.fork(`link ${name}`))
    links.set(name, link)
    for (const strike of strikes) hit(strike, link)
    return link
  }
  const downHosts = new Set<string>()
  const isUp = (host: string): boolean => !downHosts.has(host)
  const http = HttpNetwork.make({ agenda, history, isUp })
  const lines = LineNetwork.make({ agenda, history, isUp })
  return {
    serve: http.serve,
    accept: lines.accept,
    balance: http.balance,
    connect: (client, server) => lines.connect(linkOf(client, server)),
    httpClient: (client) =>
      NetworkClient.make((server, request, asker) => http.send(linkOf(client, server), request, asker)),
    down: (host) => {
      downHosts.add(host)
      lines.down(host)
      http.down(host)
    },
    up: (host) => void downHosts.delete(host),
    strike: (on, fault) => {
      const strike: Strike = { on, fault, ends: [] }
      for (const link of links.values()) hit(strike, link)
      if (fault._tag !== "Cut") strikes.add(strike)
      return () => {
        strikes.delete(strike)
        for (const end of strike.ends.splice(0)) end()
      }
    },
    heal: () => {
      strikes.clear()
      for (const link of links.values()) link.heal()
    },
    open: (host) => ({ lines: lines.open(host), exchanges: http.open(host) })
  }
}
