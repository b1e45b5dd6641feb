/** How a client shows its roots, and tells of changes. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as TestClock from "effect/testing/TestClock"
import * as Roots from "../../../src/client/answering/Roots.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import type { Root } from "../../../src/schema/Roots.ts"
import { sent } from "../ScriptedPeer.ts"
import { ask, done, hear, scripted, settle, silently } from "./Asking.ts"

const home: Root = { uri: "file:///home/ada", name: "Home" }
const work: Root = { uri: "file:///work" }

const changed = "notifications/roots/list_changed"

const ref = (...roots: ReadonlyArray<Root>) => SubscriptionRef.make<ReadonlyArray<Root>>(roots)

describe("roots", () => {
  it.effect("are declared, and listed, as a value or by an effect (ROO-01, ROO-05)", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, Roots.layer([home, work]))
      assert.deepStrictEqual(sent(peer, "initialize")[0]?.params?.capabilities, { roots: {} })
      assert.deepStrictEqual((yield* ask(peer, 1, "roots/list")).result, { roots: [home, work] })
      class Places extends Context.Service<Places, ReadonlyArray<Root>>()("test/Places") {}
      const found = Roots.layer(Places).pipe(Layer.provide(Layer.succeed(Places, [work])))
      const other = yield* scripted(v2025_11_25, found)
      assert.deepStrictEqual((yield* ask(other.peer, 1, "roots/list", {})).result, { roots: [work] })
    }))

  it.effect("are declared on each request of the stateless era, without listChanged (ROO-02)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28, Roots.layerRef(yield* ref(home)), {
        "tools/call": done("")
      })
      yield* client.callTool({ name: "x" })
      assert.deepInclude(sent(peer, "tools/call")[0]?.params?._meta, {
        "io.modelcontextprotocol/clientCapabilities": { roots: {} }
      })
    }))

  it.effect.each(["https://example.com/", "/home", "file:///a/../etc", "file:///a/%2E%2e/etc", "file:///a%2f..%2Fetc"])(
    "whose URI is %s are a defect of the layer, and an error where they are found out later (ROO-05, ROO-08)",
    (uri) =>
      Effect.gen(function*() {
        const exit = yield* Effect.exit(Effect.scoped(Layer.build(Roots.layer([home, { uri }]))))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        const { peer } = yield* scripted(v2025_11_25, Roots.layer(Effect.succeed([{ uri }])))
        const { error, result } = yield* ask(peer, 1, "roots/list")
        assert.isUndefined(result)
        assert.deepStrictEqual(error, { code: -32603, message: "The client could not answer" })
      }).pipe(silently)
  )

  it("may have dots in their names", () => {
    for (const uri of ["file:///a/..b", "file:///a/b..c", "file:///a/...", "file:///"]) {
      assert.isUndefined(Roots.mistakeIn({ uri }))
    }
  })

  it.effect("that cannot be found are -32603 (ROO-06)", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, Roots.layer(Effect.fail("no such disk")))
      assert.deepInclude((yield* ask(peer, 1, "roots/list")).error, { code: -32603 })
    }).pipe(silently))
})

describe("roots that change", () => {
  it.effect("are told of, each time, and listed as they are (ROO-01, ROO-03)", () =>
    Effect.gen(function*() {
      const roots = yield* ref(home)
      const { peer } = yield* scripted(v2025_11_25, Roots.layerRef(roots))
      assert.deepStrictEqual(sent(peer, "initialize")[0]?.params?.capabilities, { roots: { listChanged: true } })
      yield* settle
      assert.lengthOf(sent(peer, changed), 0)
      yield* SubscriptionRef.set(roots, [home, work])
      yield* hear(peer, ({ method }) => method === changed, changed)
      assert.deepStrictEqual((yield* ask(peer, 1, "roots/list")).result, { roots: [home, work] })
      yield* SubscriptionRef.set(roots, [])
      yield* settle
      assert.lengthOf(sent(peer, changed), 2)
      assert.deepStrictEqual((yield* ask(peer, 2, "roots/list")).result, { roots: [] })
    }))

  it.effect("are told of on the connection that is in force", () =>
    Effect.gen(function*() {
      const roots = yield* ref(home)
      const { client, peer } = yield* scripted(v2025_11_25, Roots.layerRef(roots), {
        "tools/list": { result: { tools: [] } }
      })
      peer.hangUp()
      yield* settle
      yield* TestClock.adjust("1 minute")
      yield* client.listTools
      assert.strictEqual(peer.links(), 2)
      const before = peer.heard.length
      yield* SubscriptionRef.set(roots, [work])
      yield* settle
      assert.deepStrictEqual(peer.heard.slice(before).map(({ method }) => method), [changed])
    }))

  it.effect("are told of when they change while a connection is being made: the server may have asked (ROO-03)", () =>
    Effect.gen(function*() {
      const roots = yield* ref(home)
      const result = {
        protocolVersion: v2025_11_25.version,
        capabilities: { tools: {} },
        serverInfo: { name: "peer", version: "1" }
      }
      let opened = 0
      const { client, peer } = yield* scripted(v2025_11_25, Roots.layerRef(roots), {
        initialize: () => {
          Effect.runSync(SubscriptionRef.set(roots, [home, { ...work, name: String(++opened) }]))
          return { result }
        },
        "tools/list": { result: { tools: [] } }
      }, { revisions: [v2025_11_25] })
      yield* settle
      assert.lengthOf(sent(peer, changed), 1)
      peer.hangUp()
      yield* settle
      yield* TestClock.adjust("1 minute")
      yield* client.listTools
      yield* settle
      assert.strictEqual(opened, 2)
      assert.lengthOf(sent(peer, changed), 2)
    }))

  it.effect("are no news in the stateless era", () =>
    Effect.gen(function*() {
      const roots = yield* ref(home)
      const { peer } = yield* scripted(v2026_07_28, Roots.layerRef(roots))
      yield* SubscriptionRef.set(roots, [work])
      yield* settle
      assert.lengthOf(sent(peer, changed), 0)
    }))
})
