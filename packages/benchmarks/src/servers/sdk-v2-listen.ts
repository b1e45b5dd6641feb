/**
 * The official SDK, version 2: `createMcpHandler`, whose documentation has `notify` for telling all open subscriptions of a
 * change, and room for many of them.
 */
import { toNodeHandler } from "@modelcontextprotocol/node"
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { ready } from "./channel.ts"

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "sdk-v2", version: "1.0.0" })
  server.registerTool("change", { description: "Tells of a change" }, async () => {
    handler.notify.toolsChanged()
    return { content: [{ type: "text", text: "done" }] }
  })
  return server
}, { maxSubscriptions: 10_000 })

const node = toNodeHandler(handler)
const server = createServer((request, response) => {
  // The SDK's types do not know `exactOptionalPropertyTypes`; the value is what its documentation passes.
  void node(request as Parameters<typeof node>[0], response)
})
server.listen(0, "127.0.0.1", () => ready(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`))
