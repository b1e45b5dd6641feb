/** The official SDK, version 2: a client and a server in one process, connected by its `InMemoryTransport`. */
import { Client, InMemoryTransport } from "@modelcontextprotocol/client"
import { McpServer } from "@modelcontextprotocol/server"
import * as z from "zod"
import { fresh, serve, verify } from "./work.ts"

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

serve(async (again) => {
  while (again()) {
    const a = fresh()
    const { structuredContent } = await client.callTool({ name: "add", arguments: { a, b: 1 } })
    verify((structuredContent as { readonly sum?: unknown } | undefined)?.sum, a)
  }
})
