/** How clients in the field really begin, and what they send that nobody asked for: a server takes it as it is meant. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { sessionEra } from "../../src/revision/Revisions.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import * as Messages from "../support/Messages.ts"

const hello = Tool.serve("hello", {}, () => Effect.succeed("hello"))

/** What the request said of itself beside its arguments. */
const seen = Tool.serve(
  "seen",
  {},
  () =>
    Effect.map(
      McpRequest,
      ({ clientCapabilities, meta }) =>
        JSON.stringify({ ui: clientCapabilities.experimental?.["example.com/ui"], trace: meta["example.com/trace"] })
    )
)

const made = McpServer.make([hello, seen], Messages.serverInfo)

const info = { name: "client", version: "1" }

const beginnings: ReadonlyArray<readonly [what: string, params: Messages.Params]> = [
  ["declares nothing", { capabilities: {}, clientInfo: info }],
  ["declares everything", {
    capabilities: {
      roots: { listChanged: true },
      sampling: { tools: {}, context: {} },
      elicitation: { form: {}, url: {} },
      tasks: { list: {}, cancel: {}, requests: { sampling: { createMessage: {} }, elicitation: { create: {} } } }
    },
    clientInfo: info
  }],
  ["declares what nobody knows", {
    capabilities: {
      experimental: { "example.com/ui": { mimeTypes: ["text/html"] } },
      extensions: { "io.modelcontextprotocol/ui": { mimeTypes: ["text/html"] } },
      tomorrow: { listChanged: true },
      roots: { listChanged: true, tomorrow: [] }
    },
    clientInfo: info
  }],
  ["says more of itself than the revision has", {
    capabilities: {},
    clientInfo: {
      ...info,
      title: "A client",
      websiteUrl: "https://example.com",
      icons: [{ src: "https://a.b/c" }],
      x: 1
    }
  }],
  ["has members of its own", { capabilities: {}, clientInfo: info, _meta: { progressToken: 0 }, trace: "on" }]
]

describe.each(beginnings)("a client that %s as it begins", (_, params) => {
  it.effect.each(sessionEra.map(({ version }) => version))(
    "is served in %s, on a line and over HTTP",
    (protocolVersion) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* made)
        const begun = yield* line.ask("initialize", { protocolVersion, ...params })
        assert.strictEqual(begun.result?.protocolVersion, protocolVersion)
        line.say(Messages.notification("notifications/initialized", {}))
        assert.deepStrictEqual(Messages.textsOf(yield* line.ask("tools/call", { name: "hello" })), ["hello"])

        const http = yield* Http.make(yield* made)
        const opened = yield* http.post(Messages.request(0, "initialize", { protocolVersion, ...params }))
        const session = { "mcp-session-id": opened.header("mcp-session-id") }
        yield* http.post(Messages.notification("notifications/initialized", {}), session)
        const answer = yield* http.post(Messages.request(1, "tools/call", { name: "hello" }), session)
        assert.deepStrictEqual(answer.messages().map(Messages.textsOf), [["hello"]])
      })
  )
})

describe("a client that is hasty", () => {
  it.effect("sets its level and lists tools before it says that it is initialized, and is answered", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* made)
      line.say(
        Messages.request(1, "initialize", Messages.initializeParams("2025-11-25")),
        Messages.request(2, "logging/setLevel", { level: "debug" }),
        Messages.request(3, "tools/list"),
        Messages.notification("notifications/initialized"),
        Messages.request(4, "tools/call", { name: "hello" })
      )
      for (const id of [1, 2, 3, 4]) assert.isDefined((yield* line.hear((message) => message.id === id)).result)
    }))

  it.effect("says that it is initialized never, or twice, or under a name of old, and is answered", () =>
    Effect.gen(function*() {
      for (const names of [[], ["notifications/initialized", "notifications/initialized"], ["initialized"]]) {
        const line = yield* Line.open(yield* made)
        yield* line.ask("initialize", Messages.initializeParams("2025-11-25"))
        line.say(...names.map((name) => Messages.notification(name)))
        assert.deepStrictEqual(Messages.textsOf(yield* line.ask("tools/call", { name: "hello" })), ["hello"])
        assert.isTrue(line.sent.every(({ error }) => error === undefined))
      }
    }))
})

describe("what a client sends beside what is asked", () => {
  it.effect("in `_meta` and in its capabilities reaches the handler", () =>
    Effect.gen(function*() {
      const ui = { mimeTypes: ["text/html"] }
      const line = yield* Line.open(yield* made)
      yield* line.ask("initialize", {
        ...Messages.initializeParams("2025-11-25"),
        capabilities: { experimental: { "example.com/ui": ui } }
      })
      const params = { name: "seen", _meta: { "example.com/trace": [1] } }
      const expected = [JSON.stringify({ ui, trace: [1] })]
      assert.deepStrictEqual(Messages.textsOf(yield* line.ask("tools/call", params)), expected)
    }))

  it.effect("is passed over: members that nobody knows, empty params, and none at all", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* made)
      line.say({ ...Messages.request(1, "tools/list"), id: 1, trace: "on", sessionId: "x" })
      assert.isDefined((yield* line.hear(({ id }) => id === 1)).result)
      for (const params of [undefined, {}, { _meta: {} }, { _meta: { progressToken: 0 } }, { tomorrow: true }]) {
        assert.isDefined((yield* line.ask("tools/list", params)).result, JSON.stringify(params))
      }
    }))

  it.effect("is no answer's business: notifications and answers that nobody waits for change nothing", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* made)
      const before = line.sent.length
      line.say(
        Messages.notification("notifications/tomorrow", { x: 1 }),
        Messages.notification("notifications/progress", { progressToken: 9, progress: 1 }),
        { jsonrpc: "2.0", id: 99, result: {} },
        { jsonrpc: "2.0", id: 99, error: { code: 1, message: "?" } },
        { jsonrpc: "2.0", id: null, error: { code: 1, message: "?" } }
      )
      assert.isDefined((yield* line.ask("ping")).result)
      assert.strictEqual(line.sent.length, before + 1)
    }))

  it.effect("does not mute a later request: a cancellation of an id that is not in use yet", () =>
    Effect.gen(function*() {
      for (const version of ["2025-11-25", Messages.modernVersion]) {
        const claim = version === Messages.modernVersion ? Messages.claimed : (params: Messages.Params) => params
        const line = yield* Line.openSession(yield* made)
        line.say(Messages.cancelled(7), Messages.request(7, "tools/call", claim({ name: "hello" })))
        assert.deepStrictEqual(Messages.textsOf(yield* line.hear(({ id }) => id === 7)), ["hello"])
      }
    }))
})
