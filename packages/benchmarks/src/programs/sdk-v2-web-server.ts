/** The official SDK, version 2: a server of one tool as a web handler, as its documentation shows. */
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server"
import * as z from "zod"

export default createMcpHandler(() => {
  const server = new McpServer({ name: "demo", version: "1.0.0" })
  server.registerTool("add", {
    description: "Add two numbers",
    inputSchema: z.object({ a: z.number(), b: z.number() }),
    outputSchema: z.object({ sum: z.number() })
  }, async ({ a, b }) => {
    const structuredContent = { sum: a + b }
    return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent }
  })
  return server
})
