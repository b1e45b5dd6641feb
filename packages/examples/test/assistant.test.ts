/** An assistant with five servers, of which two can be used: it says so, and uses them. */
import { assert, describe, it } from "@effect/vitest"
import { McpClients } from "@parley/mcp"
import { NodeMcpClients } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Program from "./Program.ts"

const issues = "The entry of the server \"issues\" is not valid: " +
  "headers.authorization: the environment variable ISSUES_TOKEN is not set, and there is no default"

describe.concurrent("assistant", () => {
  it.live("uses the servers that work, and says what is wrong with the others", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("stateless/main.ts")
      const env = { NODE: process.execPath, NUMBERS_URL: url }
      const { code, lines, stderr } = yield* Program.finish("assistant/main.ts", { env })
      assert.deepStrictEqual(lines, [
        "quickstart: connected, speaks 2026-07-28",
        "numbers: connected, speaks 2026-07-28",
        `issues: ${issues}`,
        "gone: The server cannot be reached: a-program-that-nobody-has: NotFound",
        "later: turned off",
        "tools: quickstart__add, numbers__factorize",
        "quickstart__add: {\"sum\":3}",
        "numbers__factorize: {\"factors\":[2,2,3,7]}",
        `issues__search: ${issues}`,
        "nobody__knows: No server has a tool \"nobody__knows\""
      ])
      assert.strictEqual(code, 0)
      assert.strictEqual(stderr, "")
      yield* stop("SIGTERM")
    }).pipe(Effect.scoped))

  it.live("fails when the file is none, with its name", () =>
    Effect.gen(function*() {
      const { code, lines } = yield* Program.finish("assistant/main.ts", { args: ["no-such-file.json"] })
      assert.strictEqual(code, 1)
      assert.match(lines.join("\n"), /no-such-file\.json: NotFound/)
    }))

  it.live("is there though none of its servers is", () =>
    Effect.gen(function*() {
      const { callTool, servers, tools } = yield* McpClients.McpClients
      assert.deepStrictEqual((yield* servers).map(({ status }) => status._tag), ["Disconnected", "Disconnected"])
      assert.deepStrictEqual(yield* tools, [])
      const error = yield* Effect.flip(callTool({ name: "gone__anything", arguments: {} }))
      assert.strictEqual(error._tag, "McpClientError")
    }).pipe(Effect.provide(NodeMcpClients.layer({
      mcpServers: {
        gone: { command: "a-program-that-nobody-has" },
        wrong: { command: "node", url: "http://a.example" }
      }
    }, { name: "test", version: "1" }))))
})
