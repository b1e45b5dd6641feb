/**
 * How the outcome of a step (`Ask.once`) is written down and read again. Where it is kept is not decided here.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { StepCodec } from "./AskError.ts"
import { type AnyCodec, toJsonCodec } from "./ParameterSchema.ts"

/**
 * Schemas for both outcomes of a step.
 *
 * @category models
 * @since 0.1.0
 */
export interface Both<A, E> {
  readonly success: Schema.Codec<A, unknown>
  readonly failure: Schema.Codec<E, unknown>
}

/**
 * What describes the outcome of a step: a schema for its success, and one for its failure if it can fail.
 *
 * @category models
 * @since 0.1.0
 */
export type Schemas<A, E> = [E] extends [never] ? Schema.Codec<A, unknown> | Both<A, E> : Both<A, E>

const isOutcome = (json: unknown): json is readonly [0 | 1, unknown] => Array.isArray(json) && json.length === 2

interface Parts {
  readonly success: AnyCodec
  readonly failure: AnyCodec
}

const parts = (schemas: AnyCodec | Parts): Parts =>
  Schema.isSchema(schemas)
    ? { success: toJsonCodec(schemas), failure: Schema.Never }
    : { success: toJsonCodec(schemas.success), failure: toJsonCodec(schemas.failure) }

/**
 * The codec of a step: a pair of 0 for success, or 1 for failure, and the value. Encoding a value that its schema does not
 * describe is a defect.
 *
 * @category constructors
 * @since 0.1.0
 */
export const codec = <A, E>(schemas: Schemas<A, E>): StepCodec<A, E> => {
  // Which of the two it is, is decided by `E` above, and by looking here.
  const { failure, success } = parts(schemas as AnyCodec | Parts)
  return {
    encode: (outcome) =>
      Result.isSuccess(outcome)
        ? [0, Schema.encodeUnknownSync(success)(outcome.success)]
        : [1, Schema.encodeUnknownSync(failure)(outcome.failure)],
    decode: (json) => {
      if (!isOutcome(json)) return undefined
      const decoded = Schema.decodeUnknownResult(json[0] === 0 ? success : failure)(json[1])
      if (Result.isFailure(decoded)) return undefined
      // Each schema was given for its side of the outcome.
      return json[0] === 0 ? Result.succeed(decoded.success as A) : Result.fail(decoded.success as E)
    }
  }
}
