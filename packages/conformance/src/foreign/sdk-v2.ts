/**
 * A server made with the official SDK, version 2, as its documentation shows: one factory for both eras, over stdio, or
 * with `http` as argument on a port that it writes to stdout. There a handler of the SDK serves the stateless era, and a
 * transport for each session the other one.
 */
import { NodeStreamableHTTPServerTransport, toNodeHandler } from "@modelcontextprotocol/node"
import {
  acceptedContent,
  createMcpHandler,
  inputRequired,
  inputResponse,
  McpServer,
  ResourceTemplate
} from "@modelcontextprotocol/server"
import { serveStdio } from "@modelcontextprotocol/server/stdio"
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as z from "zod"
import { contents, greeting, greetingTemplate, greetingUri, review } from "./Samples.ts"

const said = (text: string) => ({ content: [{ type: "text" as const, text }] })

/** What all instances of the server share: they are made anew for each request. */
interface Shared {
  isGrown: boolean
}

const registerTools = (server: McpServer, shared: Shared): void => {
  server.registerTool("add", {
    description: "Adds two numbers",
    inputSchema: z.object({ a: z.number(), b: z.number() }),
    outputSchema: z.object({ sum: z.number() }),
    annotations: { readOnlyHint: true }
  }, async ({ a, b }) => ({ ...said(String(a + b)), structuredContent: { sum: a + b } }))
  server.registerTool("contents", { description: "Gives one block of each kind" }, async () => ({ content: contents }))
  server.registerTool("fail", { description: "Fails" }, async () => {
    throw new Error("It is broken")
  })
  server.registerTool("count", { description: "Counts to three" }, async ({ mcpReq: { _meta, notify } }) => {
    const progressToken = _meta?.progressToken
    for (let progress = 1; progress <= 3; progress++) {
      if (progressToken === undefined) break
      await notify({ method: "notifications/progress", params: { progressToken, progress, total: 3 } })
    }
    return said("three")
  })
  server.registerTool("log", { description: "Logs" }, async ({ mcpReq }) => {
    await mcpReq.log("warning", "logged")
    return said("logged")
  })
  const grown = () => server.registerTool("grown", {}, async () => said("grown"))
  server.registerTool("grow", { description: "Adds a tool" }, async () => {
    if (!shared.isGrown) grown()
    shared.isGrown = true
    handler.notify.toolsChanged()
    return said("grown")
  })
  if (shared.isGrown) grown()
  server.registerTool("touch", { description: "Updates the greeting" }, async () => {
    await server.server.sendResourceUpdated({ uri: greetingUri })
    handler.notify.resourceUpdated(greetingUri)
    return said("touched")
  })
  server.registerTool("leave", { description: "Ends the process in the middle of the call" }, () => process.exit(1))
}

const who = z.object({ name: z.string() })

/** Written once for both eras: the SDK asks in the way of the era. */
const registerQuestions = (server: McpServer): void => {
  server.registerTool("ask", { description: "Asks the user" }, async ({ mcpReq: { inputResponses } }) => {
    const answer = acceptedContent(inputResponses, "who", who)
    if (answer !== undefined) return said(`accept: ${answer.name}`)
    return inputRequired({ inputRequests: { who: inputRequired.elicit({ message: "Who?", requestedSchema: who }) } })
  })
  server.registerTool("sample", { description: "Asks the model" }, async ({ mcpReq: { inputResponses } }) => {
    const answer = inputResponse(inputResponses, "what")
    if (answer.kind === "sampling") {
      const { content } = answer.result
      return said(!Array.isArray(content) && content.type === "text" ? content.text : "no text")
    }
    const question = { role: "user" as const, content: { type: "text" as const, text: "What?" } }
    return inputRequired({
      inputRequests: { what: inputRequired.createMessage({ messages: [question], maxTokens: 10 }) }
    })
  })
  server.registerTool("roots", { description: "Asks for the roots" }, async ({ mcpReq: { inputResponses } }) => {
    const answer = inputResponse(inputResponses, "roots")
    if (answer.kind === "roots") return said(answer.roots.map(({ uri }) => uri).join(", "))
    return inputRequired({ inputRequests: { roots: inputRequired.listRoots() }, requestState: "where?" })
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
  server.registerPrompt("review", { argsSchema: z.object({ code: z.string() }) }, ({ code }) => ({
    messages: [{ role: "user", content: { type: "text", text: review(code) } }]
  }))
}

const shared: Shared = { isGrown: false }

const makeServer = (): McpServer => {
  const capabilities = { logging: {}, resources: { subscribe: true } }
  const server = new McpServer({ name: "sdk-v2", version: "1.0.0" }, { capabilities, instructions: "Be kind" })
  registerTools(server, shared)
  registerQuestions(server)
  registerOthers(server)
  server.server.setRequestHandler("resources/subscribe", async () => ({}))
  server.server.setRequestHandler("resources/unsubscribe", async () => ({}))
  return server
}

const handler = createMcpHandler(makeServer, { legacy: "reject" })
const modern = toNodeHandler(handler)
const sessions = new Map<string, NodeStreamableHTTPServerTransport>()

const openSession = async (): Promise<NodeStreamableHTTPServerTransport> => {
  const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => void sessions.set(id, transport)
  })
  await makeServer().connect(transport)
  return transport
}

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (request.headers["mcp-protocol-version"] === "2026-07-28") {
    // The SDK's types do not know `exactOptionalPropertyTypes`; the value is what its documentation passes.
    return modern(request as Parameters<typeof modern>[0], response)
  }
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
  serveStdio(makeServer)
}
