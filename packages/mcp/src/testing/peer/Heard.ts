/**
 * Something that a scripted peer has heard: a message, or a text that is none, with the ways to answer it. Over a line an
 * answer is a line; over HTTP it is the response to the request that brought the message.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Message from "../../jsonrpc/Message.ts"
import * as Comparison from "../transcript/Comparison.ts"
import * as Entry from "../transcript/Entry.ts"
import type { Inbox } from "./Inbox.ts"

/**
 * A message as plain data, without `jsonrpc`, which is added.
 *
 * @category models
 * @since 0.1.0
 */
export type Sent = { readonly [member: string]: unknown }

/**
 * Something heard. All answers are given at once; what cannot be given any more (the line is closed) is lost.
 *
 * @category models
 * @since 0.1.0
 */
export interface Heard {
  readonly text: string
  /** All that is in the text: the messages of a batch, or a single one. */
  readonly messages: ReadonlyArray<Message.Message | Message.Malformed>
  /** The message in the text: the first one of a batch, and a malformed one where it is none. */
  readonly message: Message.Message | Message.Malformed
  readonly method: string | undefined
  readonly id: Message.RequestId | undefined
  readonly params: Message.Params
  /** The head of the HTTP request or response that it came with; absent on a line. */
  readonly head?: Entry.RequestHead | Entry.ResponseHead
  /** What the names in the expectation stood for, those of earlier ones included. */
  readonly bound: Comparison.Bound
  /** Answers with a result. */
  readonly reply: (result: object) => Effect.Effect<void>
  /** Answers with an error. */
  readonly fail: (code: number, message: string, data?: unknown) => Effect.Effect<void>
  /** Sends a message ahead of the answer, on the same stream. */
  readonly send: (message: Sent) => Effect.Effect<void>
  /** Sends a text ahead of the answer, or instead of it: a line, or the data of an event. */
  readonly sendText: (text: string) => Effect.Effect<void>
}

/**
 * A message as text.
 *
 * @category rendering
 * @since 0.1.0
 */
export const textOf = (message: Sent): string => JSON.stringify({ jsonrpc: "2.0", ...message })

/**
 * What is in a text, and no way to answer it yet.
 *
 * @category parsing
 * @since 0.1.0
 */
export const read = (text: string, head?: Heard["head"]): Omit<Heard, "reply" | "fail" | "send" | "sendText"> => {
  const messages = Entry.messagesIn(text)
  const message = messages[0] ?? Message.classify(undefined)
  const isCall = message._tag === "Request" || message._tag === "Notification"
  return {
    text,
    messages,
    message,
    method: isCall ? message.method : undefined,
    id: message._tag === "Notification" ? undefined : message.id,
    params: isCall ? message.params ?? {} : {},
    bound: {},
    ...(head === undefined ? {} : { head })
  }
}

/**
 * The members of an error answer.
 *
 * @category rendering
 * @since 0.1.0
 */
export const failureOf = (code: number, message: string, data?: unknown): Sent => ({
  error: { code, message, ...(data === undefined ? {} : { data }) }
})

/**
 * What is expected of what is heard, line by line, with names that mean the same from one to the next.
 *
 * @category models
 * @since 0.1.0
 */
export interface Expecting<H extends Heard> {
  /** Waits for what is heard next, and fails unless it is this: `tools/call add {"a": 1}`. */
  readonly expect: (line: string) => Effect.Effect<H, Comparison.Mismatch>
  /** Waits for the first that is this; what else was heard waits on. */
  readonly find: (line: string) => Effect.Effect<H, Comparison.Mismatch>
  /** Waits for whatever is heard next. */
  readonly next: Effect.Effect<H>
  /** What was heard and not looked at. */
  readonly waiting: () => ReadonlyArray<H>
}

const saidOf = ({ head, text }: Heard, direction: Entry.Direction): Entry.Said => ({
  _tag: "Said",
  atMillis: 0,
  direction,
  from: "",
  to: "",
  text,
  ...(head === undefined ? {} : { head })
})

/**
 * Expects things of an inbox. `direction` is that of what is heard.
 *
 * @category constructors
 * @since 0.1.0
 */
export const expecting = <H extends Heard>(inbox: Inbox<H>, direction: Entry.Direction): Expecting<H> => {
  let known: Comparison.Bound = {}
  const bind = (heard: H, bound: Comparison.Bound): H => {
    known = bound
    return { ...heard, bound }
  }
  return {
    expect: Effect.fnUntraced(function*(text) {
      const line = yield* Effect.fromResult(Comparison.parseLine(text, direction))
      const heard = yield* inbox.next
      return bind(heard, yield* Effect.fromResult(Comparison.compareOne(saidOf(heard, direction), line, known)))
    }),
    find: Effect.fnUntraced(function*(text) {
      const line = yield* Effect.fromResult(Comparison.parseLine(text, direction))
      const compared = (heard: H) => Comparison.compareOne(saidOf(heard, direction), line, known)
      const heard = yield* inbox.first((heard) => Result.isSuccess(compared(heard)))
      return bind(heard, yield* Effect.fromResult(compared(heard)))
    }),
    next: inbox.next,
    waiting: inbox.waiting
  }
}
