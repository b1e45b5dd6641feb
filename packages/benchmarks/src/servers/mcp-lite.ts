/**
 * mcp-lite on Hono, as its README's "Quick Start" shows (with and without a session adapter, "Sessions"), served on Node
 * by Hono's own adapter. It knows no revision after 2025-06-18, and answers with events when the client accepts them.
 */
import { serve } from "@hono/node-server"
import { Hono } from "hono"
import { InMemorySessionAdapter, McpServer, StreamableHttpTransport } from "mcp-lite"
import * as z from "zod"
import { ready } from "./channel.ts"
import { settings } from "./settings.ts"
import { fillersAround, reports } from "./tools.ts"

const mcp = new McpServer({
  name: "mcp-lite",
  version: "1.0.0",
  schemaAdapter: (schema) => z.toJSONSchema(schema as z.ZodType)
})

const textInput = z.object({ text: z.string() })

const registerTextual = (name: string): void => {
  mcp.tool(name, {
    description: `Does ${name}`,
    inputSchema: textInput,
    handler: ({ text }) => ({ content: [{ type: "text", text }] })
  })
}

const [before, after] = fillersAround(settings.tools)
for (const name of before) registerTextual(name)
mcp.tool("add", {
  description: "Add two numbers",
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  outputSchema: z.object({ sum: z.number() }),
  handler: ({ a, b }) => {
    const structuredContent = { sum: a + b }
    return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent }
  }
})
registerTextual("echo")
mcp.tool("report", {
  description: "Reports progress",
  inputSchema: z.object({}),
  handler: async (_, ctx) => {
    for (let progress = 1; progress <= reports; progress++) await ctx.progress?.({ progress, total: reports })
    return { content: [{ type: "text", text: "done" }] }
  }
})
for (const name of after) registerTextual(name)

const transport = settings.sessions
  ? new StreamableHttpTransport({ sessionAdapter: new InMemorySessionAdapter({ maxEventBufferSize: 1_024 }) })
  : new StreamableHttpTransport()
const handler = transport.bind(mcp)

const app = new Hono()
app.all("/mcp", (c) => handler(c.req.raw))

serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => ready(`http://127.0.0.1:${port}/mcp`))
