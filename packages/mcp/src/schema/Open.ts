/**
 * Objects that keep what they do not know. MCP objects are open: a peer may add vendor fields, and later revisions add
 * fields of their own, so every object of the model carries unknown members through decoding and encoding. This file
 * holds the few constructors for that. It deliberately says nothing about any particular MCP object.
 *
 * The objects are declared as `class X extends Schema.Opaque<X>()(open({ … })) {}`. That gives the type a name, in hovers
 * and in declaration files; there are no instances: a value is a plain object, and any object of the shape is one.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaParser from "effect/SchemaParser"

/**
 * A JSON value of any kind, `null` included. Decoding never fails and never copies; generated values are JSON.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Json = Schema.Unknown

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * A JSON object with arbitrary members. Only "is an object" is checked, and the very same object is handed on: order
 * of members, nesting and identity survive.
 *
 * @category schemas
 * @since 0.1.0
 */
export const JsonObject = Schema.declare(isJsonObject, {
  expected: "JSON object",
  toCodecJson: () =>
    Schema.link<JsonObject>()(Schema.Record(Schema.String, Schema.Unknown), {
      decode: SchemaGetter.passthrough(),
      encode: SchemaGetter.passthrough()
    })
})

/**
 * A JSON object with arbitrary members.
 *
 * @category models
 * @since 0.1.0
 */
export interface JsonObject {
  readonly [key: string]: unknown
}

/**
 * The schema that {@link open} returns. Its static side is that of the plain `Struct` with the same fields, so that
 * hovers, completions and exact literals stay useful; unknown members exist at run time only.
 *
 * @category models
 * @since 0.1.0
 */
export interface Open<Fields extends Schema.Struct.Fields> extends Schema.BottomLazy<SchemaAST.Objects, Open<Fields>> {
  readonly "Type": Schema.Struct.Type<Fields>
  readonly "Encoded": Schema.Struct.Encoded<Fields>
  readonly "DecodingServices": Schema.Struct.DecodingServices<Fields>
  readonly "EncodingServices": Schema.Struct.EncodingServices<Fields>
  readonly "~type.make.in": Schema.Struct.MakeIn<Fields>
  readonly "~type.make": Schema.Struct.MakeIn<Fields>
  readonly "Iso": Schema.Struct.Iso<Fields>
  /** The declared fields: spread them into another `open` to extend the object. */
  readonly fields: Fields
}

const unknownMembers = Schema.Record(Schema.String, Schema.Unknown)

/**
 * An object with the given fields that keeps unknown members on decode and on encode.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = <const Fields extends Schema.Struct.Fields>(fields: Fields): Open<Fields> =>
  // `Schema.make` is the cast: the AST has an index signature that the static side of `Open` leaves out on purpose.
  Schema.make<Open<Fields>>(Schema.StructWithRest(Schema.Struct(fields), [unknownMembers]).ast, { fields })

/**
 * Like {@link open}, for objects whose unknown members are meant to be read and written (`_meta`, JSON Schemas): the
 * static side has the index signature too.
 *
 * @category constructors
 * @since 0.1.0
 */
export const openRecord = <const Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.StructWithRest(Schema.Struct(fields), [unknownMembers])

/**
 * Checks a value against a schema that transforms nothing, and hands on the value itself, not the copy that decoding
 * makes. For objects that must arrive exactly as sent, order of members included (JSON Schemas).
 *
 * @category combinators
 * @since 0.1.0
 */
export const verbatim = <A>(schema: Schema.Codec<A>): Schema.declareConstructor<A, A, readonly []> => {
  const parse = SchemaParser.decodeUnknownEffect(schema)
  return Schema.declareConstructor<A>()([], () => (input, _ast, options) =>
    // The schema has just accepted `input` as an encoded `A`, and encoded and decoded form are the same type.
    Effect.mapEager(parse(input, options), () => input as A), {
    toCodecJson: () =>
      Schema.link<A>()(schema, { decode: SchemaGetter.passthrough(), encode: SchemaGetter.passthrough() })
  })
}
