/** A login that somebody else makes is seen in the store, and nothing else is taken for one. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as AuthError from "../../src/AuthError.ts"
import * as Credentials from "../../src/client/Credentials.ts"
import * as StoredLogin from "../../src/client/StoredLogin.ts"
import * as FakeStore from "../support/FakeStore.ts"

const url = "https://mcp.example/mcp"
const issuer = "https://auth.example"
const discovered = { resource: url, protectedResource: undefined, authorizationServer: { issuer } }
const tokens = { accessToken: Redacted.make("hunter2"), tokenType: "Bearer", scopes: [], issuer } as const

const found = (store: FakeStore.FakeStore, identity: string) =>
  Credentials.writeFound(store.service, Credentials.keyOfFound(identity, url), {
    discovered,
    atMillis: 0,
    metadataUrl: undefined
  })

const write = (store: FakeStore.FakeStore, identity: string, record: Credentials.Credentials) =>
  Effect.gen(function*() {
    const key = Credentials.keyOfTokens(identity, discovered)
    const { version } = yield* Credentials.read(store.service, key)
    yield* Credentials.write(store.service, key, record, version)
  })

/** Waits for a login, and says whether it was seen. */
const waiting = (store: FakeStore.FakeStore["service"]) =>
  Effect.map(
    Effect.forkChild(StoredLogin.next(store, "me", url), { startImmediately: true }),
    (fiber) => Effect.andThen(TestClock.adjust("2 seconds"), Effect.sync(() => fiber.pollUnsafe() !== undefined))
  )

describe("StoredLogin", () => {
  it.effect("is seen when tokens come where there were none, and not before", () =>
    Effect.gen(function*() {
      const store = FakeStore.make()
      const isSeen = yield* waiting(store.service)
      assert.isFalse(yield* isSeen)
      yield* found(store, "me")
      assert.isFalse(yield* isSeen)
      yield* write(store, "me", { asked: ["a"] })
      yield* found(store, "you")
      yield* write(store, "you", { tokens })
      assert.isFalse(yield* isSeen)
      yield* write(store, "me", { tokens })
      assert.isTrue(yield* isSeen)
    }))

  it.effect("tokens that were there at the beginning, or are gone again, are none", () =>
    Effect.gen(function*() {
      const store = FakeStore.make()
      yield* found(store, "me")
      yield* write(store, "me", { tokens })
      const isSeen = yield* waiting(store.service)
      assert.isFalse(yield* isSeen)
      yield* write(store, "me", {})
      assert.isFalse(yield* isSeen)
      yield* write(store, "me", { tokens })
      assert.isTrue(yield* isSeen)
    }))

  it.effect("a store that fails is looked at again, and its failure is no login", () =>
    Effect.gen(function*() {
      const store = FakeStore.make()
      yield* found(store, "me")
      yield* write(store, "me", { tokens })
      let isBroken = false
      const failed = AuthError.make(new AuthError.StoreFailed({ detail: "no such device" }))
      const isSeen = yield* waiting({
        ...store.service,
        get: (key) => Effect.suspend(() => isBroken ? Effect.fail(failed) : store.service.get(key))
      })
      isBroken = true
      assert.isFalse(yield* isSeen)
      isBroken = false
      assert.isFalse(yield* isSeen)
      yield* write(store, "me", { tokens })
      assert.isTrue(yield* isSeen)
    }))
})
