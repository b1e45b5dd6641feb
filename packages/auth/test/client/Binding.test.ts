/** Servers that take tokens only that are bound to a key (RFC 9728, 2): nobody gets round that, and nobody tries in vain. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as DpopKey from "../../src/dpop/DpopKey.ts"
import * as FakeLogin from "../support/FakeLogin.ts"

const reasonOf = (posting: Effect.Effect<number, unknown>) => Effect.map(Effect.flip(posting), FakeLogin.reasonOf)

describe("a server that takes bound tokens only", () => {
  it.effect("gets them, also where the authorization server does not say that it binds", () =>
    Effect.gen(function*() {
      const world = FakeLogin.make({ needsBinding: true })
      const client = yield* world.client({ dpop: yield* DpopKey.generate() })
      assert.strictEqual(yield* FakeLogin.post(client), 200)
      assert.strictEqual(FakeLogin.presented(world).at(-1), "DPoP access-1")
    }))

  it.effect("is not asked for tokens by a client without a key, and neither is a person", () =>
    Effect.gen(function*() {
      const world = FakeLogin.make({ needsBinding: true })
      const reason = yield* reasonOf(FakeLogin.post(yield* world.client()))
      assert.deepInclude(reason, { _tag: "KeyRequired", resource: FakeLogin.url })
      assert.lengthOf(world.grants, 0)
    }))

  it.effect("is not shown a token that was not bound in spite of a proof, and it is not kept", () =>
    Effect.gen(function*() {
      const world = FakeLogin.make({ needsBinding: true, dpop: true, bindsNone: true })
      const reason = yield* reasonOf(FakeLogin.post(yield* world.client({ dpop: yield* DpopKey.generate() })))
      assert.deepInclude(reason, { _tag: "TokenNotAccepted", resource: FakeLogin.url })
      assert.deepStrictEqual(FakeLogin.presented(world), [undefined])
      assert.isFalse(world.store.texts().some((text) => text.includes("access-1")))
    }))

  it.effect("is shown a bound token in place of an unbound one of the time before", () =>
    Effect.gen(function*() {
      let isStrict = false
      const world = FakeLogin.make({
        dpop: true,
        get needsBinding() {
          return isStrict
        },
        takes: (_token, { headers }) => !isStrict || headers["authorization"]?.startsWith("DPoP ") === true
      })
      yield* FakeLogin.post(yield* world.client())
      isStrict = true
      const client = yield* world.client({ dpop: yield* DpopKey.generate() })
      assert.strictEqual(yield* FakeLogin.post(client), 200)
      assert.deepStrictEqual(FakeLogin.presented(world).slice(-2), ["Bearer access-1", "DPoP access-2"])
    }))
})
