/**
 * The keys that seal what the server hands to clients to keep and bring back (`requestState`, and the cursors of lists):
 * authenticated encryption, so that a client can neither read nor change it (MRS-09, MRS-10). Servers that share a ring
 * open what the others sealed; a server that is given none makes a key of its own, which lives as long as it does. What
 * is sealed is not decided here; whoever seals sees to it that bindings for different purposes differ.
 *
 * Sealed with XChaCha20-Poly1305, whose nonces are long enough to be random without end.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Aead from "effect/crypto/Aead"
import type { CryptoError } from "effect/crypto/CryptoError"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

/**
 * Seals texts and opens them. `binding` is what a sealed text is good for, and no part of it: opened with another binding,
 * it is refused as if it had been forged.
 *
 * @category models
 * @since 0.1.0
 */
export interface Keys {
  /** Gives base64url text. */
  readonly seal: (text: string, binding: string) => Effect.Effect<string>
  /** Gives nothing for what was not sealed by one of the keys, with this binding, to the last bit. */
  readonly open: (sealed: string, binding: string) => Effect.Effect<string | undefined>
}

/**
 * The key ring. It is optional: without it, each server makes a random key.
 *
 * @category services
 * @since 0.1.0
 */
export class StateKeys extends Context.Service<StateKeys, Keys>()("@parley/mcp/session/StateKeys") {}

const algorithm = Aead.xchacha20Poly1305

type Key = Aead.Key<typeof algorithm>

interface Crypto {
  readonly aead: Aead.Aead["Service"]
  readonly random: SecureRandom.SecureRandom["Service"]
}

/** The platform's own, which Node and browsers have alike. */
const platform: Effect.Effect<Crypto> = Effect.provide(
  Effect.all({ aead: Aead.Aead, random: SecureRandom.SecureRandom }),
  Layer.provideMerge(Aead.layerWebCrypto, SecureRandom.layerWebCrypto)
)

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The bytes of base64url text; nothing for text that is another spelling of the same bytes. */
const fromText = (text: string): Uint8Array | undefined => {
  const decoded = Result.getOrUndefined(Base64Url.decode(text))
  return decoded !== undefined && Base64Url.encode(decoded) === text ? decoded : undefined
}

const concat = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

const seal = ({ aead, random }: Crypto, key: Key) =>
  Effect.fnUntraced(function*(text: string, binding: string) {
    const nonce = yield* random.randomBytes(algorithm.nonceLength)
    const sealed = yield* aead.encrypt(key, bytesOf(text), { nonce, aad: bytesOf(binding) })
    return Base64Url.encode(concat(nonce, sealed))
  }, Effect.orDie)

const open = ({ aead }: Crypto, keys: ReadonlyArray<Key>) => (sealed: string, binding: string) => {
  const bytes = fromText(sealed)
  if (bytes === undefined || bytes.length < algorithm.nonceLength) return Effect.succeed(undefined)
  const options = { nonce: bytes.subarray(0, algorithm.nonceLength), aad: bytesOf(binding) }
  const decrypt = (key: Key) => aead.decrypt(key, bytes.subarray(algorithm.nonceLength), options)
  return Effect.firstSuccessOf(keys.map(decrypt)).pipe(
    Effect.map((plain) => new TextDecoder().decode(plain)),
    Effect.catch(() => Effect.succeed(undefined))
  )
}

const make = (crypto: Crypto, first: Key, others: ReadonlyArray<Key>): Keys => ({
  seal: seal(crypto, first),
  open: open(crypto, [first, ...others])
})

/**
 * A ring of one random key.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeRandom: Effect.Effect<Keys> = Effect.flatMap(
  platform,
  (crypto) => Effect.orDie(Effect.map(crypto.aead.generateKey(algorithm), (key) => make(crypto, key, [])))
)

/**
 * One random key, made when the layer is built.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerRandom: Layer.Layer<StateKeys> = Layer.effect(StateKeys, makeRandom)

const importKey = (key: Redacted.Redacted<string>): Effect.Effect<Key, CryptoError> =>
  // What is no base64url has no bytes, and is refused for its length.
  Aead.key(algorithm, fromText(Redacted.value(key)) ?? new Uint8Array(0))

/**
 * A ring of given keys, each 32 bytes in base64url without padding. The first seals, all open: put a new one in front,
 * and drop the last when what it has sealed has expired.
 *
 * @example
 * ```ts
 * import * as StateKeys from "@parley/mcp/session/StateKeys"
 * import * as Config from "effect/Config"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * export const Keys = Layer.unwrap(
 *   Effect.map(Config.Redacted("STATE_KEY"), (key) => StateKeys.layer([key]))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  keys: readonly [Redacted.Redacted<string>, ...ReadonlyArray<Redacted.Redacted<string>>]
): Layer.Layer<StateKeys, CryptoError> =>
  Layer.effect(
    StateKeys,
    Effect.gen(function*() {
      const crypto = yield* platform
      const [first, ...others] = keys
      return make(crypto, yield* importKey(first), yield* Effect.forEach(others, importKey))
    })
  )
