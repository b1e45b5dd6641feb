/**
 * The reference of all HTTP rows: `node:http` and nothing else. It parses the body, builds the answer, stringifies it
 * and sends it with its length; told to, it writes events instead, one after the other. It checks nothing, so no server
 * that does its duty can be expected to reach it.
 */
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { ready } from "./channel.ts"
import { answer, events } from "./floor.ts"
import { settings } from "./settings.ts"

/** Only `initialize` comes without a version, and opens a session. */
const opening = { "mcp-session-id": "floor" }

const writeJson = (response: ServerResponse, text: string, headers: { readonly [name: string]: string }): void => {
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers
  })
  response.end(text)
}

const writeEvents = (
  response: ServerResponse,
  all: ReadonlyArray<string>,
  headers: { readonly [name: string]: string }
): void => {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache", ...headers })
  for (const data of all) response.write(`event: message\ndata: ${data}\n\n`)
  response.end()
}

const server = createServer((request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    if (request.method === "DELETE") {
      response.writeHead(204).end()
      return
    }
    const body = (chunks.length === 1 ? chunks[0] as Buffer : Buffer.concat(chunks)).toString()
    const headers = request.headers["mcp-protocol-version"] === undefined ? opening : {}
    const answered = settings.events ? events(body) : answer(body)
    if (answered === undefined) response.writeHead(202).end()
    else if (typeof answered === "string") writeJson(response, answered, headers)
    else writeEvents(response, answered, headers)
  })
})

server.listen(0, "127.0.0.1", () => ready(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`))
