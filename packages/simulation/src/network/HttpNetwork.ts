/**
 * HTTP in a network: which host answers a request, through a load balancer or not, and what faults make of whole requests.
 *
 * @since 0.1.0
 */
import type { HttpExchange } from "@parley/mcp/transport/HttpExchange"
import type * as Effect from "effect/Effect"
import type { History } from "../history/History.ts"
import type { Agenda } from "../kernel/Agenda.ts"
import type { Chance } from "../kernel/Chance.ts"
import * as Exchange from "./Exchange.ts"
import type { Link } from "./Link.ts"
import * as LoadBalancer from "./LoadBalancer.ts"
import type * as Parties from "./Parties.ts"
import * as Pipe from "./Pipe.ts"
import type { Site } from "./Site.ts"

/**
 * What this is made with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly agenda: Agenda
  readonly history: History
  readonly isUp: (host: string) => boolean
}

interface Held {
  readonly client: string
  readonly exchange: Exchange.Exchange
  readonly isOpen: { client: boolean; server: boolean }
}

/**
 * HTTP in a network.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpNetwork {
  readonly serve: (host: string, site: Site) => () => void
  readonly balance: (server: string, hosts: ReadonlyArray<string>) => void
  /** Sends a request of a client to a server. */
  readonly send: (link: Link, request: Parties.Request, asker: Parties.Asker) => Exchange.Exchange
  /** Breaks what a host has open. */
  readonly down: (host: string) => void
  /** How many exchanges a host has open. */
  readonly open: (host: string) => number
}

interface State extends Options {
  readonly sites: Map<string, Site>
  readonly balancers: Map<string, LoadBalancer.LoadBalancer>
  readonly held: Set<Held>
}

/** What says something about the protocol, and whose request it is. */
const isTold = (name: string): boolean =>
  name.startsWith("mcp-") || name === "last-event-id" || name === "authorization"

/** In the order of their names, whatever order they were set in. */
const toldOf = (headers: Parties.Request["headers"]): { readonly [name: string]: string } => {
  const names: Array<string> = []
  for (const name in headers) if (isTold(name)) names.push(name)
  if (names.length > 1) names.sort()
  const told: { [name: string]: string } = {}
  for (const name of names) {
    const value = headers[name]
    if (value !== undefined) told[name] = value
  }
  return told
}

const sessionOf = ({ headers, target }: Parties.Request): string | undefined =>
  headers["mcp-session-id"] ?? Exchange.sessionOf(target)

const pathOf = (target: string): string => {
  const query = target.indexOf("?")
  return query === -1 ? target : target.slice(0, query)
}

type Handler = (exchange: HttpExchange) => Effect.Effect<void>

const handlerOf = ({ routes }: Site, target: string): Handler | undefined => {
  const path = pathOf(target)
  const route = routes.find((route) => route.path === path) ?? routes.find((route) => route.path === "*")
  return route?.handler
}

const arrivalOf = (state: State, server: string, request: Parties.Request): Parties.Arrival | undefined => {
  const balancer = state.balancers.get(server)
  const host = balancer === undefined ? server : balancer.pick(sessionOf(request))
  const site = host === undefined || !state.isUp(host) ? undefined : state.sites.get(host)
  if (host === undefined || site === undefined) return undefined
  const handler = handlerOf(site, request.target)
  return {
    host,
    bytesMax: site.bytesMax,
    keep: (session) => balancer?.keep(session, host),
    handle: (exchange) => {
      if (handler === undefined) exchange.respond(404, { "content-type": "text/plain" }, "Not found")
      else site.fork(handler(exchange))
    }
  }
}

type Base = Pick<Exchange.Options, "link" | "request" | "message" | "via">

interface Sending {
  readonly asker: Parties.Asker | undefined
  readonly delayMillis: number
  readonly requestLost: Exchange.Options["requestLost"]
  readonly answerLost: Exchange.Options["answerLost"]
}

const start = (state: State, base: Base, sending: Sending): Exchange.Exchange => {
  const { agenda, balancers, history, held } = state
  const { link: { client, server }, message, request, via } = base
  const isOpen = { client: true, server: true }
  const verb = `${request.method} ${request.target}`
  history.add({ _tag: "Opened", via, from: client, to: server, verb, headers: toldOf(request.headers) })
  // A copy is the same message.
  if (message !== Pipe.noMessage && sending.asker !== undefined) {
    history.add({ _tag: "Sent", message, from: client, to: server, via, text: request.body })
  }
  const exchange = Exchange.open({
    ...base,
    ...sending,
    agenda,
    history,
    isBalanced: balancers.has(server),
    arrive: (request) => arrivalOf(state, server, request),
    left: (side) => {
      isOpen[side] = false
      if (!isOpen.client && !isOpen.server) held.delete(entry)
    }
  })
  const entry: Held = { client, exchange, isOpen }
  if (isOpen.client || isOpen.server) held.add(entry)
  return exchange
}

/** A connection that was lost breaks half of the time; otherwise nobody is told. */
const lossOf = (chance: Chance): Parties.Loss => chance.fork("told").happens(0.5) ? "told" : "silent"

/** How much later the copy of a request comes, in milliseconds, at most. */
const copyMillisMax = 20

/** Sends a request once more. The copy ends with the request. */
const withCopy = (
  state: State,
  base: Base,
  chance: Chance,
  sending: Sending & { readonly asker: Parties.Asker }
): Exchange.Exchange => {
  const { asker } = sending
  const delayMillis = chance.fork("copy").between(1, copyMillisMax)
  const original = start(state, base, {
    ...sending,
    asker: {
      ...asker,
      complete: () => {
        copy.abort()
        asker.complete()
      },
      broken: (code, why) => {
        copy.abort()
        asker.broken(code, why)
      }
    }
  })
  const copy = start(state, { ...base, via: `${base.via}-copy` }, {
    ...sending,
    asker: undefined,
    delayMillis: sending.delayMillis + delayMillis,
    answerLost: undefined
  })
  return {
    ...original,
    abort: () => {
      original.abort()
      copy.abort()
    }
  }
}

const isJson = ({ body, headers }: Parties.Request): boolean =>
  body !== "" && headers["content-type"]?.startsWith("application/json") === true

const send = (state: State, link: Link, request: Parties.Request, asker: Parties.Asker): Exchange.Exchange => {
  const name = `exchange-${link.next("exchange")}`
  const via = `${link.name}/${name}`
  const message = isJson(request) ? state.history.nextMessage() : Pipe.noMessage
  const base: Base = { link, request, message, via }
  const plain: Sending = { asker, delayMillis: 0, requestLost: undefined, answerLost: undefined }
  if (link.isRefusing() || !state.isUp(link.client)) return start(state, base, { ...plain, requestLost: "refused" })
  if (!link.isStruck()) return start(state, base, plain)
  const { delayMillis, isDoubled, lost } = link.fate(name)
  const chance = link.chance.fork(name)
  const loss = lost === undefined ? undefined : lossOf(chance)
  const sending = {
    asker,
    delayMillis,
    requestLost: lost === "toServer" ? loss : undefined,
    answerLost: lost === "toClient" ? loss : undefined
  }
  // Nobody in between repeats what is asked for a stream that stays open: the copy would go on to be told in its place.
  return isDoubled && lost !== "toServer" && request.method !== "GET"
    ? withCopy(state, base, chance, sending)
    : start(state, base, sending)
}

/**
 * HTTP without any sites.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): HttpNetwork => {
  const state: State = { ...options, sites: new Map(), balancers: new Map(), held: new Set() }
  return {
    serve: (host, site) => {
      state.sites.set(host, site)
      return () => {
        if (state.sites.get(host) === site) state.sites.delete(host)
      }
    },
    balance: (server, hosts) => void state.balancers.set(server, LoadBalancer.make(hosts, state.isUp)),
    send: (link, request, asker) => send(state, link, request, asker),
    down: (host) => {
      for (const { client, exchange } of Array.from(state.held)) {
        if (client === host) exchange.cut(`${host} went down`)
        else if (exchange.host() === host) exchange.orphan(`${host} went down`)
      }
    },
    open: (host) => {
      let count = 0
      for (const { client, exchange, isOpen } of state.held) {
        if ((client === host && isOpen.client) || (exchange.host() === host && isOpen.server)) count++
      }
      return count
    }
  }
}
