/**
 * `initialize` over HTTP: it passes middleware and telemetry like any request, and opens a session, or none where the
 * policy is to keep none. A session whose answer is an error in the end, because a middleware refuses, is closed again.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Message from "../../jsonrpc/Message.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type * as HttpAdmission from "../../session/HttpAdmission.ts"
import type { HttpExchange, ResponseHeaders } from "../../transport/HttpExchange.ts"
import * as Engine from "../Engine.ts"
import * as Handshake from "../Handshake.ts"
import { type Endpoint, ownerOf, replyTo } from "./HttpEndpoint.ts"
import * as HttpReply from "./HttpReply.ts"
import { type LiveSession, workOf } from "./LiveSession.ts"

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
  Effect.suspend(() => {
    const id = endpoint.makeId()
    // Unless it comes back, a store broke.
    opening.status = 500
    const opened = Effect.flatMap(
      endpoint.sessions.open({ id, revision, clientInfo, clientCapabilities, owner }),
      (session) => {
        opening.session = session
        opening.status = session === undefined ? 503 : 400
        return session === undefined ? Effect.fail(Rpc.internalError("Too many sessions")) : Effect.succeed(resultText)
      }
    )
    // A middleware may pass the request on more than once.
    return opening.session === undefined ? opened : Effect.andThen(close(endpoint, opening), opened)
  })

const serve = (endpoint: Endpoint, exchange: HttpExchange, opening: Opening): Engine.Method => ({ params }) => {
  const settled = Handshake.negotiate(endpoint.server.handshakes, params)
  if (Result.isFailure(settled)) return Effect.fail(settled.failure)
  return endpoint.isStateful
    ? openSession(endpoint, ownerOf(exchange), opening, settled.success)
    : Effect.succeed(settled.success.resultText)
}

const sessionHeader = (session: LiveSession | undefined): ResponseHeaders =>
  session === undefined ? {} : { "mcp-session-id": session.id }

/** Answers with the result, and from then on the session is the client's. */
const welcome = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  acceptance: HttpAdmission.Acceptance,
  opening: Opening,
  text: string
): Effect.Effect<void> => {
  const { onSession } = endpoint.server
  const { session } = opening
  const answered = Effect.suspend(() => {
    opening.session = undefined
    return HttpReply.finish(replyTo(endpoint, exchange, acceptance, session, sessionHeader(session)), 200, text)
  })
  return session === undefined || onSession === undefined
    ? answered
    : Effect.andThen(onSession(workOf(session).memo, session.revision), answered)
}

/** Answers with an error, and nothing is left of the session then. */
const refuse = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  opening: Opening,
  { http, text }: Engine.Answer
): Effect.Effect<void> =>
  Effect.andThen(
    close(endpoint, opening),
    Effect.sync(() => HttpReply.json(exchange, http?.status ?? opening.status, text, http?.headers))
  )

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
    const answered = Engine.answerBy(
      server.methods,
      request,
      origin,
      serve(endpoint, exchange, opening),
      (answer) =>
        answer.code === undefined
          ? welcome(endpoint, exchange, acceptance, opening, answer.text)
          : refuse(endpoint, exchange, opening, answer)
    )
    return Effect.onExitPrimitive(
      answered,
      () => opening.session === undefined ? undefined : close(endpoint, opening)
    )
  })
