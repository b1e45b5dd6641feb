/**
 * Text as the value of an HTTP header. What a header cannot carry as it is goes as Base64 of its UTF-8 between the
 * markers `=?base64?` and `?=` (HDR-08, XMC-10 to XMC-12).
 *
 * @since 0.1.0
 */
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"

const isPlain = (text: string): boolean => /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)

const sentinel = /^=\?base64\?(.*)\?=$/s

/**
 * Text to header value: visible ASCII goes as it is, spaces inside included; anything else, and what looks encoded
 * already, is wrapped.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encode = (text: string): string =>
  isPlain(text) && !sentinel.test(text) ? text : `=?base64?${Base64.encode(text)}?=`

/**
 * Header value to text, with the space around it removed; `undefined` when it is wrapped but no Base64.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (value: string): string | undefined => {
  const trimmed = value.trim()
  const wrapped = sentinel.exec(trimmed)?.[1]
  return wrapped === undefined ? trimmed : Result.getOrUndefined(Base64.decodeString(wrapped))
}
