/** A token store in memory that several clients share as processes do, and that breaks when it is told to. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"
import * as AuthError from "../../src/AuthError.ts"
import type { Stored } from "../../src/store/StoreCell.ts"
import type { TokenStore } from "../../src/store/TokenStore.ts"

/** A store, and its handles. */
export interface FakeStore {
  readonly service: TokenStore["Service"]
  /** What is in it, as text. */
  readonly texts: () => ReadonlyArray<string>
  /** How many of the writes to come fail. */
  failWrites: number
  /** How many of the removals to come fail. */
  failRemoves: number
  readonly writes: Array<string>
}

const failed = AuthError.make(new AuthError.StoreFailed({ detail: "no space left on device" }))

/** An empty store. */
export const make = (): FakeStore => {
  const records = new Map<string, Stored>()
  const leases = new Map<string, Semaphore.Semaphore>()
  let versions = 0
  const leaseOf = (key: string): Semaphore.Semaphore => {
    const lease = leases.get(key) ?? Semaphore.makeUnsafe(1)
    leases.set(key, lease)
    return lease
  }
  const store: FakeStore = {
    failWrites: 0,
    failRemoves: 0,
    writes: [],
    texts: () => Array.from(records.values(), ({ value }) => Redacted.value(value)),
    service: {
      get: (key) => Effect.sync(() => records.get(key)),
      put: (key, value, expected) =>
        Effect.suspend(() => {
          if (store.failWrites > 0) {
            store.failWrites--
            return Effect.fail(failed)
          }
          if (records.get(key)?.version !== expected) return Effect.succeed(undefined)
          const version = `v${++versions}`
          records.set(key, { value, version })
          store.writes.push(key)
          return Effect.succeed(version)
        }),
      remove: (key) =>
        Effect.suspend(() => {
          if (store.failRemoves > 0) {
            store.failRemoves--
            return Effect.fail(failed)
          }
          records.delete(key)
          return Effect.void
        }),
      lease: (key) => Effect.acquireRelease(leaseOf(key).take(1), () => leaseOf(key).release(1)).pipe(Effect.asVoid)
    }
  }
  return store
}
