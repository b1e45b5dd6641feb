/**
 * One direction of something that is open: text goes in on one side and comes out on the other, whole and in order, later,
 * in pieces, as fast as the receiver takes it, or not at all once it is broken. It knows which message a text ends, and
 * nothing of what messages are.
 *
 * What is under way is bounded by whoever writes: beyond `charactersMax` a pipe says that it is behind, and writers wait.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Direction } from "../fault/Fault.ts"
import type { Agenda } from "../kernel/Agenda.ts"
import type { Chance } from "../kernel/Chance.ts"
import type { Link } from "./Link.ts"

/**
 * Once so many characters are under way, writers wait.
 *
 * @category limits
 * @since 0.1.0
 */
export const charactersMax = 64 * 1024

/**
 * No message ends with this text.
 *
 * @category models
 * @since 0.1.0
 */
export const noMessage = 0

/**
 * What hangs on the ends of a pipe.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ends {
  readonly agenda: Agenda
  readonly link: Link
  readonly direction: Direction
  /** Names what goes through, for chance. */
  readonly name: string
  /** Takes a piece, and the number of the message that it ends. */
  readonly take: (piece: string, message: number) => void
  /** Hears, once, that nothing comes any more; `why` when the pipe was broken. */
  readonly ended: (why: string | undefined) => void
  /** Hears of a message that will not arrive. */
  readonly lost: (message: number, why: string) => void
}

/**
 * A pipe.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pipe {
  /**
   * Sends text, which ends this message; `number` is that of the text in its pipe, for chance. Nothing is sent once the
   * pipe was ended or broken: the message is lost.
   */
  readonly write: (text: string, message: number, number: number, delayMillis?: number) => void
  /** Sends the news that nothing follows. */
  readonly end: () => void
  /** Breaks the pipe: what is under way is lost, and the other side hears of it after a while. */
  readonly cut: (why: string) => void
  /** Lets go of the pipe: what is under way is lost, and nobody hears of anything any more. */
  readonly drop: (why: string) => void
  readonly isOpen: () => boolean
  readonly isBehind: () => boolean
  /** Completes once the pipe is no longer behind, or no longer open. */
  readonly room: Effect.Effect<void>
  /** Says whether the receiver takes anything at present. */
  readonly hold: (isHeld: boolean) => void
  /** Looks again at what the link lets through. */
  readonly wake: () => void
}

interface Item {
  readonly text: string
  readonly message: number
  readonly atMillis: number
  /** The number of the text in this pipe, for chance. */
  readonly number: number
  /** What tells the end, and why. */
  readonly end?: { readonly why: string | undefined }
  /** How many characters have arrived, in how many pieces. */
  taken: number
  pieces: number
  chance: Chance | undefined
}

interface State {
  readonly ends: Ends
  readonly items: Array<Item>
  characters: number
  /** Until when the receiver is busy with what it has taken. */
  freeMillis: number
  isHeld: boolean
  isDelivering: boolean
  /** Whether the end was written. */
  isEnded: boolean
  /** Whether the end has arrived, or nobody is there to hear of it. */
  isDone: boolean
  cancel: (() => void) | undefined
  readonly waiting: Set<() => void>
}

/** How much a slow receiver takes at a time, in milliseconds' worth. */
const mouthfulMillis = 50

/** Between the pieces of a text there may be a millisecond, but not between all of very many. */
const pausesMax = 32
const pauseProbability = 0.25

const release = (state: State): void => {
  if (state.waiting.size === 0 || (state.characters >= charactersMax && !state.isEnded)) return
  const waiting = Array.from(state.waiting)
  state.waiting.clear()
  for (const resume of waiting) resume()
}

/** How many characters of an item arrive next. */
const pieceOf = ({ ends }: State, item: Item, rate: number): number => {
  const left = item.text.length - item.taken
  const pieceMax = ends.link.pieceMax()
  let size = left
  if (pieceMax !== Infinity) {
    item.chance ??= ends.link.chance.fork(`${ends.name} pieces ${item.number}`)
    size = Math.min(size, item.chance.between(1, Math.max(1, pieceMax)))
  }
  return rate === Infinity ? size : Math.min(size, Math.max(1, Math.floor(rate * mouthfulMillis / 1000)))
}

/** Hands over the next piece of the first item. */
const handOver = (state: State, item: Item): void => {
  const { ends } = state
  const rate = ends.link.rate(ends.direction)
  const size = pieceOf(state, item, rate)
  const piece = size === item.text.length ? item.text : item.text.slice(item.taken, item.taken + size)
  item.taken += size
  item.pieces++
  state.characters -= size
  const now = ends.agenda.nowMillis()
  const isPause = item.chance !== undefined && item.pieces <= pausesMax && item.chance.happens(pauseProbability)
  if (rate !== Infinity) state.freeMillis = now + size / rate * 1000
  else if (isPause) state.freeMillis = now + 1
  const isWhole = item.taken === item.text.length
  if (isWhole) state.items.shift()
  ends.take(piece, isWhole ? item.message : noMessage)
  release(state)
}

const finish = (state: State, why: string | undefined): void => {
  state.isDone = true
  state.items.length = 0
  state.ends.ended(why)
}

const isStopped = ({ ends, isDone, isHeld }: State): boolean => isDone || isHeld || ends.link.isHeld(ends.direction)

const dueOf = (state: State, item: Item): number => Math.max(item.atMillis, state.freeMillis)

const deliver = (state: State): void => {
  state.cancel = undefined
  state.isDelivering = true
  for (let item = state.items[0]; item !== undefined && !isStopped(state); item = state.items[0]) {
    if (dueOf(state, item) > state.ends.agenda.nowMillis()) break
    if (item.end !== undefined) finish(state, item.end.why)
    else handOver(state, item)
  }
  state.isDelivering = false
  pump(state)
}

/** Sees to it that what comes first is delivered when its time has come. */
const pump = (state: State): void => {
  const first = state.items[0]
  if (first === undefined || state.cancel !== undefined || state.isDelivering || isStopped(state)) return
  const { agenda } = state.ends
  state.cancel = agenda.after(dueOf(state, first) - agenda.nowMillis(), () => deliver(state))
}

const stop = (state: State): void => {
  state.cancel?.()
  state.cancel = undefined
}

/** Its time is when it may arrive at the earliest: what was sent before it comes first. */
const add = (
  state: State,
  text: string,
  message: number,
  number: number,
  delayMillis: number,
  end?: Item["end"]
): void => {
  const { agenda, link, name } = state.ends
  // The name is made only where it is needed: nothing is drawn on a link without faults.
  const latency = link.latencyMillis(link.isStruck() ? `${name} ${number}` : name)
  const atMillis = agenda.nowMillis() + latency + delayMillis
  state.characters += text.length
  const item: Item = { text, message, atMillis, number, taken: 0, pieces: 0, chance: undefined }
  state.items.push(end === undefined ? item : { ...item, end })
  pump(state)
}

const lose = (state: State, why: string): void => {
  const items = state.items.splice(0)
  state.characters = 0
  state.isEnded = true
  stop(state)
  for (const { message } of items) if (message !== noMessage) state.ends.lost(message, why)
  release(state)
}

const roomOf = (state: State): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (state.characters < charactersMax || state.isEnded) return resume(Effect.void)
    const go = (): void => resume(Effect.void)
    state.waiting.add(go)
    return Effect.sync(() => {
      state.waiting.delete(go)
    })
  })

/**
 * An open pipe.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (ends: Ends): Pipe => {
  const state: State = {
    ends,
    items: [],
    characters: 0,
    freeMillis: 0,
    isHeld: false,
    isDelivering: false,
    isEnded: false,
    isDone: false,
    cancel: undefined,
    waiting: new Set()
  }
  return {
    write: (text, message, number, delayMillis = 0) => {
      if (!state.isEnded) add(state, text, message, number, delayMillis)
      else if (message !== noMessage) ends.lost(message, "it was sent too late")
    },
    end: () => {
      if (state.isEnded) return
      state.isEnded = true
      add(state, "", noMessage, 0, 0, { why: undefined })
      release(state)
    },
    cut: (why) => {
      if (state.isDone) return
      lose(state, why)
      add(state, "", noMessage, 0, 0, { why })
    },
    drop: (why) => {
      state.isDone = true
      lose(state, why)
    },
    isOpen: () => !state.isEnded,
    isBehind: () => state.characters >= charactersMax && !state.isEnded,
    room: roomOf(state),
    hold: (isHeld) => {
      state.isHeld = isHeld
      pump(state)
    },
    wake: () => {
      stop(state)
      pump(state)
    }
  }
}
