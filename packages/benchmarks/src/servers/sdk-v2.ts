/**
 * The tools of the official SDK's server, version 2, as its documentation registers them: one factory for both eras.
 */
import { McpServer } from "@modelcontextprotocol/server"
import * as z from "zod"
import { fillerNames, fillersBeforeAdd } from "../Workload.ts"

const addInput = z.object({ a: z.number(), b: z.number() })
const addOutput = z.object({ sum: z.number() })
const fillerInput = z.object({ text: z.string() })

const registerFiller = (server: McpServer, name: string): void => {
  server.registerTool(name, { description: `Does ${name}`, inputSchema: fillerInput }, async ({ text }) => ({
    content: [{ type: "text", text }]
  }))
}

/** A server with all tools: made anew for each session, connection, or stateless request, as the SDK wants it. */
export const makeServer = (): McpServer => {
  const server = new McpServer({ name: "sdk-v2", version: "1.0.0" })
  for (const name of fillerNames.slice(0, fillersBeforeAdd)) registerFiller(server, name)
  server.registerTool(
    "add",
    { description: "Add two numbers", inputSchema: addInput, outputSchema: addOutput },
    async ({ a, b }) => {
      const structuredContent = { sum: a + b }
      return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent }
    }
  )
  for (const name of fillerNames.slice(fillersBeforeAdd)) registerFiller(server, name)
  return server
}
