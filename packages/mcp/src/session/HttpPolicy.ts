/**
 * What an HTTP endpoint lets in, and how it answers: plain data, safe as it stands. Each way to open it further has a
 * name that can be searched for.
 *
 * @since 0.1.0
 */

/**
 * Who may be named in `Host` or `Origin`: loopback names only, a list of host names (with or without a port), or
 * anybody. Case does not matter. A list of origins may also name whole ones (`https://app.example.com`).
 *
 * @category models
 * @since 0.1.0
 */
export type AllowedHosts = "loopback" | "any" | ReadonlyArray<string>

/**
 * The policy of an endpoint.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpPolicy {
  /** Hosts that requests may be addressed to: the guard against DNS rebinding. Default: loopback. */
  readonly allowedHosts: AllowedHosts
  /** Hosts of web pages that may call (HTC-03, HTC-04). Requests without `Origin` are not from a page. Default: loopback. */
  readonly allowedOrigins: AllowedHosts
  /** Whether session-era clients get a session, or each request of theirs stands alone. Default: `stateful`. */
  readonly sessions: "stateful" | "stateless"
  /** JSON until something must be streamed (`auto`), always JSON (notifications are dropped), or always a stream. */
  readonly response: "auto" | "json" | "sse"
  /**
   * Whether streams of sessions can be taken up again after they were lost: their events carry ids and are kept in the
   * `EventLog`. Default: true.
   */
  readonly resumable: boolean
  /** How long a client is told to wait before it comes back for the rest of a stream, in milliseconds. Default: 1,000. */
  readonly retryMillis: number
  /**
   * How long a call of a resumable session may hold a connection before the client is told to come back for the answer
   * (in revisions that prime streams), in milliseconds, to the next keep-alive. Default: infinity.
   */
  readonly pollMillis: number
  /**
   * How often those who wait are looked after, in milliseconds: a stream on which nothing was sent since the last time
   * gets a comment (HTM-07), and a call without an answer for so long opens its stream. Default: 15,000; infinity: never.
   */
  readonly keepAliveMillis: number
  /** How long a reader may take nothing of what waits for it before its connection is cut. Default: 60,000. */
  readonly stalledMillis: number
  /** How long calls may go on when the endpoint ends, in milliseconds; new ones are refused meanwhile. Default: 5,000. */
  readonly drainMillis: number
}

/**
 * The policy unless something is changed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaultPolicy: HttpPolicy = {
  allowedHosts: "loopback",
  allowedOrigins: "loopback",
  sessions: "stateful",
  response: "auto",
  resumable: true,
  retryMillis: 1_000,
  pollMillis: Number.POSITIVE_INFINITY,
  keepAliveMillis: 15_000,
  stalledMillis: 60_000,
  drainMillis: 5_000
}

const lowered = (allowed: AllowedHosts): AllowedHosts =>
  typeof allowed === "string" ? allowed : allowed.map((name) => name.toLowerCase())

/**
 * The default policy with changes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (changes: Partial<HttpPolicy> = {}): HttpPolicy => {
  const policy = { ...defaultPolicy, ...changes }
  return {
    ...policy,
    allowedHosts: lowered(policy.allowedHosts),
    allowedOrigins: lowered(policy.allowedOrigins)
  }
}

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"])

const withoutPort = (host: string): string => {
  // The colons of an IPv6 address are inside its brackets.
  const colon = host.indexOf(":", host.startsWith("[") ? host.indexOf("]") : 0)
  return colon === -1 ? host : host.slice(0, colon)
}

const admits = (allowed: AllowedHosts, host: string): boolean => {
  if (allowed === "any") return true
  const name = withoutPort(host)
  return allowed === "loopback" ? loopback.has(name) : allowed.includes(host) || allowed.includes(name)
}

/**
 * Whether a request may be addressed to this `Host`. A missing header is no host.
 *
 * @category queries
 * @since 0.1.0
 */
export const admitsHost = (policy: HttpPolicy, host: string | undefined): boolean =>
  policy.allowedHosts === "any" || (host !== undefined && admits(policy.allowedHosts, host.toLowerCase()))

const originHost = /^https?:\/\/([^/?#@\\]+)$/

/**
 * Whether a page of this `Origin` may call. An opaque origin (`null`) is nobody's.
 *
 * @category queries
 * @since 0.1.0
 */
export const admitsOrigin = (policy: HttpPolicy, origin: string | undefined): boolean => {
  const allowed = policy.allowedOrigins
  if (origin === undefined || allowed === "any") return true
  const name = origin.toLowerCase()
  const host = originHost.exec(name)?.[1]
  return host !== undefined && (admits(allowed, host) || (allowed !== "loopback" && allowed.includes(name)))
}
