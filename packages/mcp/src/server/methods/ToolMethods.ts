/**
 * `tools/call`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Echo from "../../jsonrpc/Echo.ts"
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import type { Params } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import * as ParameterHeaders from "../../session/ParameterHeaders.ts"
import * as Handling from "../asking/Handling.ts"
import { type BoundTool, errorResult, type ToText } from "../component/BoundTool.ts"
import type { Components } from "../component/Components.ts"
import type { Dialect, Dialects } from "../Dialect.ts"
import type { Method } from "../Engine.ts"
import type { Origin } from "../Origin.ts"
import { argumentsOf, stringMember } from "./Params.ts"

/** Wrong arguments are a result that the model can read, or a protocol error, as the revision has it (TOC-03). */
const refuseArguments = (dialect: Dialect, tool: BoundTool, message: string): Effect.Effect<string, RpcError> =>
  dialect.revision.invalidArguments === "ProtocolError"
    ? Effect.fail(Rpc.invalidParams(message))
    : Effect.succeed(dialect.finish(dialect.revision.encode.callToolResult(errorResult(message), tool.outputSchema)))

/**
 * Arguments that are mirrored in headers must agree with them, on stateless-era calls over HTTP (XMV-02 to XMV-06). Such
 * a call has said its method in a header too; on other transports there are no headers.
 */
const compareHeaders = ({ headers }: BoundTool, origin: Origin, args: Params): RpcError | undefined => {
  if (origin.revision.era === "session" || origin.header("mcp-method") === undefined) return undefined
  const mismatch = ParameterHeaders.compare(headers, origin.header, args)
  return mismatch === undefined ? undefined : Rpc.make(ErrorCode.HeaderMismatch, mismatch)
}

/**
 * Serves `tools/call`.
 *
 * @category methods
 * @since 0.1.0
 */
export const callTool = (components: Components, dialects: Dialects): Method => (request, origin) => {
  const name = stringMember(request.params, "name")
  if (Result.isFailure(name)) return Effect.fail(name.failure)
  const tool = components.tools.get(name.success)
  if (tool === undefined) return Effect.fail(Rpc.invalidParams(`Unknown tool: ${Echo.name(name.success)}`))
  const args = argumentsOf(request.params)
  if (Result.isFailure(args)) return Effect.fail(args.failure)
  const mismatch = tool.headers.length === 0 ? undefined : compareHeaders(tool, origin, args.success)
  if (mismatch !== undefined) return Effect.fail(mismatch)
  const dialect = dialects(origin.revision)
  const decoded = tool.decode(args.success)
  if (Result.isFailure(decoded)) return refuseArguments(dialect, tool, decoded.failure)
  const toText: ToText = (result) => dialect.finish(dialect.revision.encode.callToolResult(result, tool.outputSchema))
  return Handling.handle(dialect, request, origin, (facts) => tool.call(decoded.success, facts, toText))
}
