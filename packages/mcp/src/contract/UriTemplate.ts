/**
 * URI templates (RFC 6570, levels 1 to 4): the types of their variables, parsing, expansion, and matching, which the RFC
 * leaves open. `match` undoes `expand` where a template is unambiguous (`matcher` refuses the others) and no value
 * holds, unencoded, what separates it from the next: in `{x}-{y}` a value with a hyphen would.
 *
 * @since 0.1.0
 */
import { expand } from "./uriTemplate/Expand.ts"
import { match, type Matcher, matcher } from "./uriTemplate/Match.ts"
import { parse, templateLengthMax, variablesMax } from "./uriTemplate/Parse.ts"
import type { UriTemplate, Value, Values } from "./uriTemplate/Template.ts"

export {
  expand,
  match,
  type Matcher,
  matcher,
  parse,
  templateLengthMax,
  type UriTemplate,
  type Value,
  type Values,
  variablesMax
}

/**
 * All that is done with a template, as a value. A resource template brings it along, so that a program without any has
 * nothing of it.
 *
 * @category constants
 * @since 0.1.0
 */
export const operations = { parse, expand, matcher, match }

/**
 * What is done with a template.
 *
 * @category models
 * @since 0.1.0
 */
export type Operations = typeof operations

type Expressions<Template extends string> = Template extends `${string}{${infer Expression}}${infer Rest}`
  ? Expression | Expressions<Rest>
  : never

type NamedOperator = ";" | "?" | "&"

type Specifications<List extends string> = List extends `${infer First},${infer Rest}` ? First | Specifications<Rest>
  : List

type Body<Expression extends string> = Expression extends `${"+" | "#" | "." | "/" | NamedOperator}${infer List}` ? List
  : Expression

type NameOf<Specification extends string> = Specification extends `${infer Name}:${string}` ? Name
  : Specification extends `${infer Name}*` ? Name
  : Specification

type Exploded<Specification extends string> = Specification extends `${infer Name}*` ? Name : never

type NamedExpressions<Expression extends string> = Expression extends `${NamedOperator}${string}` ? Expression : never

/**
 * The variable names of a template, read off its type.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Variables<Template extends string> = NameOf<Specifications<Body<Expressions<Template>>>>

/**
 * The variables that may be absent: those that stand by name (`{?a,b}`, `{&a}`, `{;a}`).
 *
 * @category type-level
 * @since 0.1.0
 */
export type NamedVariables<Template extends string> = NameOf<
  Specifications<Body<NamedExpressions<Expressions<Template>>>>
>

/**
 * The variables that stand for several texts: the exploded ones (`{/path*}`).
 *
 * @category type-level
 * @since 0.1.0
 */
export type ExplodedVariables<Template extends string> = Exploded<Specifications<Body<Expressions<Template>>>>

/**
 * What the variables of a template stand for.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ValuesOf<Template extends string> = {
  readonly [Name in Variables<Template>]:
    | (Name extends ExplodedVariables<Template> ? ReadonlyArray<string> | { readonly [key: string]: string } : string)
    | (Name extends NamedVariables<Template> ? undefined : never)
}
