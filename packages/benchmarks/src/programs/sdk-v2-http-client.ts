/** The official SDK, version 2: a client over Streamable HTTP that calls one tool, as its documentation shows. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client"

const client = new Client({ name: "demo", version: "1.0.0" })
await client.connect(new StreamableHTTPClientTransport(new URL("http://localhost:3000/mcp")))

export const result = await client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
