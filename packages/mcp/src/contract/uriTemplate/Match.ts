/**
 * From a URI to values, in linear time: each place of a variable is found by looking for what follows or precedes it,
 * and nothing is tried twice.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { Found, Options } from "./Field.ts"
import type { UriTemplate, Value } from "./Template.ts"
import { make, type Token, type Tokens } from "./Tokens.ts"

/**
 * A template that URIs can be matched against.
 *
 * @category models
 * @since 0.1.0
 */
export interface Matcher {
  readonly template: UriTemplate
  readonly tokens: Tokens
}

/**
 * Prepares a template for matching; the failure is a sentence that says what in it is ambiguous: two variables with
 * nothing to tell them apart, one variable twice, a query expression that is not at the end.
 *
 * @category constructors
 * @since 0.1.0
 */
export const matcher = (template: UriTemplate, options: Options = {}): Result.Result<Matcher, string> =>
  Result.mapBoth(make(template, options), {
    onFailure: (problem) => `"${template.source}": ${problem}`,
    onSuccess: (tokens) => ({ template, tokens })
  })

/** How many tokens are read from the left: up to the last elastic one, or all but the last literal. */
const leftTokens = (tokens: ReadonlyArray<Token>): number => {
  const lastElastic = tokens.findLastIndex((token) => token._tag === "Place" && token.elastic)
  if (lastElastic !== -1) return lastElastic + 1
  return tokens.at(-1)?._tag === "Literal" ? tokens.length - 1 : tokens.length
}

/** Reads tokens from the right, each place as short as may be. Gives where they begin. */
const readRight = (tokens: ReadonlyArray<Token>, from: number, text: string, found: Found): number | undefined => {
  let end = text.length
  for (let i = tokens.length - 1; i >= from; i--) {
    const token = tokens[i]
    if (token === undefined) return undefined
    if (token._tag === "Literal") {
      if (!text.endsWith(token.text, end)) return undefined
      end -= token.text.length
      continue
    }
    const before = tokens[i - 1]
    if (before?._tag !== "Literal" || end < before.text.length) return undefined
    const at = text.lastIndexOf(before.text, end - before.text.length)
    if (at === -1 || !token.read(text.slice(at + before.text.length, end), found)) return undefined
    end = at + before.text.length
  }
  return end
}

/** Where the place at `index` ends that begins at `start`; -1 when what must follow it does not come. */
const endOf = (
  tokens: ReadonlyArray<Token>,
  index: number,
  left: number,
  text: string,
  start: number,
  limit: number
) => {
  let end = limit
  let next = index + 1
  // Places that may be missing follow: the first character of any of them ends this one.
  while (next < left && tokens[next]?._tag === "Place") next++
  const literal = next < left ? tokens[next] : undefined
  if (literal?._tag === "Literal") end = text.indexOf(literal.text, start)
  for (let i = index + 1; i < next && end !== -1; i++) {
    const place = tokens[i]
    const at = place?._tag === "Place" ? text.indexOf(place.first, start) : -1
    if (at !== -1 && at < end) end = at
  }
  return end > limit ? -1 : end
}

/** Reads the first `left` tokens from the left, each place as short as may be, but the last, which takes the rest. */
const readLeft = (
  tokens: ReadonlyArray<Token>,
  left: number,
  text: string,
  limit: number,
  found: Found
): boolean => {
  let start = 0
  for (let i = 0; i < left; i++) {
    const token = tokens[i]
    if (token === undefined) return false
    if (token._tag === "Literal") {
      if (!text.startsWith(token.text, start)) return false
      start += token.text.length
      continue
    }
    const end = endOf(tokens, i, left, text, start, limit)
    if (end < start || !token.read(text.slice(start, end), found)) return false
    start = end
  }
  return start === limit
}

const readAll = (tokens: ReadonlyArray<Token>, text: string, found: Found): boolean => {
  const left = leftTokens(tokens)
  const limit = readRight(tokens, left, text, found)
  return limit !== undefined && readLeft(tokens, left, text, limit, found)
}

/** The text of a query without what always stands in it; nothing if that does not. */
const restOfQuery = (query: string | undefined, fixed: string): string | undefined => {
  if (fixed === "") return query === "" ? undefined : query ?? ""
  if (query === undefined || !query.startsWith(fixed)) return undefined
  const rest = query.slice(fixed.length)
  return rest === "" ? "" : rest.startsWith("&") && rest.length > 1 ? rest.slice(1) : undefined
}

const readParts = ({ fragment, path, query }: Tokens, uri: string, found: Found): boolean => {
  if (query === undefined) return readAll(path, uri, found)
  // As RFC 3986 has it: a fragment begins at the first #, a query at the first ? before that.
  const hash = uri.indexOf("#")
  const body = hash === -1 ? uri : uri.slice(0, hash)
  const mark = body.indexOf("?")
  const rest = restOfQuery(mark === -1 ? undefined : body.slice(mark + 1), query.fixed)
  return rest !== undefined && query.read(rest, found) &&
    readAll(path, mark === -1 ? body : body.slice(0, mark), found) &&
    readAll(fragment, hash === -1 ? "" : uri.slice(hash), found)
}

/**
 * Reads the variables out of a URI, or says that it does not match. A place ends at the first point where what follows
 * it may begin, except that what stands behind the last reserved or exploded variable, and a literal at the end, are
 * read from the right: `{+path}.{ext}` splits at the last dot. Named variables (`{?a,b}`, `{;a,b}`) come in any order
 * and may be absent; all others must be there, and not be empty. Values come back decoded once. A value that climbs
 * (`..` as a segment, NUL) is no match, nor is one whose encoding is none.
 *
 * @category matching
 * @since 0.1.0
 */
export const match = (matcher: Matcher, uri: string): { readonly [name: string]: Value } | undefined => {
  const found: Found = new Map()
  return readParts(matcher.tokens, uri, found) ? Object.fromEntries(found) : undefined
}
