/**
 * The official SDK clients and the stories that need a client which does something: one that answers questions, one that
 * listens, one that knows no transport but the oldest.
 */
import { assert, describe, it } from "@effect/vitest"
import * as V2 from "@modelcontextprotocol/client"
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio"
import { Client as V1Client } from "@modelcontextprotocol/sdk/client/index.js"
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js"
import { StreamableHTTPClientTransport as V1HttpTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import type { Transport as V1Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js"
import { type FixtureServer, nodeArguments, startServer } from "../../src/suite/FixtureServer.ts"

const clientInfo = { name: "interop", version: "0.1.0" }

/** Runs a test against a story, and ends the story. */
const withStory = async (story: string, test: (server: FixtureServer) => Promise<void>): Promise<void> => {
  const server = await startServer(`examples/src/${story}/main.ts`)
  try {
    await test(server)
  } finally {
    await server.stop()
  }
}

/** A user who wants a shirt, and a model with a slogan; tells what they were asked. */
const shopper = (mode: V2.VersionNegotiationMode) => {
  const asked: Array<string> = []
  const client = new V2.Client(clientInfo, {
    versionNegotiation: { mode },
    capabilities: { elicitation: { form: {}, url: {} }, sampling: {} }
  })
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    asked.push(params.message)
    if ("url" in params) return { action: "accept" }
    const wantsSize = "size" in params.requestedSchema.properties
    return { action: "accept", content: wantsSize ? { size: "L", color: "white" } : { address: "1 Elm Street" } }
  })
  client.setRequestHandler("sampling/createMessage", async () => {
    asked.push("the model")
    return { role: "assistant", model: "test", content: { type: "text", text: "Dance till dawn" } }
  })
  return { asked, client }
}

describe("an official client that answers questions", () => {
  it.each(["legacy", { pin: "2026-07-28" }] as const)(
    "orders a shirt from the wizard (%j)",
    (mode) =>
      withStory("wizard", async ({ url }) => {
        const { asked, client } = shopper(mode)
        const transport = new V2.StreamableHTTPClientTransport(new URL(url))
        await client.connect(transport)
        await client.listTools()
        const order = { name: "order_shirt", arguments: { occasion: "Midsummer" } }
        const { structuredContent } = await client.callTool(order)
        assert.deepStrictEqual<unknown>(structuredContent, {
          receipt: 1,
          shirt: "L, white: Dance till dawn",
          delivery: "1 Elm Street"
        })
        assert.deepStrictEqual(asked, [
          "Which shirt shall it be?",
          "the model",
          "Pay for \"Dance till dawn\"",
          "Receipt 1: where shall we send it?"
        ])
        // Each order is charged once, however often its handler ran.
        assert.deepInclude((await client.callTool(order)).structuredContent as object, { receipt: 2 })
        await transport.terminateSession()
        await client.close()
      })
  )
})

describe("an official client that listens", () => {
  it.each(["legacy", { pin: "2026-07-28" }] as const)("hears of the lamps of a house (%j)", async (mode) => {
    const client = new V2.Client(clientInfo, { versionNegotiation: { mode } })
    const [listChanged, updated] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
    client.setNotificationHandler("notifications/tools/list_changed", () => listChanged.resolve())
    client.setNotificationHandler("notifications/resources/updated", ({ params }) => updated.resolve(params.uri))
    const args = nodeArguments("examples/src/live/main.ts")
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [...args], stderr: "ignore" }))
    const uri = "lamp://kitchen"
    if (mode !== "legacy") await client.listen({ toolsListChanged: true })
    await client.callTool({ name: "install_lamp", arguments: { room: "kitchen" } })
    await listChanged.promise
    assert.include((await client.listTools()).tools.map(({ name }) => name), "switch_kitchen")
    if (mode === "legacy") await client.subscribeResource({ uri })
    else await client.listen({ resourceSubscriptions: [uri] })
    await client.callTool({ name: "switch_kitchen" })
    assert.strictEqual(await updated.promise, uri)
    const { contents } = await client.readResource({ uri })
    assert.deepInclude(contents[0], { text: "on" })
    await client.close()
  })
})

describe("an official client that has lost its connection", () => {
  it("takes its call up again (SDK v1)", () =>
    withStory("resume", async ({ url }) => {
      const client = new V1Client(clientInfo)
      const transport = new V1HttpTransport(new URL(url))
      // The class declares its members as possibly `undefined`, which exact optional types tell from absent ones.
      await client.connect(transport as V1Transport)
      const result = await client.callTool({ name: "bind_book", arguments: { dryMillis: 50 } }, CallToolResultSchema)
      assert.deepStrictEqual<unknown>(result["content"], [{ type: "text", text: "The book is bound" }])
      await transport.terminateSession()
      await client.close()
    }))
})

describe("an official client that knows HTTP+SSE only", () => {
  it("knocks, and is let in (SDK v1)", () =>
    withStory("sse", async ({ url }) => {
      const client = new V1Client(clientInfo)
      await client.connect(new SSEClientTransport(new URL("/sse", url)))
      const result = await client.callTool({ name: "knock", arguments: { times: 3 } }, CallToolResultSchema)
      assert.deepStrictEqual<unknown>(result["content"], [{ type: "text", text: "Come in" }])
      await client.close()
    }))
})
