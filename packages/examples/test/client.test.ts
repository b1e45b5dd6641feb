/** The two clients, as programs, each against a server that is a program too. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Program from "./Program.ts"

describe.concurrent("client", () => {
  it.live("over stdio, starts a server and finds out what it has", () =>
    Effect.gen(function*() {
      const { code, lines, stderr } = yield* Program.finish("client/stdio.ts")
      assert.deepStrictEqual(lines, [
        "quickstart speaks 2026-07-28",
        "tool add: Add two numbers",
        "add: {\"sum\":3}",
        "greeting://Ada: [{\"uri\":\"greeting://Ada\",\"mimeType\":\"text/plain\",\"text\":\"Hello, Ada!\"}]",
        "greet_user: [{\"role\":\"user\",\"content\":{\"type\":\"text\"," +
        "\"text\":\"Write a formal, professional greeting for somebody named Ada.\"}}]"
      ])
      assert.strictEqual(code, 0)
      assert.strictEqual(stderr, "")
    }))

  it.live("over HTTP, shares the contract of the notes server", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("notes/main.ts", { args: ["--port", "0"] })
      const { code, lines } = yield* Program.finish("client/http.ts", { env: { MCP_URL: url } })
      assert.match(lines[0] ?? "", /^added note 1 at \d{4}-/)
      assert.strictEqual(lines[1], "found First words")
      assert.include(lines.join("\n"), "# First words\\n\\nHello from a client.\\n")
      assert.strictEqual(lines.at(-1), "note 1 is gone")
      assert.strictEqual(code, 0)
      yield* stop("SIGTERM")
    }).pipe(Effect.scoped))

  it.live("over HTTP, fails with what is wrong when there is no server", () =>
    Effect.gen(function*() {
      const { code } = yield* Program.finish("client/http.ts", { env: { MCP_URL: "http://127.0.0.1:1/mcp" } })
      assert.strictEqual(code, 1)
    }))
})
