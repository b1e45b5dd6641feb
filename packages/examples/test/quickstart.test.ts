/** The first server, in memory with the client, and as a program. */
import { assert, describe, it, layer } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Server } from "../src/quickstart/Server.ts"
import * as Program from "./Program.ts"

const Both = Layer.mergeAll(Server, McpClient.layer({ name: "test", version: "1" })).pipe(
  Layer.provide(InMemoryTransport.layer)
)

layer(Both)("quickstart", (it) => {
  it.effect("adds", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const { structuredContent } = yield* client.callTool({ name: "add", arguments: { a: 1.5, b: 2 } })
      assert.deepStrictEqual(structuredContent, { sum: 3.5 })
    }))

  it.effect("tells a model what is wrong with the arguments", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const { content, isError } = yield* client.callTool({ name: "add", arguments: { a: "one", b: 2 } })
      assert.isTrue(isError)
      assert.include(JSON.stringify(content), "Invalid arguments for tool \\\"add\\\"")
    }))

  it.effect("greets anybody", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const { contents } = yield* client.readResource("greeting://Zo%C3%AB")
      assert.deepStrictEqual(contents, [{ uri: "greeting://Zo%C3%AB", mimeType: "text/plain", text: "Hello, Zoë!" }])
    }))

  it.effect("asks for a greeting in each style", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const texts = yield* Effect.forEach([{}, { style: "formal" }, { style: "casual" }], (style) =>
        Effect.map(
          client.getPrompt({ name: "greet_user", arguments: { name: "Ada", ...style } }),
          ({ messages }) =>
            messages.map(({ content, role }) => `${role}: ${content.type === "text" ? content.text : ""}`)
        ))
      assert.deepStrictEqual(texts.flat(), [
        "user: Write a warm, friendly greeting for somebody named Ada.",
        "user: Write a formal, professional greeting for somebody named Ada.",
        "user: Write a casual, relaxed greeting for somebody named Ada."
      ])
      const refused = yield* Effect.flip(
        client.getPrompt({ name: "greet_user", arguments: { name: "Ada", style: "rude" } })
      )
      assert.strictEqual(refused.reason._tag, "RpcError")
    }))
})

describe("quickstart as a program", () => {
  it.live("serves over stdio, and ends with stdin", () =>
    Effect.gen(function*() {
      const { code, results, stderr } = yield* Program.converse("quickstart/main.ts", [
        { method: "tools/call", params: { name: "add", arguments: { a: 1, b: 2 } } },
        { method: "resources/read", params: { uri: "greeting://Ada" } },
        { method: "prompts/get", params: { name: "greet_user", arguments: { name: "Ada" } } }
      ])
      assert.deepInclude(results[0], { structuredContent: { sum: 3 } })
      assert.deepInclude(results[1], {
        contents: [{ uri: "greeting://Ada", mimeType: "text/plain", text: "Hello, Ada!" }]
      })
      assert.property(results[2], "messages")
      assert.strictEqual(code, 0)
      assert.strictEqual(stderr, "")
    }))
})
