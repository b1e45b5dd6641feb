/** Changes in the stateless era: a subscription for each stream, opened again whenever it ends. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { MetaKey } from "../../../src/schema/Meta.ts"
import { type Peer, type Reply, type Script, type ScriptedPeer, sent } from "../ScriptedPeer.ts"
import {
  acknowledge,
  changed,
  honouring,
  openingWith,
  reading,
  scripted,
  settle,
  telling,
  updated,
  word
} from "./Support.ts"

const stateless = (script: Script = honouring, capabilities?: object) => scripted(v2026_07_28, script, {}, capabilities)

const listens = (peer: ScriptedPeer) => sent(peer, "subscriptions/listen")
const cancellations = (peer: ScriptedPeer) =>
  sent(peer, "notifications/cancelled").map(({ params }) => params?.requestId)

/** The ways in which a server ends a subscription on a line (C1). */
const ends: { readonly [how: string]: (peer: Peer, id: unknown) => void } = {
  "its answer": (peer, id) =>
    peer.send({ id, result: { resultType: "complete", _meta: { [MetaKey.subscriptionId]: id } } }),
  "a cancellation": (peer, id) => peer.send({ method: "notifications/cancelled", params: { requestId: id } }),
  "a cancellation and its answer": (peer, id) => {
    ends["a cancellation"]?.(peer, id)
    ends["its answer"]?.(peer, id)
  },
  "its answer and a cancellation": (peer, id) => {
    ends["its answer"]?.(peer, id)
    ends["a cancellation"]?.(peer, id)
  }
}

describe("subscriptions of the stateless era", () => {
  it.effect("name what they want, and begin with the acknowledgment (SUC-05)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* stateless({ "subscriptions/listen": "silence" })
      const updates = yield* reading(client.resourceUpdates("file:///a", "file:///b"))
      const [{ id, params } = {}] = listens(peer)
      assert.deepStrictEqual(params?.notifications, { resourceSubscriptions: ["file:///a", "file:///b"] })
      // Nothing may come before the acknowledgment.
      updated(peer, "file:///a", id)
      yield* settle
      assert.deepStrictEqual(updates.news(), [])
      acknowledge(peer, id, params?.notifications)
      yield* settle
      assert.deepStrictEqual(updates.news().map(word), ["Listening file:///a", "Listening file:///b"])
      yield* updates.stop
    }))

  it.effect("hear what carries their id, and nothing else (SUC-02, STD-07)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* stateless()
      const all = yield* reading(client.notifications)
      const first = yield* reading(client.resourceUpdates("file:///a"))
      const second = yield* reading(client.resourceUpdates("file:///a"))
      const lists = yield* reading(client.listChanges)
      const [a, b, c] = listens(peer).map(({ id }) => id)
      first.news()
      second.news()
      lists.news()
      all.news()
      updated(peer, "file:///a", a)
      updated(peer, "file:///a/part", b)
      changed(peer, "tools", c)
      changed(peer, "prompts", a)
      // Ids that are nobody's, be it by their type.
      updated(peer, "file:///a", String(a))
      updated(peer, "file:///a", 4711)
      yield* settle
      assert.deepStrictEqual(first.news().map(word), ["Changed file:///a"])
      assert.deepStrictEqual(second.news().map(word), ["Changed file:///a/part"])
      assert.deepStrictEqual(lists.news().map(word), ["Changed tools"])
      assert.lengthOf(all.news(), 4)
      for (const { stop } of [first, second, lists, all]) yield* stop
    }))

  it.effect("fail when a resource is left out (SUC-01)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* stateless({
        "subscriptions/listen": (_params, id, peer) => {
          acknowledge(peer, id, { resourceSubscriptions: ["file:///b"] })
          return "silence"
        }
      })
      const { reason } = yield* Effect.flip(Stream.runDrain(client.resourceUpdates("file:///a", "file:///b")))
      assert.strictEqual(reason._tag, "SubscriptionRefused")
      assert.deepStrictEqual(reason._tag === "SubscriptionRefused" ? reason.uris : [], ["file:///a"])
      yield* settle
      assert.deepStrictEqual(cancellations(peer), [listens(peer)[0]?.id])
    }))

  it.effect("cope with lists that are left out (SUC-01), and ask for those that the server declares", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* stateless(
        {
          "subscriptions/listen": (_params, id, peer) => {
            acknowledge(peer, id, { toolsListChanged: true, promptsListChanged: false })
            return "silence"
          }
        },
        { tools: { listChanged: true }, prompts: { listChanged: true }, resources: {} }
      )
      const changes = yield* reading(client.listChanges)
      const [{ id, params } = {}] = listens(peer)
      assert.deepStrictEqual(params?.notifications, { toolsListChanged: true, promptsListChanged: true })
      changed(peer, "tools", id)
      yield* settle
      assert.deepStrictEqual(changes.news().map(word), ["Listening tools", "Changed tools"])
      yield* changes.stop
    }))

  it.effect("are not opened where there is nothing to listen for", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* stateless(honouring, { tools: {} })
      const changes = yield* reading(client.listChanges)
      assert.lengthOf(listens(peer), 0)
      assert.isUndefined(changes.fiber.pollUnsafe())
      yield* changes.stop
    }))

  it.effect("are sent again on a new connection (SUC-03, STD-14)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* stateless()
      const updates = yield* reading(client.resourceUpdates("file:///a"))
      peer.hangUp()
      yield* TestClock.adjust("5 seconds")
      yield* settle
      const [first, second] = listens(peer)
      assert.strictEqual(peer.links(), 2)
      assert.deepStrictEqual(second?.params?.notifications, first?.params?.notifications)
      assert.notStrictEqual(second?.id, first?.id)
      updated(peer, "file:///a", second?.id)
      updated(peer, "file:///a/late", first?.id)
      yield* settle
      assert.deepStrictEqual(updates.news().map(word), [
        "Listening file:///a",
        "Listening file:///a",
        "Changed file:///a"
      ])
      yield* updates.stop
    }))

  it.effect("stop with one cancellation that names them (SUC-04, CAN-03, CAN-08)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* stateless()
      const updates = yield* reading(client.resourceUpdates("file:///a"))
      yield* updates.stop
      yield* TestClock.adjust("1 hours")
      assert.deepStrictEqual(cancellations(peer), [listens(peer)[0]?.id])
      assert.lengthOf(listens(peer), 1)
    }))

  for (const [how, end] of Object.entries(ends)) {
    it.effect(`that the server ends with ${how} are opened again after a while, and not cancelled (C1, CAN-05)`, () =>
      Effect.gen(function*() {
        const { client, peer } = yield* stateless()
        const updates = yield* reading(client.resourceUpdates("file:///a"))
        end(peer, listens(peer)[0]?.id)
        yield* settle
        assert.lengthOf(listens(peer), 1)
        yield* TestClock.adjust("1 seconds")
        yield* settle
        assert.lengthOf(listens(peer), 2)
        assert.deepStrictEqual(updates.news().map(word), ["Listening file:///a", "Listening file:///a"])
        assert.deepStrictEqual(cancellations(peer), [])
        yield* updates.stop
      }))
  }

  it.effect("that the server ends again and again are opened ever more seldom", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* stateless({
        "subscriptions/listen": (_params, id, peer) => {
          acknowledge(peer, id, { resourceSubscriptions: ["file:///a"] })
          ends["its answer"]?.(peer, id)
          return "silence"
        }
      })
      const updates = yield* reading(client.resourceUpdates("file:///a"))
      yield* TestClock.adjust("1 hours")
      // 30 seconds apart in the end, or a quarter less by chance.
      assert.isAtLeast(listens(peer).length, 100)
      assert.isAtMost(listens(peer).length, 170)
      yield* updates.stop
    }))

  it.effect("have no time limit, but their acknowledgment has (TMO-01)", () =>
    Effect.gen(function*() {
      let silent = true
      const { client, peer } = yield* stateless({
        "subscriptions/listen": ({ notifications }, id, peer) => {
          if (!silent) acknowledge(peer, id, notifications)
          return "silence"
        }
      })
      const updates = yield* reading(client.resourceUpdates("file:///a"))
      yield* TestClock.adjust("60 seconds")
      yield* settle
      assert.deepStrictEqual(cancellations(peer), [listens(peer)[0]?.id])
      silent = false
      yield* TestClock.adjust("1 seconds")
      yield* settle
      yield* TestClock.adjust("30 days")
      assert.lengthOf(listens(peer), 2)
      assert.lengthOf(cancellations(peer), 1)
      assert.deepStrictEqual(updates.news().map(word), ["Listening file:///a"])
      yield* updates.stop
    }))

  it.effect("fail with what the server refuses them with", () =>
    Effect.gen(function*() {
      const { client } = yield* stateless({
        "subscriptions/listen": { error: { code: -32602, message: "Too many URIs" } }
      })
      const { reason } = yield* Effect.flip(Stream.runDrain(client.resourceUpdates("file:///a")))
      assert.deepInclude(reason, { _tag: "RpcError", code: -32602 })
    }))

  it.effect("end with the client", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.fork(yield* Effect.scope)
      const { client } = yield* Scope.provide(stateless(), scope)
      const updates = yield* reading(client.resourceUpdates("file:///a"))
      const changes = yield* reading(client.listChanges)
      yield* Scope.close(scope, Exit.void)
      yield* Fiber.join(updates.fiber)
      yield* Fiber.join(changes.fiber)
      assert.deepStrictEqual(updates.heard.map(word), ["Listening file:///a"])
    }))

  it.effect("come back when a server that was given up is there again, without anybody asking for it", () =>
    Effect.gen(function*() {
      let isAway = false
      const opening = openingWith(v2026_07_28, telling)["server/discover"] as Reply
      const { client, peer } = yield* scripted(
        v2026_07_28,
        { ...honouring, "server/discover": () => isAway ? "hang up" : opening },
        { revisions: [v2026_07_28] }
      )
      const updates = yield* reading(client.resourceUpdates("file:///a"))
      const statuses = yield* reading(client.status)
      isAway = true
      peer.hangUp()
      for (let second = 0; second < 120; second++) yield* Effect.andThen(TestClock.adjust("1 seconds"), settle)
      assert.include(statuses.news().map(({ _tag }) => _tag), "Disconnected")
      assert.deepStrictEqual(updates.news().map(word), ["Listening file:///a"])
      isAway = false
      for (let second = 0; second < 60; second++) yield* Effect.andThen(TestClock.adjust("1 seconds"), settle)
      assert.deepStrictEqual(updates.news().map(word), ["Listening file:///a"])
      yield* updates.stop
      yield* statuses.stop
    }))
})
