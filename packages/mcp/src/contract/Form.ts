/**
 * A form to ask the user with: made of Effect Schema, limited by its types to what elicitation can show (ELF-02, ELF-03).
 * That is a flat object of texts, numbers, yes-or-no, and choices of one or several texts. How a form is written as
 * JSON Schema is in `FormSchema.ts`; how it reaches the user, in `Ask.ts`.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type { RequestedSchema } from "../schema/Elicitation.ts"
import { type Content, normalize } from "./FormAnswer.ts"
import { date, dateTime, email, uri } from "./FormField.ts"
import { read, type Reading } from "./FormSchema.ts"
import { type AnyCodec, toJsonCodec, toJsonSchema, toSchema } from "./ParameterSchema.ts"

export { date, dateTime, email, uri }

/**
 * A form, ready to be asked: what goes to the client, and how its answer is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ready<out A> {
  readonly requestedSchema: RequestedSchema
  /** Reads an answer; the failure is a sentence. Members that are missing take their defaults. */
  readonly decode: (content: Content) => Result.Result<A, string>
}

/**
 * A form.
 *
 * @category models
 * @since 0.1.0
 */
export interface Form<out A> {
  readonly _tag: "Form"
  /** The failure says what a form cannot have; the types exclude most of it. */
  readonly ready: Result.Result<Ready<A>, string>
}

/**
 * What a form can be made of: its fields, the schema of a flat object, or a form that was made before.
 *
 * @category models
 * @since 0.1.0
 */
export type Input = { readonly [name: string]: AnyCodec } | AnyCodec | Form<unknown>

/**
 * What an answer to a form is read as.
 *
 * @category type-level
 * @since 0.1.0
 */
export type TypeOf<F extends Input> = F extends Form<infer A> ? A
  : F extends AnyCodec ? F["Type"]
  : F extends Schema.Struct.Fields ? Schema.Struct<F>["Type"]
  : never

/**
 * What the compiler shows where a form has a field that elicitation does not allow.
 *
 * @category type-level
 * @since 0.1.0
 */
export interface NotInForms<Field> {
  readonly "A form has texts, numbers, booleans, and choices among texts; this is none of them": Field
}

/** Whether elicitation can show a field whose JSON is of this type. */
type IsField<Encoded> = [Encoded] extends [string] ? true
  : [Encoded] extends [number] ? (number extends Encoded ? true : false)
  : [Encoded] extends [boolean] ? ([boolean] extends [Encoded] ? true : false)
  : [Encoded] extends [ReadonlyArray<infer Item>] ? IsChoice<Item>
  : false

type IsChoice<Item> = [Item] extends [string] ? (string extends Item ? false : true) : false

type BadFields<Encoded> = {
  [Name in keyof Encoded]-?: IsField<Exclude<Encoded[Name], undefined>> extends true ? never : Name
}[keyof Encoded]

type CheckObject<Encoded> = Encoded extends ReadonlyArray<unknown> | string | number | boolean | null
  ? NotInForms<Encoded>
  : string extends keyof Encoded ? NotInForms<Encoded>
  : [BadFields<Encoded>] extends [never] ? unknown
  : NotInForms<BadFields<Encoded>>

/**
 * Nothing for what a form can be made of, and otherwise a type that nothing has.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Check<F> = F extends Form<unknown> ? unknown
  : F extends AnyCodec ? CheckObject<F["Encoded"]>
  : {
    readonly [Name in keyof F]: F[Name] extends AnyCodec
      ? (IsField<Exclude<F[Name]["Encoded"], undefined>> extends true ? unknown : NotInForms<F[Name]["Encoded"]>)
      : never
  }

/**
 * A form was asked that elicitation does not allow. It is a defect: no handler can do something about it.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidForm extends Schema.TaggedError<InvalidForm>()("InvalidForm", { message: Schema.String }) {}

const isForm = (input: Input): input is Form<unknown> => "_tag" in input && input._tag === "Form"

const minLengthsOf = (checks: SchemaAST.Checks | undefined): ReadonlyArray<number> =>
  (checks ?? []).flatMap((check) => {
    if (check._tag === "FilterGroup") return minLengthsOf(check.checks)
    const { id, payload } = check.annotations?.representation ?? {}
    return id === "effect/schema/isMinLength" && Predicate.isObject(payload) && "minLength" in payload &&
        typeof payload.minLength === "number"
      ? [payload.minLength]
      : []
  })

/**
 * How long texts must be at least, by field. Derived JSON Schema counts code points, and asks for half of what the check
 * asks for, so as to refuse no emoji that the check admits; a user is better off with the number that the author wrote.
 */
const lengthsOf = ({ ast }: AnyCodec): ReadonlyMap<PropertyKey, number> =>
  new Map(
    ast._tag !== "Objects" ? [] : ast.propertySignatures.flatMap(({ name, type }) => {
      const lengths = type._tag === "String" && type.encoding === undefined ? minLengthsOf(type.checks) : []
      return lengths.length === 0 ? [] : [[name, Math.max(...lengths)] as const]
    })
  )

/** A schema that cannot be written as JSON Schema says so by an exception. */
const readSchema = (schema: AnyCodec): Result.Result<Reading, string> =>
  Result.flatMap(
    Result.try({
      try: () => toJsonSchema(schema),
      catch: (cause) => cause instanceof Error ? cause.message : String(cause)
    }),
    (json) => read(json, lengthsOf(schema))
  )

/**
 * The form that something stands for; the failure says why it cannot be one.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromInput = (input: Input): Result.Result<Ready<unknown>, string> => {
  if (isForm(input)) return input.ready
  const schema: AnyCodec = toSchema(input)
  return Result.map(readSchema(schema), (reading) => {
    const decode = Schema.decodeUnknownResult(toJsonCodec(schema))
    return {
      requestedSchema: reading.requestedSchema,
      decode: (content) =>
        Result.mapError(
          decode({ ...reading.defaults, ...normalize(reading.requestedSchema, content) }),
          (error) => error.message
        )
    }
  })
}

/**
 * Makes a form once, to be asked many times; `Ask.form` also takes the fields themselves. A field's `title`,
 * `description` and `default` are annotations of its schema. A field with a default need not be answered, and one that is
 * optional has none. Checks that JSON Schema of forms cannot say hold all the same, when the answer is read.
 *
 * @example
 * ```ts
 * import { Form } from "@parley/mcp"
 * import * as Schema from "effect/Schema"
 *
 * export const Contact = Form.make({
 *   name: Schema.String.annotate({ title: "Your name" }),
 *   email: Form.email,
 *   plan: Form.choice({ free: "Free of charge", pro: "Everything" }).annotate({ default: "free" }),
 *   age: Schema.optionalKey(Schema.Int)
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const F extends Input>(fields: F & Check<F>): Form<TypeOf<F>> => ({
  _tag: "Form",
  // What `Check` adds to the type is for the compiler alone, and the schema decodes to what `TypeOf` says.
  ready: fromInput(fields as Input) as Result.Result<Ready<TypeOf<F>>, string>
})

/**
 * A field for one of several texts, with their titles. `Schema.Literals` makes one without titles; inside of
 * `Schema.Array`, either is a choice of several.
 *
 * @category fields
 * @since 0.1.0
 */
export const choice = <const Titles extends { readonly [value: string]: string }>(
  titles: Titles
): Schema.Union<ReadonlyArray<Schema.Literal<keyof Titles & string>>> =>
  Schema.Union(
    // The keys of an object are of the type that says which keys it has.
    Object.entries(titles).map(([value, title]) => Schema.Literal(value as keyof Titles & string).annotate({ title }))
  )
