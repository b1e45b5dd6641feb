/** The shop's toolkit, in memory with the client, and as a program. */
import { assert, describe, it, layer } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Server } from "../src/toolkit/Server.ts"
import * as Program from "./Program.ts"

const Both = Layer.mergeAll(Server, McpClient.layer({ name: "test", version: "1" })).pipe(
  Layer.provide(InMemoryTransport.layer)
)

layer(Both)("toolkit", (it) => {
  it.effect("offers the tools of the toolkit", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const tools = yield* client.listTools
      assert.deepStrictEqual(tools.map(({ name }) => name), ["count", "chart", "restock"])
      assert.deepInclude(tools[0], {
        title: "Count items",
        description: "How many of an item are in stock",
        annotations: { title: "Count items", readOnlyHint: true, openWorldHint: false }
      })
    }))

  it.effect("counts, and says which item is not there", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const tea = yield* client.callTool({ name: "count", arguments: { item: "tea" } })
      assert.deepStrictEqual(tea.structuredContent, { item: "tea", count: 12 })
      const milk = yield* client.callTool({ name: "count", arguments: { item: "milk" } })
      assert.isTrue(milk.isError)
      assert.deepStrictEqual(milk.content, [{ type: "text", text: "There is no \"milk\" in this shop" }])
    }))

  it.effect("draws a picture", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const { content, structuredContent } = yield* client.callTool({ name: "chart" })
      assert.deepInclude(content[0], { type: "text", text: "tea: 12\ncoffee: 3" })
      const picture = content[1]
      assert(picture?.type === "image" && picture.mimeType === "image/svg+xml")
      assert.include(Buffer.from(picture.data, "base64").toString(), "<rect y=\"10\" width=\"3\" height=\"8\"/>")
      assert.deepStrictEqual(structuredContent, { bars: [{ item: "tea", count: 12 }, { item: "coffee", count: 3 }] })
    }))
})

describe("toolkit as a program", () => {
  it.live("serves over stdio, and ends with stdin", () =>
    Effect.gen(function*() {
      const { code, results } = yield* Program.converse("toolkit/main.ts", [
        { method: "tools/call", params: { name: "restock", arguments: {}, _meta: { progressToken: "p" } } },
        { method: "tools/call", params: { name: "count", arguments: { item: "coffee" } } }
      ])
      assert.deepInclude(results[0], { content: [{ type: "text", text: "Everything is ordered" }] })
      assert.deepInclude(results[1], { structuredContent: { item: "coffee", count: 3 } })
      assert.strictEqual(code, 0)
    }))
})
