/**
 * Percent-encoding of values (RFC 6570, section 1.5 and 3.2.1), once in each direction.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"

const reservedEncoded = /%(?:2F|3A|3F|23|5B|5D|40|21|24|26|27|28|29|2A|2B|2C|3B|3D)/g

/**
 * Encodes all but unreserved characters. Half a surrogate pair becomes U+FFFD, so that nothing is thrown.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/**
 * Encodes all but unreserved and reserved characters. A percent sign is always encoded, also before two hexadecimal
 * digits: a value is a text and not a piece of a URI, and decoding gives that text back.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encodeReserved = (text: string): string => encode(text).replace(reservedEncoded, decodeURIComponent)

/**
 * Decodes once; nothing, when the encoding is none, or not of UTF-8.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (text: string): string | undefined =>
  text.includes("%")
    ? Result.getOrUndefined(Result.try({ try: () => decodeURIComponent(text), catch: () => undefined }))
    : text
