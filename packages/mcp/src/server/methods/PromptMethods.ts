/**
 * `prompts/get`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Echo from "../../jsonrpc/Echo.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import * as Handling from "../asking/Handling.ts"
import type { Components } from "../component/Components.ts"
import type { Dialects } from "../Dialect.ts"
import type { Method } from "../Engine.ts"
import { argumentsOf, stringMember } from "./Params.ts"

/**
 * Serves `prompts/get`.
 *
 * @category methods
 * @since 0.1.0
 */
export const getPrompt = (components: Components, dialects: Dialects): Method => (request, origin) => {
  const name = stringMember(request.params, "name")
  if (Result.isFailure(name)) return Effect.fail(name.failure)
  const prompt = components.prompts.get(name.success)
  if (prompt === undefined) return Effect.fail(Rpc.invalidParams(`Unknown prompt: ${Echo.name(name.success)}`))
  const args = argumentsOf(request.params)
  if (Result.isFailure(args)) return Effect.fail(args.failure)
  const dialect = dialects(origin.revision)
  return Handling.handle(dialect, request, origin, (facts) =>
    Effect.mapEager(
      prompt.get(args.success, facts),
      (result) => dialect.finish(dialect.revision.encode.getPromptResult(result))
    ))
}
