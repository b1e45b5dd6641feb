/**
 * What a user answers to a question.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Meta } from "./Meta.ts"
import { open } from "./Open.ts"

/**
 * A value that a user can give to one field of a form.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ElicitValue = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Array(Schema.String)])

/**
 * A value that a user can give to one field of a form.
 *
 * @category models
 * @since 0.1.0
 */
export type ElicitValue = typeof ElicitValue.Type

/**
 * The user's answer. `content` is there when a form was accepted; it has yet to be checked against the form's schema.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ElicitResult extends Schema.Opaque<ElicitResult>()(open({
  action: Schema.Literals(["accept", "decline", "cancel"]),
  content: Schema.optionalKey(Schema.Record(Schema.String, ElicitValue)),
  _meta: Schema.optionalKey(Meta)
})) {}
