/** What the specification demands of parameters that are mirrored in headers, and of lists that come in pages. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { modernVersion, serverInfo } from "../support/Messages.ts"
import * as Demo from "./Demo.ts"

/** Whether a server can be made with a tool of this schema. */
const isServed = (schema: object) =>
  Effect.gen(function*() {
    const component = Tool.dynamic("odd", { inputSchema: { type: "object", ...schema } })
    const made = McpServer.make(
      [{ _tag: "Served" as const, component, handler: () => Effect.succeed("done") }],
      serverInfo
    )
    return (yield* Effect.exit(made))._tag === "Success"
  })

const text = (name: unknown) => ({ type: "string", "x-mcp-header": name })

const properties = (members: object) => ({ properties: members })

const wrong = [
  ["an empty name", properties({ a: text("") })],
  ["a name that is no text", properties({ a: text(1) })],
  ["a space", properties({ a: text("two words") })],
  ["a colon", properties({ a: text("a:b") })],
  ["another script", properties({ a: text("région") })],
  ["a line end", properties({ a: text("a\r\nx: y") })],
  ["a line end at its end", properties({ a: text("a\n") })],
  ["a control character", properties({ a: text("a\u0000") })],
  ["a name twice", properties({ a: text("One"), b: text("One") })],
  ["a name twice, in another case", properties({ a: text("One"), b: properties({ c: text("oNE") }) })],
  ["a number", properties({ a: { type: "number", "x-mcp-header": "A" } })],
  ["an array", properties({ a: { type: "array", "x-mcp-header": "A" } })],
  ["an object", properties({ a: { type: "object", "x-mcp-header": "A" } })],
  ["null", properties({ a: { type: "null", "x-mcp-header": "A" } })],
  ["no type", properties({ a: { "x-mcp-header": "A" } })],
  ["the root", { "x-mcp-header": "A" }],
  ["items", properties({ a: { type: "array", items: text("A") } })],
  ["prefixItems", properties({ a: { type: "array", prefixItems: [text("A")] } })],
  ["oneOf", properties({ a: { oneOf: [text("A"), { type: "null" }] } })],
  ["anyOf", properties({ a: { anyOf: [properties({ b: text("A") })] } })],
  ["allOf", { allOf: [properties({ a: text("A") })] }],
  ["not", properties({ a: { not: text("A") } })],
  ["if", { if: properties({ a: text("A") }) }],
  ["then", { then: properties({ a: text("A") }) }],
  ["$defs", { $defs: { a: text("A") }, ...properties({ a: { $ref: "#/$defs/a" } }) }],
  ["patternProperties", { patternProperties: { "^a": text("A") } }],
  ["additionalProperties", { additionalProperties: text("A") }]
] as const

describe("a tool whose parameters go into headers", () => {
  it.effect.each(wrong)(
    "is refused for %s (XMH-01 to XMH-05, XMH-07, XMH-08, XMH-11)",
    ([, schema]) =>
      Effect.gen(function*() {
        assert.isFalse(yield* isServed(schema))
      })
  )

  const right = [
    ["nothing", {}],
    ["text", properties({ a: text("A") })],
    ["an integer", properties({ a: { type: "integer", "x-mcp-header": "A" } })],
    ["a flag", properties({ a: { type: "boolean", "x-mcp-header": "A" } })],
    [
      "a property of a property",
      properties({ a: { type: "object", ...properties({ b: text("A-b_c.1~!#$%&'*+^`|") }) } })
    ],
    ["a property that has the name of a keyword", properties({ oneOf: text("A"), "x-mcp-header": text("B") })],
    ["a value that has the name of the keyword", properties({ a: { const: { "x-mcp-header": "" } } })]
  ] as const
  it.effect.each(right)("is served for %s", ([, schema]) =>
    Effect.gen(function*() {
      assert.isTrue(yield* isServed(schema))
    }))

  it.effect("is refused as well when an Effect schema says so (XMH-11)", () =>
    Effect.gen(function*() {
      const odd = { a: Schema.Array(Tool.header("A", Schema.String)) }
      const made = McpServer.make(Tool.serve("odd", { parameters: odd }, () => Effect.void), serverInfo)
      assert.strictEqual((yield* Effect.exit(made))._tag, "Failure")
    }))
})

describe("the pages of a list", () => {
  it.effect("may be kept by the same audience, all of them (CAC-04)", () =>
    Effect.gen(function*() {
      for (const cacheScope of ["public", "private"] as const) {
        const caching = { tools: { ttlMs: 1_000, cacheScope } }
        const server = yield* McpServer.make(Demo.tools, { ...serverInfo, pageSize: 2, caching })
        const ask = yield* Demo.onLine(server, modernVersion)
        const pages = [(yield* ask("tools/list")).result]
        for (let next = pages[0]?.nextCursor; next !== undefined; next = pages.at(-1)?.nextCursor) {
          pages.push((yield* ask("tools/list", { cursor: next })).result)
        }
        assert.strictEqual(pages.length, Demo.tools.length / 2)
        for (const page of pages) assert.strictEqual(page?.cacheScope, cacheScope)
      }
    }))
})
