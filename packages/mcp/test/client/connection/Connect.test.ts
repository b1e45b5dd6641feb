import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Revisions from "../../../src/revision/Revisions.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { connect, discovery, handshake, make, methods, opening, sent } from "../ScriptedPeer.ts"

const protocolVersion = "io.modelcontextprotocol/protocolVersion"

describe("connecting over a line", () => {
  for (const revision of Revisions.all) {
    it.effect(`a server that speaks ${revision.version} is spoken to in it`, () =>
      Effect.gen(function*() {
        const client = yield* connect(make(opening(revision)))
        assert.strictEqual(client.server.revision, revision)
        assert.deepStrictEqual(client.server.info, { name: "peer", version: "1" })
      }))
  }

  it.effect("the probe comes first and says who asks (ERA-03, MET-01 to MET-03)", () =>
    Effect.gen(function*() {
      const peer = make(opening(v2026_07_28))
      yield* connect(peer, { title: "Test" })
      assert.deepStrictEqual(peer.heard, [{
        jsonrpc: "2.0",
        id: 1,
        method: "server/discover",
        params: {
          _meta: {
            [protocolVersion]: v2026_07_28.version,
            "io.modelcontextprotocol/clientInfo": { name: "test", version: "0", title: "Test" },
            "io.modelcontextprotocol/clientCapabilities": {}
          }
        }
      }])
    }))

  it.effect("the fallback makes no stateless claims and settles the session (INI-02, INI-05, INI-06)", () =>
    Effect.gen(function*() {
      const peer = make(opening(v2025_11_25))
      const client = yield* connect(peer)
      assert.deepStrictEqual(peer.heard.slice(1), [
        {
          jsonrpc: "2.0",
          id: 2,
          method: "initialize",
          params: {
            protocolVersion: v2025_11_25.version,
            capabilities: {},
            clientInfo: { name: "test", version: "0" }
          }
        },
        { jsonrpc: "2.0", method: "notifications/initialized" }
      ])
      assert.strictEqual(client.server.instructions, "be kind")
    }))

  it.effect("session revisions alone: no probe", () =>
    Effect.gen(function*() {
      const peer = make(opening(v2025_11_25))
      yield* connect(peer, { revisions: [v2025_11_25] })
      assert.deepStrictEqual(methods(peer), ["initialize", "notifications/initialized"])
    }))

  it.effect("a pinned revision accepts no other (INI-13, INI-14)", () =>
    Effect.gen(function*() {
      const peer = make(opening(v2025_06_18))
      const error = yield* Effect.flip(connect(peer, { revisions: [v2025_11_25] }))
      assert.deepInclude(error.reason, {
        _tag: "NoCommonVersion",
        offered: [v2025_11_25.version],
        supported: [v2025_06_18.version]
      })
      assert.deepStrictEqual(methods(peer), ["initialize"])
    }))

  it.effect("stateless revisions alone: no fallback", () =>
    Effect.gen(function*() {
      const peer = make(opening(v2025_11_25))
      const error = yield* Effect.flip(connect(peer, { revisions: Revisions.statelessEra }))
      assert.strictEqual(error.reason._tag, "NoCommonVersion")
      assert.deepStrictEqual(methods(peer), ["server/discover"])
    }))

  it.effect("silence is waited out, and a late answer confuses nobody (ERA-06)", () =>
    Effect.gen(function*() {
      const peer = make({ "server/discover": "silence", initialize: "silence" })
      const connecting = yield* Effect.forkChild(connect(peer, { probeTimeout: "3 seconds" }))
      yield* TestClock.adjust("2999 millis")
      assert.deepStrictEqual(methods(peer), ["server/discover"])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(methods(peer), ["server/discover", "initialize"])
      peer.send({ id: 1, ...(discovery(v2026_07_28.version) as object) })
      peer.send({ id: 2, ...(handshake(v2025_11_25.version) as object) })
      const client = yield* Fiber.join(connecting)
      assert.strictEqual(client.server.revision, v2025_11_25)
      // `initialize` and the probe are never cancelled (CAN-04).
      assert.notInclude(methods(peer), "notifications/cancelled")
    }))

  it.effect("a stateless server that was slow to start is asked again when it refuses initialize (ERA-06)", () =>
    Effect.gen(function*() {
      let probes = 0
      const peer = make({
        "server/discover": () => ++probes === 1 ? "silence" : discovery(v2026_07_28.version)
      })
      const connecting = yield* Effect.forkChild(connect(peer))
      yield* TestClock.adjust("5 seconds")
      const client = yield* Fiber.join(connecting)
      assert.strictEqual(client.server.revision, v2026_07_28)
      assert.deepStrictEqual(methods(peer), ["server/discover", "initialize", "server/discover"])
    }))

  it.effect("a server that hangs up on the probe gets a new line", () =>
    Effect.gen(function*() {
      const peer = make({ "server/discover": "hang up", initialize: handshake(v2025_06_18.version) })
      const client = yield* connect(peer)
      assert.strictEqual(client.server.revision, v2025_06_18)
      assert.strictEqual(peer.links(), 2)
      assert.deepStrictEqual(methods(peer), ["server/discover", "initialize", "notifications/initialized"])
      assert.strictEqual((yield* Effect.flip(client.request("x/y", {}))).reason._tag, "RpcError")
    }))

  it.effect("a server that hangs up on everything is reported", () =>
    Effect.gen(function*() {
      const peer = make({ "server/discover": "hang up", initialize: "hang up" })
      const error = yield* Effect.flip(connect(peer))
      assert.strictEqual(error.message, "The server closed the connection")
      assert.strictEqual(peer.links(), 2)
    }))

  it.effect("an initialize without an answer ends with its own time limit", () =>
    Effect.gen(function*() {
      const peer = make({ initialize: "silence" })
      const connecting = yield* Effect.forkChild(Effect.flip(connect(peer, { timeout: "10 seconds" })))
      yield* TestClock.adjust("10 seconds")
      const error = yield* Fiber.join(connecting)
      assert.deepInclude(error.reason, { _tag: "RequestTimeout", method: "initialize", timeoutMillis: 10_000 })
    }))

  it.effect("ids are never used twice (RPC-05)", () =>
    Effect.gen(function*() {
      const peer = make({ ...opening(v2025_06_18), "tools/list": { result: { tools: [] } } })
      const client = yield* connect(peer)
      yield* Effect.all([client.listTools, client.listTools, client.listTools], { concurrency: 3 })
      const ids = peer.heard.flatMap(({ id }) => id ?? [])
      assert.deepStrictEqual(ids, [1, 2, 3, 4, 5])
      assert.lengthOf(sent(peer, "tools/list"), 3)
    }))

  it.effect("a ping before the handshake is answered (PNG-01)", () =>
    Effect.gen(function*() {
      const peer = make({
        initialize: (_params, _id, peer) => {
          peer.send({ id: "early", method: "ping" })
          return handshake(v2025_11_25.version)
        }
      })
      yield* connect(peer)
      assert.deepStrictEqual(peer.heard.filter(({ id }) => id === "early"), [{
        jsonrpc: "2.0",
        id: "early",
        result: {}
      }])
    }))
})

it.effect("an attempt that fails leaves nothing in the scope, so that it may be made again and again", () =>
  Effect.gen(function*() {
    const peer = make({ "server/discover": "hang up", initialize: "hang up" })
    const scope = yield* Scope.make()
    const open = () => scope.state._tag === "Open" ? scope.state.finalizers?.size ?? 0 : 0
    for (let attempt = 0; attempt < 3; attempt++) yield* Effect.flip(Scope.provide(connect(peer), scope))
    assert.strictEqual(open(), 0)
  }))

it.effect("a request to listen is refused: nobody would hear what it brings", () =>
  Effect.gen(function*() {
    const peer = make(opening(v2026_07_28))
    const client = yield* connect(peer)
    const listen: string = "subscriptions/listen"
    const { reason } = yield* Effect.flip(client.request(listen, { notifications: {} }))
    assert.strictEqual(reason._tag, "InvalidArguments")
    assert.deepStrictEqual(methods(peer), ["server/discover"])
  }))

it.effect("silence is no sign of an old server to a client that cannot speak to one: it has the time of a request", () =>
  Effect.gen(function*() {
    const peer = make({ "server/discover": "silence" })
    const options = { revisions: Revisions.statelessEra, probeTimeout: "5 seconds", timeout: "60 seconds" } as const
    const connecting = yield* Effect.forkChild(connect(peer, options))
    yield* TestClock.adjust("59 seconds")
    peer.send({ id: 1, ...(discovery(v2026_07_28.version) as object) })
    assert.strictEqual((yield* Fiber.join(connecting)).server.revision, v2026_07_28)
  }))
