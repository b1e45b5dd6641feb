/** The reference of fan-out: `node:http` alone, one write of a ready text, with its id, for each stream. */
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { ready } from "./channel.ts"

interface Message {
  readonly id: number
  readonly method: string
}

const streams = new Map<ServerResponse, number>()

const event = (method: string, id: number, params: object = {}): string => {
  const _meta = { "io.modelcontextprotocol/subscriptionId": id }
  return `event: message\ndata: ${JSON.stringify({ jsonrpc: "2.0", method, params: { ...params, _meta } })}\n\n`
}

const mark = 1_000_000_007
const [head = "", tail = ""] = event("notifications/tools/list_changed", mark).split(String(mark))

const listen = (response: ServerResponse, id: number): void => {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" })
  response.write(event("notifications/subscriptions/acknowledged", id, { notifications: { toolsListChanged: true } }))
  streams.set(response, id)
  response.on("close", () => streams.delete(response))
}

const change = (response: ServerResponse, id: number): void => {
  for (const [stream, subscription] of streams) stream.write(head + subscription + tail)
  const result = { content: [{ type: "text", text: "done" }], resultType: "complete" }
  const text = JSON.stringify({ jsonrpc: "2.0", id, result })
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text)
}

const server = createServer((request, response) => {
  let body = ""
  request.setEncoding("utf8").on("data", (piece: string) => {
    body += piece
  })
  request.on("end", () => {
    const { id, method } = JSON.parse(body) as Message
    if (method === "subscriptions/listen") listen(response, id)
    else change(response, id)
  })
})

server.listen(0, "127.0.0.1", () => ready(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`))
