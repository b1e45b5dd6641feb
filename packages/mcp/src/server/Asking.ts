/**
 * Asking a client of the session era: a request of the server goes out on the stream of the call that asks, and its
 * answer is found again by id.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Ask from "../contract/AskError.ts"
import * as Encode from "../jsonrpc/Encode.ts"
import type { Failure, Success } from "../jsonrpc/Message.ts"
import type { ServerRequests } from "../revision/Methods.ts"
import type { RequestCodec, Revision } from "../revision/Revision.ts"
import type { ClientCapabilities } from "../schema/Capabilities.ts"
import * as PendingRequests from "../session/PendingRequests.ts"

/**
 * Where questions are sent, and where their answers are waited for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Channel {
  readonly revision: Revision
  readonly clientCapabilities: ClientCapabilities
  readonly pending: PendingRequests.PendingRequests
  /** Sends a message on the stream of the call; `undefined` when there is none to send on. */
  readonly send: ((text: string) => Effect.Effect<void>) | undefined
}

const failed = (reason: Ask.AskError["reason"]): Effect.Effect<never, Ask.AskError> =>
  Effect.fail(new Ask.AskError({ reason }))

/**
 * For a client that cannot be asked.
 *
 * @category asking
 * @since 0.1.0
 */
export const unsupported: Ask.Send = (method) => failed(new Ask.Unsupported({ method }))

const isDeclared = (method: Ask.Method, capabilities: ClientCapabilities): boolean => {
  switch (method) {
    case "sampling/createMessage":
      return capabilities.sampling !== undefined
    case "elicitation/create":
      return capabilities.elicitation !== undefined
    case "roots/list":
      return capabilities.roots !== undefined
  }
}

const exchange = (
  { pending, revision }: Channel,
  send: (text: string) => Effect.Effect<void>,
  method: Ask.Method,
  params: object
): Effect.Effect<Success | Failure, Ask.AskError> =>
  Effect.suspend(() => {
    const answer = Deferred.makeUnsafe<Success | Failure>()
    const id = PendingRequests.begin(pending, (message) => Deferred.doneUnsafe(answer, Effect.succeed(message)))
    if (id === undefined) return failed(new Ask.Unsupported({ method }))
    const text = Encode.request(id, method, JSON.stringify(revision.encode.requestParams(method, params)))
    const cancelled = Encode.notification("notifications/cancelled", JSON.stringify({ requestId: id }))
    return Effect.onInterrupt(
      Effect.andThen(send(text), Deferred.await(answer)),
      () => pending.waiting.delete(id) ? send(cancelled) : Effect.void
    )
  })

const decode = <A>(answer: Success | Failure, codec: RequestCodec<unknown, A>): Effect.Effect<A, Ask.AskError> => {
  if (answer._tag === "Failure") {
    return failed(new Ask.Refused({ code: answer.error.code, message: answer.error.message }))
  }
  const decoded = codec.decodeResult(answer.result)
  return Result.isFailure(decoded)
    ? failed(new Ask.InvalidAnswer({ message: decoded.failure.message }))
    : Effect.succeed(decoded.success)
}

/**
 * Asks over a channel. A capability that was not declared is not used (INI-18); interrupting the question tells the
 * client so.
 *
 * @category asking
 * @since 0.1.0
 */
export const over = (channel: Channel): Ask.Send =>
<M extends Ask.Method>(
  method: M,
  params: ServerRequests[M]["params"]
) => {
  // The table of requests is typed by method; with the method still a variable, the compiler cannot follow.
  const codec = channel.revision.serverRequests.get(method) as
    | RequestCodec<unknown, ServerRequests[M]["result"]>
    | undefined
  const { send } = channel
  if (codec === undefined || send === undefined || !isDeclared(method, channel.clientCapabilities)) {
    return unsupported(method, params)
  }
  return Effect.flatMap(exchange(channel, send, method, params), (answer) => decode(answer, codec))
}
