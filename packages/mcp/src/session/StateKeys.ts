/**
 * The keys that seal what the server hands to clients to keep and bring back (`requestState`, and the cursors of lists):
 * authenticated encryption, so that a client can neither read nor change it (MRS-09, MRS-10). Servers that share a ring
 * open what the others sealed; a server that is given none makes a key of its own, which lives as long as it does. What
 * is sealed is not decided here; whoever seals sees to it that bindings for different purposes differ.
 *
 * Each text is sealed with AES-256-GCM under a key of its own, which HKDF-SHA-256 derives from the key of the ring and 24
 * random bytes, so that it can be done without end. Both are the platform's.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import { CryptoError, InvalidKey } from "effect/crypto/CryptoError"
import { WebCrypto } from "effect/crypto/WebCrypto"
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

type Bytes = Uint8Array<ArrayBuffer>

const keyLength = 32
const saltLength = 24

/** No two texts have a key in common, so that none needs another nonce. */
const nonce = new Uint8Array(12)

const purpose = new TextEncoder().encode("parley state")

const bytesOf = (text: string): Bytes => new TextEncoder().encode(text)

/** The bytes of base64url text; nothing for text that is another spelling of the same bytes. */
const fromText = (text: string): Bytes | undefined => {
  const decoded = Result.getOrUndefined(Base64Url.decode(text))
  return decoded !== undefined && Base64Url.encode(decoded) === text ? new Uint8Array(decoded) : undefined
}

const concat = (first: Bytes, second: Bytes): Bytes => {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** A key of a ring, and what the platform does with it. */
interface Key {
  readonly encrypt: (salt: Bytes, plain: Bytes, binding: Bytes) => Promise<ArrayBuffer>
  readonly decrypt: (salt: Bytes, sealed: Bytes, binding: Bytes) => Promise<ArrayBuffer>
}

const makeKey = ({ subtle }: Crypto, bytes: Bytes): Key => {
  const derive = (salt: Bytes): Promise<CryptoKey> =>
    subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]).then((key) =>
      subtle.deriveKey(
        { name: "HKDF", hash: "SHA-256", salt, info: purpose },
        key,
        { name: "AES-GCM", length: 256 },
        false,
        ["encrypt", "decrypt"]
      )
    )
  const options = (additionalData: Bytes) => ({ name: "AES-GCM", iv: nonce, additionalData })
  return {
    encrypt: (salt, plain, binding) => derive(salt).then((key) => subtle.encrypt(options(binding), key, plain)),
    decrypt: (salt, sealed, binding) => derive(salt).then((key) => subtle.decrypt(options(binding), key, sealed))
  }
}

interface Ring {
  readonly crypto: Crypto
  readonly first: Key
  readonly others: ReadonlyArray<Key>
}

/** Most servers never seal anything, and the platform takes milliseconds to get its cryptography ready. */
const make = (ring: () => Ring): Keys => ({
  seal: (text, binding) =>
    Effect.suspend(() => {
      const { crypto, first } = ring()
      const salt = crypto.getRandomValues(new Uint8Array(saltLength))
      return Effect.map(
        Effect.promise(() => first.encrypt(salt, bytesOf(text), bytesOf(binding))),
        (sealed) => Base64Url.encode(concat(salt, new Uint8Array(sealed)))
      )
    }),
  open: (sealed, binding) => {
    const bytes = fromText(sealed)
    if (bytes === undefined || bytes.length < saltLength) return Effect.succeed(undefined)
    const { first, others } = ring()
    const [salt, rest] = [bytes.subarray(0, saltLength), bytes.subarray(saltLength)]
    const decrypt = (key: Key) => Effect.tryPromise(() => key.decrypt(salt, rest, bytesOf(binding)))
    return Effect.firstSuccessOf([first, ...others].map(decrypt)).pipe(
      Effect.map((plain) => new TextDecoder().decode(plain)),
      Effect.catch(() => Effect.succeed(undefined))
    )
  }
})

/**
 * A ring of one random key, which is made when it is first needed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeRandom: Effect.Effect<Keys> = Effect.contextWith((context: Context.Context<never>) => {
  let made: Ring | undefined
  return Effect.succeed(make(() => {
    if (made !== undefined) return made
    const crypto = Context.get(context, WebCrypto)
    return made = { crypto, first: makeKey(crypto, crypto.getRandomValues(new Uint8Array(keyLength))), others: [] }
  }))
})

/**
 * One random key for all servers that are built with the layer.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerRandom: Layer.Layer<StateKeys> = Layer.effect(StateKeys, makeRandom)

const toKey = (crypto: Crypto, key: Redacted.Redacted<string>): Effect.Effect<Key, CryptoError> => {
  // What is no base64url has no bytes, and is refused for its length.
  const bytes = fromText(Redacted.value(key)) ?? new Uint8Array(0)
  if (bytes.length === keyLength) return Effect.succeed(makeKey(crypto, bytes))
  const description = `A key must have ${keyLength} bytes, and one has ${bytes.length}`
  return Effect.fail(new CryptoError({ module: "StateKeys", method: "layer", reason: new InvalidKey({ description }) }))
}

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
      const crypto = yield* WebCrypto
      const first = yield* toKey(crypto, keys[0])
      const others = yield* Effect.forEach(keys.slice(1), (key) => toKey(crypto, key))
      return make(() => ({ crypto, first, others }))
    })
  )
