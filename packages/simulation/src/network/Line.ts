/**
 * A line between a client and a server: a pipe in each direction, with whole messages in it, one to a line of text. What is
 * sent arrives in order and unharmed, or the line breaks; only what sits in between, as a fault of the link, swallows,
 * doubles or delays messages.
 *
 * @since 0.1.0
 */
import * as LineFraming from "@parley/mcp/jsonrpc/LineFraming"
import type { Connection, Received } from "@parley/mcp/transport/Connection"
import * as Effect from "effect/Effect"
import type { Direction } from "../fault/Fault.ts"
import type { History } from "../history/History.ts"
import type { Agenda } from "../kernel/Agenda.ts"
import type { Link } from "./Link.ts"
import * as Pipe from "./Pipe.ts"

/**
 * What a line is made with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly agenda: Agenda
  readonly history: History
  readonly link: Link
  /** The longest message that each side takes, in characters. */
  readonly unitsMax: { readonly client: number; readonly server: number }
  /** Called when one side has let go, or has heard that the other has. */
  readonly left: (side: "client" | "server") => void
}

/**
 * A line.
 *
 * @category models
 * @since 0.1.0
 */
export interface Line {
  readonly client: Connection
  readonly server: Connection
  /** The client lets go: what it has sent still arrives, and then the server hears of it. */
  readonly hangUp: () => void
  /** Breaks the line. Both sides hear of it, each when its direction lets anything through. */
  readonly cut: (why: string) => void
}

/** One end: what has arrived there, and who listens. */
interface End {
  readonly splitter: LineFraming.Splitter
  /** What arrived while nobody listened: what one piece brought, at most. */
  readonly inbox: Array<Received>
  receive: ((received: Received) => void) | undefined
  closed: (() => void) | undefined
  isOver: boolean
  ending: string | undefined
}

interface State extends Options {
  readonly via: string
  readonly pipes: { readonly [direction in Direction]: Pipe.Pipe }
  readonly ends: { readonly client: End; readonly server: End }
  /** Takes the line off the link. */
  readonly leave: () => void
  isClosed: boolean
}

const makeEnd = (unitsMax: number): End => ({
  splitter: LineFraming.make(unitsMax),
  inbox: [],
  receive: undefined,
  closed: undefined,
  isOver: false,
  ending: undefined
})

const takeFrames = (end: End, frames: ReadonlyArray<Received>): void => {
  for (const frame of frames) {
    if (end.receive === undefined) end.inbox.push(frame)
    else end.receive(frame)
  }
}

const send = (state: State, direction: Direction, text: string): void => {
  const { agenda, history, link, pipes, via } = state
  const pipe = pipes[direction]
  if (state.ends[direction === "toServer" ? "client" : "server"].isOver) return
  const [from, to] = direction === "toServer" ? [link.client, link.server] : [link.server, link.client]
  const message = history.nextMessage()
  const number = link.next(direction)
  history.add({ _tag: "Sent", message, from, to, via, text })
  const written = `${text}\n`
  if (!link.isStruck() || !pipe.isOpen()) return pipe.write(written, message, number)
  const { delayMillis, isDoubled, lost } = link.fate(`${direction} ${number}`, direction)
  if (lost !== undefined) return history.add({ _tag: "Lost", message, why: "it was swallowed" })
  const write = (): void => {
    pipe.write(written, message, number)
    if (isDoubled && pipe.isOpen()) pipe.write(written, message, number)
  }
  // Held back before it gets into the pipe, so that others overtake it.
  if (delayMillis > 0) agenda.after(delayMillis, write)
  else write()
}

const listen = (end: End, pipe: Pipe.Pipe): Connection["listen"] => (receive) =>
  Effect.callback<void>((resume) => {
    if (end.isOver && end.inbox.length === 0) return resume(Effect.void)
    end.receive = receive
    end.closed = () => resume(Effect.void)
    takeFrames(end, end.inbox.splice(0))
    if (end.isOver) return resume(Effect.void)
    pipe.hold(false)
    return Effect.sync(() => {
      end.receive = undefined
      end.closed = undefined
      pipe.hold(true)
    })
  })

const close = (state: State, why: string): void => {
  if (state.isClosed) return
  state.isClosed = true
  state.history.add({ _tag: "Closed", via: state.via, why })
}

/** Whoever is at an end knows that the line is over. It is on the link until both do. */
const part = (state: State, side: "client" | "server", why: string | undefined): void => {
  const end = state.ends[side]
  if (end.isOver) return
  end.isOver = true
  end.ending = why
  if (state.ends.client.isOver && state.ends.server.isOver) {
    state.leave()
    close(state, "the client hung up")
  }
  state.left(side)
  end.closed?.()
}

/** The pipe to an end. Nothing arrives before somebody listens there. */
const makePipe = (state: () => State, options: Options, via: string, direction: Direction, end: End): Pipe.Pipe => {
  const { agenda, history, link } = options
  const pipe = Pipe.make({
    agenda,
    link,
    direction,
    name: `${via} ${direction}`,
    take: (piece, message) => {
      const frames = end.splitter.feed(piece)
      if (message !== Pipe.noMessage) history.add({ _tag: "Arrived", message })
      takeFrames(end, frames)
    },
    ended: (why) => part(state(), direction === "toServer" ? "server" : "client", why),
    lost: (message, why) => history.add({ _tag: "Lost", message, why })
  })
  pipe.hold(true)
  return pipe
}

const connectionOf = (state: State, direction: Direction, end: End, own: Pipe.Pipe): Connection => ({
  send: (text) => send(state, direction, text),
  drained: state.pipes[direction].room,
  listen: listen(end, own),
  ending: () => end.ending
})

/**
 * A line, open at once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (options: Options): Line => {
  const { history, link, unitsMax } = options
  const via = `${link.name}/line-${link.next("line")}`
  const ends = { client: makeEnd(unitsMax.client), server: makeEnd(unitsMax.server) }
  const own = (): State => state
  const pipes = {
    toServer: makePipe(own, options, via, "toServer", ends.server),
    toClient: makePipe(own, options, via, "toClient", ends.client)
  }
  const cut = (why: string): void => {
    if (state.isClosed) return
    pipes.toServer.cut(why)
    pipes.toClient.cut(why)
    close(state, why)
  }
  const wake = (): void => {
    pipes.toServer.wake()
    pipes.toClient.wake()
  }
  const state: State = { ...options, via, pipes, ends, leave: link.join({ cut, wake }), isClosed: false }
  history.add({ _tag: "Opened", via, from: link.client, to: link.server })
  return {
    client: connectionOf(state, "toServer", ends.client, pipes.toClient),
    server: connectionOf(state, "toClient", ends.server, pipes.toServer),
    hangUp: () => {
      pipes.toServer.end()
      pipes.toClient.drop("the client hung up")
      part(state, "client", undefined)
    },
    cut
  }
}
