/** The official SDK, version 2: a client and a server of one tool, connected by its `InMemoryTransport`. */
import { Client, InMemoryTransport } from "@modelcontextprotocol/client"
import { McpServer } from "@modelcontextprotocol/server"
import * as z from "zod"

const server = new McpServer({ name: "demo", version: "1.0.0" })
server.registerTool("add", {
  description: "Add two numbers",
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  outputSchema: z.object({ sum: z.number() })
}, async ({ a, b }) => {
  const structuredContent = { sum: a + b }
  return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent }
})
const client = new Client({ name: "demo", version: "1.0.0" })
const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
await Promise.all([server.connect(serverSide), client.connect(clientSide)])

export const result = await client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
