/**
 * What is answered to bad input over HTTP: status, code and message, for each kind. Every bad request is followed by a
 * good one on the very same socket, which must be served.
 */
import { assert, describe, it } from "@effect/vitest"
import { Tool } from "@parley/mcp"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"
import * as OneSocket from "../support/OneSocket.ts"

interface Bad extends OneSocket.Sent {
  /** Whether the request belongs to the session that was opened. */
  readonly inSession?: boolean
  /** The status, and `code message` of the JSON-RPC error. */
  readonly expected: readonly [status: number, error: string]
}

const add = Tool.serve("add", {
  parameters: { a: Schema.Number, b: Schema.Number },
  success: Schema.Struct({ sum: Schema.Number })
}, ({ a, b }) => Effect.succeed({ sum: a + b }))

const Server = McpServer.layer(add, { name: "test", version: "1" }).pipe(
  Layer.provideMerge(NodeMcpServer.layerHttp({ port: 0 }))
)

const rpc = (method: string, params?: object, id: unknown = 1): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) })

const version = "2026-07-28"
const meta = {
  "io.modelcontextprotocol/protocolVersion": version,
  "io.modelcontextprotocol/clientCapabilities": {}
}
const modern = (method: string, name?: string) => ({
  "mcp-protocol-version": version,
  "mcp-method": method,
  ...(name === undefined ? {} : { "mcp-name": name })
})

const initialize = rpc("initialize", {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "test", version: "1" }
})

const supported = "2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05"

const table: { readonly [what: string]: Bad } = {
  "malformed JSON": { body: "{\"jsonrpc\":", expected: [400, "-32700 The message is not valid JSON"] },
  "an empty body": { body: "", expected: [400, "-32700 The message is not valid JSON"] },
  "no object": { body: "42", expected: [400, "-32600 A message must be a JSON object"] },
  "an empty batch": { body: "[]", expected: [400, "-32600 A batch must not be empty"] },
  "a batch without a session": {
    body: `[${rpc("ping")}]`,
    expected: [400, "-32600 The header Mcp-Session-Id is missing"]
  },
  "a batch in a revision without them": {
    inSession: true,
    body: `[${rpc("ping")}]`,
    expected: [400, "-32600 Batches are not served here"]
  },
  "no version of JSON-RPC": {
    body: "{\"id\":1,\"method\":\"ping\"}",
    expected: [400, "-32600 \"jsonrpc\" must be \"2.0\""]
  },
  "a method of the wrong type": {
    body: "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
    expected: [400, "-32600 \"method\" must be a string"]
  },
  "params of the wrong type": {
    body: "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}",
    expected: [400, "-32600 \"params\" must be an object"]
  },
  "an id of the wrong type": {
    body: rpc("ping", undefined, null),
    expected: [400, "-32600 \"id\" must be a string or an integer"]
  },
  "nesting without end": {
    body: rpc("ping", { deep: JSON.parse("[".repeat(500) + "]".repeat(500)) }),
    expected: [400, "-32600 Nested deeper than 128 levels"]
  },
  "an oversized body": {
    body: rpc("ping", { padding: "x".repeat(4 * 1024 * 1024) }),
    expected: [413, "-32600 The body is larger than this server takes"]
  },
  "a wrong host": {
    body: rpc("ping"),
    headers: { host: "evil.example.com" },
    expected: [403, "-32600 This host is not served here"]
  },
  "a wrong origin": {
    body: rpc("ping"),
    headers: { origin: "http://evil.example.com" },
    expected: [403, "-32600 This origin is not allowed"]
  },
  "a wrong content type": {
    body: rpc("ping"),
    headers: { "content-type": "text/plain" },
    expected: [415, "-32600 The content type must be application/json"]
  },
  "an Accept that takes neither form": {
    body: rpc("ping"),
    headers: { accept: "text/html" },
    expected: [406, "-32600 Accept must admit application/json or text/event-stream"]
  },
  "a wrong verb": { method: "PUT", body: rpc("ping"), expected: [405, "-32600 PUT is not served here"] },
  "a wrong path": { path: "/elsewhere", body: rpc("ping"), expected: [404, "-32600 There is nothing at this path"] },
  "no session": { body: rpc("tools/list"), expected: [400, "-32600 The header Mcp-Session-Id is missing"] },
  "an unknown session": {
    body: rpc("tools/list"),
    headers: { "mcp-session-id": "nobody" },
    expected: [404, "-32600 Session not found"]
  },
  "a session of somebody else": {
    inSession: true,
    body: rpc("tools/list"),
    headers: { authorization: "Bearer stolen" },
    expected: [404, "-32600 Session not found"]
  },
  "an unsupported version in a session": {
    inSession: true,
    body: rpc("tools/list"),
    headers: { "mcp-protocol-version": "1999-01-01" },
    expected: [400, "-32600 Unsupported MCP-Protocol-Version: 1999-01-01"]
  },
  "an unknown method in a session": {
    inSession: true,
    body: rpc("no/such"),
    expected: [200, "-32601 Method not found: no/such"]
  },
  "an unknown tool in a session": {
    inSession: true,
    body: rpc("tools/call", { name: "nothing" }),
    expected: [200, "-32602 Unknown tool: nothing"]
  },
  "a tool name of the wrong type": {
    inSession: true,
    body: rpc("tools/call", { name: 7 }),
    expected: [200, "-32602 \"name\" must be a string"]
  },
  "arguments of the wrong type": {
    inSession: true,
    body: rpc("tools/call", { name: "add", arguments: [] }),
    expected: [200, "-32602 \"arguments\" must be an object"]
  },
  "an initialize without a version": {
    body: rpc("initialize", { capabilities: {}, clientInfo: { name: "a", version: "1" } }),
    expected: [400, "-32602 \"protocolVersion\" must be a string"]
  },
  "no _meta": {
    body: rpc("tools/list"),
    headers: modern("tools/list"),
    expected: [400, "-32602 _meta lacks \"io.modelcontextprotocol/protocolVersion\""]
  },
  "no capabilities in _meta": {
    body: rpc("tools/list", { _meta: { "io.modelcontextprotocol/protocolVersion": version } }),
    headers: modern("tools/list"),
    expected: [400, "-32602 _meta lacks \"io.modelcontextprotocol/clientCapabilities\""]
  },
  "an unsupported version without sessions": {
    body: rpc("tools/list", { _meta: { ...meta, "io.modelcontextprotocol/protocolVersion": "1999-01-01" } }),
    headers: { ...modern("tools/list"), "mcp-protocol-version": "1999-01-01" },
    expected: [400, "-32022 Unsupported protocol version: 1999-01-01"]
  },
  "a version header that differs": {
    body: rpc("tools/list", { _meta: meta }),
    headers: { ...modern("tools/list"), "mcp-protocol-version": "2025-11-25" },
    expected: [400, "-32020 The header MCP-Protocol-Version does not match the body"]
  },
  "no version header": {
    body: rpc("tools/list", { _meta: meta }),
    headers: { "mcp-method": "tools/list" },
    expected: [400, "-32020 The header MCP-Protocol-Version is missing"]
  },
  "a method header that differs": {
    body: rpc("tools/list", { _meta: meta }),
    headers: modern("prompts/list"),
    expected: [400, "-32020 The header Mcp-Method does not match the body"]
  },
  "no method header": {
    body: rpc("tools/list", { _meta: meta }),
    headers: { "mcp-protocol-version": version },
    expected: [400, "-32020 The header Mcp-Method is missing"]
  },
  "a name header that differs": {
    body: rpc("tools/call", { name: "add", arguments: {}, _meta: meta }),
    headers: modern("tools/call", "subtract"),
    expected: [400, "-32020 The header Mcp-Name does not match the body"]
  },
  "an unknown method without sessions": {
    body: rpc("no/such", { _meta: meta }),
    headers: modern("no/such"),
    expected: [404, "-32601 Method not found: no/such"]
  },
  "an unknown tool without sessions": {
    body: rpc("tools/call", { name: "nothing", _meta: meta }),
    headers: modern("tools/call", "nothing"),
    expected: [200, "-32602 Unknown tool: nothing"]
  }
}

const errorOf = ({ body }: OneSocket.Answer): string => {
  const { error } = JSON.parse(body) as { readonly error?: { readonly code: number; readonly message: string } }
  return error === undefined ? "no error" : `${error.code} ${error.message}`
}

const running = Effect.map(Layer.build(Server), (context) => Context.get(context, NodeMcpServer.HttpAddress)).pipe(
  Effect.provide(Logger.layer([]))
)

describe("bad input over HTTP", () => {
  for (const [what, { expected, inSession, ...bad }] of Object.entries(table)) {
    it.live(`${what}: ${expected[0]} ${expected[1]}`, () =>
      Effect.gen(function*() {
        const { url } = yield* running
        const send = yield* OneSocket.make(new URL(yield* url))
        const opened = yield* send({ body: initialize })
        const session = { "mcp-session-id": String(opened.headers["mcp-session-id"]) }

        const refused = yield* send({ ...bad, headers: { ...(inSession === true ? session : {}), ...bad.headers } })
        assert.deepStrictEqual([refused.status, errorOf(refused)], expected)

        const good = yield* send({
          body: rpc("tools/call", { name: "add", arguments: { a: 1, b: 2 } }),
          headers: session
        })
        assert.strictEqual(good.status, 200)
        assert.deepStrictEqual(JSON.parse(good.body).result.structuredContent, { sum: 3 })
        assert.strictEqual(good.socket, opened.socket)
      }))
  }

  it.live("the error of an unsupported version lists what is supported", () =>
    Effect.gen(function*() {
      const { url } = yield* running
      const send = yield* OneSocket.make(new URL(yield* url))
      const answer = yield* send(table["an unsupported version without sessions"] ?? {})
      assert.deepStrictEqual(JSON.parse(answer.body).error.data, {
        supported: supported.split(", "),
        requested: "1999-01-01"
      })
    }))
})
