/**
 * What a request shows to be let in: nothing, a token in the one place where it may be, or something that is no
 * credential. Pure, and total. Whether a token is good is decided elsewhere.
 *
 * @since 0.1.0
 */
import type { HttpExchange } from "@parley/mcp/transport/HttpExchange"
import * as Redacted from "effect/Redacted"
import type { Scheme } from "./Challenge.ts"

/**
 * What was shown.
 *
 * @category models
 * @since 0.1.0
 */
export type Credential =
  /** Nothing at all. */
  | { readonly _tag: "None" }
  /** Something that is taken nowhere here: another scheme. */
  | { readonly _tag: "Foreign" }
  /** What no client should send: a token in the URL, two tokens, no token after the scheme. */
  | { readonly _tag: "Malformed"; readonly scheme: Scheme; readonly detail: string }
  | { readonly _tag: "Token"; readonly scheme: Scheme; readonly token: Redacted.Redacted }

const none: Credential = { _tag: "None" }
const foreign: Credential = { _tag: "Foreign" }

const isToken = (text: string): boolean => /^[\w\-.~+/]+=*$/.test(text)

const schemes: { readonly [lowered: string]: Scheme } = { bearer: "Bearer", dpop: "DPoP" }

const schemeOf = (header: string): Scheme | undefined => {
  const name = /^[^\s,]*/.exec(header)?.[0].toLowerCase() ?? ""
  return Object.hasOwn(schemes, name) ? schemes[name] : undefined
}

const queryOf = (url: string): string => {
  const at = url.indexOf("?")
  return at === -1 ? "" : url.slice(at + 1)
}

/** However its name is escaped: whoever decodes it finds a token in it, and so may a log. */
const hasTokenInQuery = (url: string): boolean => {
  const query = queryOf(url)
  return query !== "" && new URLSearchParams(query).has("access_token")
}

/**
 * Reads the credential of a request: the header `Authorization`, and nothing else (ATK-05, ATK-10; RFC 6750, 2). Several
 * such headers arrive here as one, joined by a comma, which no token has. Neither is a token what has more characters than
 * it may.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (
  { header, url }: Pick<HttpExchange, "header" | "url">,
  tokenCharactersMax: number
): Credential => {
  const value = header("authorization")?.trim()
  const scheme = value === undefined ? undefined : schemeOf(value)
  if (hasTokenInQuery(url)) {
    return { _tag: "Malformed", scheme: scheme ?? "Bearer", detail: "A token in the URL is not taken" }
  }
  if (value === undefined || value === "") return none
  if (scheme === undefined) return foreign
  const token = value.slice(scheme.length).trimStart()
  if (token.length > tokenCharactersMax || !isToken(token)) {
    return { _tag: "Malformed", scheme, detail: "The header Authorization must hold one scheme and one token" }
  }
  return { _tag: "Token", scheme, token: Redacted.make(token, { label: "access token" }) }
}
