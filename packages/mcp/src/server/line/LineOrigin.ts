/**
 * Where what arrives on a line comes from: the session of the line, or what a request of the stateless era says of
 * itself; and the way back for what is sent ahead of an answer.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Message from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Caller } from "../../session/Caller.ts"
import * as Lifecycle from "../../session/Lifecycle.ts"
import { admitMeta, isClaimed } from "../../session/StatelessAdmission.ts"
import * as Asking from "../asking/Asking.ts"
import type { Handshake } from "../Handshake.ts"
import type { Feed } from "../listening/Feed.ts"
import type { Origin } from "../Origin.ts"
import * as Origins from "../Origin.ts"
import type { Call, LineState, Session } from "./LineState.ts"

/**
 * Sends a text, and waits until the line takes more.
 *
 * @category sending
 * @since 0.1.0
 */
export const send = (state: LineState) => (text: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    state.connection.send(text)
    return state.connection.drained
  })

/** Sends ahead of an answer, and nothing once the request is answered or cancelled (PRG-06, STD-10). */
const sendAhead = (state: LineState, call: Call): Origin["send"] => (text) =>
  Effect.suspend(() => call.isOpen ? send(state)(text) : Effect.void)

/**
 * What the origins of all messages of a session share.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shared = (
  state: LineState,
  { clientCapabilities, revision }: Handshake,
  feed: Feed
): Pick<Session, "own" | "ask"> => ({
  own: {
    get id() {
      return state.id()
    },
    setLogLevel: (level) => {
      state.logLevel = level
    },
    feed
  },
  ask: Asking.over({ revision, clientCapabilities, pending: state.pending, send: send(state) })
})

const sessionOrigin = (
  state: LineState,
  { ask, handshake, own }: Session,
  sendAhead: Origin["send"],
  caller: Caller | undefined
): Origin => ({
  revision: handshake.revision,
  clientInfo: handshake.clientInfo,
  clientCapabilities: handshake.clientCapabilities,
  session: own,
  logLevel: state.logLevel ?? "info",
  askedLogLevel: state.logLevel,
  credential: state.header("authorization"),
  principal: caller?.principal,
  services: caller?.services,
  header: state.header,
  send: sendAhead,
  ask,
  memo: state.memo,
  release: undefined
})

/**
 * Where a request comes from, or why it cannot be served. `ping` is welcome before the handshake too (PNG-01).
 *
 * @category origins
 * @since 0.1.0
 */
export const ofRequest = (
  state: LineState,
  request: Message.Request,
  call: Call,
  caller: Caller | undefined
): Result.Result<Origin, RpcError> => {
  const send = sendAhead(state, call)
  if (isClaimed(request)) {
    const { revisionsByVersion, versions } = state.server
    const revision = admitMeta(request.params, revisionsByVersion, versions)
    if (Result.isFailure(revision)) return Result.fail(revision.failure)
    const { header, standing } = state
    return Result.succeed(Origins.stateless(revision.success, request.params, { header, caller, send, standing }))
  }
  if (request.method !== "ping") {
    const admitted = Lifecycle.step(state.lifecycle, "Request")
    if (Result.isFailure(admitted)) return Result.fail(admitted.failure)
  }
  const { session } = state
  return session === undefined
    ? Result.fail(Rpc.invalidRequest("The first request must be initialize"))
    : Result.succeed(sessionOrigin(state, session, send, caller))
}

/**
 * Where a notification comes from; nothing, when nobody can be said to have sent it.
 *
 * @category origins
 * @since 0.1.0
 */
export const ofNotification = (
  state: LineState,
  { method, params }: Message.Notification,
  caller: Caller | undefined
): Origin | undefined => {
  const { server, session } = state
  // A notification has no stream of its own.
  const send = (): Effect.Effect<void> => Effect.void
  if (!isClaimed({ method, params })) return session && sessionOrigin(state, session, send, caller)
  const revision = admitMeta(params, server.revisionsByVersion, server.versions)
  return Result.isFailure(revision)
    ? undefined
    : Origins.stateless(revision.success, params, { header: state.header, caller, send })
}
