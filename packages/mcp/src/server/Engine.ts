/**
 * The engine of a server: it answers one request at a time, for any peer, on any revision, over anything. Drivers know
 * about connections, sessions and streams and bring requests here; the engine knows methods and components.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Encode from "../jsonrpc/Encode.ts"
import type { Request } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import * as Masking from "./Masking.ts"
import type { Origin } from "./Origin.ts"

/**
 * A finished answer: the text of the JSON-RPC response, and the code of the error when it is one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer {
  readonly text: string
  readonly code: number | undefined
}

/**
 * Serves one method: gives the text of the result.
 *
 * @category models
 * @since 0.1.0
 */
export type Method = (request: Request, origin: Origin) => Effect.Effect<string, RpcError>

/**
 * The methods of a server by name. Whether a revision has a method is asked of the revision.
 *
 * @category models
 * @since 0.1.0
 */
export type Methods = ReadonlyMap<string, Method>

/**
 * An answer that is an error.
 *
 * @category constructors
 * @since 0.1.0
 */
export const failure = (id: Request["id"] | undefined, error: RpcError): Answer => ({
  text: Encode.failure(id, error),
  code: error.code
})

/**
 * Answers a request. It never fails: errors become error responses, defects are masked (`-32603` with a reference that
 * the server's log has too). When the fiber is interrupted there is no answer, because nobody waits for one.
 *
 * @category dispatch
 * @since 0.1.0
 */
export const answer = (methods: Methods, request: Request, origin: Origin): Effect.Effect<Answer> => {
  const method = origin.revision.clientRequests.has(request.method) ? methods.get(request.method) : undefined
  if (method === undefined) return Effect.succeed(failure(request.id, Rpc.methodNotFound(request.method)))
  // Schemas are of the author's making, and may throw as they read.
  const served = Effect.suspend(() => method(request, origin))
  const call = origin.release === undefined ? served : Effect.ensuring(served, origin.release)
  return Effect.matchCauseEffect(call, {
    onSuccess: (resultText): Effect.Effect<Answer> =>
      Effect.succeed({ text: Encode.success(request.id, resultText), code: undefined }),
    onFailure: (cause) => onFailure(request, cause)
  })
}

const isRpcError = (error: unknown): error is RpcError => Predicate.isTagged(error, "RpcError")

/** The types say what a handler may fail with; what comes at run time is looked at before it is told. */
const onFailure = (request: Request, cause: Cause.Cause<unknown>): Effect.Effect<Answer> => {
  const error = cause.reasons.find(Cause.isFailReason)?.error
  if (isRpcError(error)) return Effect.succeed(failure(request.id, error))
  // An interruption that arrives here came from inside the handler: of a cancelled request, nothing arrives.
  return Effect.map(
    Masking.mask(`${request.method} failed`, cause),
    (masked) => failure(request.id, Rpc.internalError(masked.message, { reference: masked.reference }))
  )
}
