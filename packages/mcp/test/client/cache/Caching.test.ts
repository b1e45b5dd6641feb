/** What a client answers from its cache, what it keeps there, and what it forgets. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Elicitation from "../../../src/client/answering/Elicitation.ts"
import * as ResponseCache from "../../../src/client/cache/ResponseCache.ts"
import type { Client } from "../../../src/client/Client.ts"
import * as McpClient from "../../../src/client/McpClient.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { connect, discovery, make, opening, type Script, type ScriptedPeer, sent } from "../ScriptedPeer.ts"
import { cache, client, kept, minute, overHttp, publicly, scripted, tools } from "./Keeping.ts"

const read = (uri: string, text: string, hint: object = kept) => ({ result: { ...hint, contents: [{ uri, text }] } })

/** Everything that may be kept, and the way to ask for it. */
const requests: ReadonlyArray<{ readonly method: string; readonly result: object; readonly params?: object }> = [
  {
    method: "server/discover",
    result: { ...kept, supportedVersions: [v2026_07_28.version], capabilities: { tools: {} } }
  },
  { method: "tools/list", result: { ...kept, tools: [] } },
  { method: "prompts/list", result: { ...kept, prompts: [] } },
  { method: "resources/list", result: { ...kept, resources: [] } },
  { method: "resources/templates/list", result: { ...kept, resourceTemplates: [] } },
  {
    method: "resources/read",
    params: { uri: "a://b" },
    result: { ...kept, contents: [{ uri: "a://b", text: "hello" }] }
  }
]

const connected = (script: Script, options: Partial<McpClient.Options> = {}) =>
  Effect.gen(function*() {
    const peer = scripted(script)
    return { peer, client: yield* client(peer, yield* cache(), options) }
  })

const textOf = (client: Client, uri: string) =>
  Effect.map(
    client.readResource(uri),
    ({ contents: [content] }) => content !== undefined && "text" in content ? content.text : ""
  )

describe("a result", () => {
  it.effect.each(requests)("of $method is good for its time from when it came, and no longer (CAC-13, CAC-16)", ({
    method,
    params = {},
    result
  }) =>
    Effect.gen(function*() {
      const { client, peer } = yield* connected({ [method]: { result } })
      const asked = () => sent(peer, method).length
      const before = asked()
      // What discovery said is not known to the cache.
      const ask = Effect.gen(function*() {
        return [yield* client.request(method, params), asked() - before] as const
      })
      const [first] = yield* ask
      yield* TestClock.adjust(minute - 1)
      assert.deepStrictEqual(yield* ask, [first, 1])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* ask, [first, 2])
    }))

  it.effect.each([
    { name: "of no time (CAC-12)", hint: { ttlMs: 0 } },
    { name: "that does not say (CAC-14)", hint: { ttlMs: undefined } },
    { name: "of a negative time (CAC-15)", hint: { ttlMs: -5 } }
  ])("$name is stale at once", ({ hint }) =>
    Effect.gen(function*() {
      const { client, peer } = yield* connected({ "tools/list": tools(["a"], hint) })
      yield* client.listTools
      yield* client.listTools
      assert.lengthOf(sent(peer, "tools/list"), 2)
    }))

  it.effect("that takes the place of another is what counts, even if it is stale at once", () =>
    Effect.gen(function*() {
      const hints = [kept, { ...kept, ttlMs: 0 }, kept]
      let reads = 0
      const { client } = yield* connected({ "resources/read": () => read("a://b", String(reads), hints[reads++]) })
      const texts = [
        yield* textOf(client, "a://b"),
        yield* Effect.map(client.readResource("a://b", { refresh: true }), ({ contents }) => contents),
        yield* textOf(client, "a://b"),
        yield* textOf(client, "a://b")
      ]
      assert.deepStrictEqual<unknown>(texts, ["0", [{ uri: "a://b", text: "1" }], "2", "2"])
    }))

  it.effect("is not waited for: nothing is fetched that nobody wants (CAC-17, CAC-18)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* connected({ "tools/list": tools(["a"]) })
      yield* client.listTools
      yield* TestClock.adjust(100 * minute)
      assert.lengthOf(sent(peer, "tools/list"), 1)
    }))

  it.effect("is for a request with the same method and the same parameters alone (CAC-09)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* connected({
        "resources/read": ({ uri }) => read(String(uri), String(uri)),
        "tools/list": ({ cursor }) => tools([`after ${String(cursor)}`])
      })
      assert.strictEqual(yield* textOf(client, "a://b"), "a://b")
      assert.strictEqual(yield* textOf(client, "a://b/"), "a://b/")
      assert.strictEqual(yield* textOf(client, "a://B"), "a://B")
      const list = (params: object) =>
        Effect.map(client.request("tools/list", params), (result) => result.tools.map(({ name }) => name))
      assert.deepStrictEqual(yield* list({}), ["after undefined"])
      assert.deepStrictEqual(yield* list({ cursor: "" }), ["after "])
      assert.deepStrictEqual(yield* list({ cursor: "x" }), ["after x"])
      yield* client.request("tools/list", { _meta: { "example.com/locale": "de" } })
      yield* client.request("tools/list", {}, { meta: { "example.com/locale": "de" } })
      assert.lengthOf(sent(peer, "tools/list"), 4, "the last two are the same request")
    }))

  it.effect("that came in rounds belongs to its answers, and is not kept (CAC-10)", () =>
    Effect.gen(function*() {
      const peer = scripted({
        "resources/read": ({ inputResponses, uri }) =>
          inputResponses === undefined
            ? {
              result: {
                resultType: "input_required",
                requestState: "s",
                inputRequests: {
                  q: {
                    method: "elicitation/create",
                    params: { mode: "form", message: "?", requestedSchema: { type: "object", properties: {} } }
                  }
                }
              }
            }
            : read(String(uri), "secret", publicly)
      })
      const answers = Elicitation.layer({ form: () => Effect.succeed(Elicitation.accept({})) })
      const asking = yield* Effect.provide(client(peer, yield* cache()), answers)
      assert.strictEqual(yield* textOf(asking, "a://b"), "secret")
      assert.strictEqual(yield* textOf(asking, "a://b"), "secret")
      assert.lengthOf(sent(peer, "resources/read"), 4)
      const round = { uri: "a://b", inputResponses: {} }
      yield* asking.request("resources/read", round)
      yield* asking.request("resources/read", round)
      assert.lengthOf(sent(peer, "resources/read"), 6)
    }))

  it.effect("is not kept in a session, whatever it says, and nor are errors", () =>
    Effect.gen(function*() {
      const session = make({ ...opening(v2025_11_25), "tools/list": tools(["a"], { cacheScope: "public" }) })
      const old = yield* client(session, yield* cache())
      yield* old.listTools
      yield* old.listTools
      assert.lengthOf(sent(session, "tools/list"), 2)
      const { client: other, peer } = yield* connected({ "tools/list": { error: { code: -32603, message: "no" } } })
      yield* Effect.flip(other.listTools)
      yield* Effect.flip(other.listTools)
      assert.lengthOf(sent(peer, "tools/list"), 2)
    }))

  it.effect("is the caller's own: changing it changes nothing for others", () =>
    Effect.gen(function*() {
      const { client } = yield* connected({ "tools/list": tools(["a"]) })
      yield* client.listTools
      const mine = yield* client.listTools
      Object.assign(mine[0] ?? {}, { name: "broken" })
      assert.deepStrictEqual((yield* client.listTools).map(({ name }) => name), ["a"])
    }))
})

describe("a private result", () => {
  const readers = (options: ReadonlyArray<Partial<McpClient.Options>>, hint: object, http: boolean) =>
    Effect.gen(function*() {
      const shared = yield* cache()
      const peer = scripted({ "resources/read": () => read("a://b", "mine", hint) })
      for (const option of options) {
        const reader = yield* client(http ? overHttp(peer) : peer, shared, option)
        yield* textOf(reader, "a://b")
        yield* textOf(reader, "a://b")
      }
      return sent(peer, "resources/read").length
    })

  it.effect("is kept for a user, and never reaches another (CAC-11)", () =>
    Effect.gen(function*() {
      const ann = { identity: "ann" }
      assert.strictEqual(yield* readers([ann, ann], kept, true), 1)
      assert.strictEqual(yield* readers([ann, { identity: "bob" }], kept, true), 2)
      assert.strictEqual(yield* readers([ann, ann], kept, false), 1)
      assert.strictEqual(yield* readers([ann, { identity: "bob" }], kept, false), 2)
    }))

  it.effect("of nobody in particular is not kept over HTTP, and on a line for one client only (CAC-11)", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* readers([{}, {}], kept, true), 4)
      assert.strictEqual(yield* readers([{}, {}], kept, false), 2)
      assert.strictEqual(yield* readers([{}, {}], { ...kept, cacheScope: undefined }, true), 4)
    }))

  it.effect("follows whoever each request acts for (CAC-11)", () =>
    Effect.gen(function*() {
      let user: string | undefined = "ann"
      const peer = scripted({ "resources/read": () => read("a://b", String(user)) })
      const reader = yield* client(overHttp(peer), yield* cache(), { identity: Effect.sync(() => user) })
      const seen: Array<string> = []
      for (const next of ["ann", "bob", "ann", undefined, "bob"]) {
        user = next
        seen.push(yield* textOf(reader, "a://b"))
      }
      assert.deepStrictEqual(seen, ["ann", "bob", "ann", "undefined", "bob"])
      assert.lengthOf(sent(peer, "resources/read"), 3)
    }))

  it.effect("a public one is for all that reach the same URL, and for no other", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* readers([{ identity: "ann" }, { identity: "bob" }, {}], publicly, true), 1)
      assert.strictEqual(yield* readers([{}, {}], publicly, false), 2)
      const shared = yield* cache()
      const peer = scripted({ "tools/list": tools(["a"], { cacheScope: "public" }) })
      yield* Effect.flatMap(client(overHttp(peer), shared), ({ listTools }) => listTools)
      yield* Effect.flatMap(client(overHttp(peer, "https://example.com/other"), shared), ({ listTools }) => listTools)
      assert.lengthOf(sent(peer, "tools/list"), 2)
    }))

  it.effect("comes before a public one", () =>
    Effect.gen(function*() {
      const shared = yield* cache()
      const ann = yield* client(overHttp(scripted({ "resources/read": read("a://b", "ann's") })), shared, {
        identity: "ann"
      })
      const bob = yield* client(
        overHttp(scripted({ "resources/read": read("a://b", "anybody's", publicly) })),
        shared,
        { identity: "bob" }
      )
      yield* textOf(ann, "a://b")
      yield* bob.readResource("a://b")
      assert.strictEqual(yield* textOf(ann, "a://b"), "ann's")
    }))

  it.effect("that was public before takes its place for everybody", () =>
    Effect.gen(function*() {
      let hint: object = publicly
      const shared = yield* cache()
      const script: Script = { "resources/read": () => read("a://b", "mine", hint) }
      const [anns, bobs] = [scripted(script), scripted(script)]
      const ann = yield* client(overHttp(anns), shared, { identity: "ann" })
      const bob = yield* client(overHttp(bobs), shared, { identity: "bob" })
      yield* textOf(ann, "a://b")
      hint = kept
      yield* ann.readResource("a://b", { refresh: true })
      yield* textOf(bob, "a://b")
      assert.lengthOf(sent(anns, "resources/read"), 2)
      assert.lengthOf(sent(bobs, "resources/read"), 1)
    }))
})

describe("what a server notifies of", () => {
  /** Sends a notification, and lets it arrive. */
  const notify = (peer: ScriptedPeer, method: string, params: object = {}) =>
    Effect.andThen(Effect.sync(() => peer.send({ method, params })), Effect.repeat(Effect.yieldNow, { times: 5 }))

  const lists: ReadonlyArray<readonly [string, string, object]> = [
    ["notifications/tools/list_changed", "tools/list", { tools: [] }],
    ["notifications/prompts/list_changed", "prompts/list", { prompts: [] }],
    ["notifications/resources/list_changed", "resources/list", { resources: [] }],
    ["notifications/resources/list_changed", "resources/templates/list", { resourceTemplates: [] }]
  ]

  it.effect.each(lists)(
    "%s makes %s stale at once, and nothing else (CAC-19)",
    ([notification, method, result]) =>
      Effect.gen(function*() {
        const { client, peer } = yield* connected({
          [method]: { result: { ...kept, ...result } },
          "resources/read": read("a://b", "hello")
        })
        yield* client.request(method, {})
        yield* client.readResource("a://b")
        yield* notify(peer, notification)
        yield* client.request(method, {})
        yield* client.readResource("a://b")
        yield* client.request(method, {})
        assert.lengthOf(sent(peer, method), 2)
        assert.lengthOf(sent(peer, "resources/read"), 1)
      })
  )

  it.effect("an updated resource is stale, and so is what it is a part of (CAC-19)", () =>
    Effect.gen(function*() {
      const uris = ["file:///a", "file:///a/b", "file:///a/b/c", "file:///a/bc", "file:///d"]
      const { client, peer } = yield* connected({ "resources/read": ({ uri }) => read(String(uri), "hello") })
      for (const uri of uris) yield* client.readResource(uri)
      yield* notify(peer, "notifications/resources/updated", { uri: "file:///a/b" })
      peer.heard.length = 0
      for (const uri of uris) yield* client.readResource(uri)
      assert.deepStrictEqual(sent(peer, "resources/read").map(({ params }) => params?.uri), [
        "file:///a",
        "file:///a/b"
      ])
    }))

  it.effect("a result that was under way when its list changed is not kept (CAC-19)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* connected({
        "tools/list": (_, __, peer) => {
          if (sent(peer, "tools/list").length === 1) peer.send({ method: "notifications/tools/list_changed" })
          return tools(["a"])
        }
      })
      yield* client.listTools
      yield* client.listTools
      yield* client.listTools
      assert.lengthOf(sent(peer, "tools/list"), 2)
    }))

  it.effect("a change is one whichever subscription it was meant for (CAC-19)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* connected({ "tools/list": tools(["a"]) })
      yield* client.listTools
      const _meta = { "io.modelcontextprotocol/subscriptionId": "of long ago" }
      yield* notify(peer, "notifications/tools/list_changed", { _meta })
      yield* client.listTools
      assert.lengthOf(sent(peer, "tools/list"), 2)
    }))

  it.effect("whoever hears of a change reads what is new", () =>
    Effect.gen(function*() {
      let names = ["old"]
      const { client, peer } = yield* connected({ "tools/list": () => tools(names) })
      yield* client.listTools
      const listening = yield* client.notifications.pipe(
        Stream.take(1),
        Stream.mapEffect(() => client.listTools),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      names = ["new"]
      yield* notify(peer, "notifications/tools/list_changed")
      const [seen] = yield* Fiber.join(listening)
      assert.deepStrictEqual(seen?.map(({ name }) => name), ["new"])
    }))

  it.effect("a connection that was made anew forgets what the last one said", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* connected({ "tools/list": tools(["a"]), "tools/call": "hang up" })
      yield* client.listTools
      yield* Effect.flip(client.callTool({ name: "x" }))
      yield* client.complete({ ref: { type: "ref/prompt", name: "p" }, argument: { name: "a", value: "" } }).pipe(
        Effect.ignore
      )
      yield* client.listTools
      yield* client.listTools
      assert.lengthOf(sent(peer, "tools/list"), 2)
    }))
})

describe("the pages of a list", () => {
  const pages = (refused: () => boolean): Script => ({
    "tools/list": ({ cursor }) =>
      cursor === undefined
        ? tools(["a"], { ttlMs: 3 * minute, nextCursor: "2" })
        : cursor === "2" && refused()
        ? { error: { code: -32602, message: "no such cursor" } }
        : tools(["b"])
  })

  it.effect("are fetched again one by one, each with its own cursor (CAC-20)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* connected(pages(() => false))
      yield* client.listTools
      yield* TestClock.adjust(2 * minute)
      assert.deepStrictEqual((yield* client.listTools).map(({ name }) => name), ["a", "b"])
      assert.deepStrictEqual(sent(peer, "tools/list").map(({ params }) => params?.cursor), [undefined, "2", "2"])
    }))

  it.effect("are all forgotten when a cursor is not good any more, and the list is read from its beginning (CAC-21, CAC-22)", () =>
    Effect.gen(function*() {
      let refusals = 0
      const { client, peer } = yield* connected(pages(() => refusals-- > 0))
      yield* client.listTools
      yield* TestClock.adjust(2 * minute)
      refusals = 1
      assert.deepStrictEqual((yield* client.listTools).map(({ name }) => name), ["a", "b"])
      assert.deepStrictEqual(
        sent(peer, "tools/list").map(({ params }) => params?.cursor),
        [undefined, "2", "2", undefined, "2"]
      )
    }))

  it.effect("a cursor that is refused again and again is an error in the end", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* connected(pages(() => true))
      const { reason } = yield* Effect.flip(client.listTools)
      assert.deepInclude(reason, { _tag: "RpcError", code: -32602 })
      assert.isAtMost(sent(peer, "tools/list").length, 8)
    }))
})

describe("a cache", () => {
  it.effect("is found in the context, and is not there unless it is provided", () =>
    Effect.gen(function*() {
      const peer = scripted({ "tools/list": tools(["a"]) })
      const twice = Effect.flatMap(McpClient.McpClient, ({ listTools }) => Effect.andThen(listTools, listTools))
      const layer = Layer.provide(McpClient.layer({ name: "t", version: "0" }), peer.transport)
      yield* Effect.provide(twice, layer)
      assert.lengthOf(sent(peer, "tools/list"), 2)
      yield* Effect.provide(twice, Layer.provide(layer, ResponseCache.layerMemory))
      assert.lengthOf(sent(peer, "tools/list"), 3)
    }))

  it.effect("interrupting a call that it waits for leaves nothing behind", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      let answer = false
      const peer = make({
        "server/discover": discovery(v2026_07_28.version),
        "tools/list": () => answer ? tools(["a"]) : "silence"
      })
      const one = yield* Effect.provideService(connect(peer), ResponseCache.ResponseCache, yield* cache())
      const waiting = yield* Effect.forkChild(Effect.andThen(Deferred.succeed(gate, undefined), one.listTools))
      yield* Deferred.await(gate)
      yield* Effect.yieldNow
      yield* Fiber.interrupt(waiting)
      answer = true
      yield* one.listTools
      yield* one.listTools
      assert.lengthOf(sent(peer, "tools/list"), 2)
    }))
})
