/** What can and what cannot be in a form: checked by the compiler, run by nobody. */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ask from "../../src/contract/Ask.ts"
import * as Form from "../../src/contract/Form.ts"
import type { McpRequest } from "../../src/contract/McpRequest.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
const same = <T extends true>(): T | undefined => undefined

const all = Ask.form({
  text: Schema.String,
  long: Schema.String.check(Schema.isMinLength(3)),
  email: Form.email,
  number: Schema.Finite,
  integer: Schema.Int,
  sure: Schema.Boolean,
  one: Schema.Literals(["a", "b"]),
  titled: Form.choice({ a: "The first", b: "The second" }),
  some: Schema.Array(Schema.Literals(["a", "b"])),
  titledSome: Schema.Array(Form.choice({ a: "The first", b: "The second" })),
  maybe: Schema.optionalKey(Schema.String),
  transformed: Schema.NumberFromString
}, "Everything")
type Answer = typeof all extends Effect.Effect<infer A, Ask.AskError, McpRequest> ? A : never
same<Equal<Answer["text"], string>>()
same<Equal<Answer["integer"], number>>()
same<Equal<Answer["one"], "a" | "b">>()
same<Equal<Answer["titled"], "a" | "b">>()
same<Equal<Answer["titledSome"], ReadonlyArray<"a" | "b">>>()
same<Equal<Answer["transformed"], number>>()
same<Equal<Answer["maybe"], string | undefined>>()

class Contact extends Schema.Class<Contact>("Contact")({ name: Schema.String }) {}
const contact = Ask.form(Contact, "Who?")
same<Equal<typeof contact extends Effect.Effect<infer A, infer _E, infer _R> ? A : never, Contact>>()
const made = Form.make({ sure: Schema.Boolean })
same<Equal<typeof made extends Form.Form<infer A> ? A : never, { readonly sure: boolean }>>()
Ask.form(made, "Sure?")
Ask.form(Schema.Struct({ a: Schema.String }), "Struct")

// @ts-expect-error an object in an object
Ask.form({ nested: Schema.Struct({ a: Schema.String }) }, "Nested")
// @ts-expect-error an object in an object, in a schema
Ask.form(Schema.Struct({ nested: Schema.Struct({ a: Schema.String }) }), "Nested")
// @ts-expect-error a list of free texts
Ask.form({ texts: Schema.Array(Schema.String) }, "Texts")
// @ts-expect-error a list of numbers
Ask.form({ numbers: Schema.Array(Schema.Finite) }, "Numbers")
// @ts-expect-error null is nothing that a user can choose
Ask.form({ nullable: Schema.NullOr(Schema.String) }, "Nullable")
// @ts-expect-error either a text or a number
Ask.form({ either: Schema.Union([Schema.String, Schema.Finite]) }, "Either")
// @ts-expect-error a choice among numbers
Ask.form({ number: Schema.Literals([1, 2]) }, "Numbers")
// @ts-expect-error yes, and no other answer
Ask.form({ yes: Schema.Literal(true) }, "Yes")
// @ts-expect-error a text alone is no form
Ask.form(Schema.String, "Text")
// @ts-expect-error a form has fixed fields
Ask.form(Schema.Record(Schema.String, Schema.String), "Record")
// @ts-expect-error not a schema
Ask.form({ a: "text" }, "Text")
// @ts-expect-error what can fail needs a schema for its failures
Ask.once("step", all, Schema.Unknown)
