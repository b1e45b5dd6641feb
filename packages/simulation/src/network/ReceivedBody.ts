/**
 * The body of a response as a client reads it: bytes, pulled as they are wanted. While much is unread, nothing more is let
 * in. Text may have been cut anywhere, within a character too: what is torn there comes in two pieces of bytes.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"

/**
 * A body.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedBody<E> {
  readonly bytes: Stream.Stream<Uint8Array, E>
  /** All of it, decoded. */
  readonly text: Effect.Effect<string, E>
  readonly take: (text: string) => void
  readonly complete: () => void
  readonly broken: (error: E) => void
}

type Piece = readonly [Uint8Array, ...ReadonlyArray<Uint8Array>]

interface State<E> {
  readonly hold: (isHeld: boolean) => void
  pieces: Array<Uint8Array>
  unread: number
  isHeld: boolean
  /** The first half of a character of two halves. */
  half: string
  /** The last byte of what came, kept back when it belongs to a character of several. */
  torn: Uint8Array
  end: "open" | "complete" | { readonly error: E }
  wake: (() => void) | undefined
}

/** Once so many bytes are unread, nothing more is let in. */
const unreadMax = 64 * 1024

const nothing = new Uint8Array(0)

const isFirstHalf = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

const join = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  if (first.length === 0) return second
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}

const add = <E>(state: State<E>, bytes: Uint8Array): void => {
  if (bytes.length === 0) return
  state.pieces.push(bytes)
  state.unread += bytes.length
  if (state.unread >= unreadMax && !state.isHeld) {
    state.isHeld = true
    state.hold(true)
  }
  state.wake?.()
}

const encoder = new TextEncoder()

const take = <E>(state: State<E>, text: string): void => {
  let whole = state.half + text
  state.half = ""
  if (isFirstHalf(whole.charCodeAt(whole.length - 1))) {
    state.half = whole.slice(-1)
    whole = whole.slice(0, -1)
  }
  const bytes = join(state.torn, encoder.encode(whole))
  const last = bytes.at(-1)
  const isTorn = last !== undefined && last > 0x7f
  state.torn = isTorn ? bytes.slice(-1) : nothing
  add(state, isTorn ? bytes.slice(0, -1) : bytes)
}

const finish = <E>(state: State<E>, end: State<E>["end"]): void => {
  if (state.end !== "open") return
  const rest = join(state.torn, encoder.encode(state.half))
  state.end = end
  if (end === "complete") add(state, rest)
  state.wake?.()
}

/** What there is, at once; `undefined` when it is to be waited for. */
const readNow = <E>(state: State<E>): Pull.Pull<Piece, E> | undefined => {
  const [first, ...others] = state.pieces
  if (first !== undefined) {
    state.pieces = []
    state.unread = 0
    if (state.isHeld) {
      state.isHeld = false
      state.hold(false)
    }
    return Effect.succeed([first, ...others])
  }
  if (state.end === "open") return undefined
  return state.end === "complete" ? Cause.done() : Effect.fail(state.end.error)
}

const read = <E>(state: State<E>): Pull.Pull<Piece, E> =>
  Effect.suspend(() =>
    readNow(state) ?? Effect.callback<Piece, E | Cause.Done>((resume) => {
      state.wake = () => {
        const ready = readNow(state)
        if (ready === undefined) return
        state.wake = undefined
        resume(ready)
      }
      return Effect.sync(() => {
        state.wake = undefined
      })
    })
  )

/**
 * A body of which nothing has come yet.
 *
 * @param hold told when the client takes nothing for the moment, and when it goes on
 * @category constructors
 * @since 0.1.0
 */
export const make = <E>(hold: (isHeld: boolean) => void): ReceivedBody<E> => {
  const state: State<E> = {
    hold,
    pieces: [],
    unread: 0,
    isHeld: false,
    half: "",
    torn: nothing,
    end: "open",
    wake: undefined
  }
  const bytes = Stream.fromPull<Uint8Array, E | Cause.Done, never, never, never>(Effect.succeed(read(state)))
  return {
    bytes,
    // Made when it is asked for: most clients read the bytes.
    get text() {
      return Stream.mkString(Stream.decodeText(bytes))
    },
    take: (text) => take(state, text),
    complete: () => finish(state, "complete"),
    broken: (error) => finish(state, { error })
  }
}
