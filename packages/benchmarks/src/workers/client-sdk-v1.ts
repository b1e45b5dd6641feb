/** The official SDK, version 1: its client over Streamable HTTP, as its documentation shows. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import process from "node:process"
import { fresh, serve, verify } from "./work.ts"

const client = new Client({ name: "demo", version: "1.0.0" })
const transport = new StreamableHTTPClientTransport(new URL(process.argv[2] ?? ""))
// The SDK's types do not know `exactOptionalPropertyTypes`; the value is what its documentation passes.
await client.connect(transport as Parameters<typeof client.connect>[0])

serve(async (again) => {
  while (again()) {
    const a = fresh()
    const { structuredContent } = await client.callTool({ name: "add", arguments: { a, b: 1 } })
    verify((structuredContent as { readonly sum?: unknown } | undefined)?.sum, a)
  }
})
