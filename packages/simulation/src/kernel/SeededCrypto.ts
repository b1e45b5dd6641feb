/**
 * The platform's cryptography with chance from a seed, so that keys, nonces and ids are the same each time. What it
 * computes on other threads comes back in the order in which it was asked for, and the world waits for it. It is for
 * worlds only: whoever knows the seed knows the keys.
 *
 * @since 0.1.0
 */
import type { Chance } from "./Chance.ts"

/**
 * What is being computed in a world: one thing after the other, whoever asked for it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Turns {
  /** Computes when all that was asked for before is done. */
  readonly inTurn: <A>(compute: () => Promise<A>) => Promise<A>
  /** Completes when nothing is being computed; `undefined` when that is so already. */
  readonly idle: () => Promise<void> | undefined
}

const fill = <T extends ArrayBufferView>(chance: Chance, view: T): T => {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  for (let index = 0; index < bytes.length; index++) bytes[index] = chance.below(256)
  return view
}

const uuidOf = (bytes: Uint8Array): ReturnType<Crypto["randomUUID"]> => {
  const marked = bytes.with(6, (bytes[6] ?? 0) & 0x0f | 0x40).with(8, (bytes[8] ?? 0) & 0x3f | 0x80)
  const hex = Array.from(marked, (byte) => byte.toString(16).padStart(2, "0")).join("")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/**
 * Nothing is being computed yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeTurns = (): Turns => {
  let pending = 0
  let last: Promise<unknown> = Promise.resolve()
  return {
    inTurn: (compute) => {
      pending += 1
      const result = last.then(compute, compute).finally(() => void (pending -= 1))
      // A failure is the asker's, not the next one's.
      last = result.catch(() => undefined)
      return result
    },
    idle: () => pending === 0 ? undefined : last.then(() => undefined)
  }
}

/**
 * The platform's cryptography with this chance.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (chance: Chance, { inTurn }: Turns): Crypto => {
  const platform = globalThis.crypto
  const subtle = new Proxy(platform.subtle, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== "function") return member
      return (...input: ReadonlyArray<unknown>) => inTurn(() => Promise.resolve(Reflect.apply(member, target, input)))
    }
  })
  return {
    subtle,
    getRandomValues: (view) => view === null ? view : fill(chance, view),
    randomUUID: () => uuidOf(fill(chance, new Uint8Array(16)))
  }
}
