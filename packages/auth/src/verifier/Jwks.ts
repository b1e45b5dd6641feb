/**
 * The keys that an issuer signs tokens with (RFC 7517, 5): fetched when they are needed, by one request however many tokens
 * wait for it, kept for as long as the issuer says within bounds, and asked for again when a token names a key that is not
 * among them. When that is, is decided in `KeySet.ts`.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as jose from "jose"
import * as GuardedHttpClient from "../http/GuardedHttpClient.ts"
import * as Hiding from "../http/Hiding.ts"
import * as IssuerMetadata from "./IssuerMetadata.ts"
import * as KeySet from "./KeySet.ts"
import type { TokenRejection } from "./TokenRejection.ts"
import { type Limits, VerifierLimits } from "./VerifierLimits.ts"

/**
 * A set of keys at one time.
 *
 * @category models
 * @since 0.1.0
 */
export interface Keys {
  /** Finds the key of a token by its header, for `jose`. */
  readonly find: jose.LocalJWKSet
  /** How often the issuer had been asked by then. */
  readonly asked: number
}

/**
 * The keys of an issuer.
 *
 * @category models
 * @since 0.1.0
 */
export interface Jwks {
  /** The keys to verify with; fails with `Unavailable` while there are none. */
  readonly current: Effect.Effect<Keys, TokenRejection>
  /** Keys that are newer than those that a token's was not among; `undefined` when there are none for now. */
  readonly newerThan: (keys: Keys) => Effect.Effect<Keys | undefined>
}

/**
 * Where keys are.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The issuer, to the letter. */
  readonly issuer: string
  /** Where its keys are. Default: where its metadata says. */
  readonly jwksUri?: string | undefined
  /** The keys themselves: nothing is fetched. What is no key set is a defect. */
  readonly jwks?: jose.JSONWebKeySet | undefined
}

interface Fetched {
  readonly find: jose.LocalJWKSet
  readonly lifetimeMillis: number
}

const parse = (body: string, keysMax: number): Result.Result<jose.LocalJWKSet, string> => {
  const json = Hiding.parsed(body)
  if (typeof json !== "object" || json === null || !("keys" in json) || !Array.isArray(json.keys)) {
    return Result.fail("is no key set")
  }
  const { keys } = json
  if (keys.length > keysMax) return Result.fail(`has ${keys.length} keys; at most ${keysMax} are allowed`)
  return Result.try({ try: () => jose.createLocalJWKSet({ keys }), catch: () => "is no key set" })
}

const fetchFrom = Effect.fnUntraced(function*(
  uri: string,
  limits: Limits
): Effect.fn.Return<Fetched, TokenRejection, HttpClient.HttpClient> {
  const accept = "application/json, application/jwk-set+json"
  const { body, headers, status } = yield* HttpClient.get(uri, { headers: { accept } }).pipe(
    Effect.flatMap(({ headers, status, text }) => Effect.map(text, (body) => ({ body, headers, status }))),
    Effect.mapError((error) => IssuerMetadata.unavailable(GuardedHttpClient.toAuthError(error).message))
  )
  if (status !== 200) return yield* IssuerMetadata.unavailable(`the key set has the status ${status}`)
  const find = parse(body, limits.keysMax)
  if (Result.isFailure(find)) return yield* IssuerMetadata.unavailable(`what should be the key set ${find.failure}`)
  const { age, "cache-control": control } = headers
  return { find: find.success, lifetimeMillis: KeySet.lifetimeMillis({ age, "cache-control": control }, limits) }
})

const fetch = Effect.fnUntraced(function*(
  { issuer, jwksUri }: Options,
  limits: Limits
): Effect.fn.Return<Fetched, TokenRejection, HttpClient.HttpClient> {
  const uri = jwksUri ?? (yield* IssuerMetadata.get(issuer)).jwks_uri
  return uri === undefined
    ? yield* IssuerMetadata.unavailable("the issuer's metadata names no keys")
    : yield* fetchFrom(uri, limits)
})

/** Keys that are given once and for all. */
const fixed = (jwks: jose.JSONWebKeySet): Jwks => {
  const keys = { find: jose.createLocalJWKSet(jwks), asked: 0 }
  return { current: Effect.succeed(keys), newerThan: () => Effect.succeed(undefined) }
}

const fetched = (
  ask: Effect.Effect<Fetched, TokenRejection>,
  issuer: string,
  limits: Limits,
  scope: Scope.Scope
): Jwks => {
  let state: KeySet.State<jose.LocalJWKSet> = KeySet.empty
  let failure = IssuerMetadata.unavailable("the keys of the issuer are not to be had")
  const one = Semaphore.makeUnsafe(1)

  const found = (): Keys | undefined => state.keys === undefined ? undefined : { find: state.keys, asked: state.asked }

  const renew = ask.pipe(
    Effect.flatMap(({ find, lifetimeMillis }) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        state = KeySet.received(state, find, lifetimeMillis, now, limits)
      })
    ),
    Effect.catch((rejection) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        state = KeySet.failed(state, now)
        failure = rejection
        return Effect.logWarning("The keys of an issuer could not be fetched", { issuer, detail: rejection.detail })
      })
    )
  )

  // In a fiber of its own, so that a caller that gives up takes nothing away from those that wait.
  const apart = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
    Effect.flatMap(Effect.forkIn(effect, scope), Fiber.join)

  const decided = (decide: (nowMillis: number) => KeySet.Decision): Effect.Effect<Keys | undefined> =>
    Effect.flatMap(Clock.currentTimeMillis, (before) => {
      const decision = decide(before)
      if (decision !== "Ask") return Effect.succeed(decision === "Use" ? found() : undefined)
      // Whoever waited looks again: somebody else may have asked meanwhile.
      return apart(one.withPermit(Effect.gen(function*() {
        if (decide(yield* Clock.currentTimeMillis) === "Ask") yield* renew
        return decide(yield* Clock.currentTimeMillis) === "Use" ? found() : undefined
      })))
    })

  return {
    current: Effect.flatMap(
      decided((now) => KeySet.forToken(state, now, limits)),
      (keys) => keys === undefined ? Effect.fail(failure) : Effect.succeed(keys)
    ),
    newerThan: ({ asked }) => decided((now) => KeySet.forUnknownKey(state, asked, now, limits))
  }
}

/**
 * The keys of an issuer, for as long as the scope is open. Nothing is fetched before the first token comes. Requests go
 * through a guarded client; the hosts of `issuer` and `jwksUri` count as named.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Jwks, never, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function*() {
    if (options.jwks !== undefined) return fixed(options.jwks)
    const limits = yield* VerifierLimits
    const client = yield* IssuerMetadata.client([options.issuer, options.jwksUri])
    const ask = Effect.provideService(fetch(options, limits), HttpClient.HttpClient, client)
    return fetched(ask, options.issuer, limits, yield* Scope.Scope)
  })
