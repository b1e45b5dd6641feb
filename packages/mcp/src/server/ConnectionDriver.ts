/**
 * Driving a server over a duplex line: stdio, two ends in memory. Each message decides its own era, as the
 * specification allows: a request that carries the stateless claim is served as such, anything else belongs to the one
 * session that `initialize` opens. A request runs in a fiber of its own; answers go out as they come.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
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
import * as Asking from "./Asking.ts"
import * as Engine from "./Engine.ts"
import * as Handshake from "./Handshake.ts"
import type { Origin } from "./Origin.ts"
import * as Origins from "./Origin.ts"
import type { Server } from "./Server.ts"
import * as SessionMemo from "./SessionMemo.ts"

type Running = Fiber.Fiber<Engine.Answer>

/** A request being served; it has a fiber as soon as it runs. */
interface Call {
  fiber: Running | undefined
}

interface State {
  readonly server: Server
  readonly connection: Connection
  readonly inFlight: InFlight.InFlight<Call>
  readonly pending: PendingRequests.PendingRequests
  readonly memo: SessionMemo.ClosableMemo
  readonly fork: (effect: Effect.Effect<Engine.Answer>) => Running
  lifecycle: Lifecycle.Lifecycle
  handshake: Handshake.Handshake | undefined
  logLevel: LoggingLevel
}

const refuse = (state: State, id: Message.RequestId | undefined, error: RpcError): void =>
  state.connection.send(Encode.failure(id, error))

const advance = (state: State, event: Lifecycle.Event): Result.Result<void, RpcError> =>
  Result.map(Lifecycle.step(state.lifecycle, event), (next) => {
    state.lifecycle = next
  })

const initialize = (state: State, request: Message.Request): void => {
  const settled = Result.flatMap(
    Handshake.negotiate(request.params, state.server.identity, state.server.revisions),
    (handshake) => Result.map(advance(state, "Initialize"), () => handshake)
  )
  if (Result.isFailure(settled)) return refuse(state, request.id, settled.failure)
  state.handshake = settled.success
  state.connection.send(Encode.success(request.id, settled.success.resultText))
}

const send = (state: State) => (text: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    state.connection.send(text)
    return state.connection.drained
  })

/** Sends ahead of an answer, and nothing once the request is answered or cancelled (PRG-06, STD-10). */
const sendAhead = (state: State, id: Message.RequestId, call: Call): Origin["send"] => (text) =>
  Effect.suspend(() => InFlight.holds(state.inFlight, id, call) ? send(state)(text) : Effect.void)

const sessionOrigin = (state: State, handshake: Handshake.Handshake, sendAhead: Origin["send"]): Origin => ({
  revision: handshake.revision,
  clientInfo: handshake.clientInfo,
  clientCapabilities: handshake.clientCapabilities,
  session: {
    id: "connection",
    setLogLevel: (level) => {
      state.logLevel = level
    }
  },
  logLevel: state.logLevel,
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
      (revision) => Origins.stateless(revision, request.params, { header: () => undefined, send })
    )
  }
  const admitted = request.method === "ping" ? Result.succeed(undefined) : advance(state, "Request")
  if (Result.isFailure(admitted)) return Result.fail(admitted.failure)
  const { handshake } = state
  return handshake === undefined
    ? Result.fail(Rpc.invalidRequest("The first request must be initialize"))
    : Result.succeed(sessionOrigin(state, handshake, send))
}

const serve = (state: State, request: Message.Request, call: Call, origin: Origin): void => {
  const { id } = request
  const admitted = InFlight.admits(state.inFlight, id)
  if (Result.isFailure(admitted)) return refuse(state, id, admitted.failure)
  InFlight.begin(state.inFlight, id, call)
  call.fiber = state.fork(Engine.answer(state.server.methods, request, origin))
  call.fiber.addObserver((exit) => {
    if (InFlight.end(state.inFlight, id, call) && Exit.isSuccess(exit)) state.connection.send(exit.value.text)
  })
}

const onRequest = (state: State, request: Message.Request): void => {
  if (request.method === "initialize" && !isClaimed(request)) return initialize(state, request)
  if (request.method === "ping" && state.handshake === undefined && !isClaimed(request)) {
    return state.connection.send(Encode.success(request.id, "{}"))
  }
  const call: Call = { fiber: undefined }
  const origin = originOf(state, request, call)
  return Result.isFailure(origin)
    ? refuse(state, request.id, origin.failure)
    : serve(state, request, call, origin.success)
}

const onNotification = (state: State, notification: Message.Notification): void => {
  if (notification.method === "notifications/initialized") {
    // A stray one changes nothing, so there is nothing to do about a refusal.
    advance(state, "Initialized")
  } else if (notification.method === "notifications/cancelled") {
    const id = notification.params?.requestId
    if (Message.isRequestId(id)) InFlight.cancel(state.inFlight, id)?.fiber?.interruptUnsafe()
  }
}

const onMessage = (state: State, message: Message.Message | Message.Batch | Message.Malformed): void => {
  switch (message._tag) {
    case "Request":
      return onRequest(state, message)
    case "Notification":
      return onNotification(state, message)
    case "Malformed":
      return refuse(state, message.id, message.error)
    case "Batch":
      return refuse(state, undefined, Rpc.invalidRequest("Batches are not served here"))
    case "Success":
    case "Failure":
      return PendingRequests.settle(state.pending, message)
  }
}

const onReceived = (state: State, received: Received): void =>
  received._tag === "Line"
    ? onMessage(state, Message.parse(received.text, state.server.messageLimits))
    : refuse(state, undefined, Rpc.invalidRequest(`The message is longer than ${received.unitsMax} characters`))

/** What is running when the peer closes may still answer, for so long; a pipe may have been closed right after a call. */
const drainMillis = 1_000

const running = (state: State): ReadonlyArray<Running> =>
  Array.from(state.inFlight.entries.values()).flatMap(({ fiber }) => fiber === undefined ? [] : [fiber])

const drain = (state: State): Effect.Effect<void> =>
  Effect.suspend(() => {
    const fibers = running(state)
    return fibers.length === 0
      ? Effect.void
      : Effect.asVoid(Effect.timeoutOption(Fiber.awaitAll(fibers), drainMillis))
  })

/**
 * Serves a line until the peer closes it. What is still running then has a second to end, and is interrupted after it;
 * its finalizers have run when this completes.
 *
 * @category drivers
 * @since 0.1.0
 */
export const run = (server: Server, connection: Connection): Effect.Effect<void> =>
  Effect.flatMap(Effect.context<never>(), (context) => {
    const state: State = {
      server,
      connection,
      inFlight: InFlight.make(server.sessionLimits.inFlightRequestsMax),
      pending: PendingRequests.make(server.sessionLimits.inFlightRequestsMax),
      memo: SessionMemo.make(),
      fork: Effect.runForkWith(context),
      lifecycle: Lifecycle.initial,
      handshake: undefined,
      logLevel: "info"
    }
    return Effect.ensuring(
      Effect.andThen(connection.listen((received) => onReceived(state, received)), drain(state)),
      Effect.andThen(
        Effect.suspend(() => Fiber.interruptAll(running(state))),
        Effect.andThen(state.memo.close, connection.drained)
      )
    )
  })
