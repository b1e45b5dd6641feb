/**
 * Why a question to the client has no answer, and what sends one.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ServerRequests } from "../revision/Methods.ts"

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
