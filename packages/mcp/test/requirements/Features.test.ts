/** What the specification demands of tools, resources and prompts, and of the lists of them. */
import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { modernVersion, type Received, serverInfo, textsOf } from "../support/Messages.ts"
import * as Demo from "./Demo.ts"

const lists = [
  ["tools/list", "tools", Demo.tools.map(({ component }) => component.name)],
  ["resources/list", "resources", ["text", "bytes", "gone"]],
  ["resources/templates/list", "resourceTemplates", ["items"]],
  ["prompts/list", "prompts", ["review"]]
] as const

const namesIn = ({ result }: Received, member: string) =>
  (result?.[member] as ReadonlyArray<{ readonly name: string }> | undefined)?.map(({ name }) => name)

describe("a list", () => {
  it.effect.each(lists)(
    "tells what there is: %s (TOL-02, RSC-02, PRM-03)",
    ([method, member, names]) =>
      Effect.gen(function*() {
        for (const road of Object.values(Demo.roads)) {
          for (const version of Demo.versions) {
            const ask = yield* road(yield* Demo.server, version)
            assert.deepStrictEqual(namesIn(yield* ask(method), member), [...names])
          }
        }
      })
  )

  it.effect.each(lists)(
    "is the same on each connection, and after other requests: %s (TOL-03, RSC-03, PRM-04)",
    ([method]) =>
      Effect.gen(function*() {
        const server = yield* Demo.server
        const busy = yield* Demo.onLine(server, modernVersion)
        const first = (yield* busy(method)).result
        yield* busy("tools/call", { name: "tell", arguments: { word: "a" } })
        yield* busy("tools/call", { name: "nothing" })
        yield* busy("resources/read", { uri: "demo://gone" })
        yield* busy("prompts/get", { name: "review", arguments: { code: "1" } })
        assert.deepStrictEqual((yield* busy(method)).result, first)
        for (const road of Object.values(Demo.roads)) {
          assert.deepStrictEqual((yield* (yield* road(server, modernVersion))(method)).result, first)
        }
      })
  )
})

const cached = [
  ...lists.map(([method]) => [method, {}] as const),
  ["server/discover", {}] as const,
  ["resources/read", { uri: "demo://text" }] as const,
  ["resources/read", { uri: "demo://items/1" }] as const
]

describe("a result that may be kept", () => {
  it.effect.each(cached)(
    "says how long and for whom: %s %j (CAC-01, CAC-03)",
    ([method, params]) =>
      Effect.gen(function*() {
        for (const road of Object.values(Demo.roads)) {
          const { result } = yield* (yield* road(yield* Demo.server, modernVersion))(method, params)
          assert.isTrue(Number.isInteger(result?.ttlMs) && Number(result?.ttlMs) >= 0, JSON.stringify(result))
          assert.include(["public", "private"], result?.cacheScope)
        }
      })
  )
})

const ajv = new Ajv2020({ strict: false, validateFormats: false })

/** Schemas of all sorts, as authors write them. */
const Node: Schema.Codec<{ readonly value: string; readonly next?: unknown }> = Schema.Struct({
  value: Schema.String,
  next: Schema.optionalKey(Schema.suspend((): Schema.Codec<unknown> => Node))
})

const sorts = {
  text: Schema.String.check(Schema.isMinLength(1), Schema.isPattern(/^[a-z]+$/)),
  number: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 10 })),
  integer: Schema.Int,
  flag: Schema.Boolean,
  choice: Schema.Literals(["a", "b", 1]),
  union: Schema.Union([Schema.String, Schema.Struct({ a: Schema.Finite })]),
  nullable: Schema.NullOr(Schema.String),
  array: Schema.Array(Schema.String),
  tuple: Schema.Tuple([Schema.String, Schema.Finite]),
  record: Schema.Record(Schema.String, Schema.Finite),
  date: Schema.Date,
  any: Schema.Unknown,
  optional: Schema.optionalKey(Schema.String),
  described: Schema.String.annotate({ description: "A text" }),
  node: Node
}

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

describe("a schema that is sent", () => {
  const tools = [
    Tool.serve("none", {}, () => Effect.void),
    Tool.serve("all", { parameters: sorts, success: Schema.Struct(sorts) }, (all) => Effect.succeed(all)),
    Tool.serve("array", { success: Schema.Array(Node) }, () => Effect.succeed([])),
    Tool.serve("text", { success: Schema.String }, () => Effect.succeed("text")),
    Tool.serve("union", { success: sorts.union }, () => Effect.succeed("text"))
  ]

  const schemasIn = (version: string) =>
    Effect.gen(function*() {
      const ask = yield* Demo.onLine(yield* McpServer.make(tools, serverInfo), version)
      const { result } = yield* ask("tools/list")
      return result?.tools as ReadonlyArray<{
        readonly name: string
        readonly inputSchema: unknown
        readonly outputSchema?: unknown
      }>
    })

  it.effect.each(Demo.versions)(
    "is valid JSON Schema 2020-12, and says so if it names one: %s (JSC-01, JSC-04, JSC-14)",
    (
      version
    ) =>
      Effect.gen(function*() {
        for (const { inputSchema, name, outputSchema } of yield* schemasIn(version)) {
          for (const schema of [inputSchema, outputSchema]) {
            if (schema === undefined) continue
            if (!isObject(schema)) return assert.fail(`${name}: ${JSON.stringify(schema)}`)
            assert.include([undefined, "https://json-schema.org/draft/2020-12/schema"], schema.$schema)
            assert.isTrue(ajv.validateSchema(schema), `${name}: ${JSON.stringify(ajv.errors)}`)
            // Compiling follows every reference in it.
            assert.isFunction(ajv.compile(schema))
          }
        }
      })
  )

  it.effect.each(Demo.versions)(
    "is that of an object, for arguments: %s (TOL-14)",
    (version) =>
      Effect.gen(function*() {
        for (const { inputSchema } of yield* schemasIn(version)) {
          assert.isTrue(isObject(inputSchema) && inputSchema.type === "object")
        }
      })
  )

  it.effect.each(["2025-06-18", "2025-11-25"])(
    "is that of an object, for results as well: %s (TOL-15)",
    (version) =>
      Effect.gen(function*() {
        for (const { name, outputSchema } of yield* schemasIn(version)) {
          if (name === "none") assert.isUndefined(outputSchema)
          else assert.isTrue(isObject(outputSchema) && outputSchema.type === "object", name)
        }
      })
  )
})

describe("structured content", () => {
  it.effect.each(Demo.versions)(
    "has a text beside it, and is an object where it must be: %s (TOC-06, TOC-07)",
    (version) =>
      Effect.gen(function*() {
        for (const road of Object.values(Demo.roads)) {
          const ask = yield* road(yield* Demo.server, version)
          const answer = yield* ask("tools/call", { name: "list" })
          assert.deepStrictEqual(textsOf(answer), ["[1,2]"])
          const expected = version === modernVersion ? [1, 2] : { result: [1, 2] }
          const has = version >= "2025-06-18"
          assert.deepStrictEqual<unknown>(answer.result?.structuredContent, has ? expected : undefined)
        }
      })
  )

  it.effect.each(Demo.versions)(
    "that does not fit its schema is not sent: %s (TOC-08, JSC-12)",
    (version) =>
      Effect.gen(function*() {
        const odd = Tool.serve(
          "odd",
          { success: Schema.Struct({ sum: Schema.Finite }) },
          () => Effect.succeed({ sum: "three" as unknown as number })
        )
        const ask = yield* Demo.onLine(yield* McpServer.make(odd, serverInfo), version)
        const { result } = yield* ask("tools/call", { name: "odd" })
        assert.strictEqual(result?.isError, true)
        assert.notProperty(result, "structuredContent")
        assert.notInclude(JSON.stringify(result), "three")
      }).pipe(Effect.provide(Logger.layer([])))
  )

  it.effect.prop(
    "fits the schema that the list shows (TOC-08)",
    [
      Schema.Literals(["2025-06-18", "2025-11-25", modernVersion]),
      Schema.Union([sorts.union, sorts.array, sorts.record])
    ],
    ([version, value]) =>
      Effect.gen(function*() {
        const success = Schema.Union([sorts.union, sorts.array, sorts.record])
        const give = Tool.serve("give", { success }, () => Effect.succeed(value))
        const ask = yield* Demo.onLine(yield* McpServer.make(give, serverInfo), version)
        const { result: list } = yield* ask("tools/list")
        const shown = list?.tools as ReadonlyArray<{ readonly outputSchema: object }> | undefined
        const validate = ajv.compile(shown?.[0]?.outputSchema ?? assert.fail("no schema"))
        const { result } = yield* ask("tools/call", { name: "give" })
        assert.isTrue(validate(result?.structuredContent), JSON.stringify([shown, result]))
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 30 } }
  )
})

describe("arguments", () => {
  it.effect("never reach a handler that they do not fit (TOC-13, JSC-12)", () =>
    Effect.gen(function*() {
      const reached: Array<unknown> = []
      const strict = Tool.serve(
        "strict",
        { parameters: { a: sorts.text, b: sorts.number, c: sorts.union, d: sorts.array } },
        (args) => Effect.sync(() => void reached.push(args))
      )
      const good = { a: "abc", b: 1, c: { a: 1 }, d: ["x"] }
      const wrong = [
        undefined,
        {},
        { ...good, a: "" },
        { ...good, a: "ABC" },
        { ...good, a: null },
        { ...good, b: 11 },
        { ...good, b: "1" },
        { ...good, c: { a: "1" } },
        { ...good, c: [] },
        { ...good, d: "x" },
        { ...good, d: [1] },
        { ...good, d: { 0: "x" } }
      ]
      for (const version of Demo.versions) {
        const ask = yield* Demo.onLine(yield* McpServer.make(strict, serverInfo), version)
        for (const args of wrong) {
          const { error, result } = yield* ask("tools/call", { name: "strict", ...(args && { arguments: args }) })
          assert.isTrue(error !== undefined || result?.isError, JSON.stringify(args))
        }
        assert.deepStrictEqual(reached.splice(0), [])
        yield* ask("tools/call", { name: "strict", arguments: good })
        assert.deepStrictEqual(reached.splice(0), [good])
      }
    }))
})

describe("a resource", () => {
  it.effect.each(Demo.versions)(
    "is text as text, and bytes as base64: %s (RSC-17, RSC-20)",
    (version) =>
      Effect.gen(function*() {
        const ask = yield* Demo.onLine(yield* Demo.server, version)
        const contentsOf = (uri: string) =>
          Effect.map(ask("resources/read", { uri }), ({ result }) => result?.contents as ReadonlyArray<unknown>)
        assert.deepStrictEqual(yield* contentsOf("demo://text"), [
          { uri: "demo://text", mimeType: "text/plain", text: "text" }
        ])
        const [blob, ...more] = yield* contentsOf("demo://bytes")
        assert.deepInclude(blob, { uri: "demo://bytes", blob: Base64.encode(Demo.bytes) })
        assert.notProperty(blob, "text")
        assert.deepStrictEqual(more, [])
      })
  )

  const schemes: ReadonlyArray<readonly [uri: string, isOne: boolean]> = [
    ["demo://text", true],
    ["a+b-c.1:x", true],
    ["urn:isbn:0451450523", true],
    ["note:///a%20b?c=d#e", true],
    ["demo://[::1]/x", true],
    ["", false],
    ["relative/path", false],
    ["//host/path", false],
    ["1a://x", false],
    ["my_scheme://x", false],
    ["a b://x", false],
    ["demo://a b", false],
    ["demo://a%2", false],
    ["demo://Zoë", false],
    ["demo://a\nb", false],
    ["demo://<x>", false]
  ]
  it.effect.each(schemes)(
    "has a URI of RFC 3986, or is not served: '%s' %s (RSC-16)",
    ([uri, isOne]) =>
      Effect.gen(function*() {
        const made = McpServer.make(Resource.serve(uri, {}, () => Effect.succeed("text")), serverInfo)
        assert.strictEqual((yield* Effect.exit(made))._tag, isOne ? "Success" : "Failure")
      })
  )

  const missing = [
    "demo://nothing",
    "demo://gone",
    "demo://items/",
    "demo://items/a/b",
    "DEMO://text",
    "demo://text/",
    ""
  ]
  it.effect.each(missing)(
    "that is not there is an error, and never a result: '%s' (RSC-08, RSC-10)",
    (uri) =>
      Effect.gen(function*() {
        for (const road of Object.values(Demo.roads)) {
          const answer = yield* (yield* road(yield* Demo.server, modernVersion))("resources/read", { uri })
          assert.deepStrictEqual([answer.error?.code, answer.result], [-32602, undefined])
        }
      })
  )

  it.effect("is read under a URI that is one (RSC-18)", () =>
    Effect.gen(function*() {
      for (const version of Demo.versions) {
        const ask = yield* Demo.onLine(yield* Demo.server, version)
        for (const uri of [undefined, null, 1, ["demo://text"], {}, true]) {
          assert.strictEqual((yield* ask("resources/read", { uri })).error?.code, -32602, String(uri))
        }
      }
    }))
})

describe("the claim of a server", () => {
  it.effect("is in each result, and under its own key (TRC-03)", () =>
    Effect.gen(function*() {
      const ask = yield* Demo.onLine(yield* Demo.server, modernVersion)
      for (const [method, params] of cached) {
        const { result } = yield* ask(method, params)
        assert.deepStrictEqual(Object.keys(result?._meta ?? {}), [MetaKey.serverInfo])
      }
    }))
})
