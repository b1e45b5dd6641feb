/**
 * Asking a client of the session era: a request of the server goes out on the stream of the call that asks, and its
 * answer is found again by id.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Ask from "../../contract/AskError.ts"
import * as Encode from "../../jsonrpc/Encode.ts"
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import * as Answers from "../../revision/Answers.ts"
import type { Reader } from "../../revision/common/Reader.ts"
import type { ServerRequests } from "../../revision/Methods.ts"
import type { Revision } from "../../revision/Revision.ts"
import type { ClientCapabilities } from "../../schema/Capabilities.ts"
import * as PendingRequests from "../../session/PendingRequests.ts"
import * as AskCapability from "./AskCapability.ts"

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
  /**
   * How long a question waits that does not say so itself, in milliseconds. Absent where the loss of the client ends the
   * request.
   */
  readonly timeoutMillis?: number
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

const exchange = (
  { pending, revision }: Channel,
  send: (text: string) => Effect.Effect<void>,
  method: Ask.Method,
  params: object
): Effect.Effect<PendingRequests.Answer, Ask.AskError> =>
  Effect.suspend(() => {
    const answer = Deferred.makeUnsafe<PendingRequests.Answer>()
    const text = JSON.stringify(revision.encode.requestParams(method, params))
    return Effect.acquireUseRelease(
      Effect.sync(() =>
        PendingRequests.begin(pending, (message) => Deferred.doneUnsafe(answer, Effect.succeed(message)))
      ),
      (id): Effect.Effect<PendingRequests.Answer, Ask.AskError> =>
        id === undefined
          ? failed(new Ask.Unsupported({ method }))
          : Effect.andThen(send(Encode.request(id, method, text)), Deferred.await(answer)),
      // Whatever is not answered by now is withdrawn.
      (id) =>
        id !== undefined && pending.waiting.delete(id)
          ? send(Encode.notification("notifications/cancelled", JSON.stringify({ requestId: id })))
          : Effect.void
    )
  })

/** A visit has an id where the revision wants one, which is not there to be secret (ELU-03). */
const identified = (method: Ask.Method, params: object): Effect.Effect<object> =>
  method === "elicitation/create" && "mode" in params && params.mode === "url" && !("elicitationId" in params)
    ? Effect.map(
      Effect.all([Random.nextIntBetween(0, 2 ** 32), Random.nextIntBetween(0, 2 ** 32)]),
      (numbers) => ({
        ...params,
        elicitationId: numbers.map((number) => number.toString(16).padStart(8, "0")).join("")
      })
    )
    : Effect.succeed(params)

const withTimeout = <A>(
  effect: Effect.Effect<A, Ask.AskError>,
  timeoutMillis: number | undefined
): Effect.Effect<A, Ask.AskError> =>
  timeoutMillis === undefined
    ? effect
    : Effect.timeoutOrElse(effect, {
      duration: timeoutMillis,
      orElse: () => failed(new Ask.TimedOut({ timeoutMillis }))
    })

const decode = <A>(answer: PendingRequests.Answer, reader: Reader<A>): Effect.Effect<A, Ask.AskError> => {
  if (answer._tag === "Malformed") return failed(new Ask.InvalidAnswer({ message: answer.error.message }))
  if (answer._tag === "Failure") {
    return failed(new Ask.Refused({ code: answer.error.code, message: answer.error.message }))
  }
  const decoded = reader.decode(answer.result)
  return Result.isFailure(decoded)
    ? failed(new Ask.InvalidAnswer({ message: decoded.failure.message }))
    : Effect.succeed(decoded.success)
}

/**
 * Asks over a channel. A capability that was not declared is not used (INI-18); interrupting the question tells the
 * client so, and so does its end by timeout.
 *
 * @category asking
 * @since 0.1.0
 */
export const over = (channel: Channel): Ask.Send =>
<M extends Ask.Method>(
  method: M,
  params: ServerRequests[M]["params"],
  options?: Ask.SendOptions
) => {
  const { clientCapabilities, revision, send } = channel
  const reader = Answers.to(revision, method)
  const isAskable = AskCapability.isDeclared(AskCapability.required(revision, method, params), clientCapabilities)
  if (reader === undefined || send === undefined || !isAskable) return unsupported(method, params)
  const asked = Effect.flatMap(identified(method, params), (complete) => exchange(channel, send, method, complete))
  const timeoutMillis = options?.timeoutMillis ?? channel.timeoutMillis
  return Effect.flatMap(withTimeout(asked, timeoutMillis), (answer) => decode(answer, reader))
}

/**
 * What a failed question means for the request, when the handler lets it pass: a request that could be sent again with
 * more capabilities is refused for their lack (`-32021`), and for any other there is nothing here.
 *
 * @category errors
 * @since 0.1.0
 */
export const refusal = ({ message, reason }: Ask.AskError): RpcError | undefined =>
  reason._tag === "Unsupported" && reason.requiredCapabilities !== undefined
    ? Rpc.make(ErrorCode.MissingClientCapability, message, { requiredCapabilities: reason.requiredCapabilities })
    : undefined

/**
 * Whether a handler failed because a question did.
 *
 * @category guards
 * @since 0.1.0
 */
export const isAskError = (error: unknown): error is Ask.AskError => Predicate.isTagged(error, "AskError")
