/** The notes server as `npm start` runs it: over HTTP and stdio, with each of its flags. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { HttpPolicy } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Http from "node:http"
import * as Connecting from "../src/notes/Connecting.ts"
import * as Program from "./Program.ts"
import * as Rpc from "./Rpc.ts"

const main = "notes/main.ts"

const bread = { topic: "Food", title: "Bread", body: "Rye" }

const addBread = { method: "tools/call", params: { name: "add_note", arguments: bread } }

/** The status of a GET that says it is addressed to a host; a refusal of the host comes before all others. */
const statusFor = (url: string, host: string) =>
  Effect.callback<number | undefined, Error>((resume) => {
    const request = Http.get(url, { headers: { host }, agent: false }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode))
    })
    request.on("error", (error) => resume(Effect.fail(error)))
  })

/** What the printed curl line asks for. */
const curl = (stdout: string): readonly [url: string, init: RequestInit] => {
  const line = stdout.split("\n").find((line) => line.includes("curl")) ?? ""
  const headers = Array.from(line.matchAll(/-H '([^:]+): ([^']+)'/g), ([, name = "", value = ""]) => [name, value])
  return [/http:\S+/.exec(line)?.[0] ?? "", {
    method: "POST",
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: /-d '([^']+)'/.exec(line)?.[1] ?? ""
  }]
}

/** The servers in the JSON snippets that were printed. */
const snippets = (stdout: string) =>
  Array.from(stdout.matchAll(/^\{$[^]*?^\}$/gm), ([text]) => {
    const { mcpServers } = JSON.parse(text) as { readonly mcpServers: { readonly notes: Record<string, unknown> } }
    return mcpServers.notes
  })

describe.concurrent("the notes program over HTTP", () => {
  it.live("tells how to connect, and ends well when it is told to stop", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen(main, { args: ["--port", "0", "--log-level", "info"] })
      const session = yield* Rpc.open(url)
      assert.property(session, "mcp-session-id")
      const drawn = yield* Rpc.post(url, { id: 1, ...addBread }, session)
      assert.deepInclude(drawn, { status: 200, type: "application/json" })

      const instructions = Connecting.instructions(url, undefined)
      const [curlUrl, init] = curl(instructions)
      const { messages } = yield* Rpc.request(curlUrl, init)
      assert.lengthOf(messages[0]?.result?.["tools"] as ReadonlyArray<unknown>, 4)

      const { code, stderr, stdout } = yield* stop("SIGTERM")
      assert.strictEqual(code, 0)
      // The child's own options of node are its own.
      assert.deepStrictEqual(curl(stdout), [curlUrl, init])
      const [http, stdio] = snippets(stdout)
      assert.deepStrictEqual(http, { type: "http", url })
      assert.deepInclude(stdio, { command: process.execPath })
      assert.include(stdio?.["args"], "--stdio")
      assert.match(stderr, /Opened the database[^]*Closed the database/)
      yield* Effect.flip(Rpc.open(url))
    }).pipe(Effect.scoped))

  it.live("keeps no sessions and streams nothing, when asked to; SIGINT ends it too", () =>
    Effect.gen(function*() {
      const args = ["--port", "0", "--stateless", "--json-response", "--log-level", "none"]
      const { stop, url } = yield* Program.listen(main, { args })
      assert.deepStrictEqual(yield* Rpc.open(url), {})
      const { messages, type } = yield* Rpc.post(url, { id: 1, ...addBread })
      assert.strictEqual(type, "application/json")
      assert.deepInclude(messages[0]?.result?.["structuredContent"], bread)
      assert.deepInclude(yield* stop("SIGINT"), { code: 0, stderr: "" })
    }).pipe(Effect.scoped))

  it.live("answers only to names of this machine", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen(main, { args: ["--port", "0", "--host", "0.0.0.0"] })
      // What it says is where it can be reached.
      assert.property(yield* Rpc.open(url), "mcp-session-id")
      const statuses = yield* Effect.forEach(
        ["localhost", "127.0.0.1:1", "evil.example"],
        (host) => statusFor(url, host)
      )
      assert.deepStrictEqual(statuses, [400, 400, 403])
      yield* stop("SIGTERM")
    }).pipe(Effect.scoped))

  it.live("says why it cannot start", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen(main, { args: ["--port", "0"] })
      const taken = yield* Program.finish(main, { args: ["--port", new URL(url).port] })
      assert.match(taken.stderr, /Cannot listen on 127\.0\.0\.1:\d+/)
      assert.deepInclude(taken, { code: 1, lines: [] })
      yield* stop("SIGTERM")
    }).pipe(Effect.scoped))
})

describe.concurrent("the notes program over stdio", () => {
  it.live("speaks JSON-RPC on stdout and nothing else, and keeps the notes in its file", () =>
    Effect.gen(function*() {
      const files = yield* FileSystem.FileSystem
      const database = `${yield* files.makeTempDirectoryScoped()}/notes.db`
      const options = { args: ["--stdio", "--database", database] }
      const first = yield* Program.converse(main, [addBread], options)
      assert.deepInclude(first.results[0]?.["structuredContent"], bread)
      assert.strictEqual(first.code, 0)

      const second = yield* Program.converse(main, [
        { method: "tools/call", params: { name: "draw_note", arguments: { id: 1 } } },
        { method: "resources/read", params: { uri: "notes://1" } },
        { method: "prompts/get", params: { name: "summarize_topic", arguments: { topic: "Food" } } }
      ], options)
      assert.include(JSON.stringify(second.results[0]), "\"mimeType\":\"image/png\"")
      assert.include(JSON.stringify(second.results[1]), "# Bread")
      assert.include(JSON.stringify(second.results[2]), "notes://1")
      assert.strictEqual(second.code, 0)
      assert.match(second.stderr, /Opened the database[^]*Closed the database/)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))

  it.live("leaves stdout alone when it cannot start", () =>
    Effect.gen(function*() {
      const { code, lines, stderr } = yield* Program.finish(main, { args: ["--stdio", "--database", "/nowhere/n.db"] })
      assert.deepStrictEqual(lines, [])
      assert.include(stderr, "Cannot open the database /nowhere/n.db")
      assert.strictEqual(code, 1)
    }))
})

describe("the hosts that the notes program answers to", () => {
  const admits = (host: string, name: string) =>
    HttpPolicy.admitsHost(HttpPolicy.make({ allowedHosts: Connecting.hosts(host) }), name)

  it("are loopback by default", () => {
    for (const host of ["127.0.0.1", "localhost", "::1"]) assert.strictEqual(Connecting.hosts(host), "loopback")
  })

  it("are the address itself when it is another", () => {
    assert.isTrue(admits("192.168.1.7", "192.168.1.7:3000"))
    assert.isTrue(admits("fe80::1", "[fe80::1]:3000"))
    assert.isTrue(admits("Box.Local", "box.local"))
    assert.isTrue(admits("192.168.1.7", "localhost:3000"))
    assert.isFalse(admits("192.168.1.7", "192.168.1.8:3000"))
    assert.isFalse(admits("192.168.1.7", "evil.example"))
  })

  it("are all of this machine's when it listens on all, and nobody else's", () => {
    for (const host of ["0.0.0.0", "::"]) {
      assert.isTrue(admits(host, "127.0.0.1:3000"))
      assert.isFalse(admits(host, "evil.example"))
      assert.isFalse(admits(host, "0.0.0.0"))
    }
  })
})
