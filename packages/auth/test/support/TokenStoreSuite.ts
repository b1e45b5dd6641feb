/** What every token store does, whatever it keeps its texts in (STYLE: suites are functions of a layer). */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { AuthLimits, defaultLimits } from "../../src/AuthLimits.ts"
import type { TokenStore } from "../../src/store/TokenStore.ts"

type Store = TokenStore["Service"]

/** Opens what is shared, and then as many stores over it as there are processes. */
export type Storage = Effect.Effect<Effect.Effect<Store, never, Scope.Scope>, never, Scope.Scope>

/** Leases that end soon, should one be left. */
const limits = { ...defaultLimits, leaseMillis: 600 }

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Effect.Effect<A, E> =>
  Effect.scoped(Effect.provideService(effect, AuthLimits, limits))

const textAt = (store: Store, key: string) =>
  Effect.map(store.get(key), (stored) => stored === undefined ? undefined : Redacted.value(stored.value))

/** What is done to a store: to one of two keys, with what the writer has seen, or with what is out of date. */
const Step = Schema.Struct({
  key: Schema.Literals(["a", "B/é?*:|\\.. "]),
  act: Schema.Literals(["put", "putStale", "remove"]),
  value: Schema.String
})

const writes = (storage: Storage): void => {
  it.effect.prop(
    "a write replaces what its writer has seen, and nothing else",
    [Schema.Array(Step)],
    ([steps]) =>
      run(Effect.gen(function*() {
        const store = yield* yield* storage
        const model = new Map<string, { readonly value: string; readonly version: string }>()
        const used = new Set<string>()
        for (const { act, key, value } of steps.slice(0, 12)) {
          const known = model.get(key)?.version
          if (act === "remove") {
            yield* store.remove(key)
            model.delete(key)
          } else {
            const version = yield* store.put(key, Redacted.make(value), act === "put" ? known : "another")
            assert.strictEqual(version === undefined, act === "putStale")
            if (version !== undefined) {
              assert.isFalse(used.has(version))
              used.add(version)
              model.set(key, { value, version })
            }
          }
          const found = yield* store.get(key)
          assert.strictEqual(found?.version, model.get(key)?.version)
          assert.strictEqual(yield* textAt(store, key), model.get(key)?.value)
        }
      })),
    { arbitrary: { runs: 20 } }
  )

  it.effect("a version of before a removal is good for nothing after it", () =>
    run(Effect.gen(function*() {
      const store = yield* yield* storage
      const first = yield* store.put("key", Redacted.make("one"), undefined)
      yield* store.remove("key")
      assert.isUndefined(yield* store.put("key", Redacted.make("two"), first))
      assert.isDefined(yield* store.put("key", Redacted.make("three"), undefined))
      assert.strictEqual(yield* textAt(store, "key"), "three")
    })))

  it.effect("what is too long is not kept, and shown nowhere; what was there stays", () =>
    run(Effect.gen(function*() {
      const store = yield* yield* storage
      const first = yield* store.put("key", Redacted.make("one"), undefined)
      const secret = "hunter2".repeat(limits.storedUnitsMax)
      const error = yield* Effect.flip(store.put("key", Redacted.make(secret), first))
      assert.strictEqual(error.reason._tag, "StoreFailed")
      assert.notInclude(`${error.message}${String(error)}${JSON.stringify(error)}`, "hunter2")
      assert.strictEqual(yield* textAt(store, "key"), "one")
      const longest = "é".repeat(limits.storedUnitsMax)
      yield* store.put("key", Redacted.make(longest), first)
      assert.strictEqual(yield* textAt(store, "key"), longest)
    })))

  it.effect("what is read is redacted (ATU-06)", () =>
    run(Effect.gen(function*() {
      const store = yield* yield* storage
      yield* store.put("key", Redacted.make("hunter2"), undefined)
      const stored = yield* store.get("key")
      assert.notInclude(`${String(stored?.value)}${JSON.stringify(stored)}`, "hunter2")
    })))
}

const leases = (storage: Storage): void => {
  it.live("of all fibers of all processes, one at a time holds the lease of a key, and sees the last one's write", () =>
    run(Effect.gen(function*() {
      const open = yield* storage
      const stores = [yield* open, yield* open]
      let holders = 0
      let most = 0
      const once = (store: Store) =>
        Effect.scoped(Effect.gen(function*() {
          yield* store.lease("count")
          most = Math.max(most, ++holders)
          const found = yield* store.get("count")
          const next = String(Number(found === undefined ? 0 : Redacted.value(found.value)) + 1)
          assert.isDefined(yield* store.put("count", Redacted.make(next), found?.version))
          holders--
        }))
      yield* Effect.forEach(Array.from({ length: 16 }, (_, at) => at), (at) => once(stores[at % 2] ?? assert.fail()), {
        concurrency: "unbounded",
        discard: true
      })
      assert.strictEqual(most, 1)
      assert.strictEqual(yield* textAt(yield* open, "count"), "16")
    })))

  it.live("whoever stops waiting leaves nothing behind, and different keys do not wait for each other", () =>
    run(Effect.gen(function*() {
      const open = yield* storage
      const [one, other] = [yield* open, yield* open]
      yield* Effect.scoped(Effect.gen(function*() {
        yield* one.lease("a")
        const impatient = yield* Effect.forkChild(Effect.scoped(other.lease("a")), { startImmediately: true })
        yield* Effect.scoped(other.lease("b"))
        assert.isUndefined(impatient.pollUnsafe())
        yield* Fiber.interrupt(impatient)
      }))
      yield* Effect.scoped(other.lease("a"))
      yield* Effect.scoped(one.lease("a"))
    })))
}

/** The suite; `storage` is opened anew for each test. */
export const suite = (name: string, storage: Storage) =>
  describe(`${name}, as any other`, () => {
    writes(storage)
    leases(storage)
  })
