/**
 * Seeing that a value decodes to itself, which most of what peers send does: then it is handed on, and nothing is copied.
 * Only the shapes that messages are made of are looked into; whatever else a schema may say is left to the schema, which
 * alone knows what is wrong with a value, and what becomes of one that has to change.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { isObject, type Params } from "../../jsonrpc/Message.ts"

/** Whether a value decodes to itself; `false` where it does not decode at all, `undefined` where that has to be tried. */
type Fits = (value: unknown) => boolean | undefined

/**
 * By trying it. A copy is not the same; what is no object can only be itself. A refusal is the last word, but that of a
 * member that may be left out where it is a member: nothing is left out here.
 */
const tried = (ast: SchemaAST.AST): Fits => {
  const decode = Schema.decodeUnknownResult(Schema.make<Schema.Codec<unknown>>(ast))
  const refused = ast.encoding === undefined ? false : undefined
  return (value) => {
    const decoded = decode(value)
    return Result.isFailure(decoded) ? refused : decoded.success === value || undefined
  }
}

interface Member {
  readonly name: string
  readonly fits: Fits
  /** The same, of its absence. */
  readonly mayLack: boolean | undefined
}

/** Whether a member that is not there stays away: it may be demanded, and it may have a default. */
const lacking = (property: SchemaAST.PropertySignature): boolean | undefined => {
  const { name, type } = property
  if (type.encoding === undefined) return type.context?.isOptional === true
  const alone = Schema.make<Schema.Codec<object>>(new SchemaAST.Objects([property], []))
  const decoded = Schema.decodeUnknownResult(alone)({})
  if (Result.isFailure(decoded)) return false
  return Object.hasOwn(decoded.success, name) ? undefined : true
}

const memberOf = (property: SchemaAST.PropertySignature): Member => ({
  name: String(property.name),
  fits: fitsOf(property.type),
  mayLack: lacking(property)
})

const memberFits = (value: Params, { fits, mayLack, name }: Member): boolean | undefined =>
  Object.hasOwn(value, name) ? fits(value[name]) : mayLack

/** All of them; the first that can't be is the last that is looked at. */
const every = <A>(items: ReadonlyArray<A>, fits: (item: A) => boolean | undefined): boolean | undefined => {
  let all: boolean | undefined = true
  for (let i = 0; i < items.length; i++) {
    const one = fits(items[i] as A)
    if (one === false) return false
    if (one === undefined) all = undefined
  }
  return all
}

/** Unknown members are kept as they are; what else an index signature may ask for is not looked into. */
const isOpen = ({ indexSignatures }: SchemaAST.Objects): boolean =>
  indexSignatures.length === 1 &&
  indexSignatures.every(({ parameter, type }) => parameter._tag === "String" && type._tag === "Unknown")

const objectFits = (ast: SchemaAST.Objects): Fits => {
  const members = ast.propertySignatures.map(memberOf)
  return (value) => isObject(value) && every(members, (member) => memberFits(value, member))
}

const arrayFits = (item: SchemaAST.AST): Fits => {
  const fits = fitsOf(item)
  return (value) => Array.isArray(value) && every(value, fits)
}

/** Decoding takes the first that accepts, so none may be passed over that might. */
const unionFits = (types: ReadonlyArray<SchemaAST.AST>): Fits => {
  const branches = types.map(fitsOf)
  return (value) => {
    for (const fits of branches) {
      const fit = fits(value)
      if (fit !== false) return fit
    }
    return false
  }
}

const isPlain = (ast: SchemaAST.AST): boolean =>
  ast.encoding === undefined && ast.checks === undefined &&
  (!("encodingChecks" in ast) || ast.encodingChecks === undefined)

const fitsOf = (ast: SchemaAST.AST): Fits => {
  if (!isPlain(ast)) return tried(ast)
  switch (ast._tag) {
    case "Unknown":
      return () => true
    case "String":
      return (value) => typeof value === "string"
    case "Boolean":
      return (value) => typeof value === "boolean"
    case "Literal":
      return (value) => value === ast.literal
    case "Objects":
      return isOpen(ast) ? objectFits(ast) : tried(ast)
    case "Arrays": {
      const [item] = ast.rest
      return ast.elements.length === 0 && ast.rest.length === 1 && item !== undefined ? arrayFits(item) : tried(ast)
    }
    case "Union":
      return ast.options === undefined ? unionFits(ast.types) : tried(ast)
    default:
      return tried(ast)
  }
}

/**
 * Decodes with a schema; a value that decodes to itself is the very same afterwards.
 *
 * @category constructors
 * @since 0.1.0
 */
export const decoder = <A>(
  schema: Schema.Codec<A, unknown>
): (value: unknown) => Result.Result<A, Schema.SchemaError> => {
  const fits = fitsOf(schema.ast)
  const decode = Schema.decodeUnknownResult(schema)
  // It decodes to itself, so it is what decoding gives.
  return (value) => fits(value) === true ? Result.succeed(value as A) : decode(value)
}
