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

/** Nothing else may stand in a header, and so in none of these; it keeps all patterns below to what they say. */
const printable = /^[\t\x20-\x7e]+$/

const stateMember = /^[a-z0-9][a-z0-9_*/@-]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256}$/

const stateMembersMax = 32

/** Members may be empty, and no key may stand there twice. */
const isTracestate = (text: string): boolean => {
  const members = text.split(",").map((member) => member.trim()).filter((member) => member !== "")
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf("="))))
  return members.length > 0 && members.length <= stateMembersMax && keys.size === members.length &&
    members.every((member) => stateMember.test(member))
}

const token = /^[\w!#$%&'*+.^`|~-]+$/

const baggageValue = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

const baggageMembersMax = 180

const isPair = (text: string): boolean => {
  const equals = text.indexOf("=")
  return equals !== -1 && token.test(text.slice(0, equals).trim()) && baggageValue.test(text.slice(equals + 1).trim())
}

const isBaggageMember = (member: string): boolean => {
  const [pair = "", ...properties] = member.split(";")
  return isPair(pair) && properties.every((property) => token.test(property.trim()) || isPair(property))
}

const isBaggage = (text: string): boolean => {
  const members = text.split(",")
  return members.length <= baggageMembersMax && members.every(isBaggageMember)
}

const luggageOf = (meta: Params, key: keyof Luggage, isValid: (text: string) => boolean): Luggage => {
  const text = meta[key]
  return typeof text === "string" && text.length <= luggageUnitsMax && printable.test(text) && isValid(text)
    ? { [key]: text }
    : {}
}

/**
 * Reads `tracestate` and `baggage`. What is not in the format of its specification is left out as a whole, so that it
 * is not passed on (TRC-01, TRC-02, KEY-08), and so is a `tracestate` without a trace, which means nothing.
 *
 * @category decoding
 * @since 0.1.0
 */
export const luggage = (meta: Params, trace: TraceContext | undefined): Luggage => ({
  ...(trace === undefined ? {} : luggageOf(meta, "tracestate", isTracestate)),
  ...luggageOf(meta, "baggage", isBaggage)
})

/**
 * Writes `traceparent`, in version 00 (TRC-01). An id that is shorter than it must be is filled up with zeros.
 *
 * @category encoding
 * @since 0.1.0
 */
export const traceparent = ({ sampled, spanId, traceId }: TraceContext): string =>
  `00-${traceId.padStart(32, "0")}-${spanId.padStart(16, "0")}-${sampled ? "01" : "00"}`
