/**
 * What a URI template is made of (RFC 6570, section 2), and the eight operators as data. Nothing is parsed, expanded or
 * matched here.
 *
 * @since 0.1.0
 */

/**
 * The operators; the empty one is simple string expansion.
 *
 * @category models
 * @since 0.1.0
 */
export type Operator = "" | "+" | "#" | "." | "/" | ";" | "?" | "&"

/**
 * What an operator does (RFC 6570, appendix A).
 *
 * @category models
 * @since 0.1.0
 */
export interface Behaviour {
  /** What stands before the first value, when there is one. */
  readonly first: string
  /** What stands between values. */
  readonly separator: string
  /** Whether values stand as `name=value`. */
  readonly named: boolean
  /** What follows the name of an empty value. */
  readonly empty: string
  /** Whether reserved characters stay as they are. */
  readonly reserved: boolean
}

const behaviour = (first: string, separator: string, flags: Partial<Behaviour> = {}): Behaviour => ({
  first,
  separator,
  named: false,
  empty: "",
  reserved: false,
  ...flags
})

/**
 * The operators and what they do.
 *
 * @category constants
 * @since 0.1.0
 */
export const behaviours: { readonly [Op in Operator]: Behaviour } = {
  "": behaviour("", ","),
  "+": behaviour("", ",", { reserved: true }),
  "#": behaviour("#", ",", { reserved: true }),
  ".": behaviour(".", "."),
  "/": behaviour("/", "/"),
  ";": behaviour(";", ";", { named: true }),
  "?": behaviour("?", "&", { named: true, empty: "=" }),
  "&": behaviour("&", "&", { named: true, empty: "=" })
}

/**
 * Text that stands for itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Literal {
  readonly _tag: "Literal"
  readonly text: string
}

/**
 * One variable of an expression. `prefix` is the most characters of its value that are used; an exploded one (`*`) is a
 * list or a record, each part of which is a value of its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface Variable {
  readonly name: string
  readonly prefix: number | undefined
  readonly exploded: boolean
}

/**
 * What stands in braces.
 *
 * @category models
 * @since 0.1.0
 */
export interface Expression {
  readonly _tag: "Expression"
  readonly operator: Operator
  readonly variables: ReadonlyArray<Variable>
}

/**
 * A parsed template.
 *
 * @category models
 * @since 0.1.0
 */
export interface UriTemplate {
  readonly source: string
  readonly parts: ReadonlyArray<Literal | Expression>
}

/**
 * What a variable can stand for: a text, a list of texts, or texts by name.
 *
 * @category models
 * @since 0.1.0
 */
export type Value = string | ReadonlyArray<string> | { readonly [key: string]: string }

/**
 * Values by the name of their variable. One that is absent is undefined, as RFC 6570 has it.
 *
 * @category models
 * @since 0.1.0
 */
export type Values = { readonly [name: string]: Value | undefined }
