/**
 * The list methods: `tools/list`, `resources/list`, `resources/templates/list`, `prompts/list`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Dialects, Fixed } from "../Dialect.ts"
import type { Method } from "../Engine.ts"

/**
 * Serves a list.
 *
 * @category methods
 * @since 0.1.0
 */
export const list = (dialects: Dialects, name: Fixed): Method => (request, origin) =>
  // All fits on one page, so no cursor was ever given out (PAG-04).
  request.params?.cursor === undefined
    ? Effect.sync(() => dialects(origin.revision).text(name))
    : Effect.fail(Rpc.invalidParams("Unknown cursor"))
