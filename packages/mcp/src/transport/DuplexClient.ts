/**
 * A client transport over a duplex line: stdio, two ends in memory. Requests and answers share the line and find each
 * other by id. A line that is no message (a banner that a server prints, a stray log) is skipped; it harms nobody, and is
 * warned of once.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Encode from "../jsonrpc/Encode.ts"
import { JsonRpcLimits, type Limits } from "../jsonrpc/Limits.ts"
import * as Message from "../jsonrpc/Message.ts"
import { type Answer, ClientTransport, type Link, type OutgoingRequest, type Receive } from "./ClientTransport.ts"
import type { Connection, Received } from "./Connection.ts"
import * as Interlude from "./Interlude.ts"
import * as Taking from "./Taking.ts"
import * as TransportError from "./TransportError.ts"

type Resume = (answer: Effect.Effect<Answer, TransportError.TransportError>) => void

interface State {
  readonly connection: Connection
  readonly limits: Limits
  readonly receive: Receive
  readonly debug: (message: string, detail: string) => void
  /** Warns of what a server should not do, once for each message; more of it goes to the debug log. */
  readonly warn: (message: string, detail: string) => void
  readonly waiting: Map<Message.RequestId, Resume>
  readonly gone: Deferred.Deferred<void>
}

const closed = ({ connection }: State, mayHaveRun: boolean) => {
  const detail = connection.ending?.()
  const reason = new TransportError.ConnectionClosed({ mayHaveRun, ...(detail === undefined ? {} : { detail }) })
  return Effect.fail(TransportError.make(reason))
}

const isGone = (state: State): boolean => Deferred.isDoneUnsafe(state.gone)

const settle = (
  state: State,
  id: Message.RequestId | undefined,
  answer: Effect.Effect<Answer, TransportError.TransportError>
): boolean => {
  const resume = id === undefined ? undefined : state.waiting.get(id)
  if (id === undefined || resume === undefined) return false
  state.waiting.delete(id)
  resume(answer)
  return true
}

const onAnswer = (state: State, message: Message.Success | Message.Failure): void => {
  const settled = settle(state, message.id, Effect.succeed({ message, status: undefined }))
  // Late answers to requests given up belong here, and are nobody's business any more (CAN-12).
  if (!settled) state.debug("An answer to no request in flight", String(message.id))
}

const onMalformed = (state: State, { answers, error }: Message.Malformed, text: string): void => {
  const failure = TransportError.make(new TransportError.InvalidAnswer({ detail: error.message }))
  if (!settle(state, answers, Effect.fail(failure))) state.warn("A line that is no message", text.slice(0, 200))
}

const onMessage = (state: State, message: Message.Message | Message.Malformed, text: string): void => {
  switch (message._tag) {
    case "Request":
    case "Notification":
      return state.receive(message, undefined)
    case "Success":
    case "Failure":
      return onAnswer(state, message)
    case "Malformed":
      return onMalformed(state, message, text)
  }
}

/**
 * Which message was too long cannot be known. When a single request waits it is told, because nothing else grows like
 * its answer; otherwise the loss shows as a timeout.
 */
const onTooLong = (state: State): void => {
  const bytesMax = state.limits.messageBytesMax
  const only = state.waiting.size === 1 ? state.waiting.keys().next().value : undefined
  const failure = TransportError.make(new TransportError.MessageTooLarge({ bytesMax }))
  if (!settle(state, only, Effect.fail(failure))) state.warn("A message was too long", `more than ${bytesMax} bytes`)
}

const onReceived = (state: State, received: Received): void => {
  if (received._tag === "TooLong") return onTooLong(state)
  const parsed = Message.parse(received.text, state.limits)
  const messages = parsed._tag === "Batch" ? parsed.items : [parsed]
  for (const message of messages) onMessage(state, message, received.text)
}

const request = (state: State, { id, method, paramsText }: OutgoingRequest) =>
  Effect.withFiber((fiber) =>
    Effect.callback<Answer, TransportError.TransportError>((resume) => {
      if (isGone(state)) return resume(closed(state, false))
      state.waiting.set(id, resume)
      const failed = (error: TransportError.TransportError) => void settle(state, id, Effect.fail(error))
      state.connection.send(Encode.request(id, method, paramsText), failed, fiber.getRef(Interlude.Interlude))
      return Effect.sync(() => {
        state.waiting.delete(id)
      })
    })
  )

const send = (state: State, text: string): Effect.Effect<void, TransportError.TransportError> =>
  Effect.flatMap(Taking.inTime(state.connection.drained), () => {
    if (isGone(state)) return closed(state, false)
    state.connection.send(text)
    return Effect.void
  })

const hangUp = (state: State) =>
  Effect.sync(() => {
    Deferred.doneUnsafe(state.gone, Effect.void)
    const waiting = Array.from(state.waiting.values())
    state.waiting.clear()
    for (const resume of waiting) resume(closed(state, true))
  })

// A peer that does not read must not make this side pile up text: whatever is sent waits for room first.
const linkOf = (state: State): Link => ({
  room: state.connection.drained,
  request: (outgoing) => request(state, outgoing),
  notify: ({ method, paramsText }) => send(state, Encode.notification(method, paramsText)),
  respond: (text) => send(state, text),
  listen: () => Effect.void,
  closed: Deferred.await(state.gone),
  closingCancels: false,
  silence: "OldServer"
})

/**
 * A transport over lines that `connect` makes, one for each link; the line is closed with the link's scope. `peer` names
 * the server.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  connect: Effect.Effect<Connection, TransportError.TransportError, Scope.Scope>,
  peer = "a line"
): ClientTransport["Service"] => {
  // Of the whole transport, so that a server that is started again and again is not complained of each time.
  const warned = new Set<string>()
  return {
    peer,
    open: Effect.fnUntraced(function*(receive) {
      const fork = Effect.runForkWith(yield* Effect.context<never>())
      const debug: State["debug"] = (message, detail) => void fork(Effect.logDebug(message, detail))
      const state: State = {
        connection: yield* connect,
        limits: yield* JsonRpcLimits,
        receive,
        debug,
        warn: (message, detail) => {
          if (warned.has(message)) return debug(message, detail)
          warned.add(message)
          fork(Effect.logWarning(`${message} (${peer}); more of this goes to the debug log`, detail))
        },
        waiting: new Map(),
        gone: Deferred.makeUnsafe()
      }
      const listening = Effect.ensuring(
        state.connection.listen((received) => onReceived(state, received)),
        hangUp(state)
      )
      // Also when the scope ends before the line was listened to.
      yield* Effect.addFinalizer(() => hangUp(state))
      // Not started at once: the caller has the link in hand before the first message is handed over.
      yield* Effect.forkScoped(listening)
      return linkOf(state)
    })
  }
}

/**
 * A transport over lines that `connect` makes.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  connect: Effect.Effect<Connection, TransportError.TransportError, Scope.Scope>
): Layer.Layer<ClientTransport> => Layer.succeed(ClientTransport, make(connect))

/**
 * A transport over one line that is open already, such as an end of `InMemory.makePair`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConnection = (connection: Connection): Layer.Layer<ClientTransport> =>
  layer(Effect.succeed(connection))
