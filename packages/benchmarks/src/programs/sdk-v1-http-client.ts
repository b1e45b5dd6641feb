/** The official SDK, version 1: a client over Streamable HTTP that calls one tool, as its documentation shows. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"

const client = new Client({ name: "demo", version: "1.0.0" })
// The SDK's types do not know `exactOptionalPropertyTypes`; the value is what its documentation passes.
const transport = new StreamableHTTPClientTransport(new URL("http://localhost:3000/mcp"))
await client.connect(transport as Parameters<typeof client.connect>[0])

export const result = await client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
