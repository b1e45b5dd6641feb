/**
 * Proofs that were used, so that none is used again (RFC 9449, 11.1; XDP-12). What is kept is bounded by time, and by
 * count: when there are too many, the key that brings another gives its oldest up, and proofs of that key that are no newer
 * are refused from then on. So nothing that was forgotten can be used again, and a key that is used without measure pays for
 * it itself. Only where there are too many keys are new ones refused, until the time of others is over.
 *
 * @since 0.1.0
 */

/**
 * A proof, as it is remembered.
 *
 * @category models
 * @since 0.1.0
 */
export interface Used {
  /** The thumbprint of its key. */
  readonly jkt: string
  readonly jti: string
  /** When it was made, in seconds since 1970. */
  readonly iat: number
}

/**
 * A memory of proofs.
 *
 * @category models
 * @since 0.1.0
 */
export interface UsedProofs {
  /** Whether the proof was not used before; from now on it is. Times are in milliseconds. */
  readonly use: (proof: Used, nowMillis: number) => boolean
  /** How many are remembered. */
  readonly size: () => number
}

interface KeyRecord {
  /** Proofs up to this time, in seconds, were forgotten. */
  floor: number
  /** Times by ids, in the order in which they came. */
  readonly times: Map<string, number>
}

/**
 * A memory for `windowMillis` after proofs were made, of `proofsMax` at most. What is older than the window is refused by
 * whoever asks.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: { readonly windowMillis: number; readonly proofsMax: number }): UsedProofs => {
  // The key that was used last is the last.
  const keys = new Map<string, KeyRecord>()
  let count = 0

  const drop = (record: KeyRecord, jti: string): void => {
    if (record.times.delete(jti)) count--
  }

  const isOver = (iat: number, nowMillis: number): boolean => iat * 1000 + options.windowMillis < nowMillis

  const sweep = (record: KeyRecord, nowMillis: number): void => {
    for (const [jti, iat] of record.times) {
      if (!isOver(iat, nowMillis)) return
      drop(record, jti)
    }
  }

  /** Looks at the key that was used longest ago; each use looks at one, so memory follows use. */
  const sweepOldest = (nowMillis: number): void => {
    for (const [jkt, record] of keys) {
      sweep(record, nowMillis)
      if (record.times.size === 0 && isOver(record.floor, nowMillis)) keys.delete(jkt)
      return
    }
  }

  const forgetOldest = (record: KeyRecord): boolean => {
    for (const [jti, iat] of record.times) {
      record.floor = Math.max(record.floor, iat)
      drop(record, jti)
      return true
    }
    return false
  }

  const makeRoom = (own: KeyRecord): void => {
    if (count < options.proofsMax || forgetOldest(own)) return
    for (const [jkt, record] of keys) {
      // To the end with it: the next to give something up is another.
      keys.delete(jkt)
      keys.set(jkt, record)
      if (forgetOldest(record)) return
    }
  }

  return {
    use: ({ iat, jkt, jti }, nowMillis) => {
      sweepOldest(nowMillis)
      if (!keys.has(jkt) && keys.size >= options.proofsMax) return false
      const record = keys.get(jkt) ?? { floor: Number.NEGATIVE_INFINITY, times: new Map<string, number>() }
      keys.delete(jkt)
      keys.set(jkt, record)
      sweep(record, nowMillis)
      if (iat <= record.floor || record.times.has(jti)) return false
      makeRoom(record)
      record.times.set(jti, iat)
      count++
      return true
    },
    size: () => count
  }
}
