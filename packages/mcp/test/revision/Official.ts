/**
 * The oracle of the revision tests: the five official JSON Schemas, behind ajv. Nobody here wrote them. `schema.ts` is
 * the source of truth and `schema.json` is generated from it; where the generator lost something (a JSON number that is
 * no integer, `null`), the loss is repaired here, in one list.
 */
import { Ajv, type ValidateFunction } from "ajv"
import { Ajv2020 } from "ajv/dist/2020.js"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"

export type Json = { readonly [key: string]: unknown }

const pins = {
  "2024-11-05": "866041c5c4d3bbf0a03fef38ef5c6db46aad13467cb384c3eb1bdf9a2f197d9f",
  "2025-03-26": "35e76331022d571aa8953d1d57c2bb1440f5bdbe98096ea705a7232d6c65eed7",
  "2025-06-18": "ebfe1f0186fe0528776c385357ce44cd37df8e00cde8cfa912315a0497f4ceb6",
  "2025-11-25": "ee60934f30645952c1ce911f5ef8fe51977763371d143c65577aa9e864e62b73",
  "2026-07-28": "111b602f90c416455417138544da7fdde2586e6a52f7cb89044a1381bdb6316c",
  "examples-2026-07-28": "49deed7e61dd906a2d17c72dedea4ebe54291a03228f189d3624c99f0ee62dcc"
} as const

const read = (name: keyof typeof pins): Json => {
  const value: Json = JSON.parse(readFileSync(new URL(`./official/${name}.json`, import.meta.url), "utf8"))
  const hash = createHash("sha256").update(JSON.stringify(value)).digest("hex")
  if (hash !== pins[name]) throw new Error(`${name}.json is not the official file: ${hash}`)
  return value
}

export const versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] as const

export type Version = (typeof versions)[number]

/** The official examples of the newest revision: by type, then by name. */
export const examples = read("examples-2026-07-28") as { readonly [type: string]: Json }

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** `string | number | boolean` of `schema.ts` became `string | integer | boolean`, and `JSONValue` lost `null`. */
const repairScalars = (schema: unknown): unknown => {
  if (Array.isArray(schema)) {
    return JSON.stringify(schema) === "[\"string\",\"integer\",\"boolean\"]"
      ? ["string", "number", "boolean"]
      : schema.map(repairScalars)
  }
  if (!isObject(schema)) return schema
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, repairScalars(value)]))
}

const repaired = (definitions: Json): Json => {
  const scalars = repairScalars(definitions) as { readonly [name: string]: Json }
  const { JSONValue } = scalars
  return JSONValue === undefined
    ? scalars
    : { ...scalars, JSONValue: { anyOf: [...(JSONValue.anyOf as ReadonlyArray<Json>), { type: "null" }] } }
}

export interface Official {
  readonly version: Version
  /** The definitions by name, repaired. */
  readonly definitions: { readonly [name: string]: Json }
  /** What is wrong with a value, as one text per error; empty when the official schema accepts it. */
  readonly errors: (definition: string, value: unknown) => ReadonlyArray<string>
  /** The same, and members that only other revisions have in that place are errors too. */
  readonly errorsClosed: (definition: string, value: unknown) => ReadonlyArray<string>
}

/** Local references, wherever the definitions live. */
export const referenced = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1)

const sources = Object.fromEntries(versions.map((version) => {
  const document = read(version)
  const is2020 = document.$defs !== undefined
  return [version, {
    is2020,
    keyword: is2020 ? "$defs" : "definitions",
    definitions: repaired((is2020 ? document.$defs : document.definitions) as Json) as { readonly [name: string]: Json }
  }]
})) as { readonly [V in Version]: { is2020: boolean; keyword: string; definitions: { readonly [name: string]: Json } } }

/**
 * Where members that a revision lacks are still fine: an embedded JSON Schema is open in every revision, and a base
 * type that all requests share is not repeated in the dated definitions.
 */
const isOpenPlace = (place: string): boolean => /^(Tool\.(input|output)Schema|Base|Paginated|Json)/.test(place)

/** The same place has had several names: params were inline before they were named, annotations likewise. */
const place = (definition: string, path: string): string => {
  const named: { readonly [path: string]: string } = {
    "ElicitRequest.params": "ElicitRequestFormParams",
    "ElicitRequestFormParams.requestedSchema": "ElicitSchema",
    "ElicitRequest.params.requestedSchema": "ElicitSchema",
    ResourceReference: "ResourceTemplateReference"
  }
  const full = path === "" ? definition : `${definition}.${path}`
  if (named[full] !== undefined) return named[full]
  if (path === "annotations" && definition !== "Tool") return "Annotations"
  return path === "params" ? `${definition}Params` : full
}

const forEachObject = (definition: string, schema: Json, path: string, visit: (place: string, node: Json) => void) => {
  if (!isObject(schema.properties)) return
  visit(place(definition, path), schema)
  for (const [key, member] of Object.entries(schema.properties)) {
    if (isObject(member)) forEachObject(definition, member, path === "" ? key : `${path}.${key}`, visit)
  }
}

/** Every member name that any revision has in a place. */
const knownMembers = (() => {
  const known = new Map<string, Set<string>>()
  for (const version of versions) {
    for (const [name, schema] of Object.entries(sources[version].definitions)) {
      forEachObject(name, schema, "", (at, node) => {
        const names = known.get(at) ?? new Set()
        known.set(at, names)
        for (const key of Object.keys(node.properties as Json)) names.add(key)
      })
    }
  }
  return known
})()

/** The envelope, and `_meta` of all params before the newest revision, stand in base types and are not repeated. */
const isInherited = (version: Version, at: string, name: string): boolean =>
  name === "jsonrpc" || name === "id" || (name === "_meta" && at.endsWith("Params") && version !== "2026-07-28")

/** Members that other revisions have in a place and this object schema does not. */
export const foreignMembers = (version: Version, at: string, node: Json): ReadonlyArray<string> => {
  const own = (node.properties ?? {}) as Json
  if (isOpenPlace(at)) return []
  return [...(knownMembers.get(at) ?? [])].filter((name) =>
    !Object.hasOwn(own, name) && !isInherited(version, at, name)
  )
}

const closed = (version: Version, definitions: { readonly [name: string]: Json }) => {
  const copy: { [name: string]: Json } = structuredClone(definitions)
  for (const [name, schema] of Object.entries(copy)) {
    forEachObject(name, schema, "", (at, node) => {
      // A boolean schema forbids the member, in both dialects; `copy` is ours to change.
      for (const key of foreignMembers(version, at, node)) {
        Object.assign(node.properties as object, { [key]: false })
      }
    })
  }
  return copy
}

const validators = (version: Version, definitions: { readonly [name: string]: Json }) => {
  const { is2020, keyword } = sources[version]
  // Formats are annotations here: `format: uri` says nothing about which strings are one.
  const options = { strict: false, allErrors: true, validateFormats: false }
  const ajv = is2020 ? new Ajv2020(options) : new Ajv(options)
  ajv.addSchema({ $id: "mcp://schema", [keyword]: definitions })
  const compiled = new Map<string, ValidateFunction>()
  return (definition: string, value: unknown): ReadonlyArray<string> => {
    const validate = compiled.get(definition) ?? ajv.compile({ $ref: `mcp://schema#/${keyword}/${definition}` })
    compiled.set(definition, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
  }
}

const make = (version: Version): Official => {
  const { definitions } = sources[version]
  return {
    version,
    definitions,
    errors: validators(version, definitions),
    errorsClosed: validators(version, closed(version, definitions))
  }
}

/** The oracle of each revision. */
export const official: { readonly [V in Version]: Official } = Object.fromEntries(
  versions.map((version) => [version, make(version)])
) as { readonly [V in Version]: Official }

const methodOf = (schema: Json | undefined): string | undefined => {
  const method = isObject(schema?.properties) ? schema.properties.method : undefined
  return isObject(method) && typeof method.const === "string" ? method.const : undefined
}

/** The methods of a union such as `ClientRequest`, each with the name of its definition. */
export const methods = (self: Official, union: string): ReadonlyMap<string, string> => {
  const schema = self.definitions[union]
  const members = Array.isArray(schema?.anyOf) ? schema.anyOf.map((item: Json) => referenced(String(item.$ref))) : []
  const entries = members.map((name) => [methodOf(self.definitions[name]), name] as const)
  // A union with one member is written as that member.
  const alone = methodOf(schema)
  const single = Object.keys(self.definitions).find((name) =>
    name !== union && methodOf(self.definitions[name]) === alone
  )
  return new Map(
    [...entries, [alone, single] as const].filter((entry): entry is [string, string] =>
      entry[0] !== undefined && entry[1] !== undefined
    )
  )
}

/** The definition of a request's result. */
export const resultOf = (self: Official, request: string): string => {
  const name = request.replace(/Request$/, "Result")
  return self.definitions[name] === undefined ? "EmptyResult" : name
}
