/**
 * Readers: what a message says, from the dated form to the canonical one. What the revision's own schema permits is read. A
 * member that the revision does not have survives if it fits the canonical model, and is left out otherwise. A reader is
 * made when it is first used.
 *
 * @since 0.1.0
 */
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Revision } from "../Revision.ts"
import { all } from "../Revisions.ts"
import type { Codec } from "./Dated.ts"
import { lazy } from "./Lazy.ts"

/**
 * How one part of a message is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reader<A = unknown> {
  readonly schema: Codec<A>
  /** Compiled once. */
  readonly decode: (value: unknown) => Result.Result<A, Schema.SchemaError>
}

/**
 * Readers by method. The type of what is read follows from the method.
 *
 * @category models
 * @since 0.1.0
 */
export interface Readers<Types> {
  get<M extends keyof Types>(method: M): Reader<Types[M]> | undefined
  get(method: string): Reader | undefined
}

/**
 * Something of each revision.
 *
 * @category models
 * @since 0.1.0
 */
export type OfRevision<A> = (revision: Revision) => A

/**
 * Something of each revision, made when it is first asked for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const perRevision = <A>(make: (revision: Revision) => A): OfRevision<A> => {
  const made = new Map(all.map((revision) => [revision, lazy(() => make(revision))]))
  return (revision) => made.get(revision)?.() ?? make(revision)
}

/**
 * Schemas by method, made of the model of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export type Schemas<Model, Types> = { readonly [M in keyof Types]: (model: Model) => Codec<Types[M]> }

/** How a schema decodes. */
type Decoder = (schema: Codec<unknown>) => Reader["decode"]

/**
 * Readers of those methods that the revision has, and of no other.
 *
 * @category constructors
 * @since 0.1.0
 */
export const readers = <Model, Types>(
  names: OfRevision<ReadonlySet<string>>,
  model: OfRevision<Model>,
  schemas: Schemas<Model, Types>,
  decoder: Decoder = Schema.decodeUnknownResult
): OfRevision<Readers<Types>> =>
  perRevision((revision) => {
    const entries = Object.entries<(model: Model) => Codec<unknown>>(schemas).filter(([method]) =>
      names(revision).has(method)
    )
    // A `Map` cannot say that the type of a value depends on its key; the key is the method that the schema is of.
    return new Map(entries.map(([method, build]) => {
      const schema = lazy(() => build(model(revision)))
      const decode = lazy(() => decoder(schema()))
      return [method, {
        get schema() {
          return schema()
        },
        decode: (value: unknown) => decode()(value)
      }] as const
    })) as unknown as Readers<Types>
  })

/**
 * Decodes params, which may be absent: those are read as `{}`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const paramsDecoder = <A>(schema: Codec<A>): Reader<A>["decode"] => {
  const decode = Schema.decodeUnknownResult(schema)
  return (params) => decode(params === undefined ? {} : params)
}
