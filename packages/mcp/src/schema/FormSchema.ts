/**
 * The form of an elicitation, as the restricted JSON Schema that the specification allows: a flat object of text,
 * numbers, yes-or-no and choices. It travels exactly as given, because the order of its properties is the order of the
 * form. Building forms from Effect schemas, and checking answers against them, happens on the floors above.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { open, openRecord, verbatim } from "./Open.ts"

const labelFields = {
  title: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String)
} as const

const strings = Schema.Array(Schema.String)

const option = open({ const: Schema.String, title: Schema.String })

const sizeFields = {
  minItems: Schema.optionalKey(Schema.Int),
  maxItems: Schema.optionalKey(Schema.Int),
  default: Schema.optionalKey(strings)
} as const

/**
 * A field for text. Lengths are in characters.
 *
 * @category schemas
 * @since 0.1.0
 */
export class StringSchema extends Schema.Opaque<StringSchema>()(open({
  type: Schema.Literal("string"),
  ...labelFields,
  minLength: Schema.optionalKey(Schema.Int),
  maxLength: Schema.optionalKey(Schema.Int),
  format: Schema.optionalKey(Schema.Literals(["email", "uri", "date", "date-time"])),
  default: Schema.optionalKey(Schema.String)
})) {}

/**
 * A field for a number or an integer. Bounds are included.
 *
 * @category schemas
 * @since 0.1.0
 */
export class NumberSchema extends Schema.Opaque<NumberSchema>()(open({
  type: Schema.Literals(["number", "integer"]),
  ...labelFields,
  minimum: Schema.optionalKey(Schema.Finite),
  maximum: Schema.optionalKey(Schema.Finite),
  default: Schema.optionalKey(Schema.Finite)
})) {}

/**
 * A field for yes or no.
 *
 * @category schemas
 * @since 0.1.0
 */
export class BooleanSchema extends Schema.Opaque<BooleanSchema>()(open({
  type: Schema.Literal("boolean"),
  ...labelFields,
  default: Schema.optionalKey(Schema.Boolean)
})) {}

/**
 * One choice among values. `enumNames` is the older way of naming them, no longer for new code.
 *
 * @category schemas
 * @since 0.1.0
 */
export class UntitledSingleSelectSchema extends Schema.Opaque<UntitledSingleSelectSchema>()(open({
  type: Schema.Literal("string"),
  ...labelFields,
  enum: strings,
  enumNames: Schema.optionalKey(strings),
  default: Schema.optionalKey(Schema.String)
})) {}

/**
 * One choice among values with titles.
 *
 * @category schemas
 * @since 0.1.0
 */
export class TitledSingleSelectSchema extends Schema.Opaque<TitledSingleSelectSchema>()(open({
  type: Schema.Literal("string"),
  ...labelFields,
  oneOf: Schema.Array(option),
  default: Schema.optionalKey(Schema.String)
})) {}

/**
 * Several choices among values.
 *
 * @category schemas
 * @since 0.1.0
 */
export class UntitledMultiSelectSchema extends Schema.Opaque<UntitledMultiSelectSchema>()(open({
  type: Schema.Literal("array"),
  ...labelFields,
  ...sizeFields,
  items: open({ type: Schema.Literal("string"), enum: strings })
})) {}

/**
 * Several choices among values with titles.
 *
 * @category schemas
 * @since 0.1.0
 */
export class TitledMultiSelectSchema extends Schema.Opaque<TitledMultiSelectSchema>()(open({
  type: Schema.Literal("array"),
  ...labelFields,
  ...sizeFields,
  items: open({ anyOf: Schema.Array(option) })
})) {}

/**
 * One field of a form. The enumerations come before plain text, which their open shape would match too.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PrimitiveSchema = Schema.Union([
  UntitledSingleSelectSchema,
  TitledSingleSelectSchema,
  UntitledMultiSelectSchema,
  TitledMultiSelectSchema,
  StringSchema,
  NumberSchema,
  BooleanSchema
])

/**
 * One field of a form.
 *
 * @category models
 * @since 0.1.0
 */
export type PrimitiveSchema =
  | UntitledSingleSelectSchema
  | TitledSingleSelectSchema
  | UntitledMultiSelectSchema
  | TitledMultiSelectSchema
  | StringSchema
  | NumberSchema
  | BooleanSchema

/**
 * The JSON Schema of a form: an object of primitive properties. Passed on exactly as given.
 *
 * @category schemas
 * @since 0.1.0
 */
export class RequestedSchema extends Schema.Opaque<RequestedSchema>()(verbatim(openRecord({
  type: Schema.Literal("object"),
  $schema: Schema.optionalKey(Schema.String),
  properties: Schema.Record(Schema.String, PrimitiveSchema),
  required: Schema.optionalKey(strings)
}))) {}
