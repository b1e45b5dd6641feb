/** Log messages of servers: asking for them, once and again, and hearing them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { MetaKey } from "../../../src/schema/Meta.ts"
import { type Peer, sent } from "../ScriptedPeer.ts"
import { reading, scripted, settle } from "./Support.ts"

const done = { result: { resultType: "complete", content: [] } }
const log = (peer: Peer, level: string, data: unknown) =>
  peer.send({ method: "notifications/message", params: { level, data, logger: "peer" } })

describe("logs", () => {
  for (const revision of [v2025_11_25, v2026_07_28]) {
    it.effect(`are a stream of their own in ${revision.version}, over lost connections`, () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision)
        const logs = yield* reading(client.logs)
        log(peer, "info", { a: 1 })
        peer.send({ method: "notifications/tools/list_changed" })
        peer.hangUp()
        yield* TestClock.adjust("5 seconds")
        yield* settle
        log(peer, "error", "broken")
        yield* settle
        assert.deepStrictEqual(logs.news(), [
          { level: "info", data: { a: 1 }, logger: "peer" },
          { level: "error", data: "broken", logger: "peer" }
        ])
        yield* logs.stop
      }))

    it.effect(`are not asked for in ${revision.version} where the server declares none (INI-18)`, () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": done }, {}, { tools: {} })
        const { reason } = yield* Effect.flip(client.setLoggingLevel("info"))
        assert.deepInclude(reason, { _tag: "Unavailable", lacking: "Capability", method: "logging/setLevel" })
        yield* client.callTool({ name: "x" })
        assert.lengthOf(sent(peer, "logging/setLevel"), 0)
        assert.notProperty(sent(peer, "tools/call")[0]?.params?._meta ?? {}, MetaKey.logLevel)
      }))
  }

  it.effect("a session is told the level again when it is another one, the last that was set", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2025_11_25, {
        "logging/setLevel": ({ level }) =>
          level === "alert" ? { error: { code: -32603, message: "no" } } : { result: {} }
      })
      yield* client.setLoggingLevel("info")
      yield* client.setLoggingLevel("warning")
      // One that was refused is not the level.
      yield* Effect.flip(client.setLoggingLevel("alert"))
      for (let round = 0; round < 2; round++) {
        peer.hangUp()
        yield* TestClock.adjust("10 seconds")
        yield* settle
      }
      assert.strictEqual(peer.links(), 3)
      const levels = sent(peer, "logging/setLevel").map(({ params }) => params?.level)
      assert.deepStrictEqual(levels, ["info", "warning", "alert", "warning", "warning"])
    }))

  it.effect("a new session is told nothing when nothing was asked for", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, { "logging/setLevel": { result: {} } })
      peer.hangUp()
      yield* TestClock.adjust("5 seconds")
      yield* settle
      assert.strictEqual(peer.links(), 2)
      assert.lengthOf(sent(peer, "logging/setLevel"), 0)
    }))
})

describe("what the protocol does not have", () => {
  for (const revision of [v2025_11_25, v2026_07_28]) {
    it.effect(`comes and goes as it is in ${revision.version}`, () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision)
        const custom = yield* reading(client.customNotifications)
        const known = yield* reading(client.notifications)
        peer.send({ method: "acme/changed", params: { it: [1, null] } })
        peer.send({ method: "acme/plain" })
        peer.send({ method: "notifications/tools/list_changed" })
        // One that another revision has is none of these.
        peer.send({
          method: revision.era === "session"
            ? "notifications/subscriptions/acknowledged"
            : "notifications/tasks/status",
          params: {}
        })
        yield* settle
        assert.deepStrictEqual(custom.news(), [
          { method: "acme/changed", params: { it: [1, null] } },
          { method: "acme/plain", params: undefined }
        ])
        assert.deepStrictEqual(known.news().map(({ method }) => method), ["notifications/tools/list_changed"])
        yield* client.notify("acme/tell", { it: "now" })
        yield* client.notify("acme/plain")
        assert.deepStrictEqual(sent(peer, "acme/tell")[0]?.params, { it: "now" })
        assert.isUndefined(sent(peer, "acme/plain")[0]?.params)
        yield* custom.stop
        yield* known.stop
      }))
  }

  it.effect("a notification that the revision does not have is not sent", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28)
      const before = peer.heard.length
      const { reason } = yield* Effect.flip(client.notify("notifications/roots/list_changed"))
      assert.deepInclude(reason, { _tag: "Unavailable", lacking: "Method" })
      assert.lengthOf(peer.heard, before)
    }))
})
