/** The typed client against our own server: every revision, on a line and over HTTP. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as McpClient from "../../src/client/McpClient.ts"
import * as Catalog from "../../src/contract/Catalog.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Revisions from "../../src/revision/Revisions.ts"
import { v2024_11_05 } from "../../src/revision/v2024_11_05.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import { Demo, OutOfStock, soon, transports } from "./Demo.ts"
import { connect, make, opening, sent } from "./ScriptedPeer.ts"

for (const [name, layerOf] of Object.entries(transports)) {
  for (const revision of Revisions.all) {
    describe(`${name}, ${revision.version}`, () => {
      const layer = layerOf(undefined, { revisions: [revision] })
      const withDemo = <A, E>(run: (demo: Effect.Success<typeof demoOf>) => Effect.Effect<A, E>) =>
        Effect.provide(Effect.flatMap(demoOf, run), layer)
      const demoOf = McpClient.of(Demo)

      it.effect("connects", () =>
        withDemo(({ client: { server } }) =>
          Effect.sync(() => {
            assert.strictEqual(server.revision, revision)
            assert.deepInclude(server.info, { name: "demo", version: "1.0.0" })
            assert.strictEqual(server.instructions, "Add things")
          })
        ))

      it.effect("structured output of every shape comes back as it was", () =>
        withDemo((demo) =>
          Effect.gen(function*() {
            assert.deepStrictEqual(yield* demo.tools.add({ a: 1, b: 2 }), { sum: 3 })
            assert.strictEqual(yield* demo.tools.buy({ item: "tea" }), "here you are")
            assert.deepStrictEqual(
              yield* demo.tools.days({ from: soon }),
              [soon, new Date("2030-01-03T03:04:05.000Z")]
            )
            assert.strictEqual(yield* demo.tools.count({ to: 0 }), null)
            const { content } = yield* demo.tools.say()
            assert.deepStrictEqual(content, [{ type: "text", text: "nothing" }])
          })
        ))

      it.effect("a declared failure comes back with its type; any failure has its text (TOC-01)", () =>
        withDemo((demo) =>
          Effect.gen(function*() {
            const declared = yield* Effect.flip(demo.tools.buy({ item: "gold" }))
            assert.strictEqual(declared._tag, "ToolFailure")
            const failure = declared._tag === "ToolFailure" ? declared.failure : undefined
            assert.instanceOf(failure, OutOfStock)
            assert.deepStrictEqual(failure?.until, soon)
            const other = yield* Effect.flip(demo.tools.buy({ item: "poison" }))
            assert.deepInclude(other, { _tag: "ToolFailure", tool: "buy", failure: undefined, message: "not for sale" })
          })
        ))

      it.effect("resources and prompts", () =>
        withDemo((demo) =>
          Effect.gen(function*() {
            const config = yield* demo.resources["config://app"]()
            assert.deepStrictEqual(config.contents, [{ uri: "config://app", mimeType: "application/json", text: "{}" }])
            const greeting = yield* demo.resources["greeting://{name}/{times}"]({ name: "Zoë & Co/x", times: 2 })
            const [contents] = greeting.contents
            assert.strictEqual(
              contents !== undefined && "text" in contents ? contents.text : "",
              "Hello, Zoë & Co/x! Hello, Zoë & Co/x!"
            )
            const review = yield* demo.prompts.review_code({ code: "1 + 1", depth: 3 })
            assert.deepStrictEqual(review.messages, [
              { role: "user", content: { type: "text", text: "Review to depth 3: 1 + 1" } }
            ])
          })
        ))

      it.effect("progress", () =>
        withDemo((demo) =>
          Effect.gen(function*() {
            const heard: Array<number> = []
            const count = yield* demo.tools.count({ to: 3 }, {
              onProgress: ({ progress }) => Effect.sync(() => heard.push(progress))
            })
            assert.strictEqual(count, 3)
            assert.deepStrictEqual(heard, [1, 2, 3])
          })
        ))

      it.effect("listings", () =>
        withDemo(({ client }) =>
          Effect.gen(function*() {
            assert.deepStrictEqual((yield* client.listTools).map(({ name }) => name), [
              "add",
              "buy",
              "days",
              "say",
              "count"
            ])
            assert.lengthOf(yield* client.listResources, 1)
            assert.lengthOf(yield* client.listResourceTemplates, 1)
            assert.lengthOf(yield* client.listPrompts, 1)
          })
        ))

      it.effect("refusals of the server are protocol errors (TOC-02)", () =>
        withDemo(({ client }) =>
          Effect.gen(function*() {
            const attempts = [
              Effect.asVoid(client.callTool({ name: "nothing" })),
              Effect.asVoid(client.readResource("nothing://here")),
              Effect.asVoid(client.getPrompt({ name: "nothing" }))
            ]
            for (const attempt of attempts) {
              const error = yield* Effect.flip(attempt)
              assert.strictEqual(error.reason._tag, "RpcError")
            }
          })
        ))
    })
  }

  describe(`${name}, what is agreed`, () => {
    const cases = [
      ["both have all", undefined, undefined, v2026_07_28],
      ["an old server", Revisions.sessionEra, undefined, v2025_11_25],
      ["an older server", [v2024_11_05], undefined, v2024_11_05],
      ["a new server", Revisions.statelessEra, undefined, v2026_07_28],
      ["an old client", undefined, Revisions.sessionEra, v2025_11_25],
      ["an older client", undefined, [v2024_11_05], v2024_11_05]
    ] as const
    for (const [what, served, revisions, expected] of cases) {
      it.effect(what, () =>
        Effect.provide(
          Effect.map(McpClient.McpClient, ({ server }) => assert.strictEqual(server.revision, expected)),
          layerOf(served, revisions === undefined ? {} : { revisions })
        ))
    }

    it.effect("nothing, where there is nothing in common", () =>
      Effect.gen(function*() {
        const layers = [
          layerOf(Revisions.statelessEra, { revisions: Revisions.sessionEra }),
          layerOf(Revisions.sessionEra, { revisions: Revisions.statelessEra })
        ]
        for (const layer of layers) {
          const error = yield* Effect.flip(Layer.build(layer) as Effect.Effect<unknown, Layer.Error<typeof layer>>)
          if (error._tag !== "McpClientError") return assert.fail(error._tag)
          assert.include(["NoCommonVersion", "TransportError"], error.reason._tag)
        }
      }))
  })
}

describe("a template that cannot be read", () => {
  it.effect("fails when it is used", () =>
    Effect.gen(function*() {
      const client = yield* connect(make(opening(v2026_07_28)))
      const odd = Catalog.make("odd").add(
        Resource.template("a://{b!}", { params: { "b!": Schema.String } })
      )
      const typed = yield* Effect.provideService(McpClient.of(odd), McpClient.McpClient, client)
      const { reason } = yield* Effect.flip(typed.resources["a://{b!}"]({ "b!": "1" }))
      assert.deepInclude(reason, { _tag: "InvalidArguments", name: "a://{b!}" })
    }))
})

describe("against a peer that breaks the contract", () => {
  const demoOf = (script: Parameters<typeof make>[0], revision = v2026_07_28) =>
    Effect.gen(function*() {
      const client = yield* connect(make({ ...opening(revision), ...script }))
      return yield* Effect.provideService(McpClient.of(Demo), McpClient.McpClient, client)
    })
  const result = (members: object) => ({ result: { resultType: "complete", content: [], ...members } })

  it.effect("a result that does not fit the success schema is invalid, and so is none at all (TOC-09)", () =>
    Effect.gen(function*() {
      const wrong = yield* demoOf({ "tools/call": result({ structuredContent: { sum: "three" } }) })
      const none = yield* demoOf({ "tools/call": result({}) })
      for (const demo of [wrong, none]) {
        const error = yield* Effect.flip(demo.tools.add({ a: 1, b: 2 }))
        assert.strictEqual(error._tag === "McpClientError" ? error.reason._tag : "", "InvalidResult")
      }
    }))

  it.effect("a server without structured content may say it in text", () =>
    Effect.gen(function*() {
      const demo = yield* demoOf({ "tools/call": result({ content: [{ type: "text", text: "{\"sum\":3}" }] }) })
      assert.deepStrictEqual(yield* demo.tools.add({ a: 1, b: 2 }), { sum: 3 })
      const bare = yield* demoOf({ "tools/call": result({ content: [{ type: "text", text: "no JSON" }] }) })
      assert.strictEqual(yield* bare.tools.buy({ item: "x" }), "no JSON")
    }))

  it.effect("a failure that is not the declared one leaves only the text", () =>
    Effect.gen(function*() {
      const demo = yield* demoOf({
        "tools/call": result({ isError: true, _meta: { "dev.parley/failure": { _tag: "Other" } } })
      })
      const error = yield* Effect.flip(demo.tools.buy({ item: "x" }))
      assert.deepInclude(error, { _tag: "ToolFailure", failure: undefined, message: "The tool \"buy\" failed" })
    }))

  it.effect("arguments that do not fit are not sent", () =>
    Effect.gen(function*() {
      const peer = make(opening(v2025_11_25))
      const client = yield* connect(peer, { revisions: [v2025_11_25] })
      const demo = yield* Effect.provideService(McpClient.of(Demo), McpClient.McpClient, client)
      const before = peer.heard.length
      const error = yield* Effect.flip(demo.tools.count({ to: 0.5 }))
      assert.strictEqual(error._tag === "McpClientError" ? error.reason._tag : "", "InvalidArguments")
      assert.lengthOf(peer.heard, before)
    }))

  it.effect("a number that JSON does not have is no number, in arguments and in results", () =>
    Effect.gen(function*() {
      const peer = make({ ...opening(v2026_07_28), "tools/call": result({ structuredContent: { sum: "NaN" } }) })
      const client = yield* connect(peer)
      const demo = yield* Effect.provideService(McpClient.of(Demo), McpClient.McpClient, client)
      const reason = yield* Effect.flip(demo.tools.add({ a: NaN, b: 2 }))
      assert.strictEqual(reason._tag === "McpClientError" ? reason.reason._tag : "", "InvalidArguments")
      assert.isEmpty(sent(peer, "tools/call"))
      const error = yield* Effect.flip(demo.tools.add({ a: 1, b: 2 }))
      assert.strictEqual(error._tag === "McpClientError" ? error.reason._tag : "", "InvalidResult")
    }))
})

it.effect("a parameter that is there and undefined is left out of a prompt and of a URI", () =>
  Effect.gen(function*() {
    const Review = Prompt.make("review", { parameters: { code: Schema.String, depth: Schema.optional(Schema.String) } })
    const Search = Resource.template("search://all{?text,page}", {
      params: { text: Schema.String, page: Schema.optional(Schema.String) }
    })
    const peer = make({
      ...opening(v2026_07_28),
      "prompts/get": { result: { resultType: "complete", messages: [] } },
      "resources/read": { result: { resultType: "complete", contents: [] } }
    })
    const client = yield* connect(peer)
    const catalog = Catalog.make("c").add(Review, Search)
    const { prompts, resources } = yield* Effect.provideService(McpClient.of(catalog), McpClient.McpClient, client)
    yield* prompts.review({ code: "1 + 1", depth: undefined })
    yield* resources["search://all{?text,page}"]({ text: "x", page: undefined })
    assert.deepStrictEqual(sent(peer, "prompts/get").map(({ params }) => params?.arguments), [{ code: "1 + 1" }])
    assert.deepStrictEqual(sent(peer, "resources/read").map(({ params }) => params?.uri), ["search://all?text=x"])
  }))

describe("whatever the arguments", () => {
  it.effect.prop(
    "a tool gets what it was called with",
    { a: Schema.Int, b: Schema.Finite },
    ({ a, b }) =>
      Effect.gen(function*() {
        const client = yield* connect(make({
          ...opening(v2026_07_28),
          "tools/call": ({ arguments: args }) => ({
            result: { resultType: "complete", content: [], structuredContent: { sum: (args as { a: number }).a } }
          })
        }))
        const demo = yield* Effect.provideService(McpClient.of(Demo), McpClient.McpClient, client)
        const { sum } = yield* demo.tools.add({ a, b })
        // JSON has no negative zero.
        assert.strictEqual(sum, a + 0)
      })
  )

  it.effect.prop(
    "a template's parameters come back out of the URI",
    { name: Schema.String, times: Schema.Int },
    ({ name, times }) =>
      Effect.gen(function*() {
        const client = yield* connect(make({
          ...opening(v2026_07_28),
          "resources/read": ({ uri }) => ({ result: { contents: [{ uri, text: "" }] } })
        }))
        const demo = yield* Effect.provideService(McpClient.of(Demo), McpClient.McpClient, client)
        const { contents } = yield* demo.resources["greeting://{name}/{times}"]({ name, times })
        const [, encoded = "", count = ""] = /^greeting:\/\/([^/]*)\/([^/]*)$/.exec(contents[0]?.uri ?? "") ?? []
        // No URI can carry half of a surrogate pair.
        assert.strictEqual(decodeURIComponent(encoded), name.toWellFormed())
        assert.strictEqual(Number(decodeURIComponent(count)), times + 0)
      })
  )
})
