/** What a client does about tools by itself: mirrored parameters, tools that break the rules, what may be repeated. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { defaultLimits } from "../../../src/client/ClientLimits.ts"
import type { Connected } from "../../../src/client/connection/Connect.ts"
import * as Prior from "../../../src/client/connection/Prior.ts"
import * as McpClient from "../../../src/client/McpClient.ts"
import * as McpClientError from "../../../src/client/McpClientError.ts"
import type { Send } from "../../../src/client/requests/Call.ts"
import * as KnownTools from "../../../src/client/tools/KnownTools.ts"
import { OutputValidator } from "../../../src/client/tools/OutputValidator.ts"
import * as ToolCalls from "../../../src/client/tools/ToolCalls.ts"
import * as Catalog from "../../../src/contract/Catalog.ts"
import * as Tool from "../../../src/contract/Tool.ts"
import * as Rpc from "../../../src/jsonrpc/RpcError.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import * as ToolDefinition from "../../../src/schema/Tool.ts"
import * as ParameterHeaders from "../../../src/session/ParameterHeaders.ts"
import { connect, make as makePeer, opening, type Reply, type Script as PeerScript, sent } from "../ScriptedPeer.ts"
import { make, type Received, received, type Script } from "./HttpPeer.ts"

const common = { resultType: "complete", ttlMs: 0, cacheScope: "private" }

const mirrored = (type: string, name: string) => ({ type, "x-mcp-header": name })

const query = {
  name: "query",
  inputSchema: {
    type: "object",
    properties: {
      region: mirrored("string", "Region"),
      limit: mirrored("integer", "Limit"),
      dry: mirrored("boolean", "Dry-Run"),
      text: { type: "string" },
      where: { type: "object", properties: { zone: mirrored("string", "Zone") } }
    }
  }
}

const listed = (...tools: ReadonlyArray<object>): Reply => ({ result: { ...common, tools } })

const done: Reply = { result: { resultType: "complete", content: [] } }

const mismatch: Reply = { error: { code: -32020, message: "Header mismatch" } }

const decodeTool = Schema.decodeUnknownSync(ToolDefinition.Tool)

const refused = McpClientError.make(Rpc.make(-32020, "Header mismatch"))

const unused = Effect.die("not used here")

/** A connection in the stateless era over what has headers. */
const overHttp: Connected = {
  link: {
    request: () => unused,
    notify: () => unused,
    respond: () => unused,
    listen: () => unused,
    closed: Effect.never,
    closingCancels: true,
    silence: "Outage",
    mirrors: true
  },
  server: { info: undefined, capabilities: {}, instructions: undefined, revision: v2026_07_28 },
  prior: Prior.make(
    { info: undefined, capabilities: {}, instructions: undefined, revision: v2026_07_28 },
    "p",
    false,
    0
  ),
  standing: "Proven"
}

const paramHeaders = ({ headers }: Received): object =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("mcp-param-")))

/** Runs with what was logged as warnings. */
const warned = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const warnings: Array<string> = []
  const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
    if (logLevel === "Warn") warnings.push(String(message))
  })
  return Effect.map(Effect.provide(effect, Logger.layer([logger])), (value) => ({ value, warnings }))
}

const calling = (script: Script, args: object, revision = v2026_07_28) =>
  Effect.gen(function*() {
    const peer = make(revision, { "tools/list": () => listed(query), "tools/call": () => done, ...script })
    const client = yield* peer.client
    yield* client.listTools
    yield* client.callTool({ name: "query", arguments: args as { readonly [key: string]: unknown } })
    const [call] = received(peer, "tools/call")
    return paramHeaders(call ?? { headers: {} })
  })

describe("mirrored parameters", () => {
  it.effect("go out in headers, from where they stand in the arguments (XMC-01, XMC-05, XMC-06, XMC-09)", () =>
    Effect.gen(function*() {
      const args = { region: "us-west1", limit: 42, dry: false, text: "x", where: { zone: "b" }, zone: "no" }
      assert.deepStrictEqual(yield* calling({}, args), {
        "mcp-param-region": "us-west1",
        "mcp-param-limit": "42",
        "mcp-param-dry-run": "false",
        "mcp-param-zone": "b"
      })
    }))

  it.effect("what is absent or null has none (XMC-07, XMC-08)", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* calling({}, { region: null, where: {} }), {})
      assert.deepStrictEqual(yield* calling({}, { region: "a", where: null }), { "mcp-param-region": "a" })
    }))

  it.effect("what a header cannot carry is encoded, and what looks encoded too (XMC-10, XMC-11)", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* calling({}, { region: "Zoë" }), { "mcp-param-region": "=?base64?Wm/Dqw==?=" })
      assert.deepStrictEqual(yield* calling({}, { region: "=?base64?YQ==?=" }), {
        "mcp-param-region": "=?base64?PT9iYXNlNjQ/WVE9PT89?="
      })
    }))

  it.effect("an integer that no double holds exactly is not sent (XMH-06)", () =>
    Effect.gen(function*() {
      const peer = make(v2026_07_28, { "tools/list": () => listed(query) })
      const client = yield* peer.client
      yield* client.listTools
      const call = client.callTool({ name: "query", arguments: { limit: 2 ** 53 } })
      assert.deepInclude((yield* Effect.flip(call)).reason, { _tag: "InvalidArguments", name: "query" })
      assert.lengthOf(received(peer, "tools/call"), 0)
    }))

  it.effect("a session has no such headers, and drops no tool", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* calling({}, { region: "a" }, v2025_11_25), {})
      const bad = { name: "bad", inputSchema: { type: "object", "x-mcp-header": "A" } }
      const peer = make(v2025_11_25, { "tools/list": () => listed(bad) })
      assert.lengthOf(yield* Effect.flatMap(peer.client, (client) => client.listTools), 1)
    }))

  it.effect("a line has no headers either, and drops no tool (XMC-01)", () =>
    Effect.gen(function*() {
      const bad = { name: "bad", inputSchema: { type: "object", "x-mcp-header": "A" } }
      const peer = makePeer({ ...opening(v2026_07_28), "tools/list": listed(bad) })
      assert.lengthOf(yield* Effect.flatMap(connect(peer), (client) => client.listTools), 1)
    }))

  it.effect("the schema that was listed last is what counts (XMC-13)", () =>
    Effect.gen(function*() {
      let name = "Region"
      const tool = () => ({
        name: "query",
        inputSchema: { type: "object", properties: { region: mirrored("string", name) } }
      })
      const peer = make(v2026_07_28, { "tools/list": () => listed(tool()), "tools/call": () => done })
      const client = yield* peer.client
      const call = client.callTool({ name: "query", arguments: { region: "a" } })
      yield* client.listTools
      yield* call
      name = "Place"
      yield* Stream.runDrain(client.tools)
      yield* call
      assert.deepStrictEqual(received(peer, "tools/call").map(paramHeaders), [
        { "mcp-param-region": "a" },
        { "mcp-param-place": "a" }
      ])
    }))

  it.prop("a server agrees with what is mirrored (XMC-05, XMC-09 to XMC-12)", {
    region: Schema.String,
    limit: Schema.Int,
    dry: Schema.Boolean
  }, ({ dry, limit, region }) => {
    const parameters = Result.getOrThrow(ParameterHeaders.parse(query.inputSchema))
    const args = { region: region.toWellFormed(), limit, dry }
    const headers = Result.getOrThrow(ParameterHeaders.mirror(parameters, args))
    assert.isUndefined(ParameterHeaders.compare(parameters, (name) => headers[name], args))
    assert.isString(ParameterHeaders.compare(parameters, (name) => headers[name], { ...args, limit: limit + 1 }))
  })
})

describe("a server that refuses the headers", () => {
  /** Wants the header `Region`, which the first listing may not have told of. */
  const strict = (tools: (listing: number) => Reply) => {
    let listings = 0
    return make(v2026_07_28, {
      "tools/list": () => tools(++listings),
      "tools/call": (_params, { headers }) => headers["mcp-param-region"] === "a" ? done : mismatch
    })
  }
  const call = { name: "query", arguments: { region: "a" } }

  it.effect("without any listing the call goes without headers; then it is listed and sent again (XMC-14, XMC-15)", () =>
    Effect.gen(function*() {
      const peer = strict(() => listed(query))
      const client = yield* peer.client
      yield* client.callTool(call)
      const methods = peer.heard.map(({ method }) => method).filter((method) => method?.startsWith("tools/"))
      assert.deepStrictEqual(methods, ["tools/call", "tools/list", "tools/call"])
      const ids = received(peer, "tools/call").map(({ id }) => id)
      assert.lengthOf(new Set(ids), 2)
      yield* client.callTool(call)
      assert.lengthOf(received(peer, "tools/list"), 1)
    }))

  it.effect("a schema that has changed is learned anew, over all pages (XMC-15)", () =>
    Effect.gen(function*() {
      const other = {
        name: "query",
        inputSchema: { type: "object", properties: { region: mirrored("string", "Old") } }
      }
      const peer = make(v2026_07_28, {
        "tools/list": ({ cursor }) =>
          received(peer, "tools/call").length === 0
            ? listed(other)
            : cursor === undefined
            ? { result: { ...common, tools: [], nextCursor: "" } }
            : listed(query),
        "tools/call": (_params, { headers }) => headers["mcp-param-region"] === "a" ? done : mismatch
      })
      const client = yield* peer.client
      yield* client.listTools
      yield* client.callTool(call)
      assert.deepStrictEqual(received(peer, "tools/call").map(paramHeaders), [
        { "mcp-param-old": "a" },
        { "mcp-param-region": "a" }
      ])
    }))

  it.effect("it is tried again once, not for ever", () =>
    Effect.gen(function*() {
      const peer = make(v2026_07_28, { "tools/list": () => listed(query), "tools/call": () => mismatch })
      const client = yield* peer.client
      const { mayHaveRun, reason } = yield* Effect.flip(client.callTool(call))
      assert.deepInclude(reason, { _tag: "RpcError", code: -32020 })
      assert.isFalse(mayHaveRun)
      assert.lengthOf(received(peer, "tools/call"), 2)
    }))

  it.effect("when the tools cannot be listed, or the tool is gone, the caller hears of the call", () =>
    Effect.gen(function*() {
      for (const reply of [listed(), { error: { code: -32603, message: "no" } }] satisfies ReadonlyArray<Reply>) {
        const peer = make(v2026_07_28, { "tools/list": () => reply, "tools/call": () => mismatch })
        const client = yield* peer.client
        assert.deepInclude((yield* Effect.flip(client.callTool(call))).reason, { _tag: "RpcError", code: -32020 })
        assert.lengthOf(received(peer, "tools/call"), 1)
      }
    }))

  it.effect("many calls that are refused at a time list the tools once", () =>
    Effect.gen(function*() {
      const peer = strict(() => listed(query))
      const client = yield* peer.client
      yield* Effect.all(Array.from({ length: 20 }, () => client.callTool(call)), { concurrency: "unbounded" })
      assert.lengthOf(received(peer, "tools/list"), 1)
      assert.lengthOf(received(peer, "tools/call"), 40)
    }))

  it.effect("many calls that are refused at a time ask once, also when the tools cannot be listed", () =>
    Effect.gen(function*() {
      const peer = strict(() => ({ error: { code: -32603, message: "no" } }))
      const client = yield* peer.client
      const calling = Effect.result(client.callTool(call))
      const results = yield* Effect.all(Array.from({ length: 20 }, () => calling), { concurrency: "unbounded" })
      for (const result of results) {
        assert.deepInclude(Result.isFailure(result) ? result.failure.reason : undefined, { code: -32020 })
      }
      assert.lengthOf(received(peer, "tools/list"), 1)
      assert.lengthOf(received(peer, "tools/call"), 20)
      yield* calling
      assert.lengthOf(received(peer, "tools/list"), 2, "and a later call asks again")
    }))

  it.effect("what the caller says of a tool counts until it is listed, and is taken back when it is wrong (XMC-13)", () =>
    Effect.gen(function*() {
      const declared = (name: string) =>
        decodeTool({ name: "query", inputSchema: { type: "object", properties: { region: mirrored("string", name) } } })
      const peer = strict(() => listed(query))
      const client = yield* peer.client
      yield* client.callTool(call, { tool: declared("Region") })
      assert.lengthOf(received(peer, "tools/list"), 0)
      yield* client.callTool(call, { tool: declared("Old") })
      assert.lengthOf(received(peer, "tools/list"), 1)
      yield* client.callTool(call, { tool: declared("Old") })
      assert.deepStrictEqual(received(peer, "tools/call").map(paramHeaders), [
        { "mcp-param-region": "a" },
        { "mcp-param-old": "a" },
        { "mcp-param-region": "a" },
        { "mcp-param-region": "a" }
      ])
      const odd = make(v2026_07_28, { "tools/call": () => done })
      yield* Effect.flatMap(odd.client, (client) => client.callTool(call, { tool: declared("") }))
      assert.deepStrictEqual(received(odd, "tools/call").map(paramHeaders), [{}])
    }))

  it.effect("a list that was read meanwhile is not taken for the news (XMC-15)", () =>
    Effect.gen(function*() {
      const known = KnownTools.make(10)
      const tools = [decodeTool(query)]
      const seen: Array<string> = []
      const next: Send = ({ headers, method }) => {
        seen.push(method)
        if (method === "tools/list") return Effect.succeed({ ...common, tools })
        // Somebody reads a list that does not help: one that the response cache has kept.
        known.note([], true)
        return headers?.["mcp-param-region"] === "a" ? Effect.succeed("done") : Effect.fail(refused)
      }
      const send = ToolCalls.headers(
        { known, limits: defaultLimits, latest: () => overHttp, validator: undefined },
        next
      )
      assert.strictEqual(yield* send({ method: "tools/call", params: call, options: {} }), "done")
      assert.deepStrictEqual(seen, ["tools/call", "tools/list", "tools/call"])
    }))

  it.effect("the output is held against the schema that was learned (TOC-09, XMC-13)", () =>
    Effect.gen(function*() {
      const outputSchema = (type: string) => ({ type: "object", properties: { n: { type } } })
      const older = { name: "query", inputSchema: { type: "object" }, outputSchema: outputSchema("string") }
      const peer = make(v2026_07_28, {
        "tools/list": () =>
          listed(
            received(peer, "tools/call").length === 0 ? older : { ...query, outputSchema: outputSchema("integer") }
          ),
        "tools/call": (_params, { headers }) =>
          headers["mcp-param-region"] === "a"
            ? { result: { resultType: "complete", content: [], structuredContent: { n: 1 } } }
            : mismatch
      })
      const asked: Array<unknown> = []
      const client = yield* Effect.provideService(peer.client, OutputValidator, {
        check: (schema) => Effect.sync(() => (asked.push(schema), { _tag: "Valid" }))
      })
      yield* client.listTools
      yield* client.callTool(call)
      assert.deepStrictEqual(asked, [outputSchema("integer")])
    }))

  it.effect("an output is refused only by a schema that the server still has (TOC-09)", () =>
    Effect.gen(function*() {
      const outputSchema = (type: string) => ({ type: "object", properties: { n: { type } } })
      let type = "string"
      const peer = make(v2026_07_28, {
        "tools/list": () => listed({ ...query, outputSchema: outputSchema(type) }),
        "tools/call": () => ({ result: { resultType: "complete", content: [], structuredContent: { n: 1 } } })
      })
      const asked: Array<unknown> = []
      const integers = JSON.stringify(outputSchema("integer"))
      const client = yield* Effect.provideService(peer.client, OutputValidator, {
        check: (schema) =>
          Effect.sync(() => {
            asked.push(schema)
            return JSON.stringify(schema) === integers ? { _tag: "Valid" } : { _tag: "Invalid", detail: "no" }
          })
      })
      yield* client.listTools
      // The server has changed, and nobody has listened.
      type = "integer"
      yield* Effect.all([client.callTool(call), client.callTool(call)], { concurrency: "unbounded" })
      assert.lengthOf(received(peer, "tools/list"), 2)
      assert.deepStrictEqual(asked.at(-1), outputSchema("integer"))
      // And what does not fit either is refused, by the newest.
      type = "boolean"
      yield* client.listTools
      const { reason } = yield* Effect.flip(client.callTool(call))
      assert.strictEqual(reason._tag, "InvalidOutput")
      assert.lengthOf(received(peer, "tools/call"), 3)
    }))

  it.effect("another error is not about headers", () =>
    Effect.gen(function*() {
      const peer = make(v2026_07_28, {
        "tools/list": () => listed(query),
        "tools/call": () => ({ error: { code: -32602, message: "no" } })
      })
      const client = yield* peer.client
      yield* Effect.flip(client.callTool(call))
      assert.lengthOf(received(peer, "tools/list"), 0)
    }))
})

describe("tools that break the rules", () => {
  const bad = (name: string, properties: object) => ({ name, inputSchema: { type: "object", properties } })
  const broken = [
    bad("empty", { a: mirrored("string", "") }),
    bad("number", { a: mirrored("number", "A") }),
    bad("twice", { a: mirrored("string", "A"), b: mirrored("string", "a") }),
    bad("space", { a: mirrored("string", "A B") }),
    bad("control", { a: mirrored("string", "A\r\nB") }),
    bad("items", { a: { type: "array", items: mirrored("string", "A") } })
  ]

  it.effect("are left out of lists and streams, the others stay, a warning says why, once (XMC-02 to XMC-04)", () =>
    Effect.gen(function*() {
      const peer = make(v2026_07_28, { "tools/list": () => listed(...broken, query) })
      const { value, warnings } = yield* warned(Effect.gen(function*() {
        const client = yield* peer.client
        const all = yield* client.listTools
        const streamed = yield* Stream.runCollect(client.tools)
        const { tools } = yield* client.request("tools/list", {})
        return [all, streamed, tools, client.lastKnown.tools?.items ?? []].map((tools) => tools.map(({ name }) => name))
      }))
      assert.deepStrictEqual(value, [["query"], ["query"], ["query"], ["query"]])
      assert.lengthOf(warnings, broken.length)
      for (const [index, { name }] of broken.entries()) assert.include(warnings[index], `"${name}"`)
      assert.include(warnings[2], "names one header twice")
    }))

  it.effect("one that is mended comes back", () =>
    Effect.gen(function*() {
      let tool: object = bad("query", { region: mirrored("array", "Region") })
      const peer = make(v2026_07_28, { "tools/list": () => listed(tool), "tools/call": () => done })
      const client = yield* peer.client
      assert.lengthOf(yield* client.listTools, 0)
      tool = query
      assert.lengthOf(yield* client.listTools, 1)
      yield* client.callTool({ name: "query", arguments: { region: "a" } })
      assert.deepStrictEqual(received(peer, "tools/call").map(paramHeaders), [{ "mcp-param-region": "a" }])
    }))
})

describe("what annotations allow", () => {
  const tools = [
    { name: "read", annotations: { readOnlyHint: true } },
    { name: "put", annotations: { readOnlyHint: false, idempotentHint: true } },
    { name: "add", annotations: { readOnlyHint: false } },
    { name: "bare" }
  ].map((tool) => ({ ...tool, inputSchema: { type: "object" } }))

  /** Hangs up on the first call. */
  const losing = (knows: boolean) => {
    let lost = false
    const script: PeerScript = {
      ...opening(v2025_11_25),
      ...(knows ? { "tools/list": { result: { tools } } } : {}),
      "tools/call": () => {
        if (lost) return { result: { content: [] } }
        lost = true
        return "hang up"
      }
    }
    const peer = makePeer(script)
    return Effect.map(connect(peer), (client) => ({ client, peer }))
  }

  for (
    const { again, name, options } of [
      { name: "read", again: true },
      { name: "put", again: true },
      { name: "add", again: false },
      { name: "bare", again: false },
      { name: "bare", options: { repeatable: true }, again: true },
      { name: "read", options: { repeatable: false }, again: false }
    ]
  ) {
    const how = options === undefined ? "" : `, told ${JSON.stringify(options)}`
    it.effect(`a call of "${name}" that was lost is ${again ? "" : "not "}sent again${how}`, () =>
      Effect.gen(function*() {
        const { client, peer } = yield* losing(true)
        yield* client.listTools
        const called = yield* Effect.result(client.callTool({ name }, options))
        assert.strictEqual(Result.isSuccess(called), again)
        if (Result.isFailure(called)) assert.isTrue(called.failure.mayHaveRun)
        assert.lengthOf(sent(peer, "tools/call"), again ? 2 : 1)
      }))
  }

  it.effect("a tool that was not listed is not sent again, unless the caller says what it is", () =>
    Effect.gen(function*() {
      const unknown = yield* losing(false)
      assert.isTrue((yield* Effect.flip(unknown.client.callTool({ name: "read" }))).mayHaveRun)
      const typed = yield* losing(false)
      const Read = Tool.make("read", { annotations: { readOnlyHint: true } })
      const { tools } = yield* Effect.provideService(
        McpClient.of(Catalog.make("reading").add(Read)),
        McpClient.McpClient,
        typed.client
      )
      yield* tools.read()
      assert.lengthOf(sent(typed.peer, "tools/call"), 2)
    }))
})
