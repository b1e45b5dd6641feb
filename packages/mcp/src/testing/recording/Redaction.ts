/**
 * Takes out what a recording must not keep: credentials in headers and URLs, and from then on in texts too, where they are long
 * enough not to be taken for a word. What stands in their place tells one from another, and nothing else of them.
 *
 * @since 0.1.0
 */
import type * as Entry from "../transcript/Entry.ts"

/**
 * Headers whose values are credentials, by their lower-case names.
 *
 * @category names
 * @since 0.1.0
 */
export const secretHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "dpop",
  "x-api-key"
])

/**
 * Parameters of a URL, or of a form, whose values are credentials: the values are its only group.
 *
 * @category names
 * @since 0.1.0
 */
export const secretParameters = new RegExp(
  "(?<=^|[?&#])(?:(?:access|refresh|id|auth|session)?_?token|code|client_secret|api_?key|key|sig|signature|password|" +
    "x-(?:amz|goog)-(?:signature|credential|security-token))=([^&#\\s\"]+)",
  "giu"
)

/**
 * The credential in the value of a header, without the word that says of which kind it is.
 *
 * @category queries
 * @since 0.1.0
 */
export const credentialOf = (value: string): string => /^\w+\s+(\S+)$/u.exec(value)?.[1] ?? value

/**
 * What takes out credentials; it remembers them for as long as it is there.
 *
 * @category models
 * @since 0.1.0
 */
export interface Redaction {
  /** Headers by their lower-case names; credentials are `redacted`, others after the first `redacted-2` and so on. */
  readonly headers: (headers: Entry.Headers) => Entry.Headers
  /** A URL without credentials before its host or in its query. */
  readonly url: (url: string) => string
  /** A text without the credentials that have been seen. */
  readonly text: (text: string) => string
}

/** In characters. */
const unmistakableMin = 8

/**
 * A redaction that has seen nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Redaction => {
  const marks = new Map<string, string>()
  const markOf = (credential: string): string => {
    const mark = marks.get(credential) ?? (marks.size === 0 ? "redacted" : `redacted-${marks.size + 1}`)
    marks.set(credential, mark)
    return mark
  }
  return {
    headers: (headers) =>
      Object.fromEntries(
        Object.entries(headers).map(([name, value]) => {
          const lower = name.toLowerCase()
          return [lower, secretHeaders.has(lower) ? markOf(credentialOf(value)) : value]
        })
      ),
    url: (url) =>
      url
        .replace(/(?<=\/\/)[^/?#@]+(?=@)/u, markOf)
        .replaceAll(secretParameters, (all, value: string) => `${all.slice(0, -value.length)}${markOf(value)}`),
    text: (text) => {
      const found = Array.from(marks).filter(([credential]) =>
        credential.length >= unmistakableMin && text.includes(credential)
      )
      return found
        .toSorted(([a], [b]) => b.length - a.length)
        .reduce((text, [credential, mark]) => text.replaceAll(credential, () => mark), text)
    }
  }
}
