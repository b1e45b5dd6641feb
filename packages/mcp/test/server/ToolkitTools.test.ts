/** A toolkit of effect/ai as clients of MCP see it: what is listed, what a call gives, and how it fails. */
import { assert, describe, it } from "@effect/vitest"
import * as AiError from "effect/ai/AiError"
import * as Prompt from "effect/ai/Prompt"
import * as Response from "effect/ai/Response"
import * as AiTool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Ask from "../../src/contract/Ask.ts"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Registry from "../../src/contract/Registry.ts"
import * as ToolkitTools from "../../src/server/bridge/ToolkitTools.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "../support/Line.ts"
import { cancelled, claimed, notification, serverInfo, textsOf } from "../support/Messages.ts"
import { call, list, open } from "../support/Tools.ts"

const secret = "s3cret"
const quiet = Effect.provide(Logger.layer([]))

class NoStock extends Schema.TaggedError<NoStock>()("NoStock", { id: Schema.String, left: Schema.FiniteFromString }) {}

class Stock extends Context.Service<Stock, { readonly hits: ReadonlyArray<string> }>()("test/Stock") {}

const Search = AiTool.make("search", {
  description: "Search products",
  parameters: Schema.Struct({
    query: Schema.NonEmptyString,
    limit: Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(3)))
  }),
  success: Schema.Struct({ hits: Schema.Array(Schema.String), at: Schema.optionalKey(Schema.DateTimeUtc) }),
  failure: NoStock
})
  .annotate(AiTool.Title, "Search")
  .annotate(AiTool.Readonly, true)
  .annotate(AiTool.OpenWorld, false)
  .annotate(AiTool.Meta, { "example.com/tier": 1 })

const Erase = AiTool.make("erase", {
  parameters: Schema.Struct({ id: Schema.String }),
  failure: NoStock,
  failureMode: "return"
}).annotate(AiTool.Destructive, true).annotate(AiTool.Idempotent, true)

const Echo = AiTool.make("echo", { parameters: Schema.Struct({ text: Schema.String }), success: Schema.String })
const Plain = AiTool.make("plain")
const Raw = AiTool.dynamic("raw", {
  description: "Raw",
  parameters: { type: "object", properties: { x: { type: "number" } }, required: ["x"], "x-custom": true }
})
const Strict = AiTool.make("strict", { parameters: Schema.Struct({ a: Schema.Finite }), success: Schema.Finite })
  .annotate(AiTool.Strict, true)
const Numbers = AiTool.make("numbers", { success: Schema.Array(Schema.Finite) })

const Kit = Toolkit.make(Search, Erase, Echo, Plain, Raw, Strict, Numbers)

const KitLive = Kit.toLayer(Effect.map(Stock, (stock) =>
  Kit.of({
    search: ({ limit, query }) =>
      query === "none"
        ? Effect.fail(new NoStock({ id: query, left: 2 }))
        : Effect.succeed({ hits: stock.hits.slice(0, limit).map((hit) => `${query}-${hit}`) }),
    erase: ({ id }) => id === "none" ? Effect.fail(new NoStock({ id, left: 0 })) : Effect.void,
    echo: ({ text }) => Effect.succeed(text),
    plain: () => Effect.void,
    raw: (args) => Effect.succeed({ got: args }),
    strict: ({ a }) => Effect.succeed(a + 1),
    numbers: () => Effect.succeed([1, 2])
  }))).pipe(Layer.provide(Layer.succeed(Stock, { hits: ["a", "b", "c", "d"] })))

const openKit = (version?: string) => open(ToolkitTools.serve(Kit), version).pipe(Effect.provide(KitLive))

describe("a toolkit in tools/list", () => {
  it.effect("is there with its names, descriptions, schemas and hints (TOL-07, TOL-14, TOL-18)", () =>
    Effect.gen(function*() {
      const tools = yield* list(yield* openKit())
      assert.sameMembers(Array.from(tools.keys()), Object.keys(Kit.tools))
      assert.deepStrictEqual<unknown>(tools.get("search"), {
        name: "search",
        title: "Search",
        description: "Search products",
        annotations: { title: "Search", readOnlyHint: true, openWorldHint: false },
        _meta: { "example.com/tier": 1 },
        inputSchema: {
          type: "object",
          properties: {
            query: { type: "string", minLength: 1 },
            limit: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }
          },
          required: ["query"]
        },
        outputSchema: {
          type: "object",
          properties: { hits: { type: "array", items: { type: "string" } }, at: { type: "string" } },
          required: ["hits"]
        }
      })
      assert.deepStrictEqual<unknown>(tools.get("erase")?.annotations, {
        destructiveHint: true,
        idempotentHint: true
      })
    }))

  it.effect("says nothing of hints that nobody set", () =>
    Effect.gen(function*() {
      const plain = (yield* list(yield* openKit())).get("plain") ?? assert.fail("not listed")
      assert.deepStrictEqual(Object.keys(plain).toSorted(), ["inputSchema", "name"])
      assert.deepInclude(plain.inputSchema, { type: "object" })
    }))

  it.effect("shows a raw JSON Schema as it was given", () =>
    Effect.gen(function*() {
      const raw = (yield* list(yield* openKit())).get("raw") ?? assert.fail("not listed")
      assert.deepStrictEqual<unknown>(raw.inputSchema, Raw.jsonSchema)
    }))

  it.effect("closes the schema of a strict tool", () =>
    Effect.gen(function*() {
      const { inputSchema } = (yield* list(yield* openKit())).get("strict") ?? assert.fail("not listed")
      assert.deepInclude(inputSchema, { type: "object", additionalProperties: false, required: ["a"] })
    }))

  it.effect("leaves out what the provider of a model does itself", () =>
    Effect.gen(function*() {
      const Hosted = AiTool.providerDefined({ id: "test.search", customName: "Hosted", providerName: "search" })()
      const Ours = AiTool.providerDefined({
        id: "test.shell",
        customName: "Ours",
        providerName: "shell",
        requiresHandler: true,
        success: Schema.String
      })({})
      const kit = Toolkit.make(Hosted, Ours)
      const live = kit.toLayer({ Ours: () => Effect.succeed("done") })
      const line = yield* open(ToolkitTools.serve(kit)).pipe(Effect.provide(live))
      assert.deepStrictEqual(Array.from((yield* list(line)).keys()), ["Ours"])
      assert.deepStrictEqual(textsOf(yield* call(line, "Ours")), ["done"])
    }))
})

describe("a tool of a toolkit", () => {
  it.effect("runs with what its layer was built with, and gives structured content (TOC-05, TOC-08)", () =>
    Effect.gen(function*() {
      const { result } = yield* call(yield* openKit(), "search", { query: "tea", limit: 2 })
      assert.deepStrictEqual<unknown>(result, {
        content: [{ type: "text", text: "{\"hits\":[\"tea-a\",\"tea-b\"]}" }],
        structuredContent: { hits: ["tea-a", "tea-b"] }
      })
    }))

  it.effect("takes defaults where arguments are left out", () =>
    Effect.gen(function*() {
      const { result } = yield* call(yield* openKit(), "search", { query: "tea" })
      assert.deepStrictEqual<unknown>(result?.structuredContent, { hits: ["tea-a", "tea-b", "tea-c"] })
    }))

  it.effect("gives text without quotes, nothing for Void, and JSON for what has no shape", () =>
    Effect.gen(function*() {
      const line = yield* openKit()
      assert.deepStrictEqual<unknown>((yield* call(line, "echo", { text: "hi" })).result, {
        content: [{ type: "text", text: "hi" }]
      })
      assert.deepStrictEqual<unknown>((yield* call(line, "plain")).result, { content: [] })
      assert.deepStrictEqual(textsOf(yield* call(line, "raw", { x: "not a number" })), [
        "{\"got\":{\"x\":\"not a number\"}}"
      ])
    }))

  it.effect("wraps a list for revisions that know only objects (TOC-07)", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual<unknown>((yield* call(yield* openKit(), "numbers")).result?.structuredContent, {
        result: [1, 2]
      })
      const modern = yield* Effect.flatMap(McpServer.make(ToolkitTools.serve(Kit), serverInfo), (server) =>
        Line.open(server)).pipe(Effect.provide(KitLive))
      const answer = yield* modern.ask("tools/call", claimed({ name: "numbers" }))
      assert.deepStrictEqual<unknown>(answer.result?.structuredContent, [1, 2])
    }))

  it.effect.each(
    [
      ["search", { query: "" }],
      ["search", { limit: 2 }],
      ["search", { query: "a", limit: "2" }],
      ["strict", { a: "1" }],
      ["strict", { a: 1, b: 2 }]
    ] as const
  )(
    "refuses arguments of %s that do not fit, so that the model can mend them (TOC-03)",
    ([name, args]) =>
      Effect.gen(function*() {
        const answer = yield* call(yield* openKit(), name, args)
        assert.strictEqual(answer.result?.isError, true)
        assert.match(String(textsOf(answer)[0]), new RegExp(`^Invalid arguments for tool "${name}": `))
      })
  )

  it.effect("takes strict arguments that fit", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(textsOf(yield* call(yield* openKit(), "strict", { a: 1 })), ["2"])
    }))

  it.effect("tells the model of a declared failure, in both failure modes (TOC-01)", () =>
    Effect.gen(function*() {
      const line = yield* openKit()
      for (const [name, args, left] of [["search", { query: "none" }, "2"], ["erase", { id: "none" }, "0"]] as const) {
        const encoded = { _tag: "NoStock", id: "none", left }
        assert.deepStrictEqual<unknown>((yield* call(line, name, args)).result, {
          content: [{ type: "text", text: JSON.stringify(encoded) }],
          isError: true,
          _meta: { "dev.parley/failure": encoded }
        })
      }
    }))

  it.effect.prop("gives back any text", [Schema.String], ([text]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(textsOf(yield* call(yield* openKit(), "echo", { text })), [text])
    }), { arbitrary: { runs: 25 } })

  it.effect("is the tool of a server that has it from its registry", () =>
    Effect.gen(function*() {
      const [echo] = ToolkitTools.serve(Toolkit.make(Echo))
      const Live = Toolkit.make(Echo).toLayer({ echo: ({ text }) => Effect.succeed(text) })
      const adder = AiTool.make("adder")
      const kit = Toolkit.make(adder)
      const AdderLive = kit.toLayer({ adder: () => Effect.void })
      const server = yield* McpServer.make(ToolkitTools.serve(kit), serverInfo).pipe(Effect.provide(AdderLive))
      const line = yield* Line.openSession(server)
      yield* Registry.add(echo ?? assert.fail("no tool")).pipe(
        Effect.provideService(Registry.Registry, server.registry),
        Effect.provide(Live)
      )
      assert.deepStrictEqual(textsOf(yield* call(line, "echo", { text: "late" })), ["late"])
    }))
})

describe("files in the results of a toolkit", () => {
  const png = new Uint8Array([137, 80, 78, 71])
  const Chart = AiTool.make("chart", {
    success: Schema.Struct({ title: Schema.String }),
    toModelOutput: ({ title }) => [
      Prompt.makePart("text", { text: title }),
      Prompt.makePart("file", { mediaType: "image/png", data: png })
    ]
  })
  const Files = AiTool.make("files", { success: Schema.Array(Prompt.ToolModelOutputPart) })
  const Made = AiTool.make("made", { success: Response.FilePart })
  const kit = Toolkit.make(Chart, Files, Made)
  const base64 = Base64.encode(png)
  const parts = [
    Prompt.makePart("text", { text: "see" }),
    Prompt.makePart("file", { mediaType: "audio/wav", data: base64 }),
    Prompt.makePart("file", { mediaType: "application/pdf", fileName: "a b.pdf", data: png }),
    Prompt.makePart("file", { mediaType: "text/plain", fileName: "n.txt", data: new TextEncoder().encode("note") }),
    Prompt.makePart("file", { mediaType: "image/png", data: new URL("https://example.com/p/cat.png?s=1") }),
    Prompt.makePart("file", { mediaType: "image/png", data: "https://example.com/dog.png", fileName: "dog" }),
    Prompt.makePart("file", { mediaType: "", data: `data:image/gif;base64,${base64}` }),
    Prompt.makePart("file", { mediaType: "text/csv", data: Base64.encode(new Uint8Array([255, 254])) })
  ]
  const live = kit.toLayer({
    chart: () => Effect.succeed({ title: "Sales" }),
    files: () => Effect.succeed(parts),
    made: () => Effect.succeed(Response.makePart("file", { mediaType: "image/png", data: png }))
  })
  const opened = open(ToolkitTools.serve(kit)).pipe(Effect.provide(live))

  it.effect("are what toModelOutput makes of a result, beside its structured content (CNT-01)", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual<unknown>((yield* call(yield* opened, "chart")).result, {
        content: [{ type: "text", text: "Sales" }, { type: "image", data: base64, mimeType: "image/png" }],
        structuredContent: { title: "Sales" }
      })
    }))

  it.effect("are blocks by their media type when the schema is made of parts (CNT-01, CNT-02, CNT-03)", () =>
    Effect.gen(function*() {
      const line = yield* opened
      assert.notProperty((yield* list(line)).get("files"), "outputSchema")
      assert.deepStrictEqual<unknown>((yield* call(line, "files")).result, {
        content: [
          { type: "text", text: "see" },
          { type: "audio", data: base64, mimeType: "audio/wav" },
          {
            type: "resource",
            resource: { uri: "attachment:///a%20b.pdf", mimeType: "application/pdf", blob: base64 }
          },
          { type: "resource", resource: { uri: "attachment:///n.txt", mimeType: "text/plain", text: "note" } },
          {
            type: "resource_link",
            uri: "https://example.com/p/cat.png?s=1",
            name: "cat.png",
            mimeType: "image/png"
          },
          { type: "resource_link", uri: "https://example.com/dog.png", name: "dog", mimeType: "image/png" },
          { type: "image", data: base64, mimeType: "image/gif" },
          { type: "resource", resource: { uri: "attachment:///file", mimeType: "text/csv", blob: "//4=" } }
        ]
      })
    }))

  it.effect("that are no base64 are masked, and never sent", () =>
    Effect.gen(function*() {
      const Wrong = AiTool.make("wrong", {
        parameters: Schema.Struct({ data: Schema.String }),
        success: Prompt.FilePart
      })
      const wrong = Toolkit.make(Wrong)
      const live = wrong.toLayer({
        wrong: ({ data }) => Effect.succeed(Prompt.makePart("file", { mediaType: "image/png", data }))
      })
      const line = yield* Effect.provide(open(ToolkitTools.serve(wrong)), live)
      for (const data of ["hunter2!", "data:image/png;base64,hunter2!", "YQ="]) {
        const answer = yield* call(line, "wrong", { data })
        assert.strictEqual(answer.result?.isError, true)
        assert.match(textsOf(answer).join(), /^Internal error \(reference [0-9a-f]{8}\)$/)
      }
      // base64 in lines, or escaped in a URL, is base64
      for (const data of ["iVBO\nRw==", "data:image/png;base64,iVBORw%3D%3D"]) {
        const { result } = yield* call(line, "wrong", { data })
        assert.deepStrictEqual<unknown>(result?.content, [{ type: "image", data: base64, mimeType: "image/png" }])
      }
    }).pipe(Effect.provide(Logger.layer([]))))

  it.effect("may be the parts of a model's response", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual<unknown>((yield* call(yield* opened, "made")).result, {
        content: [{ type: "image", data: base64, mimeType: "image/png" }]
      })
    }))
})

describe("what is not for clients of a toolkit's tools", () => {
  const Loose = AiTool.make("loose", { success: Schema.String, failure: Schema.Struct({ message: Schema.String }) })
  const kit = Toolkit.make(Loose, Echo, Plain)
  const aiError = AiError.make({
    module: "Test",
    method: "test",
    reason: new AiError.ToolNotFoundError({ toolName: secret, availableTools: [] })
  })
  const live = kit.toLayer({
    loose: () => Effect.fail(aiError),
    echo: () => Effect.fail(aiError.reason),
    plain: () => Effect.die(new Error(secret))
  })

  it.effect.each(["loose", "echo", "plain"])("stays inside: %s", (name) =>
    Effect.gen(function*() {
      const line = yield* open(ToolkitTools.serve(kit)).pipe(Effect.provide(live))
      const answer = yield* call(line, name, name === "echo" ? { text: "x" } : {})
      assert.match(String(textsOf(answer)[0]), /^Internal error \(reference [0-9a-f]{8}\)$/)
      assert.notInclude(JSON.stringify(answer), secret)
    }).pipe(quiet))

  it.effect("is told where the tool declares it", () =>
    Effect.gen(function*() {
      const Open = AiTool.make("open", { failure: AiError.AiError })
      const kit = Toolkit.make(Open)
      const line = yield* open(ToolkitTools.serve(kit)).pipe(
        Effect.provide(kit.toLayer({ open: () => Effect.fail(aiError) }))
      )
      const answer = yield* call(line, "open")
      assert.strictEqual(answer.result?.isError, true)
      assert.include(String(textsOf(answer)[0]), secret)
    }))
})

describe("a call of a toolkit's tool, while it runs", () => {
  it.effect("sends preliminary results as progress, before its result (PRG-01, PRG-03)", () =>
    Effect.gen(function*() {
      const Steps = AiTool.make("steps", { success: Schema.Struct({ n: Schema.Finite }) })
      const kit = Toolkit.make(Steps)
      const live = kit.toLayer({
        steps: (_, { preliminary }) =>
          Effect.gen(function*() {
            yield* preliminary({ n: 10 })
            yield* preliminary({ n: 20 })
            return { n: 30 }
          })
      })
      const line = yield* open(ToolkitTools.serve(kit)).pipe(Effect.provide(live))
      yield* line.ask("tools/call", { name: "steps", _meta: { progressToken: "p" } })
      assert.deepStrictEqual<unknown>(
        line.sent.slice(1).map(({ params, result }) => params ?? result?.structuredContent),
        [
          { progressToken: "p", progress: 1, message: "{\"n\":10}" },
          { progressToken: "p", progress: 2, message: "{\"n\":20}" },
          { n: 30 }
        ]
      )
      yield* call(line, "steps")
      assert.strictEqual(line.sent.filter(({ method }) => method === "notifications/progress").length, 2)
    }))

  it.effect("is interrupted when it is cancelled, and its finalizers run (CAN-04)", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const released = yield* Deferred.make<void>()
      const kit = Toolkit.make(Plain)
      const live = kit.toLayer({
        plain: () =>
          Deferred.succeed(started, undefined).pipe(
            Effect.andThen(Effect.never),
            Effect.ensuring(Deferred.succeed(released, undefined))
          )
      })
      const line = yield* open(ToolkitTools.serve(kit)).pipe(Effect.provide(live))
      line.say({ jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "plain" } })
      yield* Deferred.await(started)
      line.say(cancelled(7))
      yield* Deferred.await(released)
      yield* line.ask("ping")
      assert.isUndefined(line.sent.find(({ id }) => id === 7))
    }))

  it.effect("knows its request, and may ask the client's user, when it depends on it", () =>
    Effect.gen(function*() {
      const Who = AiTool.make("who", { success: Schema.String, dependencies: [McpRequest] })
      const Roots = AiTool.make("roots", { success: Schema.String, dependencies: [McpRequest] })
      const kit = Toolkit.make(Who, Roots)
      const live = kit.toLayer({
        who: (_, { toolCallId }) => Effect.map(McpRequest, ({ id }) => `${toolCallId} ${id}`),
        roots: () => Effect.map(Effect.orDie(Ask.roots), ({ roots }) => roots.map(({ uri }) => uri).join())
      })
      const server = yield* McpServer.make(ToolkitTools.serve(kit), serverInfo).pipe(Effect.provide(live))
      const line = yield* Line.open(server)
      yield* line.ask("initialize", {
        protocolVersion: "2025-11-25",
        capabilities: { roots: {} },
        clientInfo: { name: "test", version: "1" }
      })
      line.say(notification("notifications/initialized"))
      assert.deepStrictEqual(textsOf(yield* call(line, "who")), ["1002 1002"])
      line.say({ jsonrpc: "2.0", id: 9, method: "tools/call", params: { name: "roots" } })
      const { id } = yield* line.hear(({ method }) => method === "roots/list")
      line.say({ jsonrpc: "2.0", id, result: { roots: [{ uri: "file:///home" }] } } as object)
      const answer = yield* line.hear((message) => message.id === 9 && message.result !== undefined)
      assert.deepStrictEqual(textsOf(answer), ["file:///home"])
    }))
})

describe("a toolkit that cannot be served", () => {
  it.effect("says so before anything is served", () =>
    Effect.gen(function*() {
      const Twice = AiTool.make("echo")
      const served = [...ToolkitTools.serve(Toolkit.make(Echo)), ...ToolkitTools.serve(Toolkit.make(Twice))]
      const live = Toolkit.make(Twice).toLayer({ echo: () => Effect.void })
      const error = yield* Effect.flip(McpServer.make(served, serverInfo)).pipe(Effect.provide(live))
      assert.include(error.message, "\"echo\"")
    }))

  it.effect("has no handler in the context: the compiler says so, and the call is masked", () =>
    Effect.gen(function*() {
      const opened = open(ToolkitTools.serve(Toolkit.make(Echo)))
      // @ts-expect-error the handler of "echo" is required
      const unprovided: Effect.Effect<Line.Line, unknown, Scope.Scope> = opened
      const line = yield* unprovided
      const answer = yield* call(line, "echo", { text: "x" })
      assert.match(String(textsOf(answer)[0]), /^Internal error/)
    }).pipe(quiet))
})
