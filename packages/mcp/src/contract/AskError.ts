/**
 * Why a question to the client has no answer, and the shape of what sends one. Asking itself is in `Ask.ts`.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
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
 * What may be said of a question beside the question.
 *
 * @category models
 * @since 0.1.0
 */
export interface SendOptions {
  /** The name of the question within its request, on revisions where questions have names. Default: made of its text. */
  readonly key?: string | undefined
  /** How long to wait for the answer, in milliseconds. Default: as long as the request lives. */
  readonly timeoutMillis?: number | undefined
}

/**
 * Sends a question and waits for the answer.
 *
 * @category models
 * @since 0.1.0
 */
export type Send = <M extends Method>(
  method: M,
  params: ServerRequests[M]["params"],
  options?: SendOptions
) => Effect.Effect<ServerRequests[M]["result"], AskError>

/**
 * How the outcome of a step is written down as JSON, and read again.
 *
 * @category models
 * @since 0.1.0
 */
export interface StepCodec<A, E> {
  readonly encode: (outcome: Result.Result<A, E>) => unknown
  /** Nothing, when the JSON is not the outcome of such a step. */
  readonly decode: (json: unknown) => Result.Result<A, E> | undefined
}

/**
 * Runs an effect, and keeps its outcome where the request may be run again.
 *
 * @category models
 * @since 0.1.0
 */
export type Once = <A, E, R>(
  key: string,
  effect: Effect.Effect<A, E, R>,
  codec: StepCodec<A, E>
) => Effect.Effect<A, E, R>

/**
 * The client did not declare the capability, or there is no way to ask it on this request (MET-06, INI-18), or as many
 * questions as may wait for it wait already.
 * `requiredCapabilities` is there when the client could declare them and send the request again: a stateless-era request
 * that fails with this error is answered with `-32021`.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unsupported extends Schema.TaggedError<Unsupported>()("Unsupported", {
  method: Schema.String,
  requiredCapabilities: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
}) {
  override get message(): string {
    return `The client cannot be asked: ${this.method}`
  }
}

/**
 * The user said no (ELI-14).
 *
 * @category errors
 * @since 0.1.0
 */
export class Declined extends Schema.TaggedError<Declined>()("Declined", {}) {
  override get message(): string {
    return "The user declined"
  }
}

/**
 * The user closed the question without an answer (ELI-14).
 *
 * @category errors
 * @since 0.1.0
 */
export class Cancelled extends Schema.TaggedError<Cancelled>()("Cancelled", {}) {
  override get message(): string {
    return "The user cancelled"
  }
}

/**
 * The answer did not come in time.
 *
 * @category errors
 * @since 0.1.0
 */
export class TimedOut extends Schema.TaggedError<TimedOut>()("TimedOut", { timeoutMillis: Schema.Number }) {
  override get message(): string {
    return `There was no answer within ${this.timeoutMillis} ms`
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
 * The client's answer is not what the specification or the form says it must be (ELF-06).
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidAnswer extends Schema.TaggedError<InvalidAnswer>()("InvalidAnswer", {
  message: Schema.String
}) {}

/**
 * There is no answer, for one of these reasons. Take them apart with `Effect.catchReason`. Where a handler lets it pass, a
 * tool's result says so to the model, and a prompt or a resource is answered with an error.
 *
 * @category errors
 * @since 0.1.0
 */
export class AskError extends Schema.TaggedError<AskError>()("AskError", {
  reason: Schema.Union([Unsupported, Declined, Cancelled, TimedOut, Refused, InvalidAnswer])
}) {
  override get message(): string {
    return this.reason.message
  }
}
