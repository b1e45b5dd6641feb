/**
 * The reference of all HTTP rows: `node:http` and nothing else. It parses the body, builds the answer, stringifies it
 * and sends it with its length. It checks nothing, so no server that does its duty can be expected to reach it.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { ready } from "./channel.ts"
import { answer } from "./floor.ts"

const server = createServer((request, response) => {
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
      // Only `initialize` comes without a version, and opens a session.
      ...(request.headers["mcp-protocol-version"] === undefined ? { "mcp-session-id": "floor" } : {})
    })
    response.end(text)
  })
})

server.listen(0, "127.0.0.1", () => ready(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`))
