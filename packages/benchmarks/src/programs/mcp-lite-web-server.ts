/** mcp-lite: a server of one tool as a web handler, as its README shows ("Quick Start"), without Hono around it. */
import { McpServer, StreamableHttpTransport } from "mcp-lite"
import * as z from "zod"

const mcp = new McpServer({
  name: "demo",
  version: "1.0.0",
  schemaAdapter: (schema) => z.toJSONSchema(schema as z.ZodType)
})
mcp.tool("add", {
  description: "Add two numbers",
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  outputSchema: z.object({ sum: z.number() }),
  handler: ({ a, b }) => {
    const structuredContent = { sum: a + b }
    return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent }
  }
})

export default { fetch: new StreamableHttpTransport().bind(mcp) }
