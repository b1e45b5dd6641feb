/**
 * What clients are measured against: the answers of `raw-http` for the session era, and for a client that wants a stream
 * of its own, or ends its session, what the protocol lets a server say.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { ready } from "./channel.ts"
import { answer } from "./floor.ts"

const server = createServer((request, response) => {
  if (request.method !== "POST") {
    response.writeHead(request.method === "DELETE" ? 200 : 405).end()
    return
  }
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const text = answer((chunks.length === 1 ? chunks[0] as Buffer : Buffer.concat(chunks)).toString())
    if (text === undefined) {
      response.writeHead(202).end()
      return
    }
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      "mcp-session-id": "canned"
    })
    response.end(text)
  })
})

server.listen(0, "127.0.0.1", () => ready(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`))
