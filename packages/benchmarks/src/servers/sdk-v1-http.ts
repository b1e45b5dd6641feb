/**
 * The official SDK, version 1, over HTTP, as its `examples/server/simpleStreamableHttp` (a transport and a server for
 * each session) and `simpleStatelessStreamableHttp` (both for each request) show, on `node:http` rather than on the
 * Express app of the examples, which parses bodies of at most 100 kB. Answers are events, as they are unless
 * `enableJsonResponse` is set; told to answer without sessions and without events it sets that option. It is not set for
 * sessions, because in that mode the transport keeps an entry of every request for ever.
 */
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { ready } from "./channel.ts"
import { makeServer } from "./sdk-v1.ts"
import { settings } from "./settings.ts"

const sessions = new Map<string, StreamableHTTPServerTransport>()

// The SDK's types do not know `exactOptionalPropertyTypes`; what is passed is what its documentation passes.
const connect = (transport: StreamableHTTPServerTransport): Promise<void> =>
  makeServer().connect(transport as Transport)

const openSession = async (): Promise<StreamableHTTPServerTransport> => {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => {
      sessions.set(id, transport)
    },
    onsessionclosed: (id) => {
      sessions.delete(id)
    }
  })
  await connect(transport)
  return transport
}

const serveSession = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const id = request.headers["mcp-session-id"]
  const transport = typeof id === "string" ? sessions.get(id) : await openSession()
  if (transport === undefined) {
    response.writeHead(404).end()
    return
  }
  await transport.handleRequest(request, response)
}

const serveAlone = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const server = makeServer()
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: !settings.events })
  await server.connect(transport as Transport)
  response.on("close", () => {
    void transport.close()
    void server.close()
  })
  await transport.handleRequest(request, response)
}

const server = createServer((request, response) => {
  void (settings.sessions ? serveSession(request, response) : serveAlone(request, response))
})
server.listen(0, "127.0.0.1", () => ready(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`))
