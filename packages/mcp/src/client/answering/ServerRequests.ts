/**
 * Answering what a session-era server asks of its client. Only `ping` is answered yet; the table has room for sampling,
 * elicitation and roots, and the capabilities that a client declares follow from what is in it. In the stateless era
 * servers send no requests; what they ask inside results is not answered here.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Encode from "../jsonrpc/Encode.ts"
import type { Params, Request } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { Revision } from "../revision/Revision.ts"
import type { ClientCapabilities } from "../schema/Capabilities.ts"

/**
 * Answers one method: params as they came in, the canonical result out.
 *
 * @category models
 * @since 0.1.0
 */
export type Handler = (params: Params | undefined) => Effect.Effect<object, RpcError>

/**
 * Handlers by method.
 *
 * @category models
 * @since 0.1.0
 */
export type Handlers = ReadonlyMap<string, Handler>

/**
 * What every client answers (PNG-01).
 *
 * @category handlers
 * @since 0.1.0
 */
export const builtIn: Handlers = new Map([["ping", () => Effect.succeed({})]])

/**
 * What the client declares. Nothing is declared that is not provided.
 *
 * @category capabilities
 * @since 0.1.0
 */
export const capabilities = (handlers: Handlers): ClientCapabilities => ({
  ...(handlers.has("sampling/createMessage") ? { sampling: {} } : {}),
  ...(handlers.has("elicitation/create") ? { elicitation: {} } : {}),
  ...(handlers.has("roots/list") ? { roots: {} } : {})
})

/**
 * The text of the answer to a request; it never fails. Unknown methods are `-32601`, and defects say nothing of what
 * broke. Before a revision is agreed, results go as they are.
 *
 * @category dispatch
 * @since 0.1.0
 */
export const answer = (
  handlers: Handlers,
  revision: Revision | undefined,
  { id, method, params }: Request
): Effect.Effect<string> => {
  const handler = handlers.get(method)
  if (handler === undefined) return Effect.succeed(Encode.failure(id, Rpc.methodNotFound(method)))
  return Effect.matchCauseEffect(handler(params), {
    onSuccess: (result) =>
      Effect.sync(() => Encode.success(id, JSON.stringify(revision?.encode.result(method, result) ?? result))),
    onFailure: (cause) => {
      const error = cause.reasons.find(Cause.isFailReason)?.error
      return error === undefined
        ? Effect.as(
          Effect.logError(`Answering ${method} failed`, cause),
          Encode.failure(id, Rpc.internalError("The client could not answer"))
        )
        : Effect.succeed(Encode.failure(id, error))
    }
  })
}
