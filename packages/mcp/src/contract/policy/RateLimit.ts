/**
 * A limit on how many calls there are in a time, counted in a store that several processes may share.
 *
 * @since 0.1.0
 */
import * as Digest from "effect/crypto/Digest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as RateLimiter from "effect/persistence/RateLimiter"
import { type Call, make, type Policy, RefusalCode, refuse, subjectOf } from "./Model.ts"

/**
 * Whose calls are counted together: those of everybody, of one component, of one session, or of one principal. A session
 * is known where there is one; a principal is what `McpRequest.principal` says. Where either is unknown, the SHA-256 of the
 * `Authorization` header stands in for it, and those without one are counted together.
 *
 * @category models
 * @since 0.1.0
 */
export type RateLimitKey = "server" | "component" | "session" | "principal" | ((call: Call) => string)

/**
 * The options of {@link rateLimit}.
 *
 * @category models
 * @since 0.1.0
 */
export interface RateLimitOptions {
  /** How many calls. */
  readonly limit: number
  /** In how long. */
  readonly window: Duration.Input
  /** How they are counted: `token-bucket` refills evenly, `fixed-window` at once. Default: `fixed-window`. */
  readonly algorithm?: "fixed-window" | "token-bucket"
  /** Whose calls are counted together. Default: `principal`. */
  readonly key?: RateLimitKey
  /** Keeps the counts of this policy apart from those of others in the store. Default: made of limit and window. */
  readonly name?: string
  /** Whether a call beyond the limit is refused, or waits for its turn. Default: `fail`. */
  readonly onExceeded?: "fail" | "delay"
  /**
   * In the stateless era a call that asks comes again with the answers, and its handler runs again. `each` counts every
   * run. `first` counts the call once, but a client may then bring the same answers back, and have the handler run with
   * them, uncounted until the state expires (10 minutes). Default: `each`.
   */
  readonly rounds?: "each" | "first"
  /** Whether a call is served when the store cannot be reached. Default: `allow`. */
  readonly onStoreError?: "allow" | "refuse"
}

/** The credential itself must not get into a store, and nobody may find another one that is counted in its place. */
const callerOf = ({ request }: Call, { digestHex }: Digest.Digest["Service"]): Effect.Effect<string> => {
  if (request.principal !== undefined) return Effect.succeed(`principal:${request.principal}`)
  const credential = request.header("authorization")
  return credential === undefined
    ? Effect.succeed("anonymous")
    : Effect.map(digestHex(Digest.sha256, new TextEncoder().encode(credential)), (hash) => `credential:${hash}`)
}

const keyOf = (key: RateLimitKey, call: Call, digest: Digest.Digest["Service"]): Effect.Effect<string> => {
  if (typeof key === "function") return Effect.sync(() => `key:${key(call)}`)
  const { sessionId } = call.request
  switch (key) {
    case "server":
      return Effect.succeed("server")
    case "component":
      return Effect.succeed(`component:${subjectOf(call)}`)
    case "session":
      return sessionId === undefined ? callerOf(call, digest) : Effect.succeed(`session:${sessionId}`)
    case "principal":
      return callerOf(call, digest)
  }
}

/** The platform's own, which Node and browsers have alike. */
const platformDigest = Effect.provide(Digest.Digest, Digest.layerWebCrypto)

const seconds = (millis: number): string => {
  const count = Math.max(1, Math.ceil(millis / 1000))
  return count === 1 ? "1 second" : `${count} seconds`
}

const onError = (call: Call, error: RateLimiter.RateLimiterError, storeErrors: "allow" | "refuse") => {
  if (error.reason._tag === "RateLimitExceeded") {
    const retryAfterMillis = Math.ceil(Duration.toMillis(error.reason.retryAfter))
    return refuse(call, {
      policy: "rateLimit",
      code: RefusalCode.tooManyRequests,
      message: `Rate limit exceeded; try again in ${seconds(retryAfterMillis)}`,
      retryAfterMillis
    })
  }
  return Effect.andThen(
    Effect.logWarning("The store of a rate limit cannot be reached", error),
    storeErrors === "allow"
      ? Effect.succeed(Duration.zero)
      : refuse(call, {
        policy: "rateLimit",
        code: RefusalCode.unavailable,
        message: "Calls cannot be counted at the moment; try again later"
      })
  )
}

/**
 * Counts calls, and refuses those beyond the limit: `isError` for a tool, code 429 for everything else, and in both the
 * milliseconds to wait. The counts are in a `RateLimiterStore`: `RateLimiter.layerStoreMemory` for one process,
 * `RateLimiter.layerStoreRedis` for several.
 *
 * @category policies
 * @since 0.1.0
 */
export const rateLimit = (options: RateLimitOptions): Policy<RateLimiter.RateLimiterStore> => {
  const { algorithm = "fixed-window", key = "principal", onExceeded = "fail", onStoreError = "allow" } = options
  const isCounted = ({ request }: Call): boolean => options.rounds !== "first" || request.round.index === 0
  const window = Duration.fromInputUnsafe(options.window)
  const name = options.name ?? `${options.limit}/${Duration.toMillis(window)}`
  const consume = (limiter: RateLimiter.RateLimiter, { completed }: Call, caller: string) => {
    const what = completed === undefined ? name : `completion/${name}`
    return limiter.consume({ algorithm, onExceeded, window, limit: options.limit, key: `parley/${what}/${caller}` })
  }
  return make(
    Effect.map(Effect.all([RateLimiter.make, platformDigest]), ([limiter, digest]) => (call, effect) =>
      isCounted(call)
        ? keyOf(key, call, digest).pipe(
          Effect.flatMap((caller) => consume(limiter, call, caller)),
          Effect.map(({ delay }) => delay),
          Effect.catch((error) => onError(call, error, onStoreError)),
          Effect.flatMap((delay) => Duration.isZero(delay) ? effect : Effect.delay(effect, delay))
        )
        : effect)
  )
}
