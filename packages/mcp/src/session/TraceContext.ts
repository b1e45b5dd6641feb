/**
 * W3C Trace Context in `_meta`: the three members that tell which trace a message belongs to (SEP-414). Reading and
 * writing only; what a trace is, and whether there is one, is known to whoever traces.
 *
 * @since 0.1.0
 */
import type { Params } from "../jsonrpc/Message.ts"
import { MetaKey } from "../schema/Meta.ts"

/**
 * The trace that a message belongs to, and what travels with it.
 *
 * @category models
 * @since 0.1.0
 */
export interface TraceContext {
  /** 32 hexadecimal digits in lower case, not all of them zero. */
  readonly traceId: string
  /** 16 hexadecimal digits in lower case, not all of them zero. */
  readonly spanId: string
  readonly sampled: boolean
}

/**
 * What travels with a trace untouched.
 *
 * @category models
 * @since 0.1.0
 */
export interface Luggage {
  readonly tracestate?: string
  readonly baggage?: string
}

// A version beyond 00 may have more at its end; ff is none.
const format = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** The specifications demand that so much is passed on at least; more is nothing to trust a peer with. */
const luggageUnitsMax = 8192

/**
 * Reads `traceparent`. Anything that is not in the format of the specification is no trace at all (TRC-01).
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse = (meta: Params): TraceContext | undefined => {
  const text = meta[MetaKey.traceparent]
  const [, version, traceId, spanId, flags = "0", more] = typeof text === "string" ? format.exec(text) ?? [] : []
  if (traceId === undefined || spanId === undefined || (version === "00" && more !== undefined)) return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

const luggageOf = (meta: Params, key: "tracestate" | "baggage"): Luggage => {
  const text = meta[key]
  return typeof text === "string" && text !== "" && text.length <= luggageUnitsMax ? { [key]: text } : {}
}

/**
 * Reads `tracestate` and `baggage`. A `tracestate` without a trace means nothing, and is left out.
 *
 * @category decoding
 * @since 0.1.0
 */
export const luggage = (meta: Params, trace: TraceContext | undefined): Luggage => ({
  ...(trace === undefined ? {} : luggageOf(meta, "tracestate")),
  ...luggageOf(meta, "baggage")
})

/**
 * Writes `traceparent`, in version 00 (TRC-01). An id that is shorter than it must be is filled up with zeros.
 *
 * @category encoding
 * @since 0.1.0
 */
export const traceparent = ({ sampled, spanId, traceId }: TraceContext): string =>
  `00-${traceId.padStart(32, "0")}-${spanId.padStart(16, "0")}-${sampled ? "01" : "00"}`
