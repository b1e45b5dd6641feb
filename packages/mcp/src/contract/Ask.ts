/**
 * Asking the client in the middle of a handler: its model (sampling), its user (elicitation), its roots. In the session
 * era this is a request of the server, sent on the call's own stream. In the stateless era a server may not send
 * requests, and asking fails as unsupported for now.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { ServerRequests } from "../revision/Methods.ts"
import type { ElicitParams, ElicitResult } from "../schema/Elicitation.ts"
import type { ListRootsResult } from "../schema/Roots.ts"
import type { CreateMessageParams, CreateMessageResult } from "../schema/Sampling.ts"
import { AskError, InvalidAnswer, type Method, Refused, type Send, Unsupported } from "./AskError.ts"
import { McpRequest } from "./McpRequest.ts"

export { AskError, InvalidAnswer, type Method, Refused, type Send, Unsupported }

const ask = <M extends Method>(
  method: M,
  params: ServerRequests[M]["params"]
): Effect.Effect<ServerRequests[M]["result"], AskError, McpRequest> =>
  Effect.flatMap(McpRequest, (request) => request.ask(method, params))

/**
 * Asks the client's model for a message (`sampling/createMessage`).
 *
 * @example
 * ```ts
 * import { Ask } from "@parley/mcp"
 *
 * export const haiku = Ask.sample({
 *   messages: [{ role: "user", content: { type: "text", text: "A haiku about nets" } }],
 *   maxTokens: 100
 * })
 * ```
 *
 * @category asking
 * @since 0.1.0
 */
export const sample = (params: CreateMessageParams): Effect.Effect<CreateMessageResult, AskError, McpRequest> =>
  ask("sampling/createMessage", params)

/**
 * Asks the user (`elicitation/create`) with params written out as the specification has them.
 *
 * @category asking
 * @since 0.1.0
 */
export const elicit = (params: ElicitParams): Effect.Effect<ElicitResult, AskError, McpRequest> =>
  ask("elicitation/create", params)

/**
 * Asks for the client's roots (`roots/list`).
 *
 * @category asking
 * @since 0.1.0
 */
export const roots: Effect.Effect<ListRootsResult, AskError, McpRequest> = ask("roots/list", {})
