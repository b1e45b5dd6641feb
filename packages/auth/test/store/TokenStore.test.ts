/** Token stores in memory and over a key-value store, and how leases pass between processes. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { AuthLimits, defaultLimits } from "../../src/AuthLimits.ts"
import * as StoreLease from "../../src/store/StoreLease.ts"
import * as TokenStore from "../../src/store/TokenStore.ts"
import { suite } from "../support/TokenStoreSuite.ts"

const built = (layer: Layer.Layer<TokenStore.TokenStore>) =>
  Effect.map(Layer.build(Layer.fresh(layer)), (context) => Context.get(context, TokenStore.TokenStore))

const over = (keyValues: KeyValueStore.KeyValueStore, options?: TokenStore.KeyValueOptions) =>
  built(Layer.provide(TokenStore.layerKeyValueStore(options), Layer.succeed(KeyValueStore.KeyValueStore, keyValues)))

const memory = Effect.map(
  Layer.build(Layer.fresh(KeyValueStore.layerMemory)),
  (context) => Context.get(context, KeyValueStore.KeyValueStore)
)

suite("a token store in memory", Effect.map(built(TokenStore.layerMemory), Effect.succeed))

suite(
  "a token store over a key-value store",
  Effect.map(memory, (keyValues) => over(keyValues, { settleMillis: 20 }))
)

describe("a token store in memory", () => {
  it.effect("keeps a bounded number of keys", () =>
    Effect.gen(function*() {
      const store = yield* built(TokenStore.layerMemory)
      const first = yield* store.put("a", Redacted.make("1"), undefined)
      yield* store.put("b", Redacted.make("2"), undefined)
      const error = yield* Effect.flip(store.put("c", Redacted.make("3"), undefined))
      assert.include(error.message, "2 keys are kept, and no more")
      assert.isDefined(yield* store.put("a", Redacted.make("4"), first))
    }).pipe(Effect.scoped, Effect.provideService(AuthLimits, { ...defaultLimits, storedKeysMax: 2 })))
})

describe("a token store over a key-value store", () => {
  it.effect("what somebody else wrote there is an error that shows none of it, and stays", () =>
    Effect.gen(function*() {
      const keyValues = yield* memory
      const store = yield* over(keyValues)
      yield* keyValues.set("tokens key", "{\"hunter2\"")
      for (
        const attempt of [
          Effect.asVoid(store.get("key")),
          Effect.asVoid(store.put("key", Redacted.make("mine"), undefined))
        ]
      ) {
        const failing = yield* Effect.forkChild(Effect.flip(attempt), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        const error = yield* Fiber.join(failing)
        assert.strictEqual(error.reason._tag, "StoreFailed")
        assert.include(error.message, "tokens key")
        assert.notInclude(JSON.stringify(error) + String(error), "hunter2")
      }
      assert.strictEqual(yield* keyValues.get("tokens key"), "{\"hunter2\"")
    }).pipe(Effect.scoped))

  it.effect("what somebody is writing in place is read when it is whole; an empty text is left by one who died over it", () =>
    Effect.gen(function*() {
      const keyValues = yield* memory
      const store = yield* over(keyValues)
      const version = yield* store.put("key", Redacted.make("old"), undefined)
      const whole = (yield* keyValues.get("tokens key")) ?? ""
      for (const half of ["", whole.slice(0, 20)]) {
        yield* keyValues.set("tokens key", half)
        const reading = yield* Effect.forkChild(store.get("key"), { startImmediately: true })
        yield* TestClock.adjust("50 millis")
        yield* keyValues.set("tokens key", whole)
        yield* TestClock.adjust("50 millis")
        assert.strictEqual((yield* Fiber.join(reading))?.version, version)
      }
      yield* keyValues.set("tokens key", "")
      const writing = yield* Effect.forkChild(store.put("key", Redacted.make("new"), undefined), {
        startImmediately: true
      })
      yield* TestClock.adjust("1 second")
      assert.isDefined(yield* Fiber.join(writing))
    }).pipe(Effect.scoped))

  it.live("keys that are too long for the name of a file have one all the same, each its own", () =>
    Effect.gen(function*() {
      const keyValues = yield* memory
      const names = new Set<string>()
      const noting: KeyValueStore.KeyValueStore = {
        ...keyValues,
        set: (key, value) => {
          names.add(key)
          return keyValues.set(key, value)
        }
      }
      const store = yield* over(noting, { settleMillis: 20 })
      const keys = ["a", "b"].map((end) => JSON.stringify(["tokens", "me", `https://x.example/${"ü".repeat(99)}`, end]))
      for (const key of keys) {
        yield* store.put(key, Redacted.make(`of ${key}`), undefined)
        yield* Effect.scoped(store.lease(key))
      }
      const texts = yield* Effect.forEach(keys, (key) => store.get(key))
      assert.deepStrictEqual(
        texts.map((text) => Redacted.value(text?.value ?? assert.fail())),
        keys.map((key) => `of ${key}`)
      )
      assert.strictEqual(names.size, 4)
      for (const name of names) assert.isBelow(encodeURIComponent(name).length, 191)
      for (const key of keys) yield* store.remove(key)
      assert.deepStrictEqual(yield* Effect.forEach(keys, (key) => store.get(key)), [undefined, undefined])
    }).pipe(Effect.scoped))

  it.effect("a failure of the store says what was tried, and nothing of what was to be written", () =>
    Effect.gen(function*() {
      const broken = (method: string) =>
        Effect.fail(new KeyValueStore.KeyValueStoreError({ method, key: "k", message: "hunter2", cause: "hunter2" }))
      const store = yield* over({ ...(yield* memory), set: () => broken("set"), remove: () => broken("remove") })
      for (
        const attempt of [Effect.asVoid(store.put("key", Redacted.make("hunter2"), undefined)), store.remove("key")]
      ) {
        const error = yield* Effect.flip(attempt)
        assert.strictEqual(error.reason._tag, "StoreFailed")
        assert.notInclude(JSON.stringify(error) + String(error), "hunter2")
      }
    }).pipe(Effect.scoped))
})

/** Two processes over one key-value store, in virtual time. */
const twoProcesses = Effect.gen(function*() {
  const keyValues = yield* memory
  return { keyValues, one: yield* over(keyValues), other: yield* over(keyValues) }
})

const claimed = (store: TokenStore.TokenStore["Service"]) =>
  Effect.gen(function*() {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const fiber = yield* Effect.forkChild(Scope.provide(store.lease("key"), scope), { startImmediately: true })
    return { scope, fiber, isHeld: () => fiber.pollUnsafe()?._tag === "Success" }
  })

describe("the lease of a key across processes", () => {
  it.effect.prop("a claim counts until its end, and not for longer than its length whatever its clock says", [
    StoreLease.Claim,
    Schema.Finite,
    Schema.Finite
  ], ([claim, now, seen]) =>
    Effect.sync(() => {
      const isHeld = StoreLease.isHeld(claim, now, seen)
      assert.strictEqual(isHeld, !(now >= claim.untilMillis) && !(seen >= claim.forMillis))
      if (!isHeld) assert.isFalse(StoreLease.isHeld(claim, now, seen + 1))
    }))

  it.effect("is kept by a holder that lives for as long as it wants", () =>
    Effect.gen(function*() {
      const { one, other } = yield* twoProcesses
      const first = yield* claimed(one)
      yield* TestClock.adjust("200 millis")
      assert.isTrue(first.isHeld())
      const second = yield* claimed(other)
      yield* TestClock.adjust("10 minutes")
      assert.isFalse(second.isHeld())
      yield* Scope.close(first.scope, yield* Effect.exit(Effect.void))
      yield* TestClock.adjust("1 second")
      assert.isTrue(second.isHeld())
    }).pipe(Effect.scoped))

  it.effect("ends by itself when its holder died, and one of those who wait has it then", () =>
    Effect.gen(function*() {
      const { keyValues, one, other } = yield* twoProcesses
      const now = yield* Clock.currentTimeMillis
      const value = JSON.stringify({ untilMillis: now + 60_000, forMillis: 60_000 })
      yield* keyValues.set("lease key", JSON.stringify({ version: "dead", value }))
      const [first, second] = [yield* claimed(one), yield* claimed(other)]
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual([first.isHeld(), second.isHeld()], [false, false])
      yield* TestClock.adjust("5 seconds")
      assert.lengthOf([first, second].filter((one) => one.isHeld()), 1)
    }).pipe(Effect.scoped))

  it.effect("of a clock that is wrong, or of what cannot be read, ends after the length of a lease", () =>
    Effect.gen(function*() {
      const kept = (value: string) => JSON.stringify({ version: "x", value })
      const wrong = JSON.stringify({ untilMillis: 1e15, forMillis: 60_000 })
      for (const text of [kept(wrong), kept("nonsense"), kept(wrong).slice(0, 9), ""]) {
        const { keyValues, one } = yield* twoProcesses
        yield* keyValues.set("lease key", text)
        const first = yield* claimed(one)
        yield* TestClock.adjust("59 seconds")
        assert.isFalse(first.isHeld())
        yield* TestClock.adjust("2 seconds")
        assert.isTrue(first.isHeld())
      }
    }).pipe(Effect.scoped))

  it.effect("of a holder that died ends after the length of a lease, though the clock is put back meanwhile", () =>
    Effect.gen(function*() {
      const { keyValues, one } = yield* twoProcesses
      const clock = yield* Clock.Clock
      let backMillis = 0
      const shaky: Clock.Clock = {
        ...clock,
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() - backMillis,
        currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now - backMillis)
      }
      const value = JSON.stringify({ untilMillis: (yield* Clock.currentTimeMillis) + 60_000, forMillis: 60_000 })
      yield* keyValues.set("lease key", JSON.stringify({ version: "dead", value }))
      const first = yield* Effect.provideService(claimed(one), Clock.Clock, shaky)
      yield* TestClock.adjust("10 seconds")
      backMillis = 3_600_000
      yield* TestClock.adjust("55 seconds")
      assert.isTrue(first.isHeld())
    }).pipe(Effect.scoped))

  it.effect("is not got by a store that is slower than it is thought to be, and nobody else gets it meanwhile", () =>
    Effect.gen(function*() {
      const keyValues = yield* memory
      const slow: KeyValueStore.KeyValueStore = {
        ...keyValues,
        set: (key, value) => Effect.andThen(Effect.sleep("1 second"), keyValues.set(key, value))
      }
      const error = yield* Effect.forkChild(
        Effect.flip(Effect.scoped(Effect.flatMap(over(slow), (store) => store.lease("key")))),
        { startImmediately: true }
      )
      yield* TestClock.adjust("500 millis")
      // The other has it before the slow one has written over its claim; it keeps it to its end, and a third waits.
      const first = yield* claimed(yield* over(keyValues))
      yield* TestClock.adjust("200 millis")
      assert.isTrue(first.isHeld())
      const third = yield* claimed(yield* over(keyValues))
      yield* TestClock.adjust("30 seconds")
      assert.isFalse(third.isHeld())
      yield* TestClock.adjust("5 minutes")
      assert.include((yield* Fiber.join(error)).message, "longer than 100 ms")
    }).pipe(Effect.scoped))

  it.effect("two that claim it in the same moment do not both have it", () =>
    Effect.gen(function*() {
      const keyValues = yield* memory
      // Both have read before either writes: the first read, and the one before the write, take a while.
      let reads = 0
      const late: KeyValueStore.KeyValueStore = {
        ...keyValues,
        get: (key) => Effect.tap(keyValues.get(key), () => ++reads > 4 ? Effect.void : Effect.sleep("20 millis"))
      }
      const [first, second] = [yield* claimed(yield* over(late)), yield* claimed(yield* over(late))]
      for (let at = 0; at < 100; at++) yield* TestClock.adjust("10 millis")
      assert.lengthOf([first, second].filter((one) => one.isHeld()), 1)
    }).pipe(Effect.scoped))
})
