/**
 * The official SDK, version 1: a server of one tool as a web handler, as the documentation of its
 * `WebStandardStreamableHTTPServerTransport` shows for stateless use: a server and a transport for each request.
 */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js"
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js"
import * as z from "zod"

const makeServer = (): McpServer => {
  const server = new McpServer({ name: "demo", version: "1.0.0" })
  server.registerTool("add", {
    description: "Add two numbers",
    inputSchema: { a: z.number(), b: z.number() },
    outputSchema: { sum: z.number() }
  }, async ({ a, b }) => {
    const structuredContent = { sum: a + b }
    return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent }
  })
  return server
}

export default {
  fetch: async (request: Request): Promise<Response> => {
    const transport = new WebStandardStreamableHTTPServerTransport()
    await makeServer().connect(transport)
    return transport.handleRequest(request)
  }
}
