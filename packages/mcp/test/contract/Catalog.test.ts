import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Catalog from "../../src/contract/Catalog.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { ServerTransport } from "../../src/server/ServerTransport.ts"
import * as Line from "../support/Line.ts"
import { errorOf, serverInfo, textsOf } from "../support/Messages.ts"

const Hello = Tool.make("hello", { parameters: { name: Schema.String } })
const Bye = Tool.make("bye")
const Config = Resource.make("config://app")
const Greeting = Resource.template("greeting://{name}", { params: { name: Schema.String } })
const Review = Prompt.make("review")

const Demo = Catalog.make("demo").add(Hello, Bye, Config, Greeting, Review)

const DemoLive = Demo.layer({
  tools: { hello: ({ name }) => Effect.succeed(`Hello, ${name}!`), bye: () => Effect.succeed("Bye!") },
  resources: {
    "config://app": () => Effect.succeed("{}"),
    "greeting://{name}": ({ name }) => Effect.succeed(`Hi, ${name}!`)
  },
  prompts: { review: () => Effect.succeed("Review this") }
})

const names = (line: Line.Line, method: string, member: string, name = "name") =>
  Effect.map(
    line.ask(method),
    ({ result }) =>
      ((result ?? {})[member] as ReadonlyArray<{ readonly [key: string]: unknown }>).map((listed) => listed[name])
  )

const call = (line: Line.Line, name: string, args = {}) =>
  Effect.map(line.ask("tools/call", { name, arguments: args }), (answer) => textsOf(answer)[0] ?? errorOf(answer))

const read = (line: Line.Line, uri: string) =>
  Effect.map(
    line.ask("resources/read", { uri }),
    ({ result }) => ((result ?? {}).contents as ReadonlyArray<{ readonly text?: string }>)[0]?.text
  )

const noTransport = Layer.succeed(ServerTransport, { serve: () => Effect.void })

/** What is said when the layer of a server is built. */
const problemOf = (...components: ReadonlyArray<Catalog.Component>) =>
  Effect.gen(function*() {
    // Names that clash do not compile, so the compiler must not see them.
    const add = Catalog.make("demo").add as (...components: ReadonlyArray<Catalog.Component>) => Catalog.Any
    const catalog = add(...components)
    const handlers = catalog.entries.reduce(
      (services, { key }) =>
        Context.add(services, Catalog.handler(key), { run: () => Effect.void, context: Context.empty() }),
      Context.empty() as Context.Context<Catalog.Handler<string>>
    )
    const server = McpServer.layer(catalog, serverInfo).pipe(Layer.provide(noTransport))
    return yield* Effect.scoped(Layer.build(server)).pipe(
      Effect.provideContext(handlers),
      Effect.match({ onFailure: ({ _tag, message }) => `${_tag}: ${message}`, onSuccess: () => "nothing" })
    )
  })

describe("a catalog that is served", () => {
  it.effect("offers what was added, and answers by its handlers", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* McpServer.make(Demo, serverInfo))
      assert.deepStrictEqual(yield* names(line, "tools/list", "tools"), ["hello", "bye"])
      assert.deepStrictEqual(yield* names(line, "resources/list", "resources", "uri"), ["config://app"])
      assert.deepStrictEqual(
        yield* names(line, "resources/templates/list", "resourceTemplates", "uriTemplate"),
        ["greeting://{name}"]
      )
      assert.deepStrictEqual(yield* names(line, "prompts/list", "prompts"), ["review"])
      assert.strictEqual(yield* call(line, "hello", { name: "you" }), "Hello, you!")
      assert.strictEqual(yield* read(line, "config://app"), "{}")
      assert.strictEqual(yield* read(line, "greeting://you"), "Hi, you!")
    }).pipe(Effect.provide(DemoLive)))

  it.effect("may have its handlers from several layers, each with services of its own", () =>
    Effect.gen(function*() {
      class Punctuation extends Context.Service<Punctuation, string>()("test/Punctuation") {}
      const say = (text: string) => Effect.map(Punctuation, (mark) => `${text}${mark}`)
      const hello = Demo.layer({ tools: { hello: () => say("Hello") } })
      const rest = Demo.layer({
        tools: { bye: () => say("Bye") },
        resources: { "config://app": () => say("Config"), "greeting://{name}": () => say("Hi") },
        prompts: { review: () => say("Review") }
      })
      const live = Layer.mergeAll(
        Layer.provide(hello, Layer.succeed(Punctuation, "?")),
        Layer.provide(rest, Layer.succeed(Punctuation, "."))
      )
      const line = yield* Line.openSession(yield* Effect.provide(McpServer.make(Demo, serverInfo), live))
      assert.strictEqual(yield* call(line, "hello", { name: "you" }), "Hello?")
      assert.strictEqual(yield* call(line, "bye"), "Bye.")
      assert.strictEqual(yield* read(line, "config://app"), "Config.")
    }))

  it.effect("names its tools and prompts under a prefix, and keeps its URIs", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* McpServer.make(Catalog.prefix(Demo, "demo_"), serverInfo))
      assert.deepStrictEqual(yield* names(line, "tools/list", "tools"), ["demo_hello", "demo_bye"])
      assert.deepStrictEqual(yield* names(line, "prompts/list", "prompts"), ["demo_review"])
      assert.deepStrictEqual(yield* names(line, "resources/list", "resources", "uri"), ["config://app"])
      assert.strictEqual(yield* call(line, "demo_bye"), "Bye!")
      assert.strictEqual(yield* call(line, "bye"), "-32602 Unknown tool: bye")
    }).pipe(Effect.provide(DemoLive)))

  it.effect("can be one of two, whose handlers stay apart", () =>
    Effect.gen(function*() {
      const Other = Catalog.make("other").add(Tool.make("bye"), Tool.make("more"))
      const OtherLive = Other.layer({
        tools: { bye: () => Effect.succeed("Other bye"), more: () => Effect.succeed("More") }
      })
      const Both = Catalog.merge(Demo, Catalog.prefix(Other, "other_"))
      const live = Layer.merge(DemoLive, OtherLive)
      const line = yield* Line.openSession(yield* Effect.provide(McpServer.make(Both, serverInfo), live))
      assert.deepStrictEqual(yield* names(line, "tools/list", "tools"), ["hello", "bye", "other_bye", "other_more"])
      assert.strictEqual(yield* call(line, "bye"), "Bye!")
      assert.strictEqual(yield* call(line, "other_bye"), "Other bye")
    }))

  it.effect("a handler whose name is on no shelf of its own is none", () =>
    Effect.gen(function*() {
      const Odd = Catalog.make("odd").add(Tool.make("constructor"))
      const error = yield* Effect.flip(McpServer.make(Odd, serverInfo)).pipe(
        // The compiler asks for the handler; without it, the server must say so when it is built.
        Effect.provide(Odd.layer({ tools: {} }) as Layer.Layer<Catalog.Handler<"odd/tools/constructor">>)
      )
      assert.strictEqual(error.message, "No handler for \"odd/tools/constructor\"")
    }))
})

describe("what is wrong with a catalog is said when its server is built", () => {
  const problems = [
    ["two tools", [Tool.make("a"), Tool.make("a")], "CatalogError: Two tools are named \"a\""],
    ["two prompts", [Prompt.make("a"), Prompt.make("a")], "CatalogError: Two prompts are named \"a\""],
    ["two resources", [Config, Config], "CatalogError: Two resources are named \"config://app\""],
    ["two templates", [Greeting, Greeting], "CatalogError: Two resource templates are named \"greeting://{name}\""],
    [
      "a template that is not understood",
      [{ ...Greeting, uriTemplate: "a://{b}{c}" }],
      "CatalogError: \"a://{b}{c}\": two variables need a separator between them"
    ],
    [
      "a tool whose arguments are no object",
      [Tool.make("a", { parameters: Schema.String })],
      "CatalogError: The arguments of the tool \"a\" are not an object"
    ],
    [
      "a schema written by hand that is no object",
      [Tool.dynamic("a", { inputSchema: { type: "string" } })],
      "CatalogError: The arguments of the tool \"a\" are not an object"
    ],
    [
      "a schema that JSON Schema cannot say",
      [Tool.make("a", { parameters: Schema.Struct({ [Symbol("s")]: Schema.String }) })],
      "CatalogError: \"a\" cannot be served: Objects property names must be strings"
    ]
  ] as const

  it.effect.each(problems)("%s", ([, components, expected]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* problemOf(...components), expected)
    }))

  it.effect("a tool and a prompt may have the same name", () =>
    Effect.gen(function*() {
      const Same = Catalog.make("same").add(Tool.make("a"), Prompt.make("a"))
      const live = Same.layer({
        tools: { a: () => Effect.succeed("tool") },
        prompts: { a: () => Effect.succeed("prompt") }
      })
      const line = yield* Line.openSession(yield* Effect.provide(McpServer.make(Same, serverInfo), live))
      assert.strictEqual(yield* call(line, "a"), "tool")
    }))
})

describe("components served with their handlers", () => {
  it.effect("need no catalog, one or many", () =>
    Effect.gen(function*() {
      const one = Tool.serve("one", {}, () => Effect.succeed("1"))
      const two = Tool.serve("two", {}, () => Effect.succeed("2"))
      const single = yield* Line.openSession(yield* McpServer.make(one, serverInfo))
      assert.deepStrictEqual(yield* names(single, "tools/list", "tools"), ["one"])
      const both = yield* Line.openSession(yield* McpServer.make([one, two], serverInfo))
      assert.deepStrictEqual([yield* call(both, "one"), yield* call(both, "two")], ["1", "2"])
    }))

  it.effect("may not share a name either", () =>
    Effect.gen(function*() {
      const one = Tool.serve("one", {}, () => Effect.succeed("1"))
      const error = yield* Effect.flip(McpServer.make([one, one], serverInfo))
      assert.strictEqual(error.message, "Two tools are named \"one\"")
    }))
})
