/** The cache itself: its bounds, stores that fail, hang or hold anything, and a model of what may be given out. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as CacheKey from "../../../src/client/cache/CacheKey.ts"
import * as ResponseCache from "../../../src/client/cache/ResponseCache.ts"
import { sent } from "../ScriptedPeer.ts"
import { cache, client, minute, overHttp, scripted, tools } from "./Keeping.ts"

const silently = Effect.provide(Logger.layer([]))

const keyOf = (more: Partial<CacheKey.Source> = {}) =>
  CacheKey.make({ peer: "p", version: "v", owner: "", claims: {}, method: "tools/list", params: {}, ...more })

/** A store over a map, some operations of which are replaced. */
const storeOf = (map: Map<string, string>, replaced: Partial<KeyValueStore.KeyValueStore> = {}) =>
  KeyValueStore.makeStringOnly({
    get: (key) => Effect.sync(() => map.get(key)),
    set: (key, value) => Effect.sync(() => void map.set(key, value)),
    remove: (key) => Effect.sync(() => void map.delete(key)),
    clear: Effect.sync(() => map.clear()),
    size: Effect.sync(() => map.size),
    keys: Effect.sync(() => [...map.keys()]),
    // A store without binary values takes nothing else here.
    ...(replaced as object)
  })

const over = (store: KeyValueStore.KeyValueStore) =>
  Effect.provideService(ResponseCache.make, KeyValueStore.KeyValueStore, store)

type Cache = ResponseCache.ResponseCache["Service"]

const keep = (cache: Cache, key: CacheKey.CacheKey, result: unknown, ttlMillis = minute) =>
  Effect.acquireUseRelease(
    Effect.sync(() => cache.begin([key])),
    (flight) => cache.keep(flight, key, result, ttlMillis),
    (flight) => Effect.sync(() => cache.end(flight))
  )

const find = (cache: Cache, key: CacheKey.CacheKey) =>
  Effect.acquireUseRelease(
    Effect.sync(() => cache.begin([key])),
    cache.find,
    (flight) => Effect.sync(() => cache.end(flight))
  )

const uris = (count: number) => Array.from({ length: count }, (_, index) => `a://${index}`)

const readOf = (uri: string) => keyOf({ method: "resources/read", params: { uri } })

const keptOf = Effect.fnUntraced(function*(cache: Cache, all: ReadonlyArray<string>) {
  const found: Array<string> = []
  for (const uri of all) if ((yield* find(cache, readOf(uri))) !== undefined) found.push(uri)
  return found
})

describe("the bounds of a cache", () => {
  it.effect("beyond the number of entries, those go that were not used for longest", () =>
    Effect.gen(function*() {
      const small = yield* cache({ entriesMax: 3 })
      for (const uri of uris(3)) yield* keep(small, readOf(uri), uri)
      yield* find(small, readOf("a://0"))
      yield* keep(small, readOf("a://3"), "new")
      assert.deepStrictEqual(yield* keptOf(small, uris(4)), ["a://0", "a://2", "a://3"])
    }))

  it.effect("all of them have so many characters together, and each so many by itself", () =>
    Effect.gen(function*() {
      const small = yield* cache({ charactersMax: 3_000, entryCharactersMax: 2_000 })
      for (const uri of uris(4)) yield* keep(small, readOf(uri), "x".repeat(1_000))
      assert.deepStrictEqual(yield* keptOf(small, uris(4)), ["a://2", "a://3"])
      yield* keep(small, readOf("a://3"), "x".repeat(2_000))
      assert.deepStrictEqual(yield* keptOf(small, uris(4)), ["a://2"], "what is too large takes the older one away")
    }))

  it.effect("no entry is good for longer than a day, whatever the server says", () =>
    Effect.gen(function*() {
      const one = yield* cache()
      yield* keep(one, keyOf(), "x", Number.MAX_SAFE_INTEGER)
      yield* TestClock.adjust("1 days")
      assert.isUndefined(yield* find(one, keyOf()))
      yield* keep(one, keyOf(), "x", Number.POSITIVE_INFINITY)
      yield* TestClock.adjust("23 hours")
      assert.strictEqual(yield* find(one, keyOf()), "x")
    }))

  it.effect("a clock that is put back does not make an entry last", () =>
    Effect.gen(function*() {
      const one = yield* cache()
      yield* TestClock.setTime(10 * minute)
      yield* keep(one, keyOf(), "x")
      yield* TestClock.setTime(9 * minute)
      assert.isUndefined(yield* find(one, keyOf()))
    }))

  it.effect("so many notifications wait for a slow store; then everything is stale", () =>
    Effect.gen(function*() {
      const map = new Map<string, string>()
      const one = yield* over(storeOf(map))
      yield* keep(one, keyOf(), "x")
      yield* one.invalidate(uris(2_000).map((uri) => CacheKey.ofPeer(uri)))
      assert.isUndefined(yield* find(one, keyOf()))
      assert.strictEqual(map.size, 0)
    }))
})

describe("a store that was used before", () => {
  const fill = Effect.fnUntraced(function*(map: Map<string, string>) {
    const before = yield* over(storeOf(map))
    yield* keep(before, keyOf(), { tools: [] })
    yield* keep(before, readOf("a://b"), "soon over", 1)
  })

  it.effect("is taken stock of: what is over goes, what is not ours stays", () =>
    Effect.gen(function*() {
      const map = new Map([["somebody's", "own"], [`${CacheKey.root}broken`, "{"]])
      yield* fill(map)
      yield* TestClock.adjust(1)
      const after = yield* over(storeOf(map))
      assert.deepStrictEqual([...map.keys()], ["somebody's", keyOf().address])
      assert.deepStrictEqual(yield* find(after, keyOf()), { tools: [] })
      yield* after.invalidate([CacheKey.ofPeer("p")])
      assert.deepStrictEqual([...map.keys()], ["somebody's"])
    }))

  it.effect("is brought within the bounds", () =>
    Effect.gen(function*() {
      const map = new Map<string, string>()
      const before = yield* over(storeOf(map))
      for (const uri of uris(5)) yield* keep(before, readOf(uri), uri)
      const limits = { ...(yield* ResponseCache.ResponseCacheLimits), entriesMax: 2 }
      yield* Effect.provideService(over(storeOf(map)), ResponseCache.ResponseCacheLimits, limits)
      assert.strictEqual(map.size, 2)
    }))

  it.effect("that hangs as it is taken stock of holds nobody up for long", () =>
    Effect.gen(function*() {
      const map = new Map<string, string>()
      const before = yield* over(storeOf(map))
      for (const uri of uris(200)) yield* keep(before, readOf(uri), uri)
      const hanging = storeOf(map, { get: () => Effect.never, remove: () => Effect.never })
      const making = yield* Effect.forkChild(over(hanging), { startImmediately: true })
      yield* TestClock.adjust("10 seconds")
      assert.isDefined(making.pollUnsafe())
    }).pipe(silently))

  it.effect("serves a client that starts anew without asking the server, and what is in it is checked", () =>
    Effect.gen(function*() {
      const map = new Map<string, string>()
      const run = Effect.fnUntraced(function*() {
        const peer = overHttp(scripted({ "tools/list": tools(["a"]) }))
        const one = yield* client(peer, yield* over(storeOf(map)), { identity: "ann" })
        assert.deepStrictEqual((yield* one.listTools).map(({ name }) => name), ["a"])
        return sent(peer, "tools/list").length
      })
      assert.strictEqual(yield* run(), 1)
      assert.strictEqual(yield* run(), 0)
      for (const [key, text] of map) map.set(key, text.replace("\"tools\":[{", "\"tools\":[7,{"))
      assert.strictEqual(yield* run(), 1)
    }))

  it.effect("two requests that meet in one address are not mistaken for each other (CAC-09)", () =>
    Effect.gen(function*() {
      const map = new Map<string, string>()
      const one = yield* over(storeOf(map))
      const [mine, other] = [keyOf(), { ...keyOf({ params: { cursor: "x" } }), address: keyOf().address }]
      yield* keep(one, mine, "mine")
      assert.isUndefined(yield* find(one, other))
    }))
})

describe("a store that is out of order", () => {
  const error = new KeyValueStore.KeyValueStoreError({ message: "no", method: "any" })

  it.effect.each([Effect.fail(error), Effect.die("a mistake")])(
    "fails no request, whatever it does",
    (outcome) =>
      Effect.gen(function*() {
        const failing = storeOf(new Map(), {
          get: () => outcome,
          set: () => outcome,
          remove: () => outcome,
          keys: outcome
        })
        const peer = scripted({ "tools/list": tools(["a"]) })
        const one = yield* client(peer, yield* over(failing))
        yield* one.listTools
        assert.deepStrictEqual((yield* one.listTools).map(({ name }) => name), ["a"])
        assert.lengthOf(sent(peer, "tools/list"), 2)
      }).pipe(silently)
  )

  it.effect("holds no request up for long", () =>
    Effect.gen(function*() {
      let hangs = false
      const map = new Map<string, string>()
      const hanging = storeOf(map, {
        get: (key) => hangs ? Effect.never : Effect.sync(() => map.get(key)),
        set: () => Effect.never
      })
      const peer = scripted({ "tools/list": tools(["a"]) })
      const one = yield* client(peer, yield* over(hanging))
      hangs = true
      const listing = yield* Effect.forkChild(one.listTools)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual((yield* Fiber.join(listing)).map(({ name }) => name), ["a"])
    }).pipe(silently))

  it.effect("gives nothing out that is stale, even if it cannot be cleared (CAC-19)", () =>
    Effect.gen(function*() {
      let fails = true
      const map = new Map<string, string>()
      const stubborn = storeOf(map, {
        remove: (key) => fails ? Effect.fail(error) : Effect.sync(() => void map.delete(key))
      })
      const one = yield* over(stubborn)
      yield* keep(one, keyOf(), "old")
      yield* one.invalidate([CacheKey.ofPeer("p")])
      assert.strictEqual(map.size, 1)
      assert.isUndefined(yield* find(one, keyOf()))
      fails = false
      yield* keep(one, keyOf(), "new")
      assert.strictEqual(yield* find(one, keyOf()), "new", "and it is good again once it is cleared")
    }).pipe(silently))

  it.effect("what becomes stale while it is read is not given out (CAC-19)", () =>
    Effect.gen(function*() {
      const map = new Map<string, string>()
      const [reading, gate] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const slow = storeOf(map, {
        get: (key) =>
          Effect.suspend(() => {
            const value = map.get(key)
            return Effect.andThen(Deferred.succeed(reading, undefined), Effect.as(Deferred.await(gate), value))
          })
      })
      const one = yield* over(slow)
      yield* keep(one, keyOf(), "old")
      const found = yield* Effect.forkChild(find(one, keyOf()))
      yield* Deferred.await(reading)
      yield* one.invalidate([CacheKey.ofPeer("p")])
      yield* Deferred.succeed(gate, undefined)
      assert.isUndefined(yield* Fiber.join(found))
    }))

  it.effect("what became stale before it is written is not written (CAC-19)", () =>
    Effect.gen(function*() {
      const written: Array<string> = []
      const one = yield* over(storeOf(new Map(), { set: (key) => Effect.sync(() => void written.push(key)) }))
      const flight = one.begin([keyOf()])
      yield* one.invalidate([CacheKey.ofPeer("p")])
      yield* one.keep(flight, keyOf(), "old", minute)
      one.end(flight)
      assert.deepStrictEqual(written, [])
    }))

  it.effect("what becomes stale while it is written is not kept (CAC-19)", () =>
    Effect.gen(function*() {
      const map = new Map<string, string>()
      const [writing, gate] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const slow = storeOf(map, {
        set: (key, value) =>
          Deferred.succeed(writing, undefined).pipe(
            Effect.andThen(Deferred.await(gate)),
            Effect.andThen(Effect.sync(() => void map.set(key, String(value))))
          )
      })
      const one = yield* over(slow)
      const keeping = yield* Effect.forkChild(keep(one, keyOf(), "old"))
      yield* Deferred.await(writing)
      yield* one.invalidate([CacheKey.ofPeer("p")])
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(keeping)
      assert.strictEqual(map.size, 0)
    }))
})

describe("a store that writes what nobody waits for any more", () => {
  /** Writes land only when they are let. */
  const slowly = () => {
    const map = new Map<string, string>()
    const landing: Array<() => void> = []
    const store = storeOf(map, {
      set: (key, value) =>
        Effect.callback<void>((resume) => {
          landing.push(() => {
            map.set(key, String(value))
            resume(Effect.void)
          })
        })
    })
    return { map, store, land: () => landing.splice(0).forEach((one) => one()) }
  }

  it.effect("gives nothing out that is stale: the call was interrupted (CAC-19)", () =>
    Effect.gen(function*() {
      const { land, store } = slowly()
      const one = yield* over(store)
      const keeping = yield* Effect.forkChild(keep(one, keyOf(), "old"), { startImmediately: true })
      yield* one.invalidate([CacheKey.ofPeer("p")])
      yield* Fiber.interrupt(keeping)
      land()
      assert.isUndefined(yield* find(one, keyOf()))
      const again = yield* Effect.forkChild(keep(one, keyOf(), "new"), { startImmediately: true })
      land()
      yield* Fiber.join(again)
      assert.strictEqual(yield* find(one, keyOf()), "new", "and it is good again once it is written anew")
    }))

  it.effect("gives nothing out that is stale: the write took too long (CAC-19)", () =>
    Effect.gen(function*() {
      const { land, store } = slowly()
      const one = yield* over(store)
      const keeping = yield* Effect.forkChild(keep(one, keyOf(), "old"), { startImmediately: true })
      yield* one.invalidate([CacheKey.ofPeer("p")])
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(keeping)
      land()
      assert.isUndefined(yield* find(one, keyOf()))
    }))
})

describe("an older result that cannot be removed", () => {
  const error = new KeyValueStore.KeyValueStoreError({ message: "no", method: "any" })

  it.effect("is not given out after a newer one (CAC-12)", () =>
    Effect.gen(function*() {
      const map = new Map<string, string>()
      const one = yield* over(storeOf(map, { remove: () => Effect.fail(error) }))
      yield* keep(one, keyOf(), "old")
      yield* keep(one, keyOf(), "new", 0)
      assert.strictEqual(map.size, 1)
      assert.isUndefined(yield* find(one, keyOf()))
    }).pipe(silently))
})

describe("a store that two caches use", () => {
  it.effect("has nothing older of what one of them has asked for anew (CAC-12)", () =>
    Effect.gen(function*() {
      const map = new Map<string, string>()
      const [one, other] = [yield* over(storeOf(map)), yield* over(storeOf(map))]
      yield* keep(one, keyOf(), "old")
      yield* keep(other, keyOf(), "new", 0)
      assert.isUndefined(yield* find(other, keyOf()))
      assert.isUndefined(yield* find(one, keyOf()))
    }))
})

describe("keys", () => {
  const Text = Schema.String
  const Params = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite]))

  it.prop("do not depend on the order of members", [Params], ([params]) => {
    const turned = Object.fromEntries(Object.entries(params).toReversed())
    assert.deepStrictEqual(keyOf({ params: turned }), keyOf({ params }))
  })

  it.prop("differ in their text wherever anything differs (CAC-09, CAC-11)", [Text, Text], ([a, b]) => {
    const members: ReadonlyArray<(text: string) => Partial<CacheKey.Source>> = [
      (peer) => ({ peer }),
      (version) => ({ version }),
      (owner) => ({ owner }),
      (claims) => ({ claims }),
      (method) => ({ method }),
      (cursor) => ({ params: { cursor } })
    ]
    for (const member of members) assert.strictEqual(keyOf(member(a)).text === keyOf(member(b)).text, a === b)
    assert.isTrue(keyOf({ peer: a }).address.startsWith(CacheKey.ofPeer(a)))
    assert.isAtMost(keyOf({ peer: a, params: { cursor: b } }).address.length, 100)
  })

  it.prop(
    "what was read of an updated resource has an address of those that become stale (CAC-19)",
    [Text],
    ([text]) => {
      const uri = `a://b${text.replaceAll("/", "-")}`
      const read = keyOf({ method: "resources/read", params: { uri } })
      const stale = (updated: string) =>
        CacheKey.staleAfter("p", { method: "notifications/resources/updated", params: { uri: updated } })
          .some((prefix) => read.address.startsWith(prefix))
      assert.isTrue(stale(uri))
      assert.isTrue(stale(`${uri}/below`))
      assert.isFalse(stale(`${uri}x`))
    }
  )
})

const Step = Schema.Union([
  Schema.TaggedStruct("Read", { uri: Schema.Literals(["a", "b"]), ttl: Schema.Literals([0, 10, 30]) }),
  Schema.TaggedStruct("Change", { uri: Schema.Literals(["a", "b"]), told: Schema.Boolean }),
  Schema.TaggedStruct("Wait", { millis: Schema.Literals([5, 10, 25]) })
])

describe("whatever happens", () => {
  it.effect.prop(
    "what is given out is new, or within its time and not known to have changed (CAC-13, CAC-16, CAC-19)",
    [Schema.Array(Step)],
    ([steps]) =>
      Effect.gen(function*() {
        const one = yield* cache({ entriesMax: 2 })
        const truth = { a: 0, b: 0 }
        const model = new Map<string, { readonly value: number; readonly until: number }>()
        let now = 0
        for (const step of steps) {
          if (step._tag === "Wait") {
            now += step.millis
            yield* TestClock.adjust(step.millis)
          } else if (step._tag === "Change") {
            truth[step.uri]++
            if (!step.told) continue
            model.delete(step.uri)
            const params = { uri: step.uri }
            yield* one.invalidate(CacheKey.staleAfter("p", { method: "notifications/resources/updated", params }))
          } else {
            const expected = model.get(step.uri)
            const found = yield* find(one, readOf(step.uri))
            assert.strictEqual(found, expected !== undefined && now < expected.until ? expected.value : undefined)
            if (found !== undefined) continue
            yield* keep(one, readOf(step.uri), truth[step.uri], step.ttl)
            model.set(step.uri, { value: truth[step.uri], until: now + step.ttl })
          }
        }
      })
  )
})
