/** The official SDK, version 1: a server of one tool over stdio, as its README shows ("Quick start"). */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js"
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js"
import * as z from "zod"

const server = new McpServer({ name: "demo", version: "1.0.0" })
server.registerTool("add", {
  description: "Add two numbers",
  inputSchema: { a: z.number(), b: z.number() },
  outputSchema: { sum: z.number() }
}, async ({ a, b }) => {
  const structuredContent = { sum: a + b }
  return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent }
})

await server.connect(new StdioServerTransport())
