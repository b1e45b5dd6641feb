/**
 * Cursors: where a page of a list ended, opaque to clients and signed, so that a server trusts only what it has said
 * itself. A cursor holds the place of the last component that was given out, and not its number in the list, so that
 * the next page is right whatever was added and removed in between. It is bound to the method, and to whatever else is
 * signed with it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

/**
 * The place of a component in its list. Numbers come before names; both ascend. The components that a server starts with
 * are numbered as they were written; those that are added later go by name, so that replicas agree on their order.
 *
 * @category models
 * @since 0.1.0
 */
export type Place = number | string

/**
 * Which of two places comes first: negative when it is `self`.
 *
 * @category ordering
 * @since 0.1.0
 */
export const compare = (self: Place, that: Place): number => {
  if (typeof self === "number") return typeof that === "number" ? self - that : -1
  if (typeof that === "number") return 1
  return self === that ? 0 : self < that ? -1 : 1
}

/**
 * What a cursor is good for: the method, and the credential of the caller where the list depends on who asks.
 *
 * @category models
 * @since 0.1.0
 */
export interface Use {
  readonly method: string
  readonly credential: string | undefined
}

/**
 * Makes and reads cursors, under one key.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cursors {
  readonly issue: (use: Use, place: Place) => Effect.Effect<string>
  /** The place that a cursor stands for; nothing for one that was not made here for this use (PAG-03). */
  readonly read: (use: Use, cursor: unknown) => Effect.Effect<Place | undefined>
}

/**
 * The secret that cursors are signed with: at least 32 bytes, the same on all replicas of a server. A server that finds
 * none in its context draws one of its own.
 *
 * @example
 * ```ts
 * import { CursorSecret } from "@parley/mcp"
 * import * as Config from "effect/Config"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * export const layer = Layer.effect(
 *   CursorSecret,
 *   Effect.map(Config.String("CURSOR_SECRET"), (text) => Redacted.make(new TextEncoder().encode(text)))
 * )
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class CursorSecret extends Context.Service<CursorSecret, Redacted.Redacted<Uint8Array>>()(
  "@parley/mcp/session/CursorSecret"
) {}

const secretBytesMin = 32

const tagBytes = 32

const algorithm = { name: "HMAC", hash: "SHA-256" }

const textEncoder = new TextEncoder()

/** Written as JSON, because then no two uses and places are signed as the same text. */
const signed = ({ credential, method }: Use, place: Place): Uint8Array<ArrayBuffer> =>
  textEncoder.encode(JSON.stringify([method, credential ?? null, place]))

const isPlace = (value: unknown): value is Place => typeof value === "string" || typeof value === "number"

interface Parts {
  readonly tag: Uint8Array<ArrayBuffer>
  readonly place: Place
}

/** A cursor in parts. One text only stands for them, so that an altered cursor is never the same cursor. */
const parse = (cursor: unknown): Result.Result<Parts, unknown> =>
  typeof cursor === "string"
    ? Result.flatMap(Base64Url.decode(cursor), (bytes) => {
      const text = Result.try(() => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.slice(tagBytes))))
      return Result.isSuccess(text) && isPlace(text.success) && Base64Url.encode(bytes) === cursor
        ? Result.succeed({ tag: bytes.slice(0, tagBytes), place: text.success })
        : Result.fail("not a cursor")
    })
    : Result.fail("not a cursor")

const join = (tag: Uint8Array, place: Place): Uint8Array => {
  const text = textEncoder.encode(JSON.stringify(place))
  const bytes = new Uint8Array(tagBytes + text.length)
  bytes.set(tag)
  bytes.set(text, tagBytes)
  return bytes
}

const over = (key: CryptoKey): Cursors => ({
  issue: (use, place) =>
    Effect.map(
      Effect.promise(() => globalThis.crypto.subtle.sign(algorithm, key, signed(use, place))),
      (tag) => Base64Url.encode(join(new Uint8Array(tag), place))
    ),
  read: (use, cursor) => {
    const parts = parse(cursor)
    if (Result.isFailure(parts)) return Effect.succeed(undefined)
    const { place, tag } = parts.success
    return Effect.map(
      Effect.promise(() => globalThis.crypto.subtle.verify(algorithm, key, tag, signed(use, place))),
      (isOurs) => isOurs ? place : undefined
    )
  }
})

/**
 * Cursors under the secret in the context, or under one that is drawn here. A secret that is too short is told as a
 * sentence.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Cursors, string> = Effect.gen(function*() {
  const given = Option.map(yield* Effect.serviceOption(CursorSecret), Redacted.value)
  const secret = Option.getOrElse(given, () => globalThis.crypto.getRandomValues(new Uint8Array(secretBytesMin)))
  if (secret.length < secretBytesMin) {
    return yield* Effect.fail(`The secret for cursors is shorter than ${secretBytesMin} bytes`)
  }
  const usages: ReadonlyArray<KeyUsage> = ["sign", "verify"]
  const key = yield* Effect.promise(() =>
    globalThis.crypto.subtle.importKey("raw", Uint8Array.from(secret), algorithm, false, usages)
  )
  return over(key)
})
