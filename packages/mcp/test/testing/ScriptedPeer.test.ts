/** Peers that say what a test tells them to, against a real client and a real server. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { Client } from "../../src/client/Client.ts"
import * as McpClient from "../../src/client/McpClient.ts"
import type { Revision } from "../../src/revision/Revision.ts"
import { v2024_11_05 } from "../../src/revision/v2024_11_05.ts"
import { v2025_03_26 } from "../../src/revision/v2025_03_26.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import type { Way } from "../../src/testing/McpTest.ts"
import * as ScriptedPeer from "../../src/testing/ScriptedPeer.ts"
import * as Transcript from "../../src/testing/Transcript.ts"
import { ClientTransport } from "../../src/transport/ClientTransport.ts"
import { Server } from "./Specimen.ts"

const connect = (server: ScriptedPeer.ScriptedServer, options: Partial<McpClient.Options> = {}) =>
  Effect.provideService(
    McpClient.make({ name: "test", version: "0", ...options }),
    ClientTransport,
    server.transport
  )

const add = (client: Client) =>
  Effect.forkChild(client.callTool({ name: "add", arguments: { a: 1 } }), { startImmediately: true })

const cells: ReadonlyArray<readonly [way: Way, revision: Revision]> = [
  ...[v2025_11_25, v2026_07_28].map((revision) => ["line", revision] as const),
  ...[v2025_11_25, v2026_07_28].map((revision) => ["http", revision] as const),
  ["sse", v2024_11_05]
]

const result = (text: string) => ({ resultType: "complete", content: [{ type: "text", text }] })

describe("a scripted server", () => {
  for (const [way, revision] of cells) {
    it.effect(`answers a real client, in ${revision.version} over ${way}`, () =>
      Effect.gen(function*() {
        const server = yield* ScriptedPeer.server({ way, answers: ScriptedPeer.opening(revision), sessionId: "s1" })
        const client = yield* connect(server)
        assert.strictEqual(client.server.revision.version, revision.version)

        const call = yield* add(client)
        const heard = yield* server.find("→ tools/call add {a: <a>}")
        assert.deepStrictEqual(heard.bound, { a: 1 })
        yield* heard.send({ method: "notifications/message", params: { level: "info", data: "soon" } })
        yield* heard.reply(result("1"))
        assert.deepStrictEqual((yield* Fiber.join(call)).content, [{ type: "text", text: "1" }])

        const other = yield* add(client)
        yield* (yield* server.find("tools/call add {a: <a>}")).fail(-32000, "no", { why: 1 })
        assert.include(String(yield* Effect.flip(Fiber.join(other))), "no")
        yield* Transcript.expect(
          server.recorded(),
          `…
          → tools/call add {a: 1}
          ← notifications/message {level: "info", data: "soon"}
          ← {content: [{type: "text", text: "1"}]}
          → tools/call add {a: 1}
          ← error -32000 "no" {why: 1}`
        )
      }))

    it.effect(`breaks the rules, in ${revision.version} over ${way}`, () =>
      Effect.gen(function*() {
        const server = yield* ScriptedPeer.server({ way, answers: ScriptedPeer.opening(revision) })
        const client = yield* connect(server)
        const call = yield* add(client)
        const heard = yield* server.find("tools/call …")
        yield* heard.sendText("not json")
        yield* heard.send({ id: "nobody's", result: {} })
        yield* heard.reply(result("even so"))
        assert.deepStrictEqual((yield* Fiber.join(call)).content, [{ type: "text", text: "even so" }])

        const cut = yield* add(client)
        yield* (yield* server.find("tools/call …")).cut
        // Whether it ran cannot be known.
        const error = yield* Effect.flip(Fiber.join(cut))
        assert.strictEqual(error._tag, "McpClientError")
      }))
  }

  it.effect("fails when it hears something else than it expects, and says what", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedPeer.server({ answers: ScriptedPeer.opening(v2026_07_28) })
      yield* add(yield* connect(server))
      const { message } = yield* Effect.flip(server.expect("tools/call add {a: 2}"))
      assert.strictEqual(
        message,
        [
          "The conversation went another way than expected:",
          "",
          "- → tools/call add {a: 2}",
          "      .arguments.a: 1 instead of 2",
          "+ → tools/call add {\"a\":1}"
        ].join("\n")
      )
    }))

  for (const way of ["line", "http", "sse"] as const) {
    it.effect(`asks a real client over ${way}`, () =>
      Effect.gen(function*() {
        const answers = ScriptedPeer.opening(way === "sse" ? v2024_11_05 : v2025_11_25)
        const server = yield* ScriptedPeer.server({ way, answers, sessionId: "s1", onGet: "listen" })
        yield* connect(server)
        const answered = yield* server.request("ping")
        assert.strictEqual(answered.message._tag, "Success")
        const refused = yield* server.request("roots/list")
        assert.strictEqual(refused.message._tag, "Failure")
      }))
  }

  for (const way of ["line", "sse"] as const) {
    it.effect(`hangs up in the middle of a call over ${way}`, () =>
      Effect.gen(function*() {
        const revision = way === "sse" ? v2024_11_05 : v2025_11_25
        const server = yield* ScriptedPeer.server({ way, answers: ScriptedPeer.opening(revision) })
        const call = yield* add(yield* connect(server, { revisions: [revision] }))
        yield* server.find("tools/call …")
        yield* server.hangUp
        assert.include(String(yield* Effect.flip(Fiber.join(call))), "McpClientError")
      }))
  }

  it.effect("says of its own what nobody can hear at nobody's cost but the test's", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedPeer.server({ way: "http", answers: ScriptedPeer.opening(v2025_11_25) })
      yield* connect(server)
      const exit = yield* Effect.exit(server.request("ping"))
      assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", "onGet: \"listen\"")
    }))

  it.effect("shows what a client showed, as it was", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedPeer.server({ way: "http", headers: { authorization: "Bearer mine-and-secret" } })
      yield* Effect.forkChild(connect(server), { startImmediately: true })
      yield* server.expect("POST /mcp {authorization: \"Bearer mine-and-secret\"}")
      assert.notInclude(JSON.stringify(server.recorded()), "secret")
    }))

  it.effect("answers with a status, and hears what a GET asks for", () =>
    Effect.gen(function*() {
      const answers = ScriptedPeer.opening(v2025_11_25)
      const server = yield* ScriptedPeer.server({ way: "http", answers, sessionId: "s1", onGet: "hear" })
      const client = yield* connect(server)
      const call = yield* add(client)
      const heard = yield* server.find("tools/call …")
      yield* heard.write("id: e1\ndata:\n\n")
      yield* heard.end
      yield* TestClock.adjust("10 seconds")
      const again = yield* server.find("GET /mcp {last-event-id: \"e1\", mcp-session-id: \"s1\"}")
      const text = JSON.stringify({ jsonrpc: "2.0", id: heard.id, result: result("resumed") })
      yield* again.respond(200, { "content-type": "text/event-stream" }, `data: ${text}\n\n`)
      assert.deepStrictEqual((yield* Fiber.join(call)).content, [{ type: "text", text: "resumed" }])
    }))
})

describe("a scripted client", () => {
  for (const [way, revision] of cells) {
    it.effect(`speaks to a real server, in ${revision.version} over ${way}`, () =>
      Effect.gen(function*() {
        const client = yield* ScriptedPeer.client(Server, { way })
        yield* client.open(revision)
        const answer = yield* client.request("tools/call", { name: "add", arguments: { a: 1, b: 2 } })
        assert.strictEqual(answer.message._tag, "Success")
        yield* client.request("tools/call", { name: "long", arguments: {}, _meta: { progressToken: "p" } })
        yield* client.find("← notifications/progress {progressToken: \"p\", progress: 2, total: 2}")
        yield* Transcript.expect(
          client.recorded(),
          `…
          → tools/call add {a: 1, b: 2}
          ← {content: [{type: "text", text: "{\\"sum\\":3}"}], …}
          → tools/call long
          ← notifications/progress {progress: 1, …}
          ← notifications/progress {progress: 2, …}
          ← {content: [{type: "text", text: "done"}], …}`
        )
      }))

    it.effect(`breaks the rules, in ${revision.version} over ${way}`, () =>
      Effect.gen(function*() {
        const client = yield* ScriptedPeer.client(Server, { way })
        yield* client.open(revision)
        yield* client.sendText("{\"jsonrpc\":")
        // In a session of the oldest revision there is no answer to what has no id.
        if (revision !== v2024_11_05) yield* client.expect("← error -32700 …")
        const unknown = yield* client.request("no/such")
        assert.strictEqual(unknown.message._tag, "Failure")
      }))
  }

  it.effect("takes leave of a session and opens another, over HTTP+SSE", () =>
    Effect.gen(function*() {
      const client = yield* ScriptedPeer.client(Server, { way: "sse" })
      for (let time = 0; time < 2; time++) {
        yield* client.open(v2024_11_05)
        assert.strictEqual((yield* client.request("ping")).message._tag, "Success")
        yield* client.hangUp
        yield* client.listen()
      }
      yield* client.sendText("{", { "content-type": "application/json" })
      yield* client.expect("← error -32700 …")
    }))

  it.effect("hears each message of a batch", () =>
    Effect.gen(function*() {
      const client = yield* ScriptedPeer.client(Server)
      yield* client.open(v2025_03_26)
      const batch = [1, 2].map((a) => ({
        jsonrpc: "2.0",
        id: `b${a}`,
        method: "tools/call",
        params: { name: "add", arguments: { a, b: 0 } }
      }))
      yield* client.sendText(JSON.stringify(batch))
      const heard = yield* client.next
      assert.deepStrictEqual(heard.messages.map(({ _tag }) => _tag), ["Success", "Success"])
      yield* client.sendText(JSON.stringify([{ jsonrpc: "2.0", id: 1, method: "ping" }]))
      const whole = yield* client.expect("← [{jsonrpc: \"2.0\", id: <id>, result: {}}]")
      assert.deepStrictEqual(whole.bound, { id: 1 })
    }))

  it.effect("stops waiting when it is interrupted, and what comes then is for others", () =>
    Effect.gen(function*() {
      const client = yield* ScriptedPeer.client(Server)
      const waiting = yield* Effect.forkChild(client.next, { startImmediately: true })
      yield* Fiber.interrupt(waiting)
      yield* client.open(v2025_11_25)
      yield* client.send({ id: 7, method: "ping" })
      assert.strictEqual((yield* client.next).id, 7)
    }))

  it.effect("carries any text, and much of it", () =>
    Effect.gen(function*() {
      for (const [way, revision] of cells) {
        const server = yield* ScriptedPeer.server({ way, answers: ScriptedPeer.opening(revision) })
        const client = yield* connect(server)
        const text = `${"🦜\u2028\0\"<session>…".repeat(20_000)}\r\n`
        const call = yield* Effect.forkChild(client.callTool({ name: text.slice(0, 100) }), { startImmediately: true })
        const heard = yield* server.find("tools/call …")
        assert.strictEqual(heard.params.name, text.slice(0, 100))
        yield* heard.reply(result(text))
        assert.deepStrictEqual((yield* Fiber.join(call)).content, [{ type: "text", text }])
      }
    }))

  for (const way of ["line", "http"] as const) {
    it.effect(`answers what a real server asks over ${way}`, () =>
      Effect.gen(function*() {
        const client = yield* ScriptedPeer.client(Server, { way })
        yield* client.open(v2025_11_25, { elicitation: {} })
        const call = yield* Effect.forkChild(client.request("tools/call", { name: "name" }), { startImmediately: true })
        const asked = yield* client.expect("← elicitation/create {message: \"Who are you?\", …}")
        yield* asked.reply({ action: "accept", content: { name: "Ada" } })
        const answered = yield* Fiber.join(call)
        assert.include(answered.text, "Hello, Ada!")
      }))
  }

  it.effect("listens over HTTP, and hangs up", () =>
    Effect.gen(function*() {
      const client = yield* ScriptedPeer.client(Server, { way: "http" })
      yield* client.open(v2025_11_25)
      yield* client.listen()
      yield* client.send({ id: 9, method: "tools/call", params: { name: "never" } })
      yield* client.hangUp
      assert.strictEqual((yield* client.request("ping")).message._tag, "Success")
      assert.deepStrictEqual(client.waiting(), [])
    }))
})
