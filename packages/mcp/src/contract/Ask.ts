/**
 * Asking the client in the middle of a handler: its model (sampling), its user (elicitation), its roots. In the session
 * era this is a request of the server, sent on the call's own stream. In the stateless era a server may not send
 * requests, and asking fails as unsupported for now.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ServerRequests } from "../revision/Methods.ts"
import type { ElicitParams, ElicitResult } from "../schema/Elicitation.ts"
import type { ListRootsResult } from "../schema/Roots.ts"
import type { CreateMessageParams, CreateMessageResult } from "../schema/Sampling.ts"
import { McpRequest } from "./McpRequest.ts"

/**
 * The methods that ask the client.
 *
 * @category models
 * @since 0.1.0
 */
export type Method = "sampling/createMessage" | "elicitation/create" | "roots/list"

/**
 * Sends a question and waits for the answer.
 *
 * @category models
 * @since 0.1.0
 */
export type Send = <M extends Method>(
  method: M,
  params: ServerRequests[M]["params"]
) => Effect.Effect<ServerRequests[M]["result"], AskError>

/**
 * The client did not declare the capability, or there is no way to ask it on this request (MET-06, INI-18).
 *
 * @category errors
 * @since 0.1.0
 */
export class Unsupported extends Schema.TaggedError<Unsupported>()("Unsupported", { method: Schema.String }) {
  override get message(): string {
    return `The client cannot be asked: ${this.method}`
  }
}

/**
 * The client answered with an error.
 *
 * @category errors
 * @since 0.1.0
 */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  code: Schema.Int,
  message: Schema.String
}) {}

/**
 * The client's answer is not what the specification says it must be.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidAnswer extends Schema.TaggedError<InvalidAnswer>()("InvalidAnswer", {
  message: Schema.String
}) {}

/**
 * There is no answer, for one of these reasons. That a user declined is an answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class AskError extends Schema.TaggedError<AskError>()("AskError", {
  reason: Schema.Union([Unsupported, Refused, InvalidAnswer])
}) {
  override get message(): string {
    return this.reason.message
  }
}

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
