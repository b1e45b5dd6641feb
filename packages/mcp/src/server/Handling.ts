/**
 * Running a handler that may ask the client in the middle of its code. In the session era asking is a request of the
 * server, and the handler just waits; in the stateless era what a handler asks for becomes an input-required result.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { RequestInfo } from "../contract/McpRequest.ts"
import type { Request } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { Wire } from "../revision/Revision.ts"
import type { Dialect } from "./Dialect.ts"
import type { Origin } from "./Origin.ts"
import * as RequestContext from "./RequestContext.ts"

/**
 * Serves a request by a handler: gives the text of its result.
 *
 * @category running
 * @since 0.1.0
 */
export const handle = (
  dialect: Dialect,
  request: Request,
  origin: Origin,
  run: (info: RequestInfo) => Effect.Effect<Wire, RpcError>
): Effect.Effect<string, RpcError> => Effect.map(run(RequestContext.make(request, origin)), dialect.finish)
