/** Prompts of several messages. */
import { assert, describe, it, layer } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { PromptsCatalog, Server } from "../src/prompts/Server.ts"
import * as Program from "./Program.ts"

const Both = Layer.mergeAll(Server, McpClient.layer({ name: "test", version: "1" })).pipe(
  Layer.provide(InMemoryTransport.layer)
)

layer(Both)("prompts", (it) => {
  it.effect("lists the arguments", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const prompts = yield* client.listPrompts
      assert.deepStrictEqual(prompts.map((prompt) => prompt.arguments), [
        [
          { name: "code", description: "The code", required: true },
          { name: "language", description: "Its language; TypeScript unless given", required: false }
        ],
        [{ name: "picture", required: true }]
      ])
    }))

  it.effect("speaks for both sides, and shows a document", () =>
    Effect.gen(function*() {
      const { prompts } = yield* McpClient.of(PromptsCatalog)
      const { description, messages } = yield* prompts.review_code({ code: "let x = 1", language: "JavaScript" })
      assert.strictEqual(description, "Have some code reviewed, by the rules of the house")
      assert.deepStrictEqual(messages.map(({ content, role }) => `${role} ${content.type}`), [
        "user text",
        "user resource",
        "assistant text",
        "user text"
      ])
      assert.deepInclude(messages[1]?.content, {
        resource: {
          uri: "rules://house",
          mimeType: "text/markdown",
          text: "# Rules of the house\n\n1. Names are whole words.\n2. Failures are values.\n"
        }
      })
      assert.deepInclude(messages[3]?.content, {
        text: "Which rules does this JavaScript break, and where?\n\nlet x = 1"
      })
    }))

  it.effect("shows a picture", () =>
    Effect.gen(function*() {
      const { prompts } = yield* McpClient.of(PromptsCatalog)
      const { messages } = yield* prompts.name_picture({ picture: new Uint8Array([1, 2, 3]) })
      assert.deepStrictEqual(messages[1], {
        role: "user",
        content: { type: "image", data: "AQID", mimeType: "image/png" }
      })
    }))
})

describe("prompts as a program", () => {
  it.live("serves over stdio, and ends with stdin", () =>
    Effect.gen(function*() {
      const { code, results } = yield* Program.converse("prompts/main.ts", [
        { method: "prompts/get", params: { name: "review_code", arguments: { code: "1" } } }
      ])
      assert.property(results[0], "messages")
      assert.strictEqual(code, 0)
    }))
})
