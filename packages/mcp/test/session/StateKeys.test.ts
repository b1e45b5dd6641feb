/** Sealing: only what was sealed opens, with the same binding, by a key of the ring. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createDecipheriv, hkdfSync } from "node:crypto"
import * as StateKeys from "../../src/session/StateKeys.ts"

const keyOf = (byte: number) => Redacted.make(Buffer.alloc(32, byte).toString("base64url"))

const ringOf = (...[first, ...others]: readonly [number, ...ReadonlyArray<number>]) =>
  Effect.map(
    Layer.build(StateKeys.layer([keyOf(first), ...others.map(keyOf)])),
    (context) => context
  ).pipe(Effect.flatMap((context) => Effect.provide(StateKeys.StateKeys, context)))

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

describe("a key ring", () => {
  it.effect.prop(
    "opens what it has sealed, with the binding that it was sealed with",
    [Schema.String, Schema.String],
    ([text, binding]) =>
      Effect.gen(function*() {
        const keys = yield* StateKeys.makeRandom
        const sealed = yield* keys.seal(text, binding)
        assert.strictEqual(yield* keys.open(sealed, binding), new TextDecoder().decode(new TextEncoder().encode(text)))
        assert.isUndefined(yield* keys.open(sealed, `${binding}!`))
      })
  )

  it.effect.prop(
    "refuses a sealed text with any character changed, removed or added (MRS-10)",
    [Schema.String, Schema.Natural, Schema.Natural],
    ([text, place, other]) =>
      Effect.gen(function*() {
        const keys = yield* StateKeys.makeRandom
        const sealed = yield* keys.seal(text, "")
        const at = place % sealed.length
        const character = alphabet[other % alphabet.length] ?? "A"
        const [before, after] = [sealed.slice(0, at), sealed.slice(at + 1)]
        if (character !== sealed[at]) assert.isUndefined(yield* keys.open(before + character + after, ""))
        assert.isUndefined(yield* keys.open(before + after, ""))
        assert.isUndefined(yield* keys.open(`${sealed}${character}`, ""))
      })
  )

  it.effect("refuses every single flipped bit", () =>
    Effect.gen(function*() {
      const keys = yield* StateKeys.makeRandom
      const bytes = Buffer.from(yield* keys.seal("{\"answers\":[]}", "binding"), "base64url")
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes)
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        assert.isUndefined(yield* keys.open(flipped.toString("base64url"), "binding"))
      }
    }))

  it.effect("refuses another spelling of the same bytes, and what is no base64url", () =>
    Effect.gen(function*() {
      const keys = yield* StateKeys.makeRandom
      // The last character of 43 stands for two bits that no byte needs.
      const sealed = yield* keys.seal("abc", "")
      const twin = alphabet[alphabet.indexOf(sealed.at(-1) ?? "") ^ 1] ?? ""
      assert.notStrictEqual(sealed.length % 4, 0)
      for (const text of [sealed.slice(0, -1) + twin, `${sealed}=`, `${sealed}-TAMPERED`, "", "a", "é", "%"]) {
        assert.isUndefined(yield* keys.open(text, ""), text)
      }
    }))

  it.effect("seals with AES-256-GCM under a key of HKDF-SHA-256, as others would", () =>
    Effect.gen(function*() {
      const sealed = Buffer.from(yield* (yield* ringOf(7)).seal("text", "binding"), "base64url")
      const key = hkdfSync("sha256", Buffer.alloc(32, 7), sealed.subarray(0, 24), "parley state", 32)
      const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key), Buffer.alloc(12))
      decipher.setAAD(Buffer.from("binding")).setAuthTag(sealed.subarray(-16))
      assert.strictEqual(decipher.update(sealed.subarray(24, -16), undefined, "utf8") + decipher.final("utf8"), "text")
    }).pipe(Effect.scoped))

  it.effect("may be a random one", () =>
    Effect.gen(function*() {
      const keys = yield* StateKeys.StateKeys
      assert.strictEqual(yield* keys.open(yield* keys.seal("text", "b"), "b"), "text")
    }).pipe(Effect.provide(StateKeys.layerRandom)))

  it.effect("never seals the same twice", () =>
    Effect.gen(function*() {
      const keys = yield* StateKeys.makeRandom
      assert.notStrictEqual(yield* keys.seal("a", ""), yield* keys.seal("a", ""))
    }))

  it.effect("opens what its older keys have sealed, and not what others have", () =>
    Effect.gen(function*() {
      const old = yield* ringOf(1)
      const rotated = yield* ringOf(2, 1)
      const sealed = yield* old.seal("text", "")
      assert.strictEqual(yield* rotated.open(sealed, ""), "text")
      assert.isUndefined(yield* old.open(yield* rotated.seal("text", ""), ""))
      assert.isUndefined(yield* (yield* ringOf(3)).open(sealed, ""))
    }).pipe(Effect.scoped))

  it.effect("refuses keys of another length", () =>
    Effect.gen(function*() {
      for (const key of ["", "AAAA", "no base64url!", Buffer.alloc(33).toString("base64url")]) {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Layer.build(StateKeys.layer([Redacted.make(key)])))))
      }
    }).pipe(Effect.scoped))
})
