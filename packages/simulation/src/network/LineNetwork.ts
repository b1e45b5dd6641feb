/**
 * The lines of a network: which host takes them, and what becomes of them when it goes down.
 *
 * @since 0.1.0
 */
import { JsonRpcLimits } from "@parley/mcp/jsonrpc/Limits"
import type { Connection } from "@parley/mcp/transport/Connection"
import * as TransportError from "@parley/mcp/transport/TransportError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { History } from "../history/History.ts"
import type { Agenda } from "../kernel/Agenda.ts"
import * as Line from "./Line.ts"
import type { Link } from "./Link.ts"

/**
 * How a host takes lines.
 *
 * @category models
 * @since 0.1.0
 */
export interface AcceptOptions {
  /** The longest message that is read, in characters. Default: as in `JsonRpcLimits`. */
  readonly unitsMax?: number
}

/**
 * The lines of a network.
 *
 * @category models
 * @since 0.1.0
 */
export interface LineNetwork {
  readonly accept: (
    host: string,
    take: (line: Connection, client: string, hangUp: () => void) => void,
    options?: AcceptOptions
  ) => () => void
  /** Opens a line. Fails with `Unreachable` when nobody takes it, after the time that it takes to find out. */
  readonly connect: (link: Link) => Effect.Effect<Connection, TransportError.TransportError, Scope.Scope>
  /** Breaks the lines of a host. */
  readonly down: (host: string) => void
  /** How many lines a host has open. */
  readonly open: (host: string) => number
}

interface Options {
  readonly agenda: Agenda
  readonly history: History
  readonly isUp: (host: string) => boolean
}

interface Taker {
  readonly take: (line: Connection, client: string, hangUp: () => void) => void
  readonly unitsMax: number | undefined
}

interface Held {
  readonly line: Line.Line
  readonly link: Link
  readonly isOpen: { client: boolean; server: boolean }
}

interface State extends Options {
  readonly takers: Map<string, Taker>
  readonly held: Set<Held>
}

const refuse = (state: State, link: Link): Effect.Effect<never, TransportError.TransportError> =>
  Effect.callback<never, TransportError.TransportError>((resume) => {
    const detail = `nobody takes a line at ${link.server}`
    const error = TransportError.make(new TransportError.Unreachable({ detail, mayHaveRun: false }))
    const millis = link.latencyMillis(`line-${link.next("line")} refused`)
    return Effect.sync(state.agenda.after(millis, () => resume(Effect.fail(error))))
  })

const open = (state: State, link: Link, taker: Taker, unitsMax: number): Line.Line => {
  const { agenda, held, history } = state
  const isOpen = { client: true, server: true }
  const line = Line.open({
    agenda,
    history,
    link,
    unitsMax: { client: unitsMax, server: taker.unitsMax ?? unitsMax },
    left: (side) => {
      isOpen[side] = false
      if (!isOpen.client && !isOpen.server) held.delete(entry)
    }
  })
  const entry: Held = { line, link, isOpen }
  held.add(entry)
  taker.take(line.server, link.client, () => line.cut("the server hung up"))
  return line
}

const connect = (state: State, link: Link) =>
  Effect.gen(function*() {
    const taker = state.isUp(link.server) && state.isUp(link.client) ? state.takers.get(link.server) : undefined
    if (taker === undefined || link.isRefusing()) return yield* refuse(state, link)
    const { messageBytesMax } = yield* JsonRpcLimits
    const line = yield* Effect.acquireRelease(
      Effect.sync(() => open(state, link, taker, messageBytesMax)),
      ({ hangUp }) => Effect.sync(hangUp)
    )
    return line.client
  })

/**
 * No lines, and nobody who takes any.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): LineNetwork => {
  const state: State = { ...options, takers: new Map(), held: new Set() }
  return {
    accept: (host, take, { unitsMax } = {}) => {
      const taker: Taker = { take, unitsMax }
      state.takers.set(host, taker)
      return () => {
        if (state.takers.get(host) === taker) state.takers.delete(host)
      }
    },
    connect: (link) => connect(state, link),
    down: (host) => {
      for (const held of Array.from(state.held)) {
        const { isOpen, line, link } = held
        if (link.client !== host && link.server !== host) continue
        line.cut(`${host} went down`)
        if (link.server !== host) continue
        // Who went down hears nothing of it, and holds nothing any more.
        isOpen.server = false
        if (!isOpen.client) state.held.delete(held)
      }
    },
    open: (host) => {
      let count = 0
      for (const { isOpen, link } of state.held) {
        if ((link.client === host && isOpen.client) || (link.server === host && isOpen.server)) count++
      }
      return count
    }
  }
}
