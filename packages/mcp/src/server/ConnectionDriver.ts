/**
 * Driving a server over a duplex line: stdio, two ends in memory. Each message decides its own era, as the
 * specification allows: a request that carries the stateless claim is served as such, anything else belongs to the one
 * session that `initialize` opens. A request runs in a fiber of its own; answers go out as they come, those of a batch
 * together.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Encode from "../jsonrpc/Encode.ts"
import * as Message from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { Caller } from "../session/Caller.ts"
import * as InFlight from "../session/InFlight.ts"
import * as Lifecycle from "../session/Lifecycle.ts"
import * as PendingRequests from "../session/PendingRequests.ts"
import { SessionId } from "../session/SessionId.ts"
import { isClaimed } from "../session/StatelessAdmission.ts"
import type { Connection, Received } from "../transport/Connection.ts"
import * as Batch from "./Batch.ts"
import * as Engine from "./Engine.ts"
import * as Handshake from "./Handshake.ts"
import * as LineOrigin from "./line/LineOrigin.ts"
import * as LineState from "./line/LineState.ts"
import * as Delivery from "./listening/Delivery.ts"
import * as Feed from "./listening/Feed.ts"
import type { Server } from "./Server.ts"

type State = LineState.LineState

/** Who has sent a message, where each comes by a gate of its own. */
type From = Caller | undefined

const refuse = (reply: Batch.Settle, id: Message.RequestId | undefined, error: RpcError): void =>
  reply(Encode.failure(id, error))

const isIdRequired = (state: State): boolean => LineState.revisionOf(state)?.errorIdRequired === true

/**
 * Refuses what has no id to answer under: none could be read, or it is that of another request. Where an error must have
 * an id there is no answer (RPC-12, RPC-13), and the log has the reason.
 */
const refuseIfAllowed = (state: State, reply: Batch.Settle, { error, id }: Pick<Message.Malformed, "id" | "error">) => {
  if (id !== undefined || !isIdRequired(state)) return refuse(reply, id, error)
  state.fork(Effect.logDebug("A message was refused, and has no id to answer under", error.message))
  reply(undefined)
}

/** Opens the session; the failure says that another handshake was faster. */
const openSession = (state: State, handshake: Handshake.Handshake): Result.Result<void, RpcError> => {
  const advanced = LineState.advance(state, "Initialize")
  if (Result.isFailure(advanced)) return advanced
  const feed = Feed.make(handshake.revision)
  const { pendingMax } = state.server.subscriptionLimits
  state.session = {
    handshake,
    feed,
    // A session has no stream to end, so whatever its client's pace, it coalesces.
    delivery: Delivery.make(feed, { pendingMax, slowConsumer: "coalesce" }),
    ...LineOrigin.shared(state, handshake, feed)
  }
  const { onSession } = state.server
  if (onSession !== undefined) state.fork(onSession(state.memo, handshake.revision))
  return advanced
}

const textOf = (exit: Exit.Exit<Engine.Answer>): string | undefined =>
  Exit.isSuccess(exit) ? exit.value.text : undefined

/**
 * Starts on a request. When it was cancelled it ends without an answer, once its finalizers have run (CAN-11). One that
 * ends as it begins was never in flight: nothing can have come about it.
 */
const start = (
  state: State,
  { id }: Message.Request,
  call: LineState.Call,
  reply: Batch.Settle,
  answer: () => Effect.Effect<Engine.Answer>
): void => {
  const admitted = InFlight.admits(state.inFlight, id)
  if (Result.isFailure(admitted)) {
    // A refusal under an id that is in use would be taken for the answer to the request that has it: a copy of it may have
    // come, which changes nothing about the first.
    const { failure: error } = admitted
    return refuseIfAllowed(state, reply, { id: Rpc.isIdInUse(error) ? undefined : id, error })
  }
  const fiber = state.fork(Effect.suspend(answer))
  const exit = fiber.pollUnsafe()
  if (exit !== undefined) {
    call.isOpen = false
    return reply(textOf(exit))
  }
  call.fiber = fiber
  InFlight.begin(state.inFlight, id, call)
  fiber.addObserver((exit) => {
    call.isOpen = false
    reply(InFlight.end(state.inFlight, id, call) ? textOf(exit) : undefined)
  })
}

/** Serves a request that needs no session, by a method of the line's own. */
const serveAhead = (
  state: State,
  request: Message.Request,
  caller: From,
  method: Engine.Method
): Effect.Effect<Engine.Answer> => {
  const { methods, revisions } = state.server
  return Engine.answerBy(
    methods,
    request,
    Handshake.origin(request.params, revisions, { header: state.header, caller }),
    method,
    Effect.succeed
  )
}

/** Serves `initialize`. The session begins once it is answered well, whatever middleware make of it before. */
const initialize = (state: State, request: Message.Request, from: From): void => {
  let settled: Handshake.Handshake | undefined
  const answer = () =>
    serveAhead(state, request, from, ({ params }) => {
      const handshake = Result.flatMap(
        Handshake.negotiate(state.server.handshakes, params),
        (handshake) => Result.map(Lifecycle.step(state.lifecycle, "Initialize"), () => handshake)
      )
      if (Result.isFailure(handshake)) return Effect.fail(handshake.failure)
      settled = handshake.success
      return Effect.succeed(settled.resultText)
    })
  const opened = () =>
    Effect.mapEager(answer(), (answer) => {
      const session = answer.code === undefined && settled !== undefined ? openSession(state, settled) : undefined
      return session !== undefined && Result.isFailure(session) ? Engine.failure(request.id, session.failure) : answer
    })
  start(state, request, LineState.callOf(request), state.reply, opened)
}

const pong: Engine.Method = () => Effect.succeed("{}")

const onRequest = (state: State, request: Message.Request, reply: Batch.Settle, from: From): void => {
  const call = LineState.callOf(request)
  if (request.method === "ping" && state.session === undefined && !isClaimed(request)) {
    return start(state, request, call, reply, () => serveAhead(state, request, from, pong))
  }
  const origin = LineOrigin.ofRequest(state, request, call, from)
  return Result.isFailure(origin)
    ? refuse(reply, request.id, origin.failure)
    : start(
      state,
      request,
      call,
      reply,
      () => Engine.answer(state.server.methods, request, origin.success, Effect.succeed)
    )
}

/** From here on the session is told what happens, one event at a time; what happens meanwhile coalesces. */
const startTelling = (state: State, { delivery, feed }: LineState.Session): void => {
  Feed.open(feed)
  state.telling = state.fork(delivery.run((event) => {
    const text = Feed.messageFor(feed, event)
    return text === undefined ? Effect.void : LineOrigin.send(state)(text)
  }))
}

/** Gives a notification to whoever listens, beside what the protocol demands. */
const hear = (state: State, notification: Message.Notification, from: From): void => {
  const listener = state.server.onNotification
  const origin = listener && LineOrigin.ofNotification(state, notification, from)
  if (origin === undefined) return
  const fiber = state.fork(listener?.(notification, origin) ?? Effect.void)
  state.hearing.add(fiber)
  fiber.addObserver(() => state.hearing.delete(fiber))
}

/** Cancels the request that is named, if it is there; why, is for the log (CAN-14). */
const cancel = (state: State, params: Message.Params | undefined): void => {
  const { reason, requestId } = params ?? {}
  const call = Message.isRequestId(requestId) ? InFlight.cancel(state.inFlight, requestId) : undefined
  if (call === undefined) return
  call.isOpen = false
  call.fiber?.interruptUnsafe()
  if (typeof reason === "string") state.fork(Effect.logDebug("A request was cancelled", { requestId, reason }))
}

const onNotification = (state: State, notification: Message.Notification, from: From): void => {
  if (notification.method === "notifications/initialized") {
    // A stray one changes nothing, so there is nothing to do about a refusal.
    LineState.advance(state, "Initialized")
    const { session } = state
    if (session !== undefined && !session.feed.isOpen) startTelling(state, session)
  } else if (notification.method === "notifications/cancelled") {
    cancel(state, notification.params)
  }
  hear(state, notification, from)
}

/** A revision that demands an id is told by those of the requests; of the rest there is nothing that could be said. */
const refuseBatch = (state: State, items: Message.Batch["items"]): void => {
  const error = Rpc.invalidRequest("Batches are not served here")
  if (!isIdRequired(state)) return refuse(state.reply, undefined, error)
  for (const item of items) if (item._tag === "Request") refuse(state.reply, item.id, error)
}

/** Serves a batch, where the revision of the session has them (BAT-01, BAT-02). */
const onBatch = (state: State, { items }: Message.Batch, from: From): void => {
  if (LineState.revisionOf(state)?.batches !== true) return refuseBatch(state, items)
  for (const { error, message, settle } of Batch.collect(items, state.connection.send)) {
    if (error !== undefined && message._tag === "Request") refuse(settle, message.id, error)
    else onSingle(state, message, settle, from)
  }
}

const onSingle = (
  state: State,
  message: Message.Message | Message.Malformed,
  reply: Batch.Settle,
  from: From
): void => {
  switch (message._tag) {
    case "Request":
      return onRequest(state, message, reply, from)
    case "Notification":
      return onNotification(state, message, from)
    case "Malformed":
      refuseIfAllowed(state, reply, message)
      return PendingRequests.settle(state.pending, message)
    case "Success":
    case "Failure":
      return PendingRequests.settle(state.pending, message)
  }
}

const onMessage = (state: State, message: Message.Message | Message.Batch | Message.Malformed, from: From): void => {
  if (message._tag === "Batch") return onBatch(state, message, from)
  if (message._tag === "Request" && message.method === "initialize" && !isClaimed(message)) {
    return initialize(state, message, from)
  }
  return onSingle(state, message, state.reply, from)
}

const onReceived = (state: State, received: Received): void =>
  received._tag === "Line"
    ? onMessage(state, Message.parse(received.text, state.server.messageLimits), received.caller)
    : refuseIfAllowed(state, state.reply, {
      id: undefined,
      error: Rpc.invalidRequest(`The message is longer than ${received.unitsMax} characters`)
    })

/**
 * What is running when the peer closes may still answer, for so long, because a pipe may have been closed right after a
 * call. A peer that reads nothing any more holds up the end for no longer either.
 */
const drainMillis = 1_000

/** In a fiber of its own: this one may be interrupted already, and the time must be cut short even so. */
const briefly = (state: State, effect: Effect.Effect<unknown>): Effect.Effect<void> =>
  Effect.suspend(() => Effect.asVoid(Fiber.await(state.fork(Effect.timeoutOption(effect, drainMillis)))))

const running = (state: State, which: (call: LineState.Call) => boolean): ReadonlyArray<LineState.Running> =>
  InFlight.all(state.inFlight).flatMap((call) => call.fiber !== undefined && which(call) ? [call.fiber] : [])

const everyCall = (): boolean => true

/** Ends what stands open, and waits for that and for whatever else is said to end. */
const drain = (state: State, which: (call: LineState.Call) => boolean): Effect.Effect<void> =>
  Effect.suspend(() => {
    state.standing.drain.begin()
    const fibers = running(state, which)
    return fibers.length === 0 ? Effect.void : briefly(state, Fiber.awaitAll(fibers))
  })

/** Brings what happens on the server to the session, and its drain to what stands open on the line. */
const attach = (state: State): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { bus, standing } = state.server
    yield* bus.listen((event) => {
      if (state.session?.feed.isOpen === true) state.session.delivery.offer(event)
    })
    yield* Effect.acquireRelease(
      Effect.sync(() => standing.drain.onBegin(state.standing.drain.begin)),
      (forget) => Effect.sync(forget)
    )
  })

/** Listen requests are ended in good order; the rest is interrupted. Finalizers have run when this completes. */
const close = (state: State): Effect.Effect<void> =>
  Effect.gen(function*() {
    yield* drain(state, ({ stands }) => stands)
    yield* Fiber.interruptAll(running(state, everyCall))
    yield* Fiber.interruptAll(state.hearing)
    if (state.telling !== undefined) yield* Fiber.interrupt(state.telling)
    yield* state.memo.close
    yield* briefly(state, state.connection.drained)
  })

/**
 * Serves a line until the peer closes it. What is still running then has a second to end, and is interrupted after it;
 * its finalizers have run when this completes. Listen requests are answered (SUB-06, SUB-08), for a second at most.
 *
 * @category drivers
 * @since 0.1.0
 */
export const run = (server: Server, connection: Connection): Effect.Effect<void> =>
  Effect.flatMap(Effect.context<never>(), (context) => {
    const line = server.wiretap?.connection(connection) ?? connection
    const state = LineState.make(server, line, Context.get(context, SessionId), Effect.runForkWith(context))
    const served = Effect.andThen(
      line.listen((received) => onReceived(state, received)),
      drain(state, everyCall)
    )
    return Effect.scoped(Effect.andThen(attach(state), Effect.ensuring(served, close(state))))
  })
