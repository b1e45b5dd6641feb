/**
 * Driving a server over a duplex line: stdio, two ends in memory. Each message decides its own era, as the
 * specification allows: a request that carries the stateless claim is served as such, anything else belongs to the one
 * session that `initialize` opens. A request runs in a fiber of its own; answers go out as they come, those of a batch
 * together.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Encode from "../jsonrpc/Encode.ts"
import * as Message from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { LoggingLevel } from "../schema/Logging.ts"
import * as InFlight from "../session/InFlight.ts"
import * as Lifecycle from "../session/Lifecycle.ts"
import * as PendingRequests from "../session/PendingRequests.ts"
import { admitMeta, isClaimed } from "../session/StatelessAdmission.ts"
import type { Connection, Received } from "../transport/Connection.ts"
import * as Asking from "./asking/Asking.ts"
import * as Batch from "./Batch.ts"
import * as Engine from "./Engine.ts"
import * as Handshake from "./Handshake.ts"
import * as Delivery from "./listening/Delivery.ts"
import * as Drain from "./listening/Drain.ts"
import * as Feed from "./listening/Feed.ts"
import type { Origin, Standing } from "./Origin.ts"
import * as Origins from "./Origin.ts"
import type { Server } from "./Server.ts"
import * as SessionMemo from "./SessionMemo.ts"

type Running = Fiber.Fiber<Engine.Answer>

/** A request being served; it has a fiber as soon as it runs. */
interface Call {
  /** Whether it stays until one side ends it. */
  readonly stands: boolean
  fiber: Running | undefined
}

/** The session of the line, from its handshake on. */
interface Session {
  readonly handshake: Handshake.Handshake
  readonly feed: Feed.Feed
  readonly delivery: Delivery.Delivery
}

interface State {
  readonly server: Server
  readonly connection: Connection
  readonly inFlight: InFlight.InFlight<Call>
  readonly pending: PendingRequests.PendingRequests
  readonly memo: SessionMemo.ClosableMemo
  readonly standing: Standing
  readonly fork: <A>(effect: Effect.Effect<A>) => Fiber.Fiber<A>
  /** Sends an answer by itself, if there is one. */
  readonly reply: Batch.Settle
  lifecycle: Lifecycle.Lifecycle
  session: Session | undefined
  /** Tells the session what happens on the server. */
  telling: Fiber.Fiber<void> | undefined
  /** Notifications that are being heard. */
  readonly hearing: Set<Fiber.Fiber<void>>
  /** The level that the client asked for; until it does, it hears from `info` on. */
  logLevel: LoggingLevel | undefined
}

const refuse = (reply: Batch.Settle, id: Message.RequestId | undefined, error: RpcError): void =>
  reply(Encode.failure(id, error))

const advance = (state: State, event: Lifecycle.Event): Result.Result<void, RpcError> =>
  Result.map(Lifecycle.step(state.lifecycle, event), (next) => {
    state.lifecycle = next
  })

const initialize = (state: State, request: Message.Request): void => {
  const settled = Result.flatMap(
    Handshake.negotiate(request.params, state.server.identity, state.server.revisions),
    (handshake) => Result.map(advance(state, "Initialize"), () => handshake)
  )
  if (Result.isFailure(settled)) return refuse(state.reply, request.id, settled.failure)
  const handshake = settled.success
  const feed = Feed.make(handshake.revision)
  const { pendingMax } = state.server.subscriptionLimits
  // A session has no stream to end, so whatever its client's pace, it coalesces.
  state.session = { handshake, feed, delivery: Delivery.make(feed, { pendingMax, slowConsumer: "coalesce" }) }
  const { onSession } = state.server
  if (onSession !== undefined) state.fork(onSession(state.memo, handshake.revision))
  state.reply(Encode.success(request.id, handshake.resultText))
}

const send = (state: State) => (text: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    state.connection.send(text)
    return state.connection.drained
  })

/** Sends ahead of an answer, and nothing once the request is answered or cancelled (PRG-06, STD-10). */
const sendAhead = (state: State, id: Message.RequestId, call: Call): Origin["send"] => (text) =>
  Effect.suspend(() => InFlight.holds(state.inFlight, id, call) ? send(state)(text) : Effect.void)

const sessionOrigin = (state: State, { feed, handshake }: Session, sendAhead: Origin["send"]): Origin => ({
  revision: handshake.revision,
  clientInfo: handshake.clientInfo,
  clientCapabilities: handshake.clientCapabilities,
  session: {
    id: "connection",
    setLogLevel: (level) => {
      state.logLevel = level
    },
    feed
  },
  logLevel: state.logLevel ?? "info",
  askedLogLevel: state.logLevel,
  credential: undefined,
  header: () => undefined,
  send: sendAhead,
  ask: Asking.over({
    revision: handshake.revision,
    clientCapabilities: handshake.clientCapabilities,
    pending: state.pending,
    send: send(state)
  }),
  memo: state.memo,
  release: undefined
})

/** Where a request comes from, or why it cannot be served. `ping` is welcome before the handshake too (PNG-01). */
const originOf = (state: State, request: Message.Request, call: Call): Result.Result<Origin, RpcError> => {
  const send = sendAhead(state, request.id, call)
  if (isClaimed(request)) {
    const { revisionsByVersion, versions } = state.server
    return Result.map(
      admitMeta(request.params, revisionsByVersion, versions),
      (revision) =>
        Origins.stateless(revision, request.params, { header: () => undefined, send, standing: state.standing })
    )
  }
  const admitted = request.method === "ping" ? Result.succeed(undefined) : advance(state, "Request")
  if (Result.isFailure(admitted)) return Result.fail(admitted.failure)
  const { session } = state
  return session === undefined
    ? Result.fail(Rpc.invalidRequest("The first request must be initialize"))
    : Result.succeed(sessionOrigin(state, session, send))
}

/** Serves a request. When it was cancelled it ends without an answer, once its finalizers have run (CAN-11). */
const serve = (state: State, request: Message.Request, call: Call, origin: Origin, reply: Batch.Settle): void => {
  const { id } = request
  const admitted = InFlight.admits(state.inFlight, id)
  if (Result.isFailure(admitted)) return refuse(reply, id, admitted.failure)
  InFlight.begin(state.inFlight, id, call)
  call.fiber = state.fork(Engine.answer(state.server.methods, request, origin))
  call.fiber.addObserver((exit) => {
    const isAnswered = InFlight.end(state.inFlight, id, call) && Exit.isSuccess(exit)
    reply(isAnswered ? exit.value.text : undefined)
  })
}

const onRequest = (state: State, request: Message.Request, reply: Batch.Settle): void => {
  if (request.method === "ping" && state.session === undefined && !isClaimed(request)) {
    return reply(Encode.success(request.id, "{}"))
  }
  const call: Call = { stands: request.method === "subscriptions/listen", fiber: undefined }
  const origin = originOf(state, request, call)
  return Result.isFailure(origin)
    ? refuse(reply, request.id, origin.failure)
    : serve(state, request, call, origin.success, reply)
}

/** From here on the session is told what happens, one event at a time; what happens meanwhile coalesces. */
const startTelling = (state: State, { delivery, feed }: Session): void => {
  Feed.open(feed)
  state.telling = state.fork(delivery.run((event) => {
    const text = Feed.messageFor(feed, event)
    return text === undefined ? Effect.void : send(state)(text)
  }))
}

const notificationOrigin = (state: State, { method, params }: Message.Notification): Origin | undefined => {
  const { server, session } = state
  // A notification has no stream of its own.
  const send = (): Effect.Effect<void> => Effect.void
  if (!isClaimed({ method, params })) return session && sessionOrigin(state, session, send)
  const revision = admitMeta(params, server.revisionsByVersion, server.versions)
  return Result.isFailure(revision)
    ? undefined
    : Origins.stateless(revision.success, params, { header: () => undefined, send })
}

/** Gives a notification to whoever listens, beside what the protocol demands. */
const hear = (state: State, notification: Message.Notification): void => {
  const listener = state.server.onNotification
  const origin = listener && notificationOrigin(state, notification)
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
  call.fiber?.interruptUnsafe()
  if (typeof reason === "string") state.fork(Effect.logDebug("A request was cancelled", { requestId, reason }))
}

const onNotification = (state: State, notification: Message.Notification): void => {
  if (notification.method === "notifications/initialized") {
    // A stray one changes nothing, so there is nothing to do about a refusal.
    advance(state, "Initialized")
    const { session } = state
    if (session !== undefined && !session.feed.isOpen) startTelling(state, session)
  } else if (notification.method === "notifications/cancelled") {
    cancel(state, notification.params)
  }
  hear(state, notification)
}

/** Serves a batch, where the revision of the session has them (BAT-01, BAT-02). */
const onBatch = (state: State, { items }: Message.Batch): void => {
  if (state.session?.handshake.revision.batches !== true) {
    return refuse(state.reply, undefined, Rpc.invalidRequest("Batches are not served here"))
  }
  for (const { error, message, settle } of Batch.collect(items, state.connection.send)) {
    if (error !== undefined && message._tag === "Request") refuse(settle, message.id, error)
    else onSingle(state, message, settle)
  }
}

const onSingle = (state: State, message: Message.Message | Message.Malformed, reply: Batch.Settle): void => {
  switch (message._tag) {
    case "Request":
      return onRequest(state, message, reply)
    case "Notification":
      return onNotification(state, message)
    case "Malformed":
      return refuse(reply, message.id, message.error)
    case "Success":
    case "Failure":
      return PendingRequests.settle(state.pending, message)
  }
}

const onMessage = (state: State, message: Message.Message | Message.Batch | Message.Malformed): void => {
  if (message._tag === "Batch") return onBatch(state, message)
  if (message._tag === "Request" && message.method === "initialize" && !isClaimed(message)) {
    return initialize(state, message)
  }
  return onSingle(state, message, state.reply)
}

const onReceived = (state: State, received: Received): void =>
  received._tag === "Line"
    ? onMessage(state, Message.parse(received.text, state.server.messageLimits))
    : refuse(state.reply, undefined, Rpc.invalidRequest(`The message is longer than ${received.unitsMax} characters`))

/** What is running when the peer closes may still answer, for so long; a pipe may have been closed right after a call. */
const drainMillis = 1_000

const running = (state: State, which: (call: Call) => boolean): ReadonlyArray<Running> =>
  InFlight.all(state.inFlight).flatMap((call) => call.fiber !== undefined && which(call) ? [call.fiber] : [])

const everyCall = (): boolean => true

/** Ends what stands open, and waits for that and for whatever else is said to end. */
const drain = (state: State, which: (call: Call) => boolean): Effect.Effect<void> =>
  Effect.suspend(() => {
    state.standing.drain.begin()
    const fibers = running(state, which)
    if (fibers.length === 0) return Effect.void
    // In a fiber of its own: this one may be interrupted already, and the time must be cut short even so.
    const ended = state.fork(Effect.timeoutOption(Fiber.awaitAll(fibers), drainMillis))
    return Effect.asVoid(Fiber.await(ended))
  })

const makeState = (server: Server, connection: Connection, fork: State["fork"]): State => ({
  server,
  connection,
  inFlight: InFlight.make(server.sessionLimits.inFlightRequestsMax),
  pending: PendingRequests.make(server.sessionLimits.inFlightRequestsMax),
  memo: SessionMemo.make(),
  standing: { drain: Drain.make(), announcesEnd: true, peer: connection },
  fork,
  reply: (text) => {
    if (text !== undefined) connection.send(text)
  },
  lifecycle: Lifecycle.initial,
  session: undefined,
  telling: undefined,
  hearing: new Set(),
  logLevel: undefined
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
    yield* state.connection.drained
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
    const state = makeState(server, connection, Effect.runForkWith(context))
    const served = Effect.andThen(
      connection.listen((received) => onReceived(state, received)),
      drain(state, everyCall)
    )
    return Effect.scoped(Effect.andThen(attach(state), Effect.ensuring(served, close(state))))
  })
