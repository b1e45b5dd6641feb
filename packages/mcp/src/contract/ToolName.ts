/**
 * What the specification asks of the names of tools. All of it is a SHOULD, so a name that falls short is served, with a
 * warning in the server's log; but some clients drop such a tool without a word.
 *
 * @since 0.1.0
 */

/** The most characters that a name should have. */
const charactersMax = 128

/**
 * What is wrong with a name, as the end of a sentence; nothing, when it is 1 to 128 characters out of
 * `A-Z a-z 0-9 _ - .` (TOL-07, TOL-09, TOL-10).
 *
 * @category queries
 * @since 0.1.0
 */
export const flaw = (name: string): string | undefined => {
  if (name.length > charactersMax) return `it is longer than ${charactersMax} characters`
  return /^[\w.-]+$/.test(name) ? undefined : "it has characters other than letters, digits, \"_\", \"-\" and \".\""
}
