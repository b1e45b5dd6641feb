/**
 * Answers to forms: what older clients say otherwise is brought to one form, and answers to a form that was written out by
 * hand, as JSON Schema, are checked against it (ELF-06). Forms made of Effect Schema are decoded in `Form.ts`.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ElicitValue, PrimitiveSchema, RequestedSchema } from "../schema/Elicitation.ts"
import * as FormField from "./FormField.ts"
import type { AnyCodec } from "./ParameterSchema.ts"

/**
 * The content of an answer, by the name of the field.
 *
 * @category models
 * @since 0.1.0
 */
export type Content = { readonly [name: string]: ElicitValue }

/**
 * An answer in which a choice among several is a list: where a revision knows choices of one only, it comes as a text.
 *
 * @category conversions
 * @since 0.1.0
 */
export const normalize = ({ properties }: RequestedSchema, content: Content): Content =>
  Object.fromEntries(
    Object.entries(content).map(([name, value]) => {
      const isList = Object.hasOwn(properties, name) && properties[name]?.type === "array"
      return [name, isList && typeof value === "string" ? [value] : value] as const
    })
  )

type Of<Type extends PrimitiveSchema["type"]> = Extract<PrimitiveSchema, { readonly type: Type }>

/** JSON Schema counts the characters of Unicode. */
const lengthOf = (text: string): number => Array.from(text).length

const within = <A>(measure: (value: A) => number, what: string, min: number | undefined, max: number | undefined) =>
  Schema.makeFilter(
    (value: A) => (min === undefined || measure(value) >= min) && (max === undefined || measure(value) <= max),
    { expected: `${what} from ${min ?? "any"} to ${max ?? "any"}` }
  )

const fieldOf = { email: FormField.email, uri: FormField.uri, date: FormField.date, "date-time": FormField.dateTime }

const textField = (field: Of<"string">): AnyCodec => {
  if ("enum" in field) return Schema.Literals(field.enum)
  if ("oneOf" in field) return Schema.Literals(field.oneOf.map((option) => option.const))
  const { format, maxLength, minLength } = field
  const text = format === undefined ? Schema.String : fieldOf[format]
  return text.check(within(lengthOf, "a length", minLength, maxLength))
}

const numberField = ({ maximum, minimum, type }: Of<"number" | "integer">): AnyCodec => {
  const number = type === "integer" ? Schema.Int : Schema.Finite
  return number.check(within((value: number) => value, "a number", minimum, maximum))
}

const listField = ({ items, maxItems, minItems }: Of<"array">): AnyCodec => {
  const values = "enum" in items ? items.enum : items.anyOf.map((option) => option.const)
  return Schema.Array(Schema.Literals(values)).check(
    within((list: ReadonlyArray<unknown>) => list.length, "a count", minItems, maxItems)
  )
}

const codecOf = (field: PrimitiveSchema): AnyCodec => {
  switch (field.type) {
    case "string":
      return textField(field)
    case "number":
    case "integer":
      return numberField(field)
    case "boolean":
      return Schema.Boolean
    case "array":
      return listField(field)
  }
}

/**
 * Checks the content of an answer against the schema that the user was shown; the failure is a sentence. What the schema
 * does not speak of is kept.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = (requestedSchema: RequestedSchema, content: Content): Result.Result<Content, string> => {
  const { properties, required = [] } = requestedSchema
  const answer = normalize(requestedSchema, content)
  const fields = Object.entries(properties).map(([name, field]) => {
    const codec = codecOf(field)
    return [name, required.includes(name) ? codec : Schema.optionalKey(codec)] as const
  })
  // Without what objects have by birth: a field may be called `constructor`, and be left out.
  const own: unknown = Object.assign(Object.create(null), answer)
  const decoded = Schema.decodeUnknownResult(Schema.Struct(Object.fromEntries(fields)))(own)
  return Result.isFailure(decoded) ? Result.fail(decoded.failure.message) : Result.succeed(answer)
}
