/**
 * The words of OpenTelemetry's semantic conventions for MCP that both sides use, so that what a client measures and what
 * its server does can be laid side by side. Words only: when there are spans and metrics is decided by each side.
 *
 * @since 0.1.0
 */

/**
 * Attributes of a span or a metric.
 *
 * @category models
 * @since 0.1.0
 */
export type Attributes = Record<string, string>

/**
 * One operation: a request or a notification, on whichever side.
 *
 * @category models
 * @since 0.1.0
 */
export interface Operation {
  /** `_OTHER` for one that nobody knows. */
  readonly method: string
  /** The revision that is spoken, by its date. */
  readonly version: string
  readonly isHttp: boolean
  /** The tool or prompt that it is about, where names are few enough to tell operations apart by. */
  readonly target?: { readonly kind: "tool" | "prompt"; readonly name: string } | undefined
}

/**
 * The tool or prompt that a request is about, if it is about one.
 *
 * @category conventions
 * @since 0.1.0
 */
export const targetOf = (method: string, name: unknown): Operation["target"] => {
  if (typeof name !== "string") return undefined
  return method === "tools/call"
    ? { kind: "tool", name }
    : method === "prompts/get"
    ? { kind: "prompt", name }
    : undefined
}

/**
 * What a span of the operation is called.
 *
 * @category conventions
 * @since 0.1.0
 */
export const spanName = ({ method, target }: Operation): string =>
  target === undefined ? method : `${method} ${target.name}`

/**
 * What operations are told apart by, in spans and in metrics.
 *
 * @category conventions
 * @since 0.1.0
 */
export const attributesOf = ({ isHttp, method, target, version }: Operation): Attributes => ({
  "mcp.method.name": method,
  "mcp.protocol.version": version,
  "network.transport": isHttp ? "tcp" : "pipe",
  ...(isHttp ? { "network.protocol.name": "http" } : {}),
  ...(target === undefined ? {} : { [`gen_ai.${target.kind}.name`]: target.name }),
  ...(target?.kind === "tool" ? { "gen_ai.operation.name": "execute_tool" } : {})
})

/**
 * An attribute, if there is a text to say.
 *
 * @category conventions
 * @since 0.1.0
 */
export const when = (key: string, value: unknown): Attributes => typeof value === "string" ? { [key]: value } : {}

/**
 * The boundaries that the conventions advise for durations, in seconds.
 *
 * @category conventions
 * @since 0.1.0
 */
export const boundaries: ReadonlyArray<number> = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]

/**
 * A duration as metrics have it, in seconds, from two readings of a clock in nanoseconds.
 *
 * @category conventions
 * @since 0.1.0
 */
export const seconds = (startedNanos: bigint, endedNanos: bigint): number => Number(endedNanos - startedNanos) / 1e9
