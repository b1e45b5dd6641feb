/**
 * The header `WWW-Authenticate` as data: challenges of any scheme (RFC 9110, 11.6.1), read and written by total functions.
 * What a challenge means to a client, and when a server sends one, is decided elsewhere.
 *
 * @since 0.1.0
 */

/**
 * One challenge.
 *
 * @category models
 * @since 0.1.0
 */
export interface Challenge {
  /** As it was written; schemes are the same in any case. */
  readonly scheme: string
  /** What some schemes have in place of parameters. */
  readonly token68?: string | undefined
  /** By name in lower case; the values are unquoted. */
  readonly parameters: { readonly [name: string]: string }
}

const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const token68 = /([A-Za-z0-9\-._~+/]+=*)[ \t]*(?=,|$)/y
const quoted = /"((?:[^"\\]|\\[^])*)(?:"|\\?$)/y
/** More than a token: there are servers that do not quote URLs. */
const unquoted = /[^\s,"]*/y
const equals = /[ \t]*=[ \t]*/y
const spaces = /[ \t]+/y
const separators = /[\s,]*/y

/** A place in a text. */
interface Reader {
  readonly text: string
  at: number
}

/** Takes what matches here, if anything does. */
const take = (reader: Reader, pattern: RegExp): RegExpExecArray | undefined => {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)
  if (found === null) return undefined
  reader.at = pattern.lastIndex
  return found
}

const takeValue = (reader: Reader): string => {
  const inQuotes = take(reader, quoted)
  if (inQuotes !== undefined) return (inQuotes[1] ?? "").replace(/\\([^])/g, "$1")
  return take(reader, unquoted)?.[0] ?? ""
}

interface Draft {
  readonly scheme: string
  readonly token68: string | undefined
  readonly parameters: Map<string, string>
}

const draft = (reader: Reader, scheme: string): Draft => {
  const isSpaced = take(reader, spaces) !== undefined
  return { scheme, token68: isSpaced ? take(reader, token68)?.[1] : undefined, parameters: new Map() }
}

const takeNext = (reader: Reader, drafts: Array<Draft>): void => {
  const name = take(reader, token)?.[0]
  if (name === undefined) {
    // No challenge begins like that: go on behind it.
    if (take(reader, quoted) === undefined) reader.at++
    return
  }
  if (take(reader, equals) === undefined) {
    drafts.push(draft(reader, name))
    return
  }
  const value = takeValue(reader)
  const parameters = drafts.at(-1)?.parameters
  const key = name.toLowerCase()
  // A parameter may occur once; the first counts.
  if (parameters !== undefined && !parameters.has(key)) parameters.set(key, value)
}

/**
 * Reads the value of a header, or of several that were joined by commas. What is not well formed is skipped; of a header
 * that makes no sense nothing is left (ADC-02).
 *
 * @category conversions
 * @since 0.1.0
 */
export const parse = (header: string): ReadonlyArray<Challenge> => {
  const reader: Reader = { text: header, at: 0 }
  const drafts: Array<Draft> = []
  take(reader, separators)
  while (reader.at < header.length) {
    takeNext(reader, drafts)
    take(reader, separators)
  }
  return drafts.map(({ parameters, scheme, token68 }) => ({
    scheme,
    ...(token68 === undefined ? {} : { token68 }),
    parameters: Object.fromEntries(parameters)
  }))
}

const isToken = (text: string): boolean => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)

/** A header holds printable ASCII; anything else would end it, or be read in as many ways as there are readers. */
const quote = (value: string): string => `"${value.replace(/[^\t\x20-\x7e]/g, "?").replace(/["\\]/g, "\\$&")}"`

const printOne = ({ parameters, scheme, token68 }: Challenge): string => {
  if (token68 !== undefined) return `${scheme} ${token68}`
  const printed = Object.entries(parameters)
    .filter(([name]) => isToken(name))
    .map(([name, value]) => `${name}=${quote(value)}`)
  return printed.length === 0 ? scheme : `${scheme} ${printed.join(", ")}`
}

/**
 * Writes challenges as the value of one header. Values are quoted, and what a header cannot hold is replaced by `?`;
 * schemes and names that are no tokens are left out.
 *
 * @category conversions
 * @since 0.1.0
 */
export const print = (challenges: ReadonlyArray<Challenge>): string =>
  challenges.filter(({ scheme }) => isToken(scheme)).map(printOne).join(", ")

/**
 * The first challenge of a scheme, in any case.
 *
 * @category accessors
 * @since 0.1.0
 */
export const find = (challenges: ReadonlyArray<Challenge>, scheme: string): Challenge | undefined =>
  challenges.find((challenge) => challenge.scheme.toLowerCase() === scheme.toLowerCase())

/**
 * A parameter of the first challenge that has it: `resource_metadata` may come with any scheme (RFC 9728, 5.1).
 *
 * @category accessors
 * @since 0.1.0
 */
export const parameter = (challenges: ReadonlyArray<Challenge>, name: string): string | undefined =>
  challenges.find(({ parameters }) => Object.hasOwn(parameters, name))?.parameters[name]
