/**
 * A limit on how many calls there are in a time, counted in a store that several processes may share.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as RateLimiter from "effect/persistence/RateLimiter"
import { type Call, make, type Policy, RefusalCode, refuse } from "./Model.ts"

/**
 * Whose calls are counted together: those of everybody, of one component, of one session, or of one principal. A session
 * is known where there is one; a principal is what `McpRequest.principal` says. Where either is unknown, a hash of the
 * credential stands in for it, and those without one are counted together.
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
  /** Whether a call is served when the store cannot be reached. Default: `allow`. */
  readonly onStoreError?: "allow" | "refuse"
}

/** The credential itself must not get into a store; 32 bits keep callers apart well enough to count them. */
const callerOf = ({ request }: Call): string => {
  const credential = request.header("authorization")
  return credential === undefined ? "anonymous" : `credential:${(Hash.string(credential) >>> 0).toString(16)}`
}

const keyOf = (key: RateLimitKey, call: Call): string => {
  if (typeof key === "function") return `key:${key(call)}`
  switch (key) {
    case "server":
      return "server"
    case "component":
      return `component:${call.kind}:${call.name}`
    case "session":
      return call.request.sessionId === undefined ? callerOf(call) : `session:${call.request.sessionId}`
    case "principal":
      return call.request.principal === undefined ? callerOf(call) : `principal:${call.request.principal}`
  }
}

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
  const window = Duration.fromInputUnsafe(options.window)
  const name = options.name ?? `${options.limit}/${Duration.toMillis(window)}`
  return make(
    Effect.map(RateLimiter.make, (limiter) => (call, effect) =>
      limiter.consume({
        algorithm,
        onExceeded,
        window,
        limit: options.limit,
        key: `parley/${name}/${keyOf(key, call)}`
      })
        .pipe(
          Effect.map(({ delay }) => delay),
          Effect.catch((error) => onError(call, error, onStoreError)),
          Effect.flatMap((delay) => Duration.isZero(delay) ? effect : Effect.delay(effect, delay))
        ))
  )
}
