/** How a server asks its client, and that it does so nowhere else than it may. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Ask from "../../src/contract/Ask.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { cancelled, claimed, initializeParams, notification, type Received } from "../support/Messages.ts"
import { request, serverInfo, textsOf } from "../support/Messages.ts"

const sampled = { messages: [{ role: "user", content: { type: "text", text: "2+2?" } }], maxTokens: 10 } as const

const form = {
  message: "Sure?",
  requestedSchema: { type: "object", properties: { sure: { type: "boolean" } } }
} as const

/** Each asks something, and tells what came of it. */
const tools = [
  Tool.serve("sample", {}, () => Effect.map(Effect.exit(Ask.sample(sampled)), ({ _tag }) => _tag)),
  Tool.serve("elicit", {}, () => Effect.map(Effect.exit(Ask.elicit(form)), ({ _tag }) => _tag)),
  Tool.serve("roots", {}, () => Effect.map(Effect.exit(Ask.roots), ({ _tag }) => _tag))
]

const methods = { sample: "sampling/createMessage", elicit: "elicitation/create", roots: "roots/list" } as const

const kinds = ["sample", "elicit", "roots"] as const

const declared = { sampling: {}, elicitation: {}, roots: {} }

const server = McpServer.make(tools, serverInfo)

const json = { "content-type": "application/json" }

const call = (id: string | number, name: string) => request(id, "tools/call", { name })

const isRequest = ({ id, method }: Received) => id !== undefined && method !== undefined

const silently = Effect.provide(Logger.layer([]))

/** A line with a session in it whose client declares these capabilities. */
const openSession = (capabilities: object, version = "2025-11-25") =>
  Effect.gen(function*() {
    const line = yield* Line.open(yield* server)
    yield* line.ask("initialize", { ...initializeParams(version), capabilities })
    line.say(notification("notifications/initialized"))
    return line
  })

const askedFor = (line: Line.Line, name: keyof typeof methods) => line.hear(({ method }) => method === methods[name])

describe("in a session, a server", () => {
  it.effect("asks under ids of its own, each used once (RPC-03 to RPC-05)", () =>
    Effect.gen(function*() {
      const line = yield* openSession(declared)
      const rounds = [1, 2, 3]
      for (const round of rounds) {
        for (const name of kinds) line.say(call(`${name} ${round}`, name))
        const asked = line.sent.filter(isRequest)
        assert.strictEqual(asked.length, round * kinds.length)
        for (const { id } of asked.slice(-kinds.length)) {
          line.say({ jsonrpc: "2.0", id, error: { code: -1, message: "no" } })
        }
        for (const name of kinds) yield* line.hear(({ id }) => id === `${name} ${round}`)
      }
      const ids = line.sent.filter(isRequest).map(({ id }) => id)
      assert.strictEqual(new Set(ids).size, ids.length)
      for (const id of ids) assert.isTrue(typeof id === "string" || Number.isSafeInteger(id))
    }))

  it.effect.each(kinds)(
    "does not ask for what the client did not declare: %s (INI-18)",
    (name) =>
      Effect.gen(function*() {
        const {
          [methods[name] === "roots/list" ? "roots" : name === "elicit" ? "elicitation" : "sampling"]: _,
          ...rest
        } = declared
        for (const capabilities of [{}, rest]) {
          const line = yield* openSession(capabilities)
          const answer = yield* line.ask("tools/call", { name })
          assert.isDefined(answer.result)
          assert.deepStrictEqual(line.sent.filter(isRequest), [])
        }
      })
  )

  it.effect("does not ask for what the version has not (INI-17)", () =>
    Effect.gen(function*() {
      for (const version of ["2024-11-05", "2025-03-26"]) {
        const line = yield* openSession(declared, version)
        assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "elicit" })), ["Failure"])
        assert.deepStrictEqual(line.sent.filter(isRequest), [])
      }
    }))

  it.effect.each(kinds)(
    "asks on the stream of the call, and on no other: %s (HTL-11, HTL-12, HTG-06, HTG-07)",
    (name) =>
      Effect.gen(function*() {
        const http = yield* Http.make(yield* server)
        const opened = yield* http.post(
          request(0, "initialize", { ...initializeParams("2025-11-25"), capabilities: declared })
        )
        const session = { "mcp-session-id": opened.header("mcp-session-id") }
        const listening = http.start("GET", { accept: "text/event-stream", ...session })
        yield* Fiber.await(listening.fiber)
        const exchange = http.start("POST", { ...json, ...session }, call(1, name))
        yield* exchange.arrived(1)
        const [asked] = exchange.messages()
        assert.strictEqual(asked?.method, methods[name])
        yield* http.post({ jsonrpc: "2.0", id: asked?.id, error: { code: -1, message: "no" } }, session)
        yield* exchange.over
        assert.deepStrictEqual(exchange.messages().slice(1).map(({ id }) => id), [1])
        assert.deepStrictEqual(listening.messages(), [])
      })
  )

  it.effect.each(kinds)(
    "takes back its own question, by its id, and nothing else: %s (CAN-02, CAN-18)",
    (name) =>
      Effect.gen(function*() {
        const line = yield* openSession(declared)
        line.say(call(1, name))
        const { id } = yield* askedFor(line, name)
        line.say(cancelled(1))
        const withdrawn = yield* line.hear(({ method }) => method === "notifications/cancelled")
        assert.deepStrictEqual(withdrawn.params, { requestId: id })
        // What was answered is not taken back.
        line.say(call("second", name))
        const second = yield* line.hear((message) => message.method === methods[name] && message.id !== id)
        line.say({ jsonrpc: "2.0", id: second.id, error: { code: -1, message: "no" } })
        yield* line.hear((message) => message.id === "second")
        line.say(cancelled("second"), cancelled("nobody"))
        yield* line.hangUp
        assert.strictEqual(line.sent.filter(({ method }) => method === "notifications/cancelled").length, 1)
      })
  )
})

describe("without a session, a server", () => {
  it.effect.each(kinds)(
    "sends no requests on a line: %s (RPC-18, STD-06, MRS-01, ELI-09, ROO-04)",
    (name) =>
      Effect.gen(function*() {
        const line = yield* openSession(declared)
        for (const capabilities of [declared, {}]) {
          const params = claimed({ name }, { [MetaKey.clientCapabilities]: capabilities, progressToken: 1 })
          const answer = yield* line.ask("tools/call", params)
          assert.isTrue(answer.result !== undefined || answer.error !== undefined)
        }
        assert.deepStrictEqual(line.sent.filter(isRequest), [])
      }).pipe(silently)
  )

  it.effect.each(kinds)(
    "sends no requests over HTTP: %s (RPC-18, RPC-20, HTM-04, MRS-01, ELI-09, ROO-04)",
    (name) =>
      Effect.gen(function*() {
        const http = yield* Http.make(yield* server, { response: "sse" })
        for (const capabilities of [declared, {}]) {
          const params = claimed({ name }, { [MetaKey.clientCapabilities]: capabilities })
          const exchange = yield* http.post(request(1, "tools/call", params), Http.modernHeaders("tools/call", name))
          const messages = exchange.messages()
          assert.deepStrictEqual(messages.filter(isRequest), [])
          assert.strictEqual(messages.at(-1)?.id, 1)
        }
      }).pipe(silently)
  )

  it.effect("cancels nothing of its client's (CAN-05)", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const wait = Tool.serve("wait", {}, () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
      const line = yield* Line.open(yield* McpServer.make([...tools, wait], serverInfo))
      line.say(request(1, "tools/call", claimed({ name: "wait" })))
      yield* Deferred.await(started)
      line.say(cancelled(1))
      for (const name of kinds) {
        yield* line.ask("tools/call", claimed({ name }, { [MetaKey.clientCapabilities]: declared }))
      }
      line.say(request(2, "tools/call", claimed({ name: "wait" })))
      yield* line.stop
      assert.deepStrictEqual(line.sent.filter(({ method }) => method !== undefined), [])
    }).pipe(silently))
})
