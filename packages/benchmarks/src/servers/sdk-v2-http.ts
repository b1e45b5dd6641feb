/**
 * The official SDK, version 2, on `node:http`, as its documentation shows: `createMcpHandler` for 2026-07-28 (a server
 * made for each request), a `NodeStreamableHTTPServerTransport` for each session of the older era, and the guards for
 * Host and Origin in front of both. The version header decides between the two, which is cheaper than the SDK's own
 * `isLegacyRequest`. Told to answer with events both always do (`responseMode`); else sessions answer with JSON
 * (`enableJsonResponse`), and 2026-07-28 decides by itself.
 */
import {
  localhostHostValidation,
  localhostOriginValidation,
  NodeStreamableHTTPServerTransport,
  toNodeHandler
} from "@modelcontextprotocol/node"
import { createMcpHandler } from "@modelcontextprotocol/server"
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { ready } from "./channel.ts"
import { makeServer } from "./sdk-v2.ts"
import { settings } from "./settings.ts"

const validateHost = localhostHostValidation()
const validateOrigin = localhostOriginValidation()
const modern = toNodeHandler(createMcpHandler(makeServer, {
  legacy: "reject",
  responseMode: settings.events ? "sse" : "auto"
}))
const sessions = new Map<string, NodeStreamableHTTPServerTransport>()

const openSession = async (): Promise<NodeStreamableHTTPServerTransport> => {
  const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    enableJsonResponse: !settings.events,
    onsessioninitialized: (id) => {
      sessions.set(id, transport)
    },
    onsessionclosed: (id) => {
      sessions.delete(id)
    }
  })
  await makeServer().connect(transport)
  return transport
}

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (!validateHost(request, response) || !validateOrigin(request, response)) return
  if (request.headers["mcp-protocol-version"] === "2026-07-28") {
    // The SDK's types do not know `exactOptionalPropertyTypes`; the value is what its documentation passes.
    return modern(request as Parameters<typeof modern>[0], response)
  }
  const id = request.headers["mcp-session-id"]
  const transport = typeof id === "string" ? sessions.get(id) : await openSession()
  if (transport === undefined) {
    response.writeHead(404).end()
    return
  }
  await transport.handleRequest(request, response)
}

const server = createServer((request, response) => {
  void serve(request, response)
})
server.listen(0, "127.0.0.1", () => ready(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`))
