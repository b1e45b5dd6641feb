/** The hash that tokens are known by, against the platform's own. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Schema from "effect/Schema"
import * as TokenHash from "../../src/verifier/TokenHash.ts"

const platforms = (text: string): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
    (digest) => Hex.encode(new Uint8Array(digest))
  )

describe("TokenHash", () => {
  it("is what the standard says", () => {
    assert.strictEqual(TokenHash.of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    assert.strictEqual(TokenHash.of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    assert.strictEqual(
      TokenHash.of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    )
  })

  it.effect("is the platform's own, at every length around the ends of blocks and for the longest token", () =>
    Effect.gen(function*() {
      for (const length of [...Array.from({ length: 200 }, (_, index) => index), 16_384]) {
        const token = "eyJhbGciOiJSUzI1NiJ9.".repeat(1 + length / 20).slice(0, length)
        assert.strictEqual(TokenHash.of(token), yield* platforms(token), `${length} characters`)
      }
    }))

  it.effect.prop("is the platform's own for any text", [
    Schema.String,
    Schema.String
  ], ([one, other]) =>
    Effect.gen(function*() {
      assert.strictEqual(TokenHash.of(one), yield* platforms(one))
      assert.strictEqual(TokenHash.of(`é${other}😀`), yield* platforms(`é${other}😀`))
    }))
})
