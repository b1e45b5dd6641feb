/**
 * The requests of sessions over HTTP: calls run in theirs, or alone where none are kept, and a batch runs together. A
 * client that goes away has not cancelled anything (HTL-09): a call goes on, and what it sends is kept where the client
 * finds it again.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Encode from "../../jsonrpc/Encode.ts"
import type * as Message from "../../jsonrpc/Message.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Revision } from "../../revision/Revision.ts"
import * as HttpAdmission from "../../session/HttpAdmission.ts"
import * as InFlight from "../../session/InFlight.ts"
import type { HttpExchange } from "../../transport/HttpExchange.ts"
import * as Asking from "../asking/Asking.ts"
import * as Batch from "../Batch.ts"
import * as Engine from "../Engine.ts"
import type { Origin } from "../Origin.ts"
import * as SessionMemo from "../SessionMemo.ts"
import { type Endpoint, headerRevision, refused, replyTo, sessionOf } from "./HttpEndpoint.ts"
import * as HttpReply from "./HttpReply.ts"
import * as LiveSession from "./LiveSession.ts"

/** Where the answer to one request of a POST goes: it is the reply, or a part of it, in a batch. */
interface Place {
  readonly reply: HttpReply.HttpReply
  readonly settle: Batch.Settle | undefined
}

const finish = ({ reply, settle }: Place, { http, text }: Engine.Answer): Effect.Effect<void> => {
  if (settle === undefined) return HttpReply.finish(reply, 200, text, http)
  settle(text)
  return Effect.void
}

const reject = ({ reply, settle }: Place, refusal: HttpAdmission.Refusal, id: Message.RequestId): Effect.Effect<void> =>
  settle === undefined
    ? HttpReply.reject(reply, refusal, id)
    : Effect.sync(() => settle(Encode.failure(id, refusal.error)))

const abandon = ({ reply, settle }: Place): void => settle === undefined ? HttpReply.abandon(reply) : settle(undefined)

/** A request of a session: it can be cancelled, and ends without an answer then; its end counts as activity. */
const callInSession = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  place: Place,
  request: Message.Request,
  session: LiveSession.LiveSession
): Effect.Effect<void> => {
  const { reply, settle } = place
  const { inFlight } = LiveSession.workOf(session)
  const admitted = InFlight.admits(inFlight, request.id)
  if (Result.isFailure(admitted)) return reject(place, HttpAdmission.refuse(400, admitted.failure), request.id)
  let running: Fiber.Fiber<unknown, unknown> | undefined
  const send = (text: string): Effect.Effect<void> => HttpReply.send(reply, text)
  const origin = LiveSession.origin(session, {
    header: exchange.header,
    caller: exchange.caller,
    // A call that was cancelled has nothing more to say (CAN-11).
    send: (text) =>
      Effect.suspend(() =>
        running !== undefined && InFlight.holds(inFlight, request.id, running) ? send(text) : Effect.void
      ),
    sendQuestion: HttpReply.mayStream(reply) ? send : undefined,
    pause: settle === undefined && HttpReply.mayPause(reply) ? (millis) => HttpReply.pause(reply, millis) : undefined
  })
  const call = Engine.answer(endpoint.server.methods, request, origin, (answer) => finish(place, answer))
  if (Exit.isExit(call)) {
    endpoint.sessions.touch(session)
    return call
  }
  HttpReply.hold(reply)
  return Effect.withFiber((fiber) => {
    running = fiber
    const begun = Effect.suspend(() => {
      // Not before what notes the end of the call is in place.
      InFlight.begin(inFlight, request.id, fiber)
      return call
    })
    return Effect.onExitPrimitive(begun, (exit) => {
      InFlight.end(inFlight, request.id, fiber)
      endpoint.sessions.touch(session)
      if (exit._tag === "Failure") abandon(place)
      return undefined
    })
  })
}

/**
 * The origin of a message that stands alone, because the policy is to keep no sessions.
 *
 * @category conversions
 * @since 0.1.0
 */
export const originAlone = (exchange: HttpExchange, revision: Revision, send: Origin["send"]): Origin => {
  const memo = SessionMemo.make()
  return {
    revision,
    clientInfo: undefined,
    clientCapabilities: {},
    session: undefined,
    logLevel: "info",
    credential: exchange.header("authorization"),
    principal: exchange.caller?.principal,
    services: exchange.caller?.services,
    header: exchange.header,
    send,
    ask: Asking.unsupported,
    memo,
    release: memo.closing
  }
}

/** A request that stands alone, because the policy is to keep no sessions. */
const callAlone = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  place: Place,
  request: Message.Request,
  revision: Revision
): Effect.Effect<void> => {
  const origin = originAlone(exchange, revision, (text) => HttpReply.send(place.reply, text))
  const call = Engine.answer(endpoint.server.methods, request, origin, (answer) => finish(place, answer))
  if (!Exit.isExit(call)) HttpReply.hold(place.reply)
  return call
}

/** The place of a request that is not in a batch. */
const alone = (...reply: Parameters<typeof replyTo>): Place => ({ reply: replyTo(...reply), settle: undefined })

/**
 * Serves any request but `initialize`.
 *
 * @category calls
 * @since 0.1.0
 */
export const call = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  acceptance: HttpAdmission.Acceptance,
  request: Message.Request
): Effect.Effect<void> => {
  if (!endpoint.isStateful) {
    const revision = headerRevision(endpoint, exchange)
    return Result.isFailure(revision)
      ? refused(exchange, revision.failure, request.id)
      : callAlone(endpoint, exchange, alone(endpoint, exchange, acceptance, undefined), request, revision.success)
  }
  const session = sessionOf(endpoint, exchange)
  return Result.isFailure(session)
    ? refused(exchange, session.failure, request.id)
    : callInSession(
      endpoint,
      exchange,
      alone(endpoint, exchange, acceptance, session.success),
      request,
      session.success
    )
}

interface Batched {
  readonly endpoint: Endpoint
  readonly exchange: HttpExchange
  readonly whole: HttpReply.HttpReply
  readonly revision: Revision
  readonly session: LiveSession.LiveSession | undefined
  /** Takes what is no request. */
  readonly onOther: (message: Exclude<Message.Message | Message.Malformed, Message.Request>) => void
}

const serveItem = (batched: Batched, { error, message, settle }: Batch.Item): Effect.Effect<void> => {
  const { endpoint, exchange, revision, session } = batched
  switch (message._tag) {
    case "Request": {
      const part: Place = { reply: batched.whole, settle }
      if (error !== undefined) return reject(part, HttpAdmission.refuse(400, error), message.id)
      return session === undefined
        ? callAlone(endpoint, exchange, part, message, revision)
        : callInSession(endpoint, exchange, part, message, session)
    }
    case "Malformed":
      // An error without an id cannot be told in a revision that demands one (RPC-13).
      return Effect.sync(() => {
        batched.onOther(message)
        settle(
          message.id === undefined && revision.errorIdRequired ? undefined : Encode.failure(message.id, message.error)
        )
      })
    default:
      return Effect.sync(() => batched.onOther(message))
  }
}

/**
 * Serves a batch, where the revision has them (BAT-01, BAT-02): its requests run at once, and their answers go out as one
 * array, after whatever they send ahead. Without anything to answer it is 202.
 *
 * @category calls
 * @since 0.1.0
 */
export const batch = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  acceptance: HttpAdmission.Acceptance,
  { items }: Message.Batch,
  onOther: (session: LiveSession.LiveSession | undefined) => Batched["onOther"]
): Effect.Effect<void> => {
  const found = endpoint.isStateful ? sessionOf(endpoint, exchange) : Result.succeed(undefined)
  if (Result.isFailure(found)) return refused(exchange, found.failure)
  const session = found.success
  const named = session === undefined ? headerRevision(endpoint, exchange) : Result.succeed(session.revision)
  if (Result.isFailure(named)) return refused(exchange, named.failure)
  const revision = named.success
  if (!revision.batches) {
    return refused(exchange, HttpAdmission.refuse(400, Rpc.invalidRequest("Batches are not served here")))
  }
  const whole = replyTo(endpoint, exchange, acceptance, session)
  HttpReply.hold(whole)
  const batched: Batched = { endpoint, exchange, whole, revision, session, onOther: onOther(session) }
  let answer: string | undefined
  const parts = Batch.collect(items, (text) => {
    answer = text
  })
  const status = items.every(({ _tag }) => _tag === "Malformed") ? 400 : 200
  // Each in a fiber of its own, so that cancelling one cancels none of the others.
  return Effect.forEach(parts, (item) => Effect.forkChild(serveItem(batched, item))).pipe(
    Effect.flatMap(Fiber.awaitAll),
    Effect.andThen(
      Effect.suspend(() => {
        if (answer !== undefined) return HttpReply.finish(whole, status, answer)
        HttpReply.abandon(whole)
        return Effect.void
      })
    ),
    Effect.onInterrupt(() => Effect.sync(() => HttpReply.abandon(whole)))
  )
}
