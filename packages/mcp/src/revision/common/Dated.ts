/**
 * How a canonical schema becomes a dated one: some fields are replaced, and those that the revision does not have
 * become lenient. Which fields those are is not known here.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Open, open } from "../../schema/Open.ts"

/**
 * A schema whose wire form is of no interest to types.
 *
 * @category models
 * @since 0.1.0
 */
export type Codec<A> = Schema.Codec<A, unknown>

/**
 * Fields that replace those of a canonical object. Each must decode to what the field that it replaces decodes to.
 *
 * @category models
 * @since 0.1.0
 */
export type Fields = { readonly [key: string]: Schema.Constraint }

/** The nothing that takes the place of a value that cannot be used. */
const absent = () => Effect.succeedNone

/**
 * A member that the revision does not have: to its schema any value is fine there. One that fits the canonical model is
 * kept; another is left out, because the model promises a type.
 *
 * @category fields
 * @since 0.1.0
 */
export const lenient = <S extends Schema.Constraint>(field: S) => Schema.catchDecoding<S>(absent)(field)

/**
 * A member that the revision does not have and that would mean something else above: never read.
 *
 * @category fields
 * @since 0.1.0
 */
export const ignored = <S extends Schema.Constraint>(field: S) => Schema.middlewareDecoding<S, never>(absent)(field)

/**
 * The dated form of a canonical object: `lacks` names the members that the revision does not have, `overrides` replaces
 * fields. The type is the canonical one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const dated = <F extends Schema.Struct.Fields>(
  canonical: { readonly fields: F },
  lacks: ReadonlyArray<string> = [],
  overrides: Fields = {}
): Codec<Open<F>["Type"]> => {
  const fields: { [key: string]: Schema.Constraint } = { ...canonical.fields, ...overrides }
  for (const key of new Set(lacks)) {
    const field = fields[key]
    if (field !== undefined) fields[key] = lenient(field)
  }
  // An override decodes to a subtype of the field it replaces, and leniency changes no type; the compiler cannot see
  // through the loop.
  return open(fields) as unknown as Codec<Open<F>["Type"]>
}
