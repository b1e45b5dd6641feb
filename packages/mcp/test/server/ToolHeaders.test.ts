/** Parameters that are mirrored in headers: which schemas are taken, and which calls. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as HeaderValue from "../../src/session/HeaderValue.ts"
import * as ParameterHeaders from "../../src/session/ParameterHeaders.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, type Params, request, serverInfo, textsOf } from "../support/Messages.ts"

const query = Tool.serve("query", {
  parameters: {
    region: Schema.optionalKey(Schema.NullOr(Schema.String)),
    sql: Schema.optionalKey(Schema.String)
  }
}, () => Effect.succeed("plain"))

const mirrored = Tool.serve("mirrored", {
  parameters: {
    region: Schema.optionalKey(Tool.header("Region", Schema.String)),
    size: Schema.optionalKey(Tool.header("Size", Schema.Int)),
    dry: Schema.optionalKey(Tool.header("Dry-Run", Schema.Boolean)),
    inner: Schema.optionalKey(Schema.Struct({ tenant: Tool.header("Tenant", Schema.String) })),
    free: Schema.optionalKey(Schema.String)
  }
}, (args) => Effect.succeed(JSON.stringify(args)))

const byHand = Tool.dynamic("by_hand", {
  inputSchema: { type: "object", properties: { zone: { type: "string", "x-mcp-header": "Zone" } } }
})

const server = McpServer.make([
  query,
  mirrored,
  { _tag: "Served", component: byHand, handler: () => Effect.succeed("by hand") }
], serverInfo)

const call = (name: string, args: Params, headers: Http.Headers) =>
  Effect.gen(function*() {
    const http = yield* Http.make(yield* server)
    const params = claimed({ name, arguments: args })
    return yield* http.post(request(1, "tools/call", params), { ...Http.modernHeaders("tools/call", name), ...headers })
  })

const outcomeOf = (exchange: Http.Exchange) => {
  const answer = exchange.messages()[0] ?? assert.fail("no answer")
  return answer.error === undefined ? "served" : `${exchange.status()} ${errorOf(answer)}`
}

const outcome = (args: Params, headers: Http.Headers) => Effect.map(call("mirrored", args, headers), outcomeOf)

const differs = (name: string) => `400 -32020 The header Mcp-Param-${name} does not match the body`

describe("a call over HTTP", () => {
  it.effect.each([
    { args: {}, headers: {} },
    { args: { region: "eu" }, headers: { "mcp-param-region": "eu" } },
    { args: { region: "eu" }, headers: { "mcp-param-region": " eu\t" } },
    { args: { region: "Hello" }, headers: { "mcp-param-region": "=?base64?SGVsbG8=?=" } },
    { args: { region: "日本" }, headers: { "mcp-param-region": "=?base64?5pel5pys?=" } },
    { args: { region: "" }, headers: { "mcp-param-region": "" } },
    { args: { region: "SGVsbG8=" }, headers: { "mcp-param-region": "SGVsbG8=" } },
    { args: { region: "=?base64?SGVsbG8=" }, headers: { "mcp-param-region": "=?base64?SGVsbG8=" } },
    { args: { region: "=?BASE64?SGVsbG8=?=" }, headers: { "mcp-param-region": "=?BASE64?SGVsbG8=?=" } },
    { args: { size: 42 }, headers: { "mcp-param-size": "42" } },
    { args: { size: 42 }, headers: { "mcp-param-size": "42.0" } },
    { args: { size: -7 }, headers: { "mcp-param-size": "-7" } },
    { args: { dry: true }, headers: { "mcp-param-dry-run": "true" } },
    { args: { dry: false }, headers: { "mcp-param-dry-run": "false" } },
    { args: { inner: { tenant: "a" } }, headers: { "mcp-param-tenant": "a" } },
    { args: { free: "x" }, headers: { "mcp-param-free": "y" } }
  ])("is served when headers and arguments agree: $args $headers (XMV-03, XMV-06, HDR-13, HDR-14, HDR-24, XMC-12)", (
    { args, headers }
  ) => Effect.map(outcome(args, headers), (text) => assert.strictEqual(text, "served")))

  it.effect.each([
    { args: { region: "eu" }, headers: {}, refusal: "400 -32020 The header Mcp-Param-Region is missing" },
    { args: { region: "eu" }, headers: { "mcp-param-region": "us" }, refusal: differs("Region") },
    { args: { region: "eu" }, headers: { "mcp-param-region": "EU" }, refusal: differs("Region") },
    { args: { region: "é" }, headers: { "mcp-param-region": "é" }, refusal: differs("Region") },
    { args: { region: "Hello" }, headers: { "mcp-param-region": "=?base64?SGVsbG8?=" }, refusal: differs("Region") },
    {
      args: { region: "Hello" },
      headers: { "mcp-param-region": "=?base64?SGVs!!!bG8=?=" },
      refusal: differs("Region")
    },
    { args: { region: "Hello" }, headers: { "mcp-param-region": "SGVsbG8=" }, refusal: differs("Region") },
    { args: { size: 42 }, headers: { "mcp-param-size": "0x2a" }, refusal: differs("Size") },
    { args: { size: 42 }, headers: { "mcp-param-size": "" }, refusal: differs("Size") },
    { args: { size: 2 ** 53 }, headers: { "mcp-param-size": "9007199254740993" }, refusal: differs("Size") },
    { args: { dry: true }, headers: { "mcp-param-dry-run": "TRUE" }, refusal: differs("Dry-Run") },
    { args: { dry: true }, headers: { "mcp-param-dry-run": "1" }, refusal: differs("Dry-Run") },
    { args: { inner: { tenant: "a" } }, headers: { "mcp-param-tenant": "b" }, refusal: differs("Tenant") },
    {
      args: {},
      headers: { "mcp-param-region": "eu" },
      refusal: "400 -32020 The header Mcp-Param-Region mirrors an argument that is not in the body"
    },
    {
      args: { region: null },
      headers: { "mcp-param-region": "null" },
      refusal: "400 -32020 The header Mcp-Param-Region mirrors an argument that is not in the body"
    }
  ])(
    "is refused when they do not: $args $headers (XMV-02, XMV-04, XMV-05, XMH-06, HDR-10, HDR-11, HDR-12)",
    ({ args, headers, refusal }) => Effect.map(outcome(args, headers), (text) => assert.strictEqual(text, refusal))
  )

  it.effect("of a tool with a schema by hand is held to it too", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        outcomeOf(yield* call("by_hand", { zone: "a" }, {})),
        "400 -32020 The header Mcp-Param-Zone is missing"
      )
      assert.strictEqual(outcomeOf(yield* call("by_hand", { zone: "a" }, { "mcp-param-zone": "a" })), "served")
    }))

  it.effect("of a tool that mirrors nothing may have any header (XMV-01)", () =>
    Effect.map(
      call("query", { region: "eu" }, { "mcp-param-region": "us" }),
      (exchange) => assert.strictEqual(outcomeOf(exchange), "served")
    ))

  it.effect("tells of wrong arguments as ever, where a header could not mirror them", () =>
    Effect.gen(function*() {
      const exchange = yield* call("mirrored", { region: { no: "text" } }, {})
      assert.match(String(textsOf(exchange.messages()[0] ?? assert.fail("no answer"))[0]), /^Invalid arguments/)
    }))
})

describe("a call that is not over stateless HTTP", () => {
  it.effect("needs no headers", () =>
    Effect.gen(function*() {
      const served = yield* server
      const params = { name: "mirrored", arguments: { region: "eu" } }
      const onLine = yield* (yield* Line.open(served)).ask("tools/call", claimed(params))
      assert.deepStrictEqual(textsOf(onLine), ["{\"region\":\"eu\"}"])
      const http = yield* Http.make(served)
      const inSession = yield* http.post(request(1, "tools/call", params), yield* http.initialize())
      assert.deepStrictEqual(inSession.messages().flatMap(textsOf), ["{\"region\":\"eu\"}"])
    }))
})

describe("the annotation", () => {
  it.effect("reaches clients where they look for it", () =>
    Effect.gen(function*() {
      const { result } = yield* (yield* Line.open(yield* server)).ask("tools/list", claimed())
      const tools = result?.tools as ReadonlyArray<{ readonly inputSchema: { readonly properties: Params } }>
      const properties = tools[1]?.inputSchema.properties ?? {}
      const { maximum: _, minimum: __, ...size } = properties.size as Params
      assert.deepStrictEqual<unknown>([properties.region, size, properties.dry, properties.inner], [
        { type: "string", "x-mcp-header": "Region" },
        { type: "integer", "x-mcp-header": "Size" },
        { type: "boolean", "x-mcp-header": "Dry-Run" },
        { type: "object", properties: { tenant: { type: "string", "x-mcp-header": "Tenant" } }, required: ["tenant"] }
      ])
    }))

  const headed = (schema: Params) => ({ ...schema, "x-mcp-header": "Region" })
  const text = headed({ type: "string" })

  it.effect.each([
    { rule: "empty (XMH-01)", properties: { a: { type: "string", "x-mcp-header": "" } } },
    { rule: "no token (XMH-02)", properties: { a: { type: "string", "x-mcp-header": "a b" } } },
    { rule: "no token (XMH-02)", properties: { a: { type: "string", "x-mcp-header": "naïve" } } },
    { rule: "with line breaks (XMH-03)", properties: { a: { type: "string", "x-mcp-header": "a\r\nb" } } },
    { rule: "no text (XMH-02)", properties: { a: { type: "string", "x-mcp-header": 1 } } },
    { rule: "twice (XMH-04)", properties: { a: text, b: { type: "string", "x-mcp-header": "REGION" } } },
    { rule: "twice (XMH-04)", properties: { a: text, b: { type: "object", properties: { c: text } } } },
    { rule: "on a number (XMH-05)", properties: { a: headed({ type: "number" }) } },
    { rule: "on an array (XMH-11)", properties: { a: headed({ type: "array" }) } },
    { rule: "on an object (XMH-11)", properties: { a: headed({ type: "object" }) } },
    { rule: "on null (XMH-11)", properties: { a: headed({ type: "null" }) } },
    { rule: "on several types (XMH-11)", properties: { a: headed({ type: ["string", "null"] }) } },
    { rule: "on no type (XMH-05)", properties: { a: headed({}) } },
    { rule: "in items (XMH-08)", properties: { a: { type: "array", items: text } } },
    { rule: "in a choice (XMH-08)", properties: { a: { anyOf: [text, { type: "null" }] } } },
    { rule: "in all of (XMH-08)", properties: { a: { type: "string", allOf: [text] } } },
    { rule: "in a condition (XMH-08)", properties: { a: { if: { properties: { b: text } } } } },
    { rule: "in a definition (XMH-07)", properties: {}, $defs: { a: text } },
    { rule: "in a pattern (XMH-07)", properties: {}, patternProperties: { a: text } },
    { rule: "for any property (XMH-07)", properties: {}, additionalProperties: text },
    { rule: "at the root (XMH-07)", properties: {}, "x-mcp-header": "Region" }
  ])("is refused when it is $rule", ({ rule, ...schema }) =>
    Effect.gen(function*() {
      const tool = Tool.dynamic("tool", { description: rule, inputSchema: { type: "object", ...schema } })
      const served = { _tag: "Served", component: tool, handler: () => Effect.succeed("") } as const
      const { message } = yield* Effect.flip(McpServer.make(served, serverInfo))
      assert.match(message, /^The tool "tool" cannot be served: "x-mcp-header" at /)
    }))

  it.effect("is data where it is no keyword", () =>
    Effect.gen(function*() {
      const tool = Tool.dynamic("tool", {
        inputSchema: {
          type: "object",
          properties: {
            "x-mcp-header": { type: "string" },
            a: { const: text, default: text, enum: [text], examples: [text] }
          }
        }
      })
      yield* McpServer.make({ _tag: "Served", component: tool, handler: () => Effect.succeed("") }, serverInfo)
    }))
})

describe("what a client writes", () => {
  const Value = Schema.Union([Schema.String, Schema.Int, Schema.Boolean])

  it.prop("agrees with the argument that it was written from, and with no other", [Value, Value], ([value, other]) => {
    // A lone surrogate is no text that UTF-8 could carry: no header agrees with it.
    if (!String(value).isWellFormed()) return
    const type = typeof value === "number" ? "integer" : typeof value
    const parameters = ParameterHeaders.parse({ properties: { a: { type, "x-mcp-header": "A" } } })
    const header = (name: string) => name === "mcp-param-a" ? HeaderValue.encode(String(value)) : undefined
    const found = parameters._tag === "Success" ? parameters.success : assert.fail("no parameters")
    assert.strictEqual(ParameterHeaders.compare(found, header, { a: value }), undefined)
    if (String(other) !== String(value)) assert.isDefined(ParameterHeaders.compare(found, header, { a: other }))
  })
})
