/**
 * The keys of an issuer as they age: how long a set that was fetched is good, when to ask again, and when a set is too old
 * to be used. Decisions only; `Jwks.ts` fetches.
 *
 * @since 0.1.0
 */
import type { Limits } from "./VerifierLimits.ts"

/**
 * What is known of an issuer's keys. Times are in milliseconds since 1970.
 *
 * @category models
 * @since 0.1.0
 */
export interface State<Keys> {
  readonly keys: Keys | undefined
  /** Until when they are good without asking. */
  readonly freshUntilMillis: number
  /** Until when they are used if the issuer cannot be reached. */
  readonly staleUntilMillis: number
  /** When the issuer was last asked; with success or not. */
  readonly askedAtMillis: number
  /** How often it was asked. */
  readonly asked: number
}

/**
 * Nothing is known.
 *
 * @category constructors
 * @since 0.1.0
 */
export const empty: State<never> = {
  keys: undefined,
  freshUntilMillis: Number.NEGATIVE_INFINITY,
  staleUntilMillis: Number.NEGATIVE_INFINITY,
  askedAtMillis: Number.NEGATIVE_INFINITY,
  asked: 0
}

/**
 * What to do: use the keys that are there, ask the issuer, or do without.
 *
 * @category models
 * @since 0.1.0
 */
export type Decision = "Use" | "Ask" | "Nothing"

type Bounds = Pick<Limits, "keySetMillis" | "keySetMillisMin" | "keySetMillisMax">

const directive = (header: string | undefined, name: string): string | undefined =>
  header?.split(",").map((part) => part.trim().toLowerCase().split("=")).find(([key]) => key === name)?.[1]

const has = (header: string | undefined, name: string): boolean =>
  header?.split(",").some((part) => part.trim().toLowerCase().split("=")[0] === name) === true

const secondsOf = (text: string | undefined): number | undefined => {
  const digits = /^"?(\d{1,10})"?$/.exec(text ?? "")?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/**
 * How long a set is good, in milliseconds, by the headers of its response (RFC 9111, 4.2): `max-age` less `Age`, within
 * the bounds; where a response may not be kept, as short as they allow.
 *
 * @category deciding
 * @since 0.1.0
 */
export const lifetimeMillis = (
  headers: { readonly "cache-control": string | undefined; readonly age: string | undefined },
  bounds: Bounds
): number => {
  const control = headers["cache-control"]
  if (has(control, "no-store") || has(control, "no-cache")) return bounds.keySetMillisMin
  const maxAge = secondsOf(directive(control, "max-age"))
  const millis = maxAge === undefined ? bounds.keySetMillis : (maxAge - (secondsOf(headers.age) ?? 0)) * 1000
  return Math.max(bounds.keySetMillisMin, Math.min(bounds.keySetMillisMax, millis))
}

/**
 * What to do for a token. Old keys are used only while the issuer has just been asked in vain.
 *
 * @category deciding
 * @since 0.1.0
 */
export const forToken = <Keys>(
  state: State<Keys>,
  nowMillis: number,
  limits: Pick<Limits, "keySetCooldownMillis">
): Decision => {
  if (state.keys !== undefined && nowMillis < state.freshUntilMillis) return "Use"
  if (nowMillis - state.askedAtMillis >= limits.keySetCooldownMillis) return "Ask"
  return state.keys !== undefined && nowMillis < state.staleUntilMillis ? "Use" : "Nothing"
}

/**
 * What to do for a token whose key is not in the set that was seen when the issuer had been asked `seen` times: a newer set
 * may have it. Tokens with keys that nobody has make the issuer be asked once per cooldown, not more.
 *
 * @category deciding
 * @since 0.1.0
 */
export const forUnknownKey = <Keys>(
  state: State<Keys>,
  seen: number,
  nowMillis: number,
  limits: Pick<Limits, "keySetCooldownMillis">
): Decision => {
  if (state.asked > seen) return state.keys === undefined ? "Nothing" : "Use"
  return nowMillis - state.askedAtMillis >= limits.keySetCooldownMillis ? "Ask" : "Nothing"
}

/**
 * After the issuer has given its keys.
 *
 * @category transitions
 * @since 0.1.0
 */
export const received = <Keys>(
  state: State<Keys>,
  keys: Keys,
  lifetimeMillis: number,
  nowMillis: number,
  limits: Pick<Limits, "keySetStaleMillis">
): State<Keys> => ({
  keys,
  freshUntilMillis: nowMillis + lifetimeMillis,
  staleUntilMillis: nowMillis + lifetimeMillis + limits.keySetStaleMillis,
  askedAtMillis: nowMillis,
  asked: state.asked + 1
})

/**
 * After the issuer was asked in vain.
 *
 * @category transitions
 * @since 0.1.0
 */
export const failed = <Keys>(state: State<Keys>, nowMillis: number): State<Keys> => ({
  ...state,
  askedAtMillis: nowMillis,
  asked: state.asked + 1
})
