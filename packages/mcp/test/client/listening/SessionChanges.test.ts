/** Changes in the session era: subscribed once, whoever listens, and again on each new connection. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { ClientLimits, defaultLimits } from "../../../src/client/ClientLimits.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { sent } from "../ScriptedPeer.ts"
import { changed, reading, scripted, settle, updated, word } from "./Support.ts"

const yes = { result: {} }
const agreeable = { "resources/subscribe": yes, "resources/unsubscribe": yes }
const session = (script = agreeable as Parameters<typeof scripted>[1]) => scripted(v2025_11_25, script)
const uris = (messages: ReturnType<typeof sent>) => messages.map(({ params }) => params?.uri)

describe("resource updates in a session", () => {
  it.effect("are of what was asked for, and of its parts (RSC-05)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* session()
      const updates = yield* reading(client.resourceUpdates("file:///a", "file:///b/"))
      assert.deepStrictEqual(uris(sent(peer, "resources/subscribe")), ["file:///a", "file:///b/"])
      assert.deepStrictEqual(updates.news().map(word), ["Listening file:///a", "Listening file:///b/"])
      for (const uri of ["file:///a", "file:///c", "file:///b/part", "file:///ab"]) updated(peer, uri)
      yield* settle
      assert.deepStrictEqual(updates.news().map(word), ["Changed file:///a", "Changed file:///b/part"])
      yield* updates.stop
    }))

  it.effect("are subscribed to once for all who listen, and no longer after the last (RSC-06)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* session()
      const first = yield* reading(client.resourceUpdates("file:///a", "file:///b"))
      const second = yield* reading(client.resourceUpdates("file:///b", "file:///c"))
      assert.deepStrictEqual(uris(sent(peer, "resources/subscribe")), ["file:///a", "file:///b", "file:///c"])
      assert.deepStrictEqual(second.news().map(word), ["Listening file:///b", "Listening file:///c"])
      yield* first.stop
      assert.deepStrictEqual(uris(sent(peer, "resources/unsubscribe")), ["file:///a"])
      updated(peer, "file:///b")
      yield* settle
      assert.deepStrictEqual(second.news().map(word), ["Changed file:///b"])
      yield* second.stop
      assert.deepStrictEqual(uris(sent(peer, "resources/unsubscribe")).toSorted(), [
        "file:///a",
        "file:///b",
        "file:///c"
      ])
      const third = yield* reading(client.resourceUpdates("file:///b"))
      assert.deepStrictEqual(uris(sent(peer, "resources/subscribe")).slice(3), ["file:///b"])
      yield* third.stop
    }))

  it.effect("who comes while the last goes is subscribed again, after the unsubscription", () =>
    Effect.gen(function*() {
      const waiting: Array<unknown> = []
      const { client, peer } = yield* session({
        "resources/subscribe": yes,
        "resources/unsubscribe": (_params, id) => {
          waiting.push(id)
          return "silence"
        }
      })
      const first = yield* reading(client.resourceUpdates("file:///a"))
      yield* first.stop
      const second = yield* reading(client.resourceUpdates("file:///a"))
      assert.lengthOf(sent(peer, "resources/subscribe"), 1)
      for (const id of waiting) peer.send({ id, ...yes })
      yield* settle
      assert.lengthOf(sent(peer, "resources/subscribe"), 2)
      assert.deepStrictEqual(second.news().map(word), ["Listening file:///a"])
      yield* second.stop
    }))

  it.effect("that nobody waits for any more are unsubscribed from: the server may know, though it has not said so", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* session({ "resources/subscribe": "silence", "resources/unsubscribe": yes })
      const updates = yield* reading(client.resourceUpdates("file:///a"))
      yield* updates.stop
      assert.deepStrictEqual(uris(sent(peer, "resources/unsubscribe")), ["file:///a"])
    }))

  it.effect("that the server refuses are not unsubscribed from", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* session({
        "resources/subscribe": { error: { code: -32603, message: "no" } },
        "resources/unsubscribe": yes
      })
      yield* Effect.flip(Stream.runDrain(client.resourceUpdates("file:///a")))
      yield* settle
      assert.isEmpty(sent(peer, "resources/unsubscribe"))
    }))

  it.effect("go on over a connection that was lost: subscribed again, and told to read again", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* session()
      const first = yield* reading(client.resourceUpdates("file:///a"))
      const second = yield* reading(client.resourceUpdates("file:///a"))
      peer.hangUp()
      yield* TestClock.adjust("5 seconds")
      yield* settle
      assert.strictEqual(peer.links(), 2)
      // Once for each connection, though two listen.
      assert.deepStrictEqual(uris(sent(peer, "resources/subscribe")), ["file:///a", "file:///a"])
      updated(peer, "file:///a")
      yield* settle
      for (const { news } of [first, second]) {
        assert.deepStrictEqual(news().map(word), ["Listening file:///a", "Listening file:///a", "Changed file:///a"])
      }
      yield* first.stop
      yield* second.stop
    }))

  it.effect("fail with what the server refuses them with", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* session({
        "resources/subscribe": { error: { code: -32002, message: "No such resource" } }
      })
      const error = yield* Effect.flip(Stream.runDrain(client.resourceUpdates("file:///a")))
      assert.deepInclude(error.reason, { _tag: "RpcError", code: -32002 })
      yield* settle
      assert.lengthOf(sent(peer, "resources/unsubscribe"), 0)
    }))

  it.effect("are asked for again while the server has no time", () =>
    Effect.gen(function*() {
      let silent = true
      const { client, peer } = yield* session({ "resources/subscribe": () => silent ? "silence" : yes })
      const updates = yield* reading(client.resourceUpdates("file:///a"))
      silent = false
      yield* TestClock.adjust("62 seconds")
      assert.lengthOf(sent(peer, "resources/subscribe"), 2)
      assert.deepStrictEqual(updates.news().map(word), ["Listening file:///a"])
      yield* updates.stop
    }))

  it.effect("are not asked for where the server does not declare them (INI-18)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2025_11_25, agreeable, {}, { resources: {} })
      const error = yield* Effect.flip(Stream.runDrain(client.resourceUpdates("file:///a")))
      assert.deepInclude(error.reason, { _tag: "Unavailable", lacking: "Capability", method: "resources/subscribe" })
      assert.lengthOf(sent(peer, "resources/subscribe"), 0)
      assert.deepStrictEqual(yield* Stream.runCollect(client.resourceUpdates()), [])
    }))

  it.effect("end with the client", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.fork(yield* Effect.scope)
      const { client } = yield* Scope.provide(session(), scope)
      const updates = yield* reading(client.resourceUpdates("file:///a"))
      yield* Scope.close(scope, Exit.void)
      yield* Fiber.join(updates.fiber)
      assert.deepStrictEqual(updates.heard.map(word), ["Listening file:///a"])
    }))

  it.effect("that nobody reads are told once, and no more wait than may", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* session()
      const updates = client.resourceUpdates("file:///a/", "file:///b")
      const heard: Array<string> = []
      const slow = yield* Effect.forkChild(
        Stream.runForEach(updates, (update) =>
          Effect.andThen(Effect.sleep("1 minute"), Effect.sync(() => heard.push(word(update))))),
        { startImmediately: true }
      )
      yield* settle
      for (let round = 0; round < 3; round++) {
        for (let part = 0; part < 10; part++) {
          updated(peer, `file:///a/${part}`)
        }
        updated(peer, "file:///b")
      }
      yield* TestClock.adjust("1 hours")
      assert.deepStrictEqual(heard, [
        "Listening file:///a/",
        "Changed file:///b",
        "Changed file:///a/0",
        "Changed file:///a/1",
        "Changed file:///a/"
      ])
      yield* Fiber.interrupt(slow)
    }).pipe(Effect.provideService(ClientLimits, { ...defaultLimits, notificationsPendingMax: 3 })))
})

describe("list changes in a session", () => {
  it.effect("come by themselves, over lost connections", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* session()
      const changes = yield* reading(client.listChanges)
      assert.deepStrictEqual(changes.news().map(word), ["Listening tools", "Listening resources", "Listening prompts"])
      changed(peer, "tools")
      yield* settle
      peer.hangUp()
      yield* TestClock.adjust("5 seconds")
      yield* settle
      changed(peer, "prompts")
      yield* settle
      assert.deepStrictEqual(changes.news().map(word), [
        "Changed tools",
        "Listening tools",
        "Listening resources",
        "Listening prompts",
        "Changed prompts"
      ])
      yield* changes.stop
    }))
})
