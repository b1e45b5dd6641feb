/**
 * A template taken apart for matching: literals, and the places of variables between them. What cannot be told apart in
 * a URI is found here: two variables with nothing between them, one variable twice.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Field from "./Field.ts"
import {
  type Behaviour,
  behaviours,
  type Expression,
  type Literal,
  type UriTemplate,
  type Variable
} from "./Template.ts"

/**
 * The place of a variable. What begins with `first` may be missing as a whole; `elastic` places may hold what follows
 * them, so what stands behind the last of them is read from the right.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly _tag: "Place"
  readonly first: string
  readonly separator: string
  readonly reserved: boolean
  readonly elastic: boolean
  readonly read: Field.Read
}

/**
 * A literal or a place.
 *
 * @category models
 * @since 0.1.0
 */
export type Token = Literal | Place

/**
 * The named variables of a query, after the text that always stands before them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Query {
  /** Stands behind the question mark in any case. */
  readonly fixed: string
  readonly read: Field.Read
}

/**
 * A template that can be matched: with a query expression it has three parts, otherwise all is path.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tokens {
  readonly path: ReadonlyArray<Token>
  readonly query: Query | undefined
  readonly fragment: ReadonlyArray<Token>
}

const scalar = (variable: Variable, { reserved }: Behaviour, options: Field.Options): Place => ({
  _tag: "Place",
  first: "",
  separator: "",
  reserved,
  elastic: reserved,
  read: Field.scalar(variable, reserved, options)
})

const list = (variable: Variable, first: string, behaviour: Behaviour, options: Field.Options): Place => {
  const { reserved, separator } = behaviour
  return {
    _tag: "Place",
    first,
    separator,
    reserved,
    elastic: true,
    read: Field.list(variable, { first, separator, reserved }, options)
  }
}

/** Path parameters (`;a=1;b`): pairs that end with their segment. */
const matrix = (variables: ReadonlyArray<Variable>, options: Field.Options): Place => {
  const read = Field.pairs(variables, ";", options)
  return {
    _tag: "Place",
    first: ";",
    separator: ";",
    reserved: false,
    elastic: true,
    read: (text, found) =>
      text === "" ? read("", found) : text.startsWith(";") && !/[/?#]/.test(text) && read(text.slice(1), found)
  }
}

const tokensOf = ({ operator, variables }: Expression, options: Field.Options): ReadonlyArray<Token> => {
  if (operator === ";") return [matrix(variables, options)]
  const behaviour = behaviours[operator]
  return variables.flatMap((variable, index): ReadonlyArray<Token> => {
    const first = index === 0 ? behaviour.first : behaviour.separator
    if (variable.exploded) return [list(variable, first, behaviour, options)]
    const place = scalar(variable, behaviour, options)
    return first === "" ? [place] : [{ _tag: "Literal", text: first }, place]
  })
}

/** The tokens of parts, neighbouring literals as one. */
const flatten = (parts: UriTemplate["parts"], options: Field.Options): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  for (const part of parts) {
    for (const token of part._tag === "Literal" ? [part] : tokensOf(part, options)) {
      const last = tokens.at(-1)
      if (last?._tag !== "Literal" || token._tag !== "Literal") tokens.push(token)
      else tokens[tokens.length - 1] = { _tag: "Literal", text: last.text + token.text }
    }
  }
  return tokens
}

const needSeparator = "two variables need a separator between them"

/** Whether the end of the first place and the beginning of the second look alike. */
const touch = (before: Place, after: Place): boolean =>
  after.first === "" || before.reserved || before.separator === after.first

/** What cannot be told apart in a row of tokens. */
const ambiguityOf = (tokens: ReadonlyArray<Token>): string | undefined => {
  const lastElastic = tokens.findLastIndex((token) => token._tag === "Place" && token.elastic)
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1]
    if (before?._tag !== "Place") continue
    if (token._tag === "Place") {
      if (touch(before, token)) return needSeparator
    } else if (before.separator !== "" && index <= lastElastic && token.text.startsWith(before.separator)) {
      return `what follows a list begins with "${before.separator}" as its parts do`
    }
  }
  return undefined
}

const twiceIn = (parts: UriTemplate["parts"]): string | undefined => {
  const names = new Set<string>()
  for (const part of parts) {
    for (const { name } of part._tag === "Literal" ? [] : part.variables) {
      if (names.has(name)) return `the variable "${name}" stands there twice`
      names.add(name)
    }
  }
  return undefined
}

const isQuery = (part: Literal | Expression): part is Expression =>
  part._tag === "Expression" && (part.operator === "?" || part.operator === "&")

/** Whether at most one variable among named ones takes the names that nobody else has. */
const recordsIn = (parts: UriTemplate["parts"], { records }: Field.Options): string | undefined =>
  parts.some((part) =>
      part._tag === "Expression" && behaviours[part.operator].named &&
      part.variables.filter(({ exploded, name }) => exploded && records?.has(name) === true).length > 1
    )
    ? "two records in one expression cannot be told apart"
    : undefined

/** The query of a template, and what stands before it; a sentence if it stands where it cannot be found. */
const splitQuery = (
  before: ReadonlyArray<Token>,
  query: Expression,
  options: Field.Options
): Result.Result<Omit<Tokens, "fragment">, string> => {
  const read = Field.pairs(query.variables, "&", options)
  const literals = before.flatMap((token) => token._tag === "Literal" ? [token.text] : [])
  if (literals.some((text) => text.includes("#"))) return Result.fail("a query cannot stand behind a #")
  const marks = literals.filter((text) => text.includes("?")).length
  if (query.operator === "?") {
    return marks === 0
      ? Result.succeed({ path: before, query: { fixed: "", read } })
      : Result.fail("a query that has begun goes on with {&…}")
  }
  const last = before.at(-1)
  const at = last?._tag === "Literal" ? last.text.indexOf("?") : -1
  if (last?._tag !== "Literal" || at === -1 || marks > 1) {
    return Result.fail("{&…} needs a ? before it, and no other variable between the two")
  }
  const path: Token = { _tag: "Literal", text: last.text.slice(0, at) }
  return Result.succeed({
    path: [...before.slice(0, -1), ...(at === 0 ? [] : [path])],
    query: { fixed: last.text.slice(at + 1), read }
  })
}

const startsFragment = (token: Token | undefined): boolean =>
  token === undefined || (token._tag === "Literal" ? token.text.startsWith("#") : token.first === "#")

const split = ({ parts }: UriTemplate, options: Field.Options): Result.Result<Tokens, string> => {
  const at = parts.findIndex(isQuery)
  const query = parts[at]
  if (query === undefined || !isQuery(query)) {
    return Result.succeed({ path: flatten(parts, options), query: undefined, fragment: [] })
  }
  if (parts.findLastIndex(isQuery) !== at) return Result.fail("one query expression can name all variables")
  const fragment = flatten(parts.slice(at + 1), options)
  if (!startsFragment(fragment[0])) return Result.fail("nothing but a fragment can follow a query expression")
  return Result.map(
    splitQuery(flatten(parts.slice(0, at), options), query, options),
    (rest) => ({ ...rest, fragment })
  )
}

/**
 * Takes a template apart for matching; the failure says what in it is ambiguous.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (template: UriTemplate, options: Field.Options): Result.Result<Tokens, string> => {
  const problem = twiceIn(template.parts) ?? recordsIn(template.parts, options)
  if (problem !== undefined) return Result.fail(problem)
  return Result.flatMap(split(template, options), (tokens) => {
    const ambiguity = ambiguityOf(tokens.path) ?? ambiguityOf(tokens.fragment)
    return ambiguity === undefined ? Result.succeed(tokens) : Result.fail(ambiguity)
  })
}
