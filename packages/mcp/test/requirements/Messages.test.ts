/** What every message of a server is, whatever it is sent: JSON-RPC, one line, and an answer only to a request. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as ErrorCode from "../../src/jsonrpc/ErrorCode.ts"
import { defaultLimits } from "../../src/jsonrpc/Limits.ts"
import * as Message from "../../src/jsonrpc/Message.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import { Json } from "../../src/schema/Open.ts"
import * as ConnectionDriver from "../../src/server/ConnectionDriver.ts"
import * as McpHttp from "../../src/server/McpHttp.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { Received as Arrival } from "../../src/transport/Connection.ts"
import * as Line from "../support/Line.ts"
import { claim, claimed, initializeParams, modernVersion, notification } from "../support/Messages.ts"
import { request, serverInfo } from "../support/Messages.ts"
import * as Demo from "./Demo.ts"

/** All texts that a server writes on a line on which it hears these messages. */
const writtenTo = (messages: ReadonlyArray<unknown>) =>
  Effect.gen(function*() {
    const server = yield* Demo.server
    const texts: Array<string> = []
    yield* ConnectionDriver.run(server, {
      send: (text) => void texts.push(text),
      drained: Effect.void,
      listen: (receive: (arrival: Arrival) => void) =>
        Effect.sync(() => {
          for (const message of messages) receive({ _tag: "Line", text: JSON.stringify(message) })
        })
    })
    return texts
  })

const opening = (version: string) => [
  request("opening", "initialize", initializeParams(version)),
  notification("notifications/initialized")
]

const Id = Schema.Union([Schema.Int, Schema.String])
const OddId = Schema.Union([Schema.Literals([1.5, true, 1e300]), Schema.Null, Json])

const Method = Schema.Literals([
  "ping",
  "tools/list",
  "tools/call",
  "resources/read",
  "prompts/get",
  "completion/complete",
  "logging/setLevel",
  "server/discover",
  "no/such",
  "notifications/cancelled",
  "notifications/progress",
  "notifications/initialized"
])

/** A message made of whatever was drawn: members of its params, and what its `_meta` is. */
const Drawn = Schema.Struct({
  id: Schema.Union([Id, OddId]),
  method: Method,
  params: Schema.Struct({
    name: Schema.optionalKey(Schema.Union([Schema.Literals(["add", "echo", "tell", "review"]), Json])),
    uri: Schema.optionalKey(Schema.Union([Schema.Literals(["demo://text", "demo://gone", "demo://items/1"]), Json])),
    arguments: Schema.optionalKey(Schema.Union([Schema.Struct({ text: Schema.String }), Json])),
    requestId: Schema.optionalKey(Schema.Union([Id, OddId]))
  }),
  meta: Schema.Literals(["none", "claim", "token"])
})

const metas = { none: {}, claim: { _meta: claim }, token: { _meta: { progressToken: "t" } } }

const asking = ({ id, meta, method, params }: typeof Drawn.Type) => ({
  jsonrpc: "2.0",
  id,
  method,
  params: { ...params, ...metas[meta] }
})

const telling = ({ meta, method, params }: typeof Drawn.Type) => ({
  jsonrpc: "2.0",
  method,
  params: { ...params, ...metas[meta] }
})

/** What is no request, and is to be refused without an id. */
const Noise = Schema.Union([
  Json,
  Schema.Struct({ jsonrpc: Schema.Literal("2.0"), id: Id, result: Json }),
  Schema.Struct({ jsonrpc: Schema.Literals(["1.0", "2"]), method: Schema.String })
])

const Opening = Schema.Literals(["none", ...Demo.sessionVersions])

const openingOf = (version: typeof Opening.Type) => version === "none" ? [] : opening(version)

/** Where an error must have an id, what is sent without one is not answered. */
const demandsIds = (version: string) => version !== "none" && version <= "2025-06-18"

const parse = (text: string) => Message.parse(text, defaultLimits)

describe("whatever a server hears", () => {
  const Heard = Schema.Array(Schema.Union([Drawn, Noise]))
  const isDrawn = Schema.is(Drawn)

  it.effect.prop(
    "it says messages, one a line (RPC-01, RPC-08 to RPC-11, RPC-14, RPC-16, STD-01)",
    [Opening, Heard],
    ([version, heard]) =>
      Effect.gen(function*() {
        const texts = yield* writtenTo([...openingOf(version), ...heard.map((one) => isDrawn(one) ? asking(one) : one)])
        for (const text of texts) {
          assert.notInclude(text, "\n")
          const said = parse(text)
          // Only one version has batches, and then a batch may be answered with one.
          if (said._tag === "Batch") assert.strictEqual(version, "2025-03-26")
          for (const message of said._tag === "Batch" ? said.items : [said]) {
            assert.include(["Success", "Failure", "Notification"], message._tag, text)
          }
          if (said._tag === "Notification") assert.notProperty(JSON.parse(text), "id")
        }
      })
  )

  it.effect.prop(
    "it answers each request once, under its own id (RPC-07, RPC-12, RPC-13)",
    [Opening, Schema.Array(Drawn)],
    ([version, drawn]) =>
      Effect.gen(function*() {
        // Cancelling is left out, for what is cancelled is not answered; so are ids that are drawn twice.
        const requests = drawn.filter(({ id }, index) => drawn.findIndex((other) => other.id === id) === index)
        const texts = yield* writtenTo([...openingOf(version), ...requests.map(asking)])
        const answered = texts.map(parse).flatMap((message) =>
          message._tag === "Success" || message._tag === "Failure" ? [message.id] : []
        )
        const asked = requests.map(({ id }) => Message.isRequestId(id) ? id : undefined)
          .filter((id) => id !== undefined || !demandsIds(version))
        const expected = [...(version === "none" ? [] : ["opening"]), ...asked].map(String)
        assert.sameMembers(answered.map(String), expected)
        for (const id of answered) assert.include(["opening", ...asked], id)
      })
  )

  it.effect.prop(
    "it does not answer what is no request (RPC-17)",
    [Opening, Schema.Array(Drawn)],
    ([version, drawn]) =>
      Effect.gen(function*() {
        const begun = openingOf(version)
        const texts = yield* writtenTo([...begun, ...drawn.map(telling)])
        assert.strictEqual(texts.length, begun.length === 0 ? 0 : 1, texts.join("\n"))
      })
  )

  it.effect("it keeps line ends inside of texts apart from those between messages (STD-01)", () =>
    Effect.gen(function*() {
      const text = "a\nb\r\nc\u2028d"
      const texts = yield* writtenTo([
        ...opening("2025-11-25"),
        request(1, "tools/call", { name: "echo", arguments: { text } })
      ])
      assert.strictEqual(texts.length, 2)
      for (const one of texts) assert.notMatch(one, /[\r\n]/)
      assert.deepStrictEqual<unknown>(JSON.parse(texts[1] ?? "").result.content, [{ type: "text", text }])
    }))
})

describe("an error", () => {
  const table = [
    ["{", -32700, undefined],
    ["[]", -32600, undefined],
    ["\"ping\"", -32600, undefined],
    [{ jsonrpc: "2.0", id: null, method: "ping" }, -32600, undefined],
    [{ jsonrpc: "2.0", id: 1.5, method: "ping" }, -32600, undefined],
    [{ jsonrpc: "2.0", id: 7, method: 7 }, -32600, 7],
    [{ jsonrpc: "2.0", id: "7", method: "ping", params: [] }, -32600, "7"],
    [{ id: 7, method: "ping" }, -32600, 7],
    [request(7, "no/such"), -32601, 7]
  ] as const

  it.effect.each(Demo.versions)(
    "has the code of its cause, and an id or none: %s (ERR-11, RPC-12, RPC-13)",
    (version) =>
      Effect.gen(function*() {
        const line = version === modernVersion
          ? yield* Line.open(yield* Demo.server)
          : yield* Line.openSession(yield* Demo.server, version)
        const before = line.sent.length
        // What is no JSON, or no request, is of no era.
        for (const [message] of table.slice(0, -1)) line.say(message)
        line.say(request(7, "no/such", version === modernVersion ? claimed() : {}))
        yield* line.hangUp
        const answers = line.sent.slice(before)
        assert.deepStrictEqual(
          answers.map(({ error, id }) => [error?.code, id]),
          table.flatMap(([, code, id]) => id === undefined && demandsIds(version) ? [] : [[code, id]])
        )
        for (const { error } of answers) assert.isNotEmpty(error?.message)
      })
  )

  const modernTable = [
    ["tools/call", { name: "nothing" }],
    ["prompts/get", { name: "nothing" }],
    ["prompts/get", { name: "review" }],
    ["prompts/get", { name: "review", arguments: {} }],
    ["resources/read", { uri: "demo://nothing" }],
    ["resources/read", { uri: "demo://gone" }],
    ["resources/read", {}],
    ["tools/list", { cursor: "nowhere" }],
    ["prompts/list", { cursor: "nowhere" }],
    ["resources/list", { cursor: "nowhere" }],
    ["resources/templates/list", { cursor: "nowhere" }]
  ] as const
  it.effect.each(modernTable)("of params is -32602: %s %j (ERR-12)", ([method, params]) =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* Demo.server)
      assert.strictEqual((yield* line.ask(method, claimed(params))).error?.code, -32602)
    }))

  it.effect("of the claim is -32602 too (ERR-12)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* Demo.server)
      for (const key of [MetaKey.protocolVersion, MetaKey.clientCapabilities]) {
        const { [key]: _, ...rest } = claim
        assert.strictEqual((yield* line.ask("tools/list", { _meta: rest })).error?.code, -32602)
      }
      const answer = yield* line.ask("tools/list", claimed({}, { [MetaKey.logLevel]: "loud" }))
      assert.strictEqual(answer.error?.code, -32602)
    }))

  it.effect("is -32601 for what is not offered (ERR-10)", () =>
    Effect.gen(function*() {
      const empty = yield* McpServer.make([], serverInfo)
      for (const version of Demo.versions) {
        const ask = yield* Demo.onLine(empty, version)
        for (const method of ["no/such", "toString", "__proto__", "resources/subscribe", "completion/complete"]) {
          assert.strictEqual((yield* ask(method)).error?.code, -32601, `${version} ${method}`)
        }
        // Of the other revisions' methods, too.
        const foreign = version === modernVersion
          ? ["ping", "initialize", "logging/setLevel"]
          : ["subscriptions/listen"]
        for (const method of foreign) assert.strictEqual((yield* ask(method)).error?.code, -32601, method)
      }
    }))

  it("has a code that the specification defines, and means what it defines (ERR-01, ERR-04, ERR-05)", () => {
    const reserved = Object.entries(ErrorCode).filter(([, code]) => code <= -32000 && code >= -32099)
    assert.deepStrictEqual(Object.fromEntries(reserved), {
      ResourceNotFound: -32002,
      UrlElicitationRequired: -32042,
      HeaderMismatch: -32020,
      MissingClientCapability: -32021,
      UnsupportedProtocolVersion: -32022
    })
  })

  it.effect("of the stateless era is none of those that it has dropped (ERR-06)", () =>
    Effect.gen(function*() {
      for (const road of Object.values(Demo.roads)) {
        const ask = yield* road(yield* Demo.server, modernVersion)
        for (const uri of ["demo://gone", "demo://nothing", "demo://items/", "x"]) {
          assert.strictEqual((yield* ask("resources/read", { uri })).error?.code, -32602)
        }
        const old = yield* road(yield* Demo.server, "2025-11-25")
        assert.strictEqual((yield* old("resources/read", { uri: "demo://gone" })).error?.code, -32002)
      }
    }))
})

describe("a batch", () => {
  const batch = (version: string) =>
    JSON.stringify([1, 2].map((id) => request(id, "tools/list", version === modernVersion ? claimed() : {})))

  it.effect.each(Demo.versions.filter((version) => version !== "2025-03-26" && version !== "2024-11-05"))(
    "is no message in %s (BAT-02)",
    (version) =>
      Effect.gen(function*() {
        const line = version === modernVersion
          ? yield* Line.open(yield* Demo.server)
          : yield* Line.openSession(yield* Demo.server, version)
        const before = line.sent.length
        line.say(batch(version))
        yield* line.hangUp
        const ids = demandsIds(version) ? [1, 2] : [undefined]
        assert.deepStrictEqual(
          line.sent.slice(before).map(({ error, id }) => [error?.code, id]),
          ids.map((id) => [-32600, id])
        )
      })
  )
})

describe("keys of _meta that are ours", () => {
  const label = "[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
  const key = new RegExp(`^((${label})\\.(${label})(?:\\.${label})*)/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$`)
  const bare = ["progressToken", "traceparent", "tracestate", "baggage"]

  it("have the form that keys have (KEY-02 to KEY-04, TRC-03)", () => {
    const prefixed = Object.values(MetaKey).filter((name) => !bare.includes(name))
    assert.deepStrictEqual(prefixed.filter((name) => !key.test(name)), [])
  })

  it.effect("are under a prefix that is not reserved (KEY-06, KEY-07)", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* Demo.failing)
      const { result } = yield* line.ask("tools/call", { name: "fail" })
      const names = Object.keys(result?._meta ?? {})
      assert.isNotEmpty(names)
      for (const name of names) {
        const labels = key.exec(name)?.[1]?.split(".") ?? assert.fail(name)
        for (const reserved of ["mcp", "modelcontextprotocol"]) {
          assert.notStrictEqual(labels[1], reserved)
          assert.notStrictEqual(labels.at(-2), reserved)
        }
      }
    }))
})

describe("text over HTTP", () => {
  it.live("is UTF-8 in both directions (RPC-02)", () =>
    Effect.gen(function*() {
      const layer = McpServer.layer(Demo.tools, serverInfo)
      const { dispose, handler } = McpHttp.toWebHandler(layer)
      const text = "Zoë 🙂 \u0000 \ud800 €"
      const message = request(1, "tools/call", claimed({ name: "echo", arguments: { text } }))
      const headers = {
        host: "localhost",
        "content-type": "application/json",
        "mcp-protocol-version": modernVersion,
        "mcp-method": "tools/call",
        "mcp-name": "echo"
      }
      const body = new TextEncoder().encode(JSON.stringify(message))
      const init = { method: "POST", headers, body }
      const response = yield* Effect.promise(() => handler(new Request("http://localhost/mcp", init)))
      const answer = new Uint8Array(yield* Effect.promise(() => response.arrayBuffer()))
      const decoded = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(answer))
      assert.deepStrictEqual<unknown>(decoded.result.content, [{ type: "text", text }])
      yield* Effect.promise(() => dispose())
    }))
})
