/**
 * The tools of the official SDK's server, version 2, as its documentation registers them: one factory for both eras.
 */
import { type CallToolResult, McpServer } from "@modelcontextprotocol/server"
import * as z from "zod"
import { settings } from "./settings.ts"
import { fillersAround, reports } from "./tools.ts"

const addInput = z.object({ a: z.number(), b: z.number() })
const addOutput = z.object({ sum: z.number() })
const textInput = z.object({ text: z.string() })

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
  server.registerTool("report", { description: "Reports progress" }, async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken
    if (progressToken === undefined) return done
    for (let progress = 1; progress <= reports; progress++) {
      await ctx.mcpReq.notify({
        method: "notifications/progress",
        params: { progressToken, progress, total: reports }
      })
    }
    return done
  })
}

const [before, after] = fillersAround(settings.tools)

/** A server with all tools: made anew for each session, connection, or stateless request, as the SDK wants it. */
export const makeServer = (): McpServer => {
  const server = new McpServer({ name: "sdk-v2", version: "1.0.0" })
  for (const name of before) registerTextual(server, name)
  registerAdd(server)
  registerTextual(server, "echo")
  registerReport(server)
  for (const name of after) registerTextual(server, name)
  return server
}
