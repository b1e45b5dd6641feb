/**
 * Every schema that the floor exports, found by reading its folder, so that a new one is tested without being listed.
 * An alias (`ListToolsParams` is `PaginatedParams`) appears once, under the first name.
 */
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { readdirSync } from "node:fs"

/** A schema of the model: it needs no services, and its decoded form is its encoded form. */
export interface Entry {
  readonly name: string
  readonly schema: Schema.Codec<unknown>
}

const folder = new URL("../../src/schema/", import.meta.url)

const collect = async (): Promise<ReadonlyArray<Entry>> => {
  const found = new Map<unknown, Entry>()
  for (const file of readdirSync(folder).toSorted()) {
    const module: Readonly<Record<string, unknown>> = await import(new URL(file, folder).href)
    for (const [name, value] of Object.entries(module).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      // No schema of the model needs services; the round-trip property would die otherwise.
      if (Schema.isSchema(value) && !found.has(value)) found.set(value, { name, schema: value as Entry["schema"] })
    }
  }
  return [...found.values()]
}

export const entries = await collect()

/** The schemas of objects with declared members. */
export const objects = entries.filter(({ schema }) =>
  SchemaAST.isObjects(schema.ast) && schema.ast.propertySignatures.length > 0
)

export const accepts = (schema: Schema.Codec<unknown>, value: unknown): boolean =>
  Exit.isSuccess(Schema.decodeUnknownExit(schema)(value))
