/**
 * From text to a template (RFC 6570, section 2). One pass from left to right; the failure is a sentence that says where
 * and what.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { Expression, Literal, Operator, UriTemplate, Variable } from "./Template.ts"

/**
 * The longest template that is read, in UTF-16 code units.
 *
 * @category limits
 * @since 0.1.0
 */
export const templateLengthMax = 4096

/**
 * The most variables that a template may have.
 *
 * @category limits
 * @since 0.1.0
 */
export const variablesMax = 64

const operators = "+#./;?&"

const reservedOperators = "=,!@|"

const name = /^(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:\.?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2}))*$/

const prefix = /^[1-9][0-9]{0,3}$/

/** A name, with `*` or `:n` behind it; nothing if it is none. */
const variableOf = (text: string): Variable | undefined => {
  const exploded = text.endsWith("*")
  const colon = text.indexOf(":")
  const end = exploded ? text.length - 1 : colon === -1 ? text.length : colon
  if (!name.test(text.slice(0, end))) return undefined
  if (colon === -1 || exploded) return { name: text.slice(0, end), prefix: undefined, exploded }
  const digits = text.slice(colon + 1)
  return prefix.test(digits) ? { name: text.slice(0, end), prefix: Number(digits), exploded } : undefined
}

const expressionOf = (body: string): Result.Result<Expression, string> => {
  const first = body.charAt(0)
  if (first !== "" && reservedOperators.includes(first)) {
    return Result.fail(`has the operator ${first}, which is kept for extensions`)
  }
  const operator = (first !== "" && operators.includes(first) ? first : "") as Operator
  const variables: Array<Variable> = []
  for (const text of body.slice(operator.length).split(",")) {
    const variable = variableOf(text)
    if (variable === undefined) return Result.fail(`names no variable: "${text}"`)
    variables.push(variable)
  }
  return Result.succeed({ _tag: "Expression", operator, variables })
}

/** What may not stand in a literal: controls, spaces, and a percent sign that encodes nothing. */
// oxlint-disable-next-line no-control-regex -- controls are what is looked for
const illegal = /[\u0000-\u0020"<>\\^`|\u007f]|%(?![0-9A-Fa-f]{2})/

const literalOf = (text: string, at: number): Result.Result<Literal, string> => {
  const found = text.search(illegal)
  return found === -1
    ? Result.succeed({ _tag: "Literal", text })
    : Result.fail(`${JSON.stringify(text.charAt(found))} at ${at + found} may not stand in a URI`)
}

const partsOf = (source: string): Result.Result<UriTemplate["parts"], string> => {
  const parts: Array<Literal | Expression> = []
  let at = 0
  let variables = 0
  while (at < source.length) {
    const open = source.indexOf("{", at)
    const end = open === -1 ? source.length : open
    const stray = source.slice(at, end).indexOf("}")
    if (stray !== -1) return Result.fail(`the } at ${at + stray} closes nothing`)
    if (end > at) {
      const literal = literalOf(source.slice(at, end), at)
      if (Result.isFailure(literal)) return Result.fail(literal.failure)
      parts.push(literal.success)
    }
    if (open === -1) break
    const close = source.indexOf("}", open)
    if (close === -1) return Result.fail(`the { at ${open} is not closed`)
    const expression = expressionOf(source.slice(open + 1, close))
    if (Result.isFailure(expression)) return Result.fail(`the expression at ${open} ${expression.failure}`)
    parts.push(expression.success)
    variables += expression.success.variables.length
    at = close + 1
  }
  return variables > variablesMax ? Result.fail(`more than ${variablesMax} variables`) : Result.succeed(parts)
}

/**
 * Parses any template of RFC 6570, levels 1 to 4; the failure is a sentence.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (source: string): Result.Result<UriTemplate, string> => {
  if (source.length > templateLengthMax) {
    return Result.fail(`a template of ${source.length} characters; ${templateLengthMax} are the most`)
  }
  return Result.mapBoth(partsOf(source), {
    onFailure: (problem) => `"${source}": ${problem}`,
    onSuccess: (parts) => ({ source, parts })
  })
}
