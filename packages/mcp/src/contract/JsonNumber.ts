/**
 * Numbers as JSON has them. `Schema.Number` admits infinities and NaN, which JSON does not; left alone, they would reach
 * the wire as `null`, and derived JSON Schemas would speak of strings in their place. Here every number of a schema is
 * made finite before anything is derived from it, so that codec and JSON Schema agree, and what the author said of the
 * number (its description, its bounds) is kept. Text and other encodings of numbers are not touched.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

type Rewrite = (ast: SchemaAST.AST) => SchemaAST.AST

const isFinite: SchemaAST.Check<number> = Schema.isFinite()

/** First of the checks, because annotations of the whole stand on the last. */
const finiteNumber = (ast: SchemaAST.Number): SchemaAST.AST =>
  ast.encoding === undefined
    ? new SchemaAST.Number(ast.annotations, [isFinite, ...(ast.checks ?? [])], undefined, ast.context)
    : ast

const property = (rewrite: Rewrite) => ({ name, type }: SchemaAST.PropertySignature): SchemaAST.PropertySignature =>
  new SchemaAST.PropertySignature(name, rewrite(type))

const index = (rewrite: Rewrite) => ({ parameter, type }: SchemaAST.IndexSignature): SchemaAST.IndexSignature =>
  new SchemaAST.IndexSignature(parameter, rewrite(type))

const link = (rewrite: Rewrite) => ({ to, transformation }: SchemaAST.Link): SchemaAST.Link =>
  new SchemaAST.Link(rewrite(to), transformation)

const links = (rewrite: Rewrite, encoding: SchemaAST.Encoding | undefined): SchemaAST.Encoding | undefined => {
  if (encoding === undefined) return undefined
  const [first, ...rest] = encoding
  return [link(rewrite)(first), ...rest.map(link(rewrite))]
}

const rewriteParts = (ast: SchemaAST.AST, rewrite: Rewrite): SchemaAST.AST => {
  const { annotations, checks, context } = ast
  const encoding = links(rewrite, ast.encoding)
  switch (ast._tag) {
    case "Number":
      return finiteNumber(ast)
    case "Arrays": {
      const [elements, rest] = [ast.elements.map(rewrite), ast.rest.map(rewrite)]
      return new SchemaAST.Arrays(
        ast.isMutable,
        elements,
        rest,
        annotations,
        checks,
        encoding,
        context,
        ast.encodingChecks
      )
    }
    case "Objects": {
      const properties = ast.propertySignatures.map(property(rewrite))
      const indexes = ast.indexSignatures.map(index(rewrite))
      return new SchemaAST.Objects(properties, indexes, annotations, checks, encoding, context, ast.encodingChecks)
    }
    case "Union": {
      const types = ast.types.map(rewrite)
      return new SchemaAST.Union(types, ast.options, annotations, checks, encoding, context, ast.encodingChecks)
    }
    case "Declaration": {
      const { encodingChecks, encodingRun, run, typeParameters } = ast
      const parameters = typeParameters.map(rewrite)
      return new SchemaAST.Declaration(
        parameters,
        run,
        annotations,
        checks,
        encoding,
        context,
        encodingChecks,
        encodingRun
      )
    }
    case "Suspend":
      return new SchemaAST.Suspend(() => rewrite(ast.thunk()), annotations, undefined, encoding, context)
    default:
      return ast
  }
}

/**
 * The schema with every number in it finite.
 *
 * @category conversions
 * @since 0.1.0
 */
export const finite = <S extends Schema.Constraint>(schema: S): Schema.Constraint => {
  const known = new Map<SchemaAST.AST, SchemaAST.AST>()
  // A recursive schema comes back to itself, and so must its copy.
  const rewrite: Rewrite = (ast) => {
    const rewritten = known.get(ast) ?? rewriteParts(ast, rewrite)
    known.set(ast, rewritten)
    return rewritten
  }
  return Schema.make<Schema.Constraint>(rewrite(schema.ast))
}
