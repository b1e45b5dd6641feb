/**
 * Where a client keeps what must outlive a request, or the process: tokens, registrations, keys. A store keeps texts under
 * keys and knows nothing of what they say; several processes may share one, and lend each other the right to change what
 * is under a key.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as AuthError from "../AuthError.ts"
import { AuthLimits } from "../AuthLimits.ts"
import type { StoreCell, Stored } from "./StoreCell.ts"
import * as StoreLease from "./StoreLease.ts"

/**
 * A store. It fails with the reason `StoreFailed` only. A write is whole or has not happened, whatever breaks meanwhile.
 *
 * @category services
 * @since 0.1.0
 */
export class TokenStore extends Context.Service<TokenStore, {
  /** What is under a key; `undefined` when nothing is. */
  readonly get: (key: string) => Effect.Effect<Stored | undefined, AuthError.AuthError>
  /**
   * Writes if what is there is still of the version that the writer has seen (`undefined`: nothing was there), and gives
   * the new version; `undefined` when somebody else was first.
   */
  readonly put: (
    key: string,
    value: Redacted.Redacted,
    expected: string | undefined
  ) => Effect.Effect<string | undefined, AuthError.AuthError>
  readonly remove: (key: string) => Effect.Effect<void, AuthError.AuthError>
  /**
   * Waits until nobody else, in any process that shares the store, holds the lease of the key, and holds it to the end of
   * the scope. The lease of a holder that died ends by itself, after `leaseMillis` of `AuthLimits`.
   */
  readonly lease: (key: string) => Effect.Effect<void, AuthError.AuthError, Scope.Scope>
}>()("@parley/auth/store/TokenStore") {}

/**
 * The failure of a store.
 *
 * @category constructors
 * @since 0.1.0
 */
export const failure = (detail: string): AuthError.AuthError => AuthError.make(new AuthError.StoreFailed({ detail }))

/**
 * Gives the text of a value that is about to be written under a key. One that is longer than `storedUnitsMax` of
 * `AuthLimits` fails.
 *
 * @category limits
 * @since 0.1.0
 */
export const textOf = (key: string, value: Redacted.Redacted): Effect.Effect<string, AuthError.AuthError> =>
  Effect.flatMap(AuthLimits, ({ storedUnitsMax }) => {
    const text = Redacted.value(value)
    return text.length > storedUnitsMax
      ? Effect.fail(failure(`what is to be kept under ${key} is longer than ${storedUnitsMax} characters`))
      : Effect.succeed(text)
  })

/**
 * Keeps everything in the memory of this process: it is lost with the layer. At most `storedKeysMax` keys of `AuthLimits`;
 * a write beyond them fails. Leases are turns, and do not end while their holder's scope is open.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<TokenStore> = Layer.effect(
  TokenStore,
  Effect.map(StoreLease.makeTurns, (lease) => {
    const texts = new Map<string, Stored>()
    let writes = 0
    return TokenStore.of({
      get: (key) => Effect.sync(() => texts.get(key)),
      put: Effect.fnUntraced(function*(key, value, expected) {
        yield* textOf(key, value)
        const { storedKeysMax } = yield* AuthLimits
        const found = texts.get(key)
        if (found?.version !== expected) return undefined
        if (found === undefined && texts.size >= storedKeysMax) {
          return yield* Effect.fail(failure(`${storedKeysMax} keys are kept, and no more`))
        }
        const version = String(++writes)
        texts.set(key, { value, version })
        return version
      }),
      remove: (key) => Effect.sync(() => void texts.delete(key)),
      lease
    })
  })
)

/**
 * How a key-value store is used.
 *
 * @category models
 * @since 0.1.0
 */
export interface KeyValueOptions {
  /**
   * The longest that a read and a write after it may take, and how long whoever takes a lease waits for others' writes,
   * in milliseconds. A store that is slower gives no leases. Default: 100.
   */
  readonly settleMillis?: number
}

const Kept = Schema.fromJsonString(Schema.Struct({ version: Schema.String, value: Schema.String }))

const encodeKept = Schema.encodeSync(Kept)

const decodeKept = Schema.decodeUnknownOption(Kept)

// The words and the cause of the error may name what was to be written.
const failed = ({ key, method }: KeyValueStore.KeyValueStoreError): AuthError.AuthError =>
  failure(`the key-value store failed to ${method} ${key ?? "a key"}`)

/** How long a name may be that every store takes: 191 characters are a column of MySQL, 255 bytes the name of a file. */
const nameUnitsMax = 180

/** What something is kept under in a key-value store. The keys of ours have two URLs in them. */
const nameOf = ({ digest }: KeyValues, kind: "tokens" | "lease", key: string): Effect.Effect<string> => {
  const name = `${kind} ${key}`
  // As files are named.
  return encodeURIComponent(name).length <= nameUnitsMax
    ? Effect.succeed(name)
    : Effect.map(digest.digestHex(Digest.sha256, new TextEncoder().encode(key)), (hash) => `${kind} ${hash}`)
}

interface KeyValues {
  readonly store: KeyValueStore.KeyValueStore
  readonly digest: Digest.Digest["Service"]
  readonly random: SecureRandom.SecureRandom["Service"]
  readonly settleMillis: number
}

const readText = ({ store }: KeyValues, name: string) => Effect.mapError(store.get(name), failed)

const keptIn = (text: string): Stored | undefined =>
  Option.match(decodeKept(text), {
    onNone: () => undefined,
    onSome: ({ value, version }) => ({ value: Redacted.make(value), version })
  })

/** Whatever cannot be read is somebody's claim, half written: by one who lives, or one who died over it. */
const readClaim = (keyValues: KeyValues, name: string): Effect.Effect<Stored | undefined, AuthError.AuthError> =>
  Effect.map(
    readText(keyValues, name),
    (text) => text === undefined ? undefined : keptIn(text) ?? { value: Redacted.make(text), version: text }
  )

/** How often a text that cannot be read is read again, while somebody may still be writing it. */
const rereadsMax = 10

/** Stores that write in place show texts half written, and leave an empty one of a writer that died. */
const readTokens = Effect.fnUntraced(function*(
  keyValues: KeyValues,
  name: string
): Effect.fn.Return<Stored | undefined, AuthError.AuthError> {
  for (let rereads = 0;; rereads++) {
    const text = yield* readText(keyValues, name)
    const kept = text === undefined ? undefined : keptIn(text)
    if (text === undefined || kept !== undefined) return kept
    if (rereads < rereadsMax) yield* Effect.sleep(keyValues.settleMillis / rereadsMax)
    else if (text === "") return undefined
    else return yield* Effect.fail(failure(`what is kept under ${name} was not written by a token store`))
  }
})

const keyValueCell = (keyValues: KeyValues, kind: "tokens" | "lease", key: string): StoreCell => {
  const read = kind === "tokens" ? readTokens : readClaim
  const get = Effect.flatMap(nameOf(keyValues, kind, key), (name) => read(keyValues, name))
  return {
    get,
    put: Effect.fnUntraced(function*(value, expected) {
      const text = yield* textOf(key, value)
      const found = yield* get
      if (found?.version !== expected) return undefined
      const version = yield* keyValues.random.uuidV4()
      const name = yield* nameOf(keyValues, kind, key)
      yield* Effect.mapError(keyValues.store.set(name, encodeKept({ version, value: text })), failed)
      return version
    })
  }
}

/**
 * Keeps everything in the `KeyValueStore` in the context, in clear text, under keys that begin with `tokens ` and
 * `lease `; a key that is too long for names of files or columns is hashed (SHA-256).
 *
 * Such a store knows get, set and remove only, so what it guarantees is this. Within a process, writes compare and write
 * in one step, and leases are turns. Across processes, leases exclude each other as long as reads give what was written
 * last, no process stands still for longer than `leaseMillis` of `AuthLimits`, and the clocks of those that share the
 * store agree to within that time; the check of a write's expected version is made right before the write, not with it,
 * so writers that want to exclude each other must hold the lease. Whether a write is whole is up to the store: that of
 * files in Effect writes in place, so what is read is read again for `settleMillis` where it is half written, and of a
 * process that is killed in the middle nothing is left. For processes on one machine, `NodeTokenStore` of `@parley/node`
 * has none of these conditions.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerKeyValueStore = (
  { settleMillis = 100 }: KeyValueOptions = {}
): Layer.Layer<TokenStore, never, KeyValueStore.KeyValueStore> =>
  Layer.effect(
    TokenStore,
    Effect.gen(function*() {
      const keyValues: KeyValues = {
        store: yield* KeyValueStore.KeyValueStore,
        digest: yield* Digest.Digest,
        random: yield* SecureRandom.SecureRandom,
        settleMillis: Math.max(1, settleMillis)
      }
      const writing = yield* Semaphore.make(1)
      const atOnce = <A>(write: Effect.Effect<A, AuthError.AuthError>) =>
        Effect.uninterruptible(Semaphore.withPermit(writing, write))
      const cell = (kind: "tokens" | "lease", key: string): StoreCell => {
        const { get, put } = keyValueCell(keyValues, kind, key)
        return { get, put: (value, expected) => atOnce(put(value, expected)) }
      }
      const remove = (name: string) => Effect.mapError(keyValues.store.remove(name), failed)
      return TokenStore.of({
        get: (key) => cell("tokens", key).get,
        put: (key, value, expected) => cell("tokens", key).put(value, expected),
        remove: (key) => atOnce(Effect.flatMap(nameOf(keyValues, "tokens", key), remove)),
        lease: yield* StoreLease.make((key) => cell("lease", key), keyValues.settleMillis)
      })
    })
  ).pipe(Layer.provide(Layer.merge(SecureRandom.layerWebCrypto, Digest.layerWebCrypto)))
