/**
 * The tools of the official SDK's server, version 1, as `docs/server.md` registers them and `examples/server/
 * progressExample` reports progress. The docs make a server for each session, and for each request without sessions.
 */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js"
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js"
import * as z from "zod"
import { settings } from "./settings.ts"
import { fillersAround, reports } from "./tools.ts"

const addInput = { a: z.number(), b: z.number() }
const addOutput = { sum: z.number() }
const textInput = { text: z.string() }

const registerTextual = (server: McpServer, name: string): void => {
  server.registerTool(name, { description: `Does ${name}`, inputSchema: textInput }, async ({ text }) => ({
    content: [{ type: "text", text }]
  }))
}

const registerAdd = (server: McpServer): void => {
  server.registerTool(
    "add",
    { description: "Add two numbers", inputSchema: addInput, outputSchema: addOutput },
    async ({ a, b }) => {
      const structuredContent = { sum: a + b }
      return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent }
    }
  )
}

const done: CallToolResult = { content: [{ type: "text", text: "done" }] }

const registerReport = (server: McpServer): void => {
  server.registerTool("report", { description: "Reports progress" }, async (extra) => {
    const progressToken = extra._meta?.progressToken
    if (progressToken === undefined) return done
    for (let progress = 1; progress <= reports; progress++) {
      await extra.sendNotification({
        method: "notifications/progress",
        params: { progressToken, progress, total: reports }
      })
    }
    return done
  })
}

const [before, after] = fillersAround(settings.tools)

/** A server with all tools. */
export const makeServer = (): McpServer => {
  const server = new McpServer({ name: "sdk-v1", version: "1.0.0" })
  for (const name of before) registerTextual(server, name)
  registerAdd(server)
  registerTextual(server, "echo")
  registerReport(server)
  for (const name of after) registerTextual(server, name)
  return server
}
