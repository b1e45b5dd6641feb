/**
 * Results that servers allow clients to keep, over a `KeyValueStore`. It knows how long an entry is good, keeps within
 * its bounds, and forgets what has become stale, at once, even where the store takes its time. Which results may be kept,
 * and for whom, is decided in `Caching.ts`.
 *
 * A store that fails or hangs never fails a request: what cannot be read is fetched.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { type CacheKey, root } from "./CacheKey.ts"
import { type Limits, ResponseCacheLimits } from "./CacheLimits.ts"
import { type Flight, ResponseCache } from "./CacheService.ts"

export { type Limits, ResponseCacheLimits } from "./CacheLimits.ts"
export { type Flight, ResponseCache } from "./CacheService.ts"

const Entry = Schema.fromJsonString(Schema.Struct({
  key: Schema.String,
  receivedAtMillis: Schema.Number,
  expiresAtMillis: Schema.Number,
  result: Schema.Unknown
}))

type Entry = typeof Entry.Type

const decodeEntry = Schema.decodeUnknownOption(Entry)

interface State {
  readonly store: KeyValueStore.KeyValueStore
  readonly limits: Limits
  /** The entries that are known, with their characters; the one that was not used for longest comes first. */
  readonly index: Map<string, number>
  readonly flights: Set<Flight>
  characters: number
  /** Beginnings of addresses that the store is yet to be cleared of. */
  stale: Set<string>
  /** Those that it is being cleared of now. */
  clearing: Set<string>
}

/** With more of them waiting, everything is stale. */
const staleMax = 1_024

const startsWithAny = (address: string, prefixes: Iterable<string>): boolean => {
  for (const prefix of prefixes) if (address.startsWith(prefix)) return true
  return false
}

const isStale = ({ clearing, stale }: State, address: string): boolean =>
  startsWithAny(address, stale) || startsWithAny(address, clearing)

/** An operation of the store; nothing, when it fails or takes too long. */
const attempt = <A>(
  { limits }: State,
  operation: Effect.Effect<A, KeyValueStore.KeyValueStoreError>
): Effect.Effect<Option.Option<A>> =>
  operation.pipe(
    Effect.timeoutOption(limits.storeMillisMax),
    Effect.catchCause((cause) =>
      Effect.as(Effect.logWarning("The store of the response cache failed", cause), Option.none())
    )
  )

const forget = (state: State, address: string): void => {
  state.characters -= state.index.get(address) ?? 0
  state.index.delete(address)
}

/** Notes that an entry is there, as the one that was used last. */
const note = (state: State, address: string, characters: number): void => {
  forget(state, address)
  state.index.set(address, characters)
  state.characters += characters
}

/** Whatever the store has there, now or later, is not given out until it was cleared of it. */
const mask = (state: State, prefixes: ReadonlyArray<string>): void => {
  for (const prefix of prefixes) state.stale.add(prefix)
  if (state.stale.size > staleMax) state.stale = new Set([root])
}

/** Does something about one place in the store. If nobody knows what came of it, the place is masked. */
const settled = (
  state: State,
  address: string,
  operation: Effect.Effect<void, KeyValueStore.KeyValueStoreError>
): Effect.Effect<void> => {
  const unsettled = () => {
    forget(state, address)
    mask(state, [address])
  }
  return attempt(state, operation).pipe(
    Effect.map((done) => Option.isNone(done) ? unsettled() : undefined),
    Effect.onInterrupt(() => Effect.sync(unsettled))
  )
}

const remove = (state: State, address: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    forget(state, address)
    return settled(state, address, state.store.remove(address))
  })

const evict = (state: State): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { limits: { charactersMax, entriesMax } } = state
    const addresses: Array<string> = []
    let { characters } = state
    for (const [address, own] of state.index) {
      if (state.index.size - addresses.length <= entriesMax && characters <= charactersMax) break
      addresses.push(address)
      characters -= own
    }
    return Effect.forEach(addresses, (address) => remove(state, address), { discard: true })
  })

/** An entry is no good before its time either: a clock that was put back must not make it last. */
const isFresh = ({ expiresAtMillis, receivedAtMillis }: Entry, nowMillis: number): boolean =>
  receivedAtMillis <= nowMillis && nowMillis < expiresAtMillis

const findOne = Effect.fnUntraced(function*(state: State, { address, text }: CacheKey) {
  if (isStale(state, address)) return undefined
  const answer = yield* attempt(state, state.store.get(address))
  if (Option.isNone(answer)) return undefined
  const found = answer.value
  if (found === undefined) {
    forget(state, address)
    return undefined
  }
  const entry = Option.getOrUndefined(decodeEntry(found))
  const nowMillis = yield* Clock.currentTimeMillis
  if (entry === undefined || entry.key !== text) return undefined
  if (!isFresh(entry, nowMillis)) {
    yield* remove(state, address)
    return undefined
  }
  note(state, address, found.length)
  return entry.result
})

const find = Effect.fnUntraced(function*(state: State, flight: Flight) {
  flight.sought = true
  for (const key of flight.keys) {
    const result = yield* findOne(state, key)
    // It may have become stale while the store was read.
    if (flight.spoiled) return undefined
    if (result !== undefined) return result
  }
  return undefined
})

const write = Effect.fnUntraced(
  function*(state: State, { address, text }: CacheKey, result: unknown, ttlMillis: number) {
    const receivedAtMillis = yield* Clock.currentTimeMillis
    const expiresAtMillis = receivedAtMillis + Math.min(ttlMillis, state.limits.lifetimeMillisMax)
    const entry: Entry = { key: text, receivedAtMillis, expiresAtMillis, result }
    const written = JSON.stringify(entry)
    if (written.length > state.limits.entryCharactersMax) return yield* remove(state, address)
    note(state, address, written.length)
    yield* settled(state, address, state.store.set(address, written))
    yield* evict(state)
  }
)

const keep = Effect.fnUntraced(
  function*(state: State, flight: Flight, key: CacheKey | undefined, result: unknown, ttlMillis: number) {
    const kept = ttlMillis > 0 ? key : undefined
    for (const { address } of flight.keys) {
      // What was not looked for may be there all the same: others may use the store.
      const isThere = !flight.sought || state.index.has(address)
      if (address !== kept?.address && isThere) yield* remove(state, address)
    }
    if (kept === undefined || flight.spoiled) return
    // Only when the store did not do as it was told is anything left to be cleared that nobody is clearing.
    if (state.stale.size > 0) yield* clear(state)
    yield* write(state, kept, result, ttlMillis)
    if (flight.spoiled) yield* remove(state, kept.address)
  }
)

/** Clears the store of what is stale; what it could not be cleared of stays masked. */
const clear = (state: State): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (state.clearing.size > 0 || state.stale.size === 0) return Effect.void
    state.clearing = state.stale
    state.stale = new Set()
    const cleared = Effect.flatMap(state.store.keys, (keys) =>
      Effect.forEach(
        keys.filter((address) => startsWithAny(address, state.clearing)),
        (address) => state.store.remove(address),
        { discard: true }
      ))
    return attempt(state, cleared).pipe(
      Effect.onExit((exit) =>
        Effect.sync(() => {
          const isDone = exit._tag === "Success" && Option.isSome(exit.value)
          if (!isDone) state.stale = new Set([...state.stale, ...state.clearing])
          state.clearing = new Set()
        })
      ),
      Effect.flatMap((done) => Option.isSome(done) ? clear(state) : Effect.void)
    )
  })

const invalidate = (state: State, prefixes: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.suspend(() => {
    mask(state, prefixes)
    for (const flight of state.flights) {
      if (flight.keys.some(({ address }) => startsWithAny(address, prefixes))) flight.spoiled = true
    }
    for (const address of state.index.keys()) if (startsWithAny(address, prefixes)) forget(state, address)
    return clear(state)
  })

/** Takes stock of a store that was used before: what is past its time, or too much, goes. */
const takeStock = Effect.fnUntraced(function*(state: State) {
  const { limits, store } = state
  const keys = Option.getOrElse(yield* attempt(state, store.keys), () => [])
  const own = keys.filter((address) => address.startsWith(root))
  const nowMillis = yield* Clock.currentTimeMillis
  const look = Effect.fnUntraced(function*(address: string) {
    const text = Option.getOrUndefined(yield* attempt(state, store.get(address)))
    const entry = text === undefined ? undefined : Option.getOrUndefined(decodeEntry(text))
    if (text === undefined || entry === undefined || !isFresh(entry, nowMillis)) return yield* remove(state, address)
    note(state, address, text.length)
  })
  yield* Effect.forEach(own.slice(0, limits.entriesMax), look, { concurrency: 8, discard: true })
  yield* Effect.forEach(own.slice(limits.entriesMax), (address) => remove(state, address), { discard: true })
  yield* evict(state)
})

/** Stock is taken for the time of so many operations at most: a store that hangs must not keep a client from starting. */
const stockOperationsMax = 10

/**
 * A cache over the store in the context. It uses keys of its own, which begin with `parley-cache-1.`, and leaves others
 * alone. Its bounds hold for the entries that it has found or made; another process that uses the store at the same time
 * has bounds of its own.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<ResponseCache["Service"], never, KeyValueStore.KeyValueStore> = Effect.gen(
  function*() {
    const state: State = {
      store: yield* KeyValueStore.KeyValueStore,
      limits: yield* ResponseCacheLimits,
      index: new Map(),
      flights: new Set(),
      characters: 0,
      stale: new Set(),
      clearing: new Set()
    }
    yield* Effect.timeoutOption(takeStock(state), stockOperationsMax * state.limits.storeMillisMax)
    const own = `${yield* Random.nextInt}:${yield* Random.nextInt}`
    let instances = 0
    return {
      nextInstance: () => `${own}:${++instances}`,
      begin: (keys) => {
        const flight: Flight = { keys, spoiled: false, sought: false }
        state.flights.add(flight)
        return flight
      },
      find: (flight) => find(state, flight),
      keep: (flight, key, result, ttlMillis) => keep(state, flight, key, result, ttlMillis),
      end: (flight) => void state.flights.delete(flight),
      invalidate: (prefixes) => prefixes.length === 0 ? Effect.void : invalidate(state, prefixes)
    }
  }
)

/**
 * A cache over the store in the context, which may outlive the process. Results are written there as they came, so
 * whoever can read the store can read what servers told this client's users.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<ResponseCache, never, KeyValueStore.KeyValueStore> = Layer.effect(ResponseCache, make)

/**
 * A cache in memory.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<ResponseCache> = Layer.provide(layer, KeyValueStore.layerMemory)
