/**
 * `initialize` over HTTP: it passes middleware and telemetry like any request, and opens a session, or none where the
 * policy is to keep none. A session whose answer is an error in the end, because a middleware refuses, is closed again.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type * as Message from "../../jsonrpc/Message.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type * as HttpAdmission from "../../session/HttpAdmission.ts"
import type { HttpExchange, ResponseHeaders } from "../../transport/HttpExchange.ts"
import * as Engine from "../Engine.ts"
import * as Handshake from "../Handshake.ts"
import { type Endpoint, ownerOf, replyTo } from "./HttpEndpoint.ts"
import * as HttpReply from "./HttpReply.ts"
import type { LiveSession } from "./LiveSession.ts"

/** What a handshake has come to. */
interface Opening {
  session: LiveSession | undefined
  /** The status of an answer that is an error. */
  status: number
}

const close = ({ sessions }: Endpoint, opening: Opening): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { session } = opening
    opening.session = undefined
    return session === undefined ? Effect.void : sessions.close(session)
  })

const openSession = (
  endpoint: Endpoint,
  owner: string | undefined,
  opening: Opening,
  { clientCapabilities, clientInfo, resultText, revision }: Handshake.Handshake
): ReturnType<Engine.Method> =>
  Effect.gen(function*() {
    // A middleware may pass the request on more than once.
    yield* close(endpoint, opening)
    const id = endpoint.makeId()
    const facts = { id, revision, clientInfo, clientCapabilities, owner }
    opening.session = yield* Effect.onError(endpoint.sessions.open(facts), () =>
      Effect.sync(() => {
        opening.status = 500
      }))
    if (opening.session !== undefined) return resultText
    opening.status = 503
    return yield* Rpc.internalError("Too many sessions")
  })

const serve = (endpoint: Endpoint, exchange: HttpExchange, opening: Opening): Engine.Method => ({ params }) => {
  const { identity, revisions } = endpoint.server
  const settled = Handshake.negotiate(params, identity, revisions)
  if (Result.isFailure(settled)) return Effect.fail(settled.failure)
  return endpoint.isStateful
    ? openSession(endpoint, ownerOf(exchange), opening, settled.success)
    : Effect.succeed(settled.success.resultText)
}

const sessionHeader = (session: LiveSession | undefined): ResponseHeaders =>
  session === undefined ? {} : { "mcp-session-id": session.id }

/**
 * Serves `initialize`. The status of an error is 400; 503 when there are too many sessions, 500 when a store breaks.
 *
 * @category drivers
 * @since 0.1.0
 */
export const initialize = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  acceptance: HttpAdmission.Acceptance,
  request: Message.Request
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { server } = endpoint
    const opening: Opening = { session: undefined, status: 400 }
    const origin = Handshake.origin(request.params, server.revisions, exchange)
    return Engine.answerBy(server.methods, request, origin, serve(endpoint, exchange, opening)).pipe(
      Effect.onExit((exit) =>
        Exit.isSuccess(exit) && exit.value.code === undefined ? Effect.void : close(endpoint, opening)
      ),
      Effect.flatMap(({ code, http, text }) => {
        const { session, status } = opening
        if (code !== undefined) {
          return Effect.sync(() => HttpReply.json(exchange, http?.status ?? status, text, http?.headers))
        }
        const answered = replyTo(endpoint, exchange, acceptance, session, sessionHeader(session)).finish(200, text)
        return session === undefined || server.onSession === undefined
          ? answered
          : Effect.andThen(server.onSession(session.memo, session.revision), answered)
      })
    )
  })
