/**
 * What claims about an access token mean, whether they come in the token itself (RFC 9068) or from its issuer (RFC 7662):
 * for whom it is, what it allows, when it ends, and which key it is bound to. Whether to believe them is decided by whoever
 * has them.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as ScopeSet from "../token/ScopeSet.ts"
import type { AccessToken } from "./AccessToken.ts"
import { TokenRejection } from "./TokenRejection.ts"

/**
 * Claims as they came.
 *
 * @category models
 * @since 0.1.0
 */
export interface Claims {
  readonly [name: string]: unknown
}

/**
 * What is expected of a token.
 *
 * @category models
 * @since 0.1.0
 */
export interface Expected {
  /** The issuer, to the letter. */
  readonly issuer: string
  /** Whether the issuer may leave out whom the token is for. */
  readonly mayLackAudience: boolean
  /** How far the clocks of issuer and server may be apart, in milliseconds. */
  readonly clockSkewMillis: number
}

type Checked<A> = Result.Result<A, TokenRejection>

/**
 * A rejection, as a failure.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reject = (problem: TokenRejection["problem"], detail: string): Result.Result<never, TokenRejection> =>
  Result.fail(new TokenRejection({ problem, detail }))

const isText = (value: unknown): value is string => typeof value === "string"

/** A text, or a list of texts, as OAuth often has it; anything else is `undefined`. */
const textsOf = (value: unknown): ReadonlyArray<string> | undefined =>
  isText(value) ? [value] : Array.isArray(value) && value.every(isText) ? value : undefined

/**
 * The scopes of a token: `scope`, divided by spaces or as a list (RFC 8693, 4.2), else `scp`, as some issuers call it.
 *
 * @category getters
 * @since 0.1.0
 */
export const scopesOf = (claims: Claims): ReadonlyArray<string> => {
  const texts = textsOf(claims["scope"]) ?? textsOf(claims["scp"]) ?? []
  return ScopeSet.parse(texts.join(" "))
}

/**
 * The key that a token is bound to, if any. A token that is bound in a way that is not known here, to a certificate for one,
 * is refused: taken without it, it would be good for whoever has stolen it.
 *
 * @category getters
 * @since 0.1.0
 */
export const jktOf = (claims: Claims): Checked<string | undefined> => {
  const { cnf, token_type: type } = claims
  const isBound = isText(type) && type.toLowerCase() === "dpop"
  if (cnf === undefined && !isBound) return Result.succeed(undefined)
  return typeof cnf === "object" && cnf !== null && "jkt" in cnf && isText(cnf.jkt) && Object.keys(cnf).length === 1
    ? Result.succeed(cnf.jkt)
    : reject("Malformed", "the token is bound to its client in a way that cannot be verified here")
}

const audienceOf = (claims: Claims, { mayLackAudience }: Expected): Checked<ReadonlyArray<string> | undefined> => {
  const audience = textsOf(claims["aud"])
  if (audience !== undefined) return Result.succeed(audience)
  return mayLackAudience && claims["aud"] === undefined
    ? Result.succeed(undefined)
    : reject("Audience", "the token does not say whom it is for")
}

/** A time, in milliseconds; `undefined` where there is none. */
const timeOf = (claims: Claims, name: "exp" | "nbf" | "iat"): Checked<number | undefined> => {
  const value = claims[name]
  if (value === undefined) return Result.succeed(undefined)
  return typeof value === "number" && Number.isFinite(value)
    ? Result.succeed(value * 1000)
    : reject("Malformed", `"${name}" is no time`)
}

/**
 * When the token ends, in milliseconds. Fails where it has ended, or has not begun (`nbf`), or was issued in the future
 * (`iat`), apart from the difference of clocks.
 *
 * @category getters
 * @since 0.1.0
 */
export const endOf = (claims: Claims, nowMillis: number, clockSkewMillis: number): Checked<number | undefined> =>
  Result.gen(function*() {
    const exp = yield* timeOf(claims, "exp")
    if (exp !== undefined && exp + clockSkewMillis <= nowMillis) return yield* reject("Expired", "its time is over")
    for (const name of ["nbf", "iat"] as const) {
      const time = yield* timeOf(claims, name)
      if (time !== undefined && time > nowMillis + clockSkewMillis) {
        return yield* reject("NotYetValid", `its "${name}" is in the future`)
      }
    }
    return exp
  })

const textOf = (claims: Claims, names: ReadonlyArray<string>): string | undefined =>
  names.map((name) => claims[name]).filter(isText).find((text) => text !== "")

/**
 * The token that claims describe (ATK-03): of the expected issuer, for somebody that they name, in its time. Claims without
 * an issuer are refused here; who knows it from elsewhere puts it in.
 *
 * @category converting
 * @since 0.1.0
 */
export const toAccessToken = (claims: Claims, expected: Expected, nowMillis: number): Checked<AccessToken> =>
  Result.gen(function*() {
    if (claims["iss"] !== expected.issuer) return yield* reject("Issuer", "the token is of another issuer")
    const audience = yield* audienceOf(claims, expected)
    const expiresAtMillis = yield* endOf(claims, nowMillis, expected.clockSkewMillis)
    const jkt = yield* jktOf(claims)
    if (claims["sub"] !== undefined && !isText(claims["sub"])) return yield* reject("Malformed", "\"sub\" is no text")
    return {
      issuer: expected.issuer,
      subject: textOf(claims, ["sub"]),
      clientId: textOf(claims, ["client_id", "azp"]),
      audience,
      scopes: scopesOf(claims),
      expiresAtMillis,
      jkt,
      claims
    }
  })
