/**
 * Answering what a session-era server asks of its client: requests are read in the agreed revision, answered (`Answers.ts`),
 * and withdrawn when the server says so or is gone. In the stateless era servers send no requests; what they ask inside
 * results is in `Rounds.ts`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Encode from "../../jsonrpc/Encode.ts"
import type { Request, RequestId } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import * as Questions from "../../revision/Questions.ts"
import type { Revision } from "../../revision/Revision.ts"
import { type Answers, guarded } from "./Answers.ts"
import type { Asker } from "./Asker.ts"

/**
 * What is known of the server on a link when it asks.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asking {
  /** `undefined` until one is agreed. */
  readonly revision: Revision | undefined
  readonly info: Asker["info"]
}

const result = (
  { byMethod }: Answers,
  { info, revision }: Asking,
  { method, params }: Request
): Effect.Effect<object, RpcError> => {
  // Every client answers it, at any time (PNG-01).
  if (method === "ping") return Effect.succeed({})
  if (revision === undefined) return Effect.fail(Rpc.invalidRequest("The session is not opened yet"))
  const answer = byMethod.get(method)
  const reader = Questions.of(revision).get(method)
  if (answer === undefined || reader === undefined) return Effect.fail(Rpc.methodNotFound(method))
  const decoded = reader.decode(params)
  return Result.isFailure(decoded)
    ? Effect.fail(Rpc.invalidParams(decoded.failure.message))
    // The reader of the method reads an object.
    : Effect.map(
      answer(decoded.success as object, info),
      (canonical) => revision.encode.result(method, canonical)
    )
}

/**
 * The text of the answer to a request; it never fails. Methods that nothing answers, or that the revision does not have,
 * are `-32601` (ROO-06), and params that are not valid `-32602`.
 *
 * @category dispatch
 * @since 0.1.0
 */
export const answer = (answers: Answers, asking: Asking, request: Request): Effect.Effect<string> =>
  Effect.suspend(() => result(answers, asking, request)).pipe(
    // What a program gives may be nothing that JSON can say.
    Effect.map((wire) => Encode.success(request.id, JSON.stringify(wire))),
    (written) => guarded(request.method, written),
    Effect.catch((error) => Effect.succeed(Encode.failure(request.id, error)))
  )

/**
 * Requests of a server that are being answered, on one link.
 *
 * @category models
 * @since 0.1.0
 */
export type Open = Map<RequestId, Fiber.Fiber<void>>

/**
 * Runs what answers a request, unless one of this id is being answered: a stream that is taken up again may bring it twice.
 *
 * @category withdrawal
 * @since 0.1.0
 */
export const begin = (
  open: Open,
  id: RequestId,
  fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>,
  answering: Effect.Effect<void>
): void => {
  if (open.has(id)) return
  const fiber = fork(Effect.ensuring(answering, Effect.sync(() => open.delete(id))))
  // What needs nobody is answered by now.
  if (fiber.pollUnsafe() === undefined) open.set(id, fiber)
}

/**
 * Stops answering a request that the server has withdrawn; nothing is sent then (CAN-11).
 *
 * @category withdrawal
 * @since 0.1.0
 */
export const withdraw = (open: Open, id: RequestId | undefined): void => {
  if (id !== undefined) open.get(id)?.interruptUnsafe()
}

/**
 * Stops answering everything: the link is gone, and nobody would hear it.
 *
 * @category withdrawal
 * @since 0.1.0
 */
export const withdrawAll = (open: Open): void => {
  for (const fiber of open.values()) fiber.interruptUnsafe()
}
