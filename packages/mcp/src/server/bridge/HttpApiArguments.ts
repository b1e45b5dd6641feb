/**
 * The arguments of a tool that stands for an endpoint of an HTTP API, and the request that they become. A model is
 * shown what the values are (a number is a number), not how they are written into a URL or a header. Credentials are
 * never arguments.
 *
 * @since 0.1.0
 */
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type { AnyCodec, AnySchema, JsonObject } from "../../contract/ParameterSchema.ts"

/**
 * Where an argument stands in a request, in the words of `HttpApiEndpoint`.
 *
 * @category models
 * @since 0.1.0
 */
export type SlotName = "params" | "query" | "payload" | "headers"

/**
 * How arguments are laid out. `nested`: `{ params, query, payload, headers }`, as `HttpApiClient` takes them. `flat`:
 * the fields of all of them side by side, as long as every name is free: a slot of which a name is taken already, by a
 * slot before it in that order or by a slot's own name, is nested under its name, and so is what is no plain object.
 *
 * @category models
 * @since 0.1.0
 */
export type Layout = "flat" | "nested"

/**
 * Headers that the server fills in, as they are on the wire, by lower-case name.
 *
 * @category models
 * @since 0.1.0
 */
export type Filled = { readonly [name: string]: string }

/**
 * What an endpoint takes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Arguments {
  readonly parameters: AnySchema
  /** The request for the API's client; the failure is a sentence for the model. */
  readonly request: (args: JsonObject, filled: Filled) => Result.Result<JsonObject, string>
}

type Fields = { readonly [name: string]: AnySchema }

type Read = (value: unknown, filled: Filled) => Result.Result<unknown, string>

interface Slot {
  readonly name: SlotName
  /** The fields, where the slot is a plain object. */
  readonly fields: Fields | undefined
  readonly whole: AnySchema
  readonly isOptional: boolean
  readonly fromFields: Read
  readonly fromWhole: Read
}

const order: ReadonlyArray<SlotName> = ["params", "query", "payload", "headers"]

const sentence = (error: Schema.SchemaError): string => error.message

/** The schemas of endpoints need no services: that is asked where an API is served. */
const decoder = (schema: AnySchema): Read => {
  const decode = Schema.decodeUnknownResult(schema as AnyCodec)
  return (value) => Result.mapError(decode(value), sentence)
}

const isRequired = (ast: SchemaAST.AST): boolean => !SchemaAST.isOptional(ast)

const isRequiredOnWire = (ast: SchemaAST.AST): boolean => isRequired(SchemaAST.toEncoded(ast))

/** A plain object: what it has is its properties, and it is not made from something else. */
const propertiesOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.PropertySignature> | undefined =>
  SchemaAST.isObjects(ast) && ast.encoding === undefined && ast.indexSignatures.length === 0 &&
    ast.propertySignatures.every(({ name }) => typeof name === "string")
    ? ast.propertySignatures
    : undefined

/** Leaves `undefined` out of a choice: in JSON, an argument without a value is absent. */
const defined = (ast: SchemaAST.AST): SchemaAST.AST => {
  if (!SchemaAST.isUnion(ast)) return ast
  const types = ast.types.filter((type) => !SchemaAST.isUndefined(type))
  const [only] = types
  if (types.length === ast.types.length || only === undefined) return ast
  return types.length === 1 ? only : new SchemaAST.Union(types, ast.options, ast.annotations)
}

const optionalUnless = (required: boolean, schema: AnySchema): AnySchema =>
  required ? schema : Schema.optionalKey(schema)

/** A field by what its value is, optional where the wire lets it be. */
const typedField = ({ type }: SchemaAST.PropertySignature): AnySchema =>
  optionalUnless(isRequiredOnWire(type), Schema.make<AnySchema>(defined(SchemaAST.toType(type))))

const encodedField = ({ type }: SchemaAST.PropertySignature): AnySchema =>
  optionalUnless(isRequired(type), Schema.make<AnySchema>(type))

const fieldsOf = (
  properties: ReadonlyArray<SchemaAST.PropertySignature>,
  field: (property: SchemaAST.PropertySignature) => AnySchema
): Fields => Object.fromEntries(properties.map((property) => [String(property.name), field(property)] as const))

/** Reads one property from the wire: a default, when nothing is there, or a header that was filled in. */
const wireReader = ({ name, type }: SchemaAST.PropertySignature): Read =>
  decoder(Schema.Struct({ [name]: Schema.make<AnySchema>(type) }))

const merge = (value: unknown, parts: ReadonlyArray<Result.Result<unknown, string>>): Result.Result<unknown, string> =>
  Result.map(Result.all(parts), (parts) => Object.assign({}, value, ...parts) as unknown)

/**
 * A slot whose wire is strings. Arguments come as what they mean; defaults and filled-in headers are read from the wire
 * beside them, and the whole is checked against the type.
 */
const stringSlot = (name: SlotName, schema: AnySchema, isHidden: (name: string) => boolean): Slot => {
  const properties = propertiesOf(schema.ast)
  if (properties === undefined) {
    const whole = Schema.toType(schema)
    return { name, fields: undefined, whole, isOptional: false, fromFields: Result.succeed, fromWhole: Result.succeed }
  }
  const shown = properties.filter((property) => !isHidden(String(property.name)))
  const fields = fieldsOf(shown, typedField)
  const check = decoder(Schema.toType(schema))
  const defaults = properties
    .filter(({ type }) => isRequired(type) && !isRequiredOnWire(type))
    .map((property) => [String(property.name), wireReader(property)] as const)
  const readers = new Map(properties.map((property) => [String(property.name).toLowerCase(), wireReader(property)]))
  const names = new Map(properties.map(({ name }) => [String(name).toLowerCase(), String(name)]))
  const read: Read = (value, filled) => {
    const given = value as JsonObject
    const written = Object.entries(filled).flatMap(([header, text]) => {
      const name = names.get(header)
      const reader = readers.get(header)
      return name === undefined || reader === undefined ? [] : [reader({ [name]: text }, {})]
    })
    const missing = defaults.flatMap(([name, reader]) => Object.hasOwn(given, name) ? [] : [reader({}, {})])
    return Result.flatMap(merge(given, [...missing, ...written]), (whole) => check(whole, {}))
  }
  const isOptional = shown.every(({ type }) => !isRequiredOnWire(type))
  return { name, fields, whole: Schema.Struct(fields), isOptional, fromFields: read, fromWhole: read }
}

/** A payload that is JSON by itself is shown and read as its own schema says. */
const jsonPayload = (schema: AnySchema): Slot => {
  const properties = propertiesOf(SchemaAST.toEncoded(schema.ast))
  return {
    name: "payload",
    fields: properties === undefined ? undefined : fieldsOf(properties, encodedField),
    whole: schema,
    isOptional: false,
    fromFields: decoder(schema),
    fromWhole: Result.succeed
  }
}

const preference = ["Json", "FormUrlEncoded", "Text", "Uint8Array"]

/** Of several content types the one that a model can write best; nothing, when it can write none. */
const payloadOf = (endpoint: HttpApiEndpoint.Top): Slot | undefined => {
  const contents = Array.from(endpoint.payload.values())
  const [content] = preference.flatMap((tag) => contents.filter(({ encoding }) => encoding._tag === tag))
  if (content === undefined) return undefined
  const [first, ...rest] = content.schemas
  const schema: AnySchema = rest.length === 0 ? first : Schema.Union([first, ...rest])
  return content.encoding._tag === "FormUrlEncoded"
    ? stringSlot("payload", schema, () => false)
    : jsonPayload(schema)
}

/** Headers that carry who somebody is: a model neither knows them nor may choose them. */
const credentialHeaders: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"])

/**
 * What keeps a header or a URL parameter from being an argument.
 *
 * @category models
 * @since 0.1.0
 */
export interface Withheld {
  /** Lower-case names of headers that carry a credential of the API, or that the server fills in. */
  readonly headers: ReadonlySet<string>
  /** Names of URL parameters that carry a credential of the API. */
  readonly query: ReadonlySet<string>
}

const slotsOf = (endpoint: HttpApiEndpoint.Top, withheld: Withheld): ReadonlyArray<Slot> => {
  const { headers, params, query } = endpoint
  const isHidden = (name: string) => isWithheld(name, withheld)
  const slots = [
    params === undefined ? undefined : stringSlot("params", params, () => false),
    query === undefined ? undefined : stringSlot("query", query, (name) => withheld.query.has(name)),
    payloadOf(endpoint),
    headers === undefined ? undefined : stringSlot("headers", headers, isHidden)
  ]
  return slots.filter((slot) => slot !== undefined)
}

const isWithheld = (header: string, { headers }: Withheld): boolean =>
  credentialHeaders.has(header.toLowerCase()) || headers.has(header.toLowerCase())

/** The slots that are laid out flat. */
const flatOf = (slots: ReadonlyArray<Slot>): ReadonlySet<SlotName> => {
  const taken = new Set<string>(order)
  const flat = new Set<SlotName>()
  for (const { fields, name } of slots) {
    const names = fields === undefined ? undefined : Object.keys(fields)
    if (names === undefined || names.some((name) => taken.has(name))) continue
    for (const name of names) taken.add(name)
    flat.add(name)
  }
  return flat
}

const pick = (args: JsonObject, fields: Fields): JsonObject =>
  Object.fromEntries(Object.keys(fields).flatMap((name) => Object.hasOwn(args, name) ? [[name, args[name]]] : []))

/**
 * Segments that would lead to another path: the empty one shortens it, and dots are resolved on the way even when they
 * are escaped.
 */
const isAstray = (value: unknown): boolean => value === "" || value === "." || value === ".."

const checkPath = (request: JsonObject): Result.Result<JsonObject, string> => {
  const astray = Object.entries(request.params ?? {}).find(([, value]) => isAstray(value))
  return astray === undefined
    ? Result.succeed(request)
    : Result.fail(`"${astray[0]}" stands in a path, and cannot be "${astray[1]}"`)
}

/**
 * The arguments of an endpoint.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (endpoint: HttpApiEndpoint.Top, layout: Layout, withheld: Withheld): Arguments => {
  const slots = slotsOf(endpoint, withheld)
  const flat = layout === "flat" ? flatOf(slots) : new Set<SlotName>()
  const fields = slots.map(({ fields, isOptional, name, whole }): Fields =>
    flat.has(name) && fields !== undefined ? fields : { [name]: optionalUnless(!isOptional, whole) }
  )
  const readSlot = (slot: Slot, args: JsonObject, filled: Filled) => {
    const { fields, fromFields, fromWhole, name } = slot
    return flat.has(name) && fields !== undefined
      ? fromFields(pick(args, fields), filled)
      : fromWhole(args[name] ?? {}, filled)
  }
  return {
    parameters: Schema.Struct(Object.assign({}, ...fields) as Fields),
    request: (args, filled) =>
      Result.flatMap(
        Result.all(
          Object.fromEntries(
            slots.map((slot) => [slot.name, readSlot(slot, args, slot.name === "headers" ? filled : {})] as const)
          )
        ),
        checkPath
      )
  }
}

/** Where names cannot be told apart one by one, one that is withheld cannot be kept back. */
const hides = (schema: Schema.Top | undefined, isHidden: (name: string) => boolean): boolean => {
  if (schema === undefined || propertiesOf(schema.ast) !== undefined) return false
  const properties = propertiesOf(SchemaAST.toEncoded(schema.ast))
  return properties === undefined || properties.some(({ name }) => isHidden(String(name)))
}

const lacksPayload = (endpoint: HttpApiEndpoint.Top): boolean =>
  endpoint.payload.size > 0 && payloadOf(endpoint) === undefined

const requiredHeaders = (endpoint: HttpApiEndpoint.Top): ReadonlyArray<string> =>
  (propertiesOf(endpoint.headers?.ast ?? SchemaAST.never) ?? [])
    .filter(({ type }) => isRequiredOnWire(type))
    .map(({ name }) => String(name).toLowerCase())

/**
 * Why an endpoint cannot be called with arguments in JSON, as a sentence; nothing, when it can.
 *
 * @category queries
 * @since 0.1.0
 */
export const obstacle = (
  endpoint: HttpApiEndpoint.Top,
  withheld: Withheld,
  filled: ReadonlySet<string>
): string | undefined => {
  if (lacksPayload(endpoint)) return "its payload is a stream or a form with files"
  const { headers, query } = endpoint
  if (hides(headers, (name) => isWithheld(name, withheld)) || hides(query, (name) => withheld.query.has(name))) {
    return "its headers or its query hold a credential inside of something that is no plain object"
  }
  const lacking = requiredHeaders(endpoint).find((header) => isWithheld(header, withheld) && !filled.has(header))
  return lacking === undefined ? undefined : `it declares the header "${lacking}", which only the server can fill in`
}
