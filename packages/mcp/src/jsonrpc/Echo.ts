/**
 * What an error says back of what its sender wrote: names, URIs, and the sentences of schemas, which quote values. It is
 * cut, so that a message of megabytes does not come back as an error of megabytes, nor fill a log.
 *
 * @since 0.1.0
 */

/**
 * The most UTF-16 code units of a name, a URI or a method that are said back.
 *
 * @category limits
 * @since 0.1.0
 */
export const nameLengthMax = 1024

/**
 * The most UTF-16 code units of a sentence that quotes values.
 *
 * @category limits
 * @since 0.1.0
 */
export const sentenceLengthMax = 8192

const cut = (text: string, lengthMax: number): string =>
  text.length <= lengthMax ? text : `${text.slice(0, lengthMax).toWellFormed()}…`

/**
 * A name, a URI or a method as it is said back: whole, or its beginning and `…`.
 *
 * @category encoding
 * @since 0.1.0
 */
export const name = (text: string): string => cut(text, nameLengthMax)

/**
 * A sentence that quotes values, as it is said back: whole, or its beginning and `…`.
 *
 * @category encoding
 * @since 0.1.0
 */
export const sentence = (text: string): string => cut(text, sentenceLengthMax)
