/** How a server and its clients come together: sessions, claims, versions and eras, and what each request stands on. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { official, type Version } from "../revision/Official.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claim, claimed, errorOf, initializeParams, modernVersion, notification } from "../support/Messages.ts"
import { type Params, request, serverInfo, textsOf } from "../support/Messages.ts"
import * as Demo from "./Demo.ts"

const who = { name: "who" }

describe("a session", () => {
  it.effect.each(Demo.sessionVersions)(
    "begins with initialize, works, and ends: %s (LIF-01, INI-04, INI-10, TRN-02)",
    (version) =>
      Effect.gen(function*() {
        const server = yield* McpServer.make(Demo.tools, { ...serverInfo, instructions: "Ask away" })
        const line = yield* Line.open(server)
        const { result } = yield* line.ask("initialize", initializeParams(version))
        assert.deepStrictEqual(official[version].errorsClosed("InitializeResult", result), [])
        assert.strictEqual(result?.protocolVersion, version)
        assert.strictEqual(result?.instructions, "Ask away")
        assert.deepInclude(result?.serverInfo, serverInfo)
        line.say(notification("notifications/initialized"))
        assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "echo", arguments: { text: "a" } })), [
          "a"
        ])
        yield* line.hangUp
      })
  )

  it.effect("serves nothing but ping before it has begun (INI-01, PNG-01)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* Demo.server)
      assert.deepStrictEqual((yield* line.ask("ping")).result, {})
      for (const method of ["tools/list", "tools/call", "resources/read", "logging/setLevel", "no/such"]) {
        assert.strictEqual(errorOf(yield* line.ask(method, who)), "-32600 The first request must be initialize")
      }
      assert.deepStrictEqual((yield* line.ask("ping")).result, {})
    }))

  it.effect.each(Demo.sessionVersions)("answers ping with nothing: %s (PNG-01)", (version) =>
    Effect.gen(function*() {
      for (const road of Object.values(Demo.roads)) {
        const ask = yield* road(yield* Demo.server, version)
        assert.deepStrictEqual((yield* ask("ping")).result, {})
      }
      const line = yield* Line.open(yield* Demo.server)
      yield* line.ask("initialize", initializeParams(version))
      assert.deepStrictEqual((yield* line.ask("ping")).result, {})
    }))

  it.effect("is offered another version when its own is not spoken (INI-11)", () =>
    Effect.gen(function*() {
      for (const version of ["2024-10-07", "2099-01-01", modernVersion, ""]) {
        const line = yield* Line.open(yield* Demo.server)
        const { result } = yield* line.ask("initialize", initializeParams(version))
        assert.strictEqual(result?.protocolVersion, v2025_11_25.version)
      }
    }))
})

/** What can be asked of the demo, and the official name of the answer. */
const questions: ReadonlyArray<readonly [method: string, params: Params, definition: string]> = [
  ["tools/list", {}, "ListToolsResult"],
  ["tools/call", { name: "add", arguments: { a: 1, b: 2 } }, "CallToolResult"],
  ["tools/call", { name: "add", arguments: { a: "1" } }, "CallToolResult"],
  ["tools/call", { name: "list" }, "CallToolResult"],
  ["tools/call", { name: "media" }, "CallToolResult"],
  ["resources/list", {}, "ListResourcesResult"],
  ["resources/templates/list", {}, "ListResourceTemplatesResult"],
  ["resources/read", { uri: "demo://text" }, "ReadResourceResult"],
  ["resources/read", { uri: "demo://bytes" }, "ReadResourceResult"],
  ["resources/read", { uri: "demo://items/1" }, "ReadResourceResult"],
  ["prompts/list", {}, "ListPromptsResult"],
  ["prompts/get", { name: "review", arguments: { code: "1" } }, "GetPromptResult"]
]

describe.each(Object.entries(Demo.roads))("a result %s", (_, road) => {
  it.effect.each(Demo.versions)(
    "is what the official schema of its version says: %s (INI-17)",
    (version) =>
      Effect.gen(function*() {
        const ask = yield* road(yield* Demo.server, version)
        for (const [method, params, definition] of questions) {
          const { error, result } = yield* ask(method, params)
          // Wrong arguments are an error of the protocol in the older versions.
          if (error?.code === -32602 && params.name === "add") continue
          const errors = official[version as Version].errorsClosed(definition, result)
          assert.deepStrictEqual(errors, [], `${method} ${JSON.stringify(result)}`)
        }
      })
  )

  it.effect("has a type where results have one, of the core (RES-01)", () =>
    Effect.gen(function*() {
      const ask = yield* road(yield* Demo.server, modernVersion)
      for (const [method, params] of [...questions, ["server/discover", {}] as const]) {
        assert.strictEqual((yield* ask(method, params)).result?.resultType, "complete", method)
      }
      const old = yield* road(yield* Demo.server, "2025-11-25")
      for (const [method, params] of questions) {
        assert.notProperty((yield* old(method, params)).result, "resultType")
      }
    }))
})

describe("a claim", () => {
  const wrong: ReadonlyArray<readonly [what: string, meta: Params]> = [
    ["no version", { ...claim, [MetaKey.protocolVersion]: undefined }],
    ["no capabilities", { ...claim, [MetaKey.clientCapabilities]: undefined }]
  ]
  it.effect.each(wrong)(
    "that is incomplete is refused, over HTTP with 400: %s (MET-04, MET-05)",
    ([, meta]) =>
      Effect.gen(function*() {
        const server = yield* Demo.server
        const line = yield* Line.open(server)
        assert.strictEqual((yield* line.ask("tools/list", { _meta: meta })).error?.code, -32602)
        const http = yield* Http.make(server)
        const refused = yield* http.post(request(1, "tools/list", { _meta: meta }), Http.modernHeaders("tools/list"))
        assert.deepStrictEqual([refused.status(), refused.messages()[0]?.error?.code], [400, -32602])
      })
  )

  it.effect("need not say who the client is (MET-04)", () =>
    Effect.gen(function*() {
      const { [MetaKey.clientInfo]: _, ...meta } = claim
      const line = yield* Line.open(yield* Demo.server)
      assert.isDefined((yield* line.ask("tools/list", { _meta: meta })).result)
    }))

  const Claim = Schema.Struct({
    name: Schema.Literals(["a", "b"]),
    capabilities: Schema.Literals(["elicitation", "sampling", "roots"]),
    vendor: Schema.Literals([1, 2])
  })

  it.effect.prop(
    "is forgotten with its request: the next stands on its own alone (MET-06, MET-07, MET-13, TRN-03)",
    [Schema.Literals(["none", ...Demo.sessionVersions]), Schema.Array(Claim)],
    ([session, claims]) =>
      Effect.gen(function*() {
        const server = yield* Demo.server
        const line = session === "none" ? yield* Line.open(server) : yield* Line.openSession(server, session)
        for (const { capabilities, name, vendor } of claims) {
          const meta = {
            [MetaKey.clientInfo]: { name, version: "1" },
            [MetaKey.clientCapabilities]: { [capabilities]: {} },
            "com.example/vendor": vendor
          }
          const told = JSON.parse(String(textsOf(yield* line.ask("tools/call", claimed(who, meta)))[0]))
          assert.deepStrictEqual(told, { capabilities: { [capabilities]: {} }, name, version: modernVersion, vendor })
          const { [MetaKey.clientInfo]: _, ...bare } = claim
          const next = JSON.parse(String(textsOf(yield* line.ask("tools/call", { ...who, _meta: bare }))[0]))
          assert.deepStrictEqual(next, { capabilities: {}, version: modernVersion })
        }
      }).pipe(Effect.scoped)
  )

  it.effect("over HTTP is forgotten as well, and so are the headers (MET-07, MET-13)", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* Demo.server)
      const headers = Http.modernHeaders("tools/call", "who")
      const ask = (meta: Params, more: Http.Headers) =>
        Effect.map(
          http.post(request(1, "tools/call", claimed(who, meta)), { ...headers, ...more }),
          (exchange) => JSON.parse(String(textsOf(exchange.messages()[0] ?? assert.fail("no answer"))[0]))
        )
      const first = yield* ask({ [MetaKey.clientCapabilities]: { sampling: {} } }, { authorization: "Bearer a" })
      assert.deepInclude(first, { capabilities: { sampling: {} }, authorization: "Bearer a" })
      assert.deepStrictEqual(yield* ask({}, {}), { capabilities: {}, name: "test", version: modernVersion })
    }))
})

describe("a version", () => {
  it.effect.each(["1999-01-01", "2099-01-01", "2025-11-25", ""])(
    "that is not spoken without sessions is refused with those that are: '%s' (VER-01, VER-02, HDR-04)",
    (requested) =>
      Effect.gen(function*() {
        const server = yield* Demo.server
        const params = claimed({}, { [MetaKey.protocolVersion]: requested })
        const expected = { supported: Demo.versions.toReversed(), requested }
        const line = yield* Line.open(server)
        const { error } = yield* line.ask("tools/list", params)
        assert.deepStrictEqual<unknown>([error?.code, error?.data], [-32022, expected])
        const http = yield* Http.make(server)
        const headers = { ...Http.modernHeaders("tools/list"), "mcp-protocol-version": requested }
        const refused = yield* http.post(request(1, "tools/list", params), headers)
        assert.strictEqual(refused.status(), 400)
        assert.deepStrictEqual<unknown>(refused.messages()[0]?.error?.data, expected)
      })
  )

  it.effect("is found out with server/discover, and what else there is (VER-04, TOL-01, RSC-01, PRM-02, LOG-01)", () =>
    Effect.gen(function*() {
      const components = [...Demo.tools, ...Demo.resources, ...Demo.prompts]
      const server = yield* McpServer.make(components, { ...serverInfo, instructions: "Ask away" })
      for (const road of Object.values(Demo.roads)) {
        const { result } = yield* (yield* road(server, modernVersion))("server/discover")
        assert.deepStrictEqual(official["2026-07-28"].errorsClosed("DiscoverResult", result), [])
        assert.deepStrictEqual<unknown>(result?.supportedVersions, Demo.versions.toReversed())
        assert.strictEqual(result?.instructions, "Ask away")
        assert.includeMembers(Object.keys(result?.capabilities ?? {}), ["tools", "resources", "prompts", "logging"])
      }
    }))
})

describe("capabilities", () => {
  const parts = [
    ["tools", Demo.tools, ["tools/list", "tools/call"]],
    ["resources", Demo.resources, ["resources/list", "resources/templates/list", "resources/read"]],
    ["prompts", Demo.prompts, ["prompts/list", "prompts/get"]]
  ] as const

  it.effect.each(parts)(
    "are declared for what there is, and for nothing else: %s (LIF-03, TOL-01, RSC-01, PRM-01, PRM-02)",
    ([own, components, methods]) =>
      Effect.gen(function*() {
        const server = yield* McpServer.make(components as ReadonlyArray<Demo.AnyComponent>, serverInfo)
        const line = yield* Line.open(server)
        const { result: opened } = yield* line.ask("initialize", initializeParams("2025-11-25"))
        const { result: discovered } = yield* line.ask("server/discover", claimed())
        for (const result of [opened, discovered]) {
          const declared = Object.keys(result?.capabilities ?? {})
          for (const [name] of parts) assert.strictEqual(declared.includes(name), name === own, name)
        }
        const all = parts.flatMap(([, , names]) => names)
        for (const method of all) {
          for (const params of [{}, claimed()]) {
            const { error } = yield* line.ask(method, params)
            assert.strictEqual(error?.code === -32601, !methods.some((name) => name === method), method)
          }
        }
      })
  )

  it.effect("of a client that are not known here change nothing (EXN-03)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* Demo.server)
      const capabilities = { extensions: { "com.example/odd": { on: true } }, odd: { on: true } }
      const params = claimed({ name: "echo", arguments: { text: "a" } }, { [MetaKey.clientCapabilities]: capabilities })
      const { result } = yield* line.ask("tools/call", params)
      assert.deepStrictEqual<unknown>([result?.resultType, result?.content], ["complete", [{
        type: "text",
        text: "a"
      }]])
    }))

  it.effect("name extensions by identifier, with their settings, where the revision has them (EXN-02)", () =>
    Effect.gen(function*() {
      const extensions = { "com.example/search": {}, "com.example/sort": { by: "name" } }
      const line = yield* Line.open(yield* McpServer.make(Demo.tools, { ...serverInfo, extensions }))
      const { result } = yield* line.ask("server/discover", claimed())
      assert.deepStrictEqual(official["2026-07-28"].errorsClosed("DiscoverResult", result), [])
      assert.deepInclude(result?.capabilities, { extensions })
      const opened = yield* line.ask("initialize", initializeParams("2025-11-25"))
      assert.notProperty(opened.result?.capabilities, "extensions")
    }))

  it.effect.each(["com.example/search", "io.modelcontextprotocol/ui", "a/b", "x-1.y/a.b_c-d", "com.example/"])(
    "may name the extension %j (EXN-01)",
    (name) => Effect.asVoid(McpServer.make(Demo.tools, { ...serverInfo, extensions: { [name]: {} } }))
  )

  const misnamed = [
    "",
    "search",
    "/search",
    "com.example",
    "1com/x",
    "com-/x",
    "com..example/x",
    "a/b/c",
    "a/-b",
    "a/b.",
    "ä/b"
  ]
  it.effect.each(misnamed)("cannot name the extension %j (EXN-01)", (name) =>
    Effect.gen(function*() {
      const extensions = { "com.example/good": {}, [name]: {} }
      const { message } = yield* Effect.flip(McpServer.make(Demo.tools, { ...serverInfo, extensions }))
      assert.include(message, `${JSON.stringify(name)} identifies no extension`)
    }))

  it.effect("name no extension that was not turned on (EXN-06)", () =>
    Effect.gen(function*() {
      for (const version of Demo.versions) {
        const line = yield* Line.open(yield* Demo.server)
        const { result } = version === modernVersion
          ? yield* line.ask("server/discover", claimed())
          : yield* line.ask("initialize", initializeParams(version))
        const { capabilities } = result ?? assert.fail("no result")
        assert.deepStrictEqual((capabilities as { readonly extensions?: unknown }).extensions ?? {}, {})
      }
    }))
})

describe("both eras", () => {
  it.effect("are served on one line, in any order (ERA-12)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* Demo.server)
      const call = { name: "echo", arguments: { text: "a" } }
      assert.strictEqual((yield* line.ask("tools/call", claimed(call))).result?.resultType, "complete")
      assert.strictEqual((yield* line.ask("tools/call", call)).error?.code, -32600)
      yield* line.ask("initialize", initializeParams("2025-06-18"))
      assert.notProperty((yield* line.ask("tools/call", call)).result, "resultType")
      assert.strictEqual((yield* line.ask("tools/call", claimed(call))).result?.resultType, "complete")
    }))

  it.effect("are served at one endpoint, one beside the other (ERA-12)", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* Demo.server)
      const call = { name: "echo", arguments: { text: "a" } }
      const modern = http.post(request(1, "tools/call", claimed(call)), Http.modernHeaders("tools/call", "echo"))
      assert.strictEqual((yield* modern).messages()[0]?.result?.resultType, "complete")
      const session = yield* http.initialize("2025-06-18")
      assert.isDefined(session["mcp-session-id"])
      const old = yield* http.post(request(1, "tools/call", call), session)
      assert.notProperty(old.messages()[0]?.result, "resultType")
      assert.strictEqual((yield* modern).messages()[0]?.result?.resultType, "complete")
    }))
})
