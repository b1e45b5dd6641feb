/**
 * Texts that a server wrote, made fit to be shown: of bounded length, printable, and without the secrets that the server
 * was sent, which some servers repeat in their descriptions of errors.
 *
 * @since 0.1.0
 */
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Result from "effect/Result"

const shownMax = 300
const codeMax = 64

/**
 * The value that a text of JSON says; `undefined` for what is none.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parsed = (body: string): unknown =>
  Result.getOrElse(Result.try((): unknown => JSON.parse(body)), () => undefined)

/**
 * A text of bounded length (300 characters), without control characters.
 *
 * @category converting
 * @since 0.1.0
 */
export const shown = (words: string): string => {
  const printable = words.replace(/\p{C}+/gu, " ")
  return printable.length > shownMax ? `${printable.slice(0, shownMax)}…` : printable
}

/**
 * An error code: what OAuth allows in one (RFC 6749, 5.2), at most 64 characters of it.
 *
 * @category converting
 * @since 0.1.0
 */
export const code = (words: string): string => words.replace(/[^\x21\x23-\x5b\x5d-\x7e]+/g, "_").slice(0, codeMax)

// Parameters of requests that may be shown; the values of all others are secrets.
const open = new Set([
  "audience",
  "client_assertion_type",
  "client_id",
  "grant_type",
  "redirect_uri",
  "requested_token_type",
  "resource",
  "scope",
  "subject_token_type",
  "token_type_hint"
])

/** Both parts are encoded as in forms, so that the first colon is the one between them (RFC 6749, 2.3.1). */
const passwordOf = (credentials: string): string => {
  const pair = Result.getOrElse(Result.try(() => atob(credentials)), () => "")
  const encoded = pair.slice(pair.indexOf(":") + 1)
  return Result.getOrElse(Result.try(() => decodeURIComponent(encoded.replaceAll("+", " "))), () => encoded)
}

const secretsOf = (request: HttpClientRequest.HttpClientRequest): ReadonlyArray<string> => {
  const { body } = request
  const form = body._tag === "Uint8Array" && body.contentType.startsWith("application/x-www-form-urlencoded")
    ? new URLSearchParams(new TextDecoder().decode(body.body))
    : new URLSearchParams()
  const [scheme, credentials] = (request.headers["authorization"] ?? "").split(" ")
  const secret = scheme?.toLowerCase() === "basic" ? passwordOf(credentials ?? "") : ""
  return [...form]
    .filter(([name]) => !open.has(name))
    .map(([, value]) => value)
    .concat(secret, credentials ?? "", request.headers["dpop"] ?? "")
    .filter((one) => one.length > 3)
    // Some repeat the form as it came.
    .flatMap((
      one
    ) => [one, encodeURIComponent(one.toWellFormed()), new URLSearchParams([["", one]]).toString().slice(1)])
    // Longer ones first: one may be part of another.
    .toSorted((one, other) => other.length - one.length)
}

/**
 * Makes texts of the answer to a request fit to be shown.
 *
 * @category converting
 * @since 0.1.0
 */
export const hiding = (request: HttpClientRequest.HttpClientRequest): (words: string) => string => {
  const secrets = secretsOf(request)
  return (words) => shown(secrets.reduce((shown, secret) => shown.replaceAll(secret, "<redacted>"), words))
}
