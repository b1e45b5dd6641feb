/**
 * The stateless era over HTTP: each request carries all that is known of its client, and going away is cancelling.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Encode from "../../jsonrpc/Encode.ts"
import type * as Message from "../../jsonrpc/Message.ts"
import type { Revision } from "../../revision/Revision.ts"
import * as HttpAdmission from "../../session/HttpAdmission.ts"
import * as StatelessAdmission from "../../session/StatelessAdmission.ts"
import type { HttpExchange } from "../../transport/HttpExchange.ts"
import * as Engine from "../Engine.ts"
import * as Origin from "../Origin.ts"
import type { Server } from "../Server.ts"
import * as Expiry from "./Expiry.ts"
import * as HttpReply from "./HttpReply.ts"

/** All that is judged before dispatch, in the order of the ledger; the revision when nothing is amiss. */
const admit = (
  server: Server,
  exchange: HttpExchange,
  request: Message.Request
): Result.Result<Revision, HttpAdmission.Refusal> => {
  const mismatch = StatelessAdmission.compareHeaders(exchange.header, request)
  if (mismatch !== undefined) return Result.fail(mismatch)
  const revision = StatelessAdmission.admitMeta(request.params, server.revisionsByVersion, server.versions)
  if (Result.isFailure(revision)) return Result.fail(HttpAdmission.refuse(400, revision.failure))
  const missing = StatelessAdmission.requireHeaders(exchange.header, request)
  return missing === undefined ? Result.succeed(revision.success) : Result.fail(missing)
}

/**
 * Serves a request. The status of the answer follows from its error code (HTM-17, MET-09).
 *
 * @category drivers
 * @since 0.1.0
 */
export const onRequest = (
  server: Server,
  exchange: HttpExchange,
  options: HttpReply.Options,
  request: Message.Request
): Effect.Effect<void> => {
  const revision = admit(server, exchange, request)
  if (Result.isFailure(revision)) {
    return Effect.sync(() => HttpReply.refuse(exchange, revision.failure, request.id))
  }
  const reply = HttpReply.make(exchange, options)
  const standing = HttpReply.mayStream(reply)
    ? Expiry.standingFor(server.standing, exchange.caller, options.holding)
    : undefined
  const origin = Origin.stateless(revision.success, request.params, {
    header: exchange.header,
    caller: exchange.caller,
    send: (text) => HttpReply.send(reply, text),
    standing
  })
  const call = Engine.answer(
    server.methods,
    request,
    origin,
    (answer) => HttpReply.finish(reply, HttpAdmission.statusOfCode(answer.code), answer.text, answer.http)
  )
  if (Exit.isExit(call)) return call
  HttpReply.hold(reply)
  return Effect.withFiber((fiber) => {
    exchange.onClose(() => {
      HttpReply.drop(reply)
      fiber.interruptUnsafe()
    })
    return call
  })
}

/** Gives a notification to whoever listens; it has no stream of its own. */
const hear = (
  server: Server,
  exchange: HttpExchange,
  notification: Message.Notification,
  revision: Revision
): Effect.Effect<void> =>
  server.onNotification === undefined ? Effect.void : server.onNotification(
    notification,
    Origin.stateless(revision, notification.params, {
      header: exchange.header,
      caller: exchange.caller,
      send: () => Effect.void,
      standing: undefined
    })
  )

/**
 * Takes a notification. None that a client may send here asks for anything: over HTTP, cancelling is going away.
 *
 * @category drivers
 * @since 0.1.0
 */
export const onNotification = (
  server: Server,
  exchange: HttpExchange,
  notification: Message.Notification
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const version = exchange.header("mcp-protocol-version")?.trim()
    const revision = version === undefined ? undefined : server.revisionsByVersion.get(version)
    if (version === undefined || revision !== undefined) {
      HttpReply.empty(exchange, 202)
      return revision === undefined ? Effect.void : hear(server, exchange, notification, revision)
    }
    const error = StatelessAdmission.unsupportedVersion(version, server.versions)
    HttpReply.json(exchange, 400, Encode.failure(undefined, error))
    return Effect.void
  })
