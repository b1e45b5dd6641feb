/**
 * A server made with the official SDK, version 1, as its documentation shows: over stdio, or with `http` as argument
 * over Streamable HTTP with sessions, on a port that it writes to stdout.
 */
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js"
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js"
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import { SubscribeRequestSchema, UnsubscribeRequestSchema } from "@modelcontextprotocol/sdk/types.js"
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as z from "zod"
import { contents, greeting, greetingTemplate, greetingUri, review } from "./Samples.ts"

const said = (text: string) => ({ content: [{ type: "text" as const, text }] })

const registerTools = (server: McpServer): void => {
  server.registerTool("add", {
    description: "Adds two numbers",
    inputSchema: { a: z.number(), b: z.number() },
    outputSchema: { sum: z.number() },
    annotations: { readOnlyHint: true }
  }, async ({ a, b }) => ({ ...said(String(a + b)), structuredContent: { sum: a + b } }))
  server.registerTool("contents", { description: "Gives one block of each kind" }, async () => ({ content: contents }))
  server.registerTool("fail", { description: "Fails" }, async () => {
    throw new Error("It is broken")
  })
  server.registerTool("count", { description: "Counts to three" }, async ({ _meta, sendNotification }) => {
    const progressToken = _meta?.progressToken
    for (let progress = 1; progress <= 3; progress++) {
      if (progressToken === undefined) break
      await sendNotification({ method: "notifications/progress", params: { progressToken, progress, total: 3 } })
    }
    return said("three")
  })
  server.registerTool("log", { description: "Logs" }, async ({ sendNotification }) => {
    await sendNotification({ method: "notifications/message", params: { level: "warning", data: "logged" } })
    return said("logged")
  })
  let isGrown = false
  server.registerTool("grow", { description: "Adds a tool" }, async () => {
    if (!isGrown) server.registerTool("grown", {}, async () => said("grown"))
    isGrown = true
    return said("grown")
  })
  server.registerTool("touch", { description: "Updates the greeting" }, async () => {
    await server.server.sendResourceUpdated({ uri: greetingUri })
    return said("touched")
  })
  server.registerTool("leave", { description: "Ends the process in the middle of the call" }, () => process.exit(1))
}

const registerQuestions = (server: McpServer): void => {
  server.registerTool("ask", { description: "Asks the user" }, async () => {
    const requestedSchema = { type: "object" as const, properties: { name: { type: "string" as const } } }
    const { action, content } = await server.server.elicitInput({ message: "Who?", requestedSchema })
    return said(`${action}: ${String(content?.["name"])}`)
  })
  server.registerTool("sample", { description: "Asks the model" }, async () => {
    const question = { role: "user" as const, content: { type: "text" as const, text: "What?" } }
    const { content } = await server.server.createMessage({ messages: [question], maxTokens: 10 })
    return said(!Array.isArray(content) && content.type === "text" ? content.text : "no text")
  })
  server.registerTool("roots", { description: "Asks for the roots" }, async () => {
    const { roots } = await server.server.listRoots()
    return said(roots.map(({ uri }) => uri).join(", "))
  })
}

const registerOthers = (server: McpServer): void => {
  const mimeType = "text/plain"
  server.registerResource(
    "greeting",
    greetingUri,
    { mimeType },
    async ({ href }) => ({ contents: [{ uri: href, mimeType, text: greeting("you") }] })
  )
  server.registerResource(
    "greeting of",
    new ResourceTemplate(greetingTemplate, { list: undefined }),
    { mimeType },
    async ({ href }, { name }) => ({ contents: [{ uri: href, mimeType, text: greeting(String(name)) }] })
  )
  server.registerPrompt("review", { argsSchema: { code: z.string() } }, ({ code }) => ({
    messages: [{ role: "user", content: { type: "text", text: review(code) } }]
  }))
  server.server.setRequestHandler(SubscribeRequestSchema, async () => ({}))
  server.server.setRequestHandler(UnsubscribeRequestSchema, async () => ({}))
}

const makeServer = (): McpServer => {
  const capabilities = { logging: {}, resources: { subscribe: true } }
  const server = new McpServer({ name: "sdk-v1", version: "1.0.0" }, { capabilities, instructions: "Be kind" })
  registerTools(server)
  registerQuestions(server)
  registerOthers(server)
  return server
}

const sessions = new Map<string, StreamableHTTPServerTransport>()

const openSession = async (): Promise<StreamableHTTPServerTransport> => {
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => void sessions.set(id, transport)
  })
  // The class declares its members as possibly `undefined`, which exact optional types tell from absent ones.
  await makeServer().connect(transport as Transport)
  return transport
}

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const id = request.headers["mcp-session-id"]
  const transport = typeof id === "string" ? sessions.get(id) : await openSession()
  if (transport === undefined) return void response.writeHead(404).end()
  await transport.handleRequest(request, response)
}

if (process.argv.includes("http")) {
  const server = createServer((request, response) => void serve(request, response))
  server.listen(Number(process.env["PORT"]), "127.0.0.1", () => {
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp\n`)
  })
} else {
  await makeServer().connect(new StdioServerTransport())
}
