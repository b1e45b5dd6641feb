/** The official SDK, version 2: its client over Streamable HTTP, as its documentation shows. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client"
import process from "node:process"
import { fresh, serve, verify } from "./work.ts"

const client = new Client({ name: "demo", version: "1.0.0" })
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2] ?? "")))

serve(async (again) => {
  while (again()) {
    const a = fresh()
    const { structuredContent } = await client.callTool({ name: "add", arguments: { a, b: 1 } })
    verify((structuredContent as { readonly sum?: unknown } | undefined)?.sum, a)
  }
})
