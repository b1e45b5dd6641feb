// A server of either era that writes down what comes to its stdin, byte by byte, and provokes its client:
//   recording-server.mjs <file> session|stateless
// Before it answers a call it says what is no message, and asks what it may and may not ask.
import { appendFileSync } from "node:fs"

const [file, era] = process.argv.slice(2)

const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)

const provoke = () => {
  process.stdout.write("no message\n{\"jsonrpc\":\"2.0\"}\n{}\n[]\n")
  say({ id: "a", method: "ping" })
  say({ id: "b", method: "roots/list" })
  say({ id: "c", method: "no/such" })
  say({ id: 99_999, result: {} })
  say({ id: null, error: { code: -32700, message: "no" } })
}

const results = {
  initialize: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "r", version: "1" } },
  "server/discover": {
    resultType: "complete",
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {} },
    ttlMs: 0,
    cacheScope: "private"
  },
  "tools/call": { resultType: "complete", content: [{ type: "text", text: "line\nbreak" }] }
}

const receive = (line) => {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined || method === undefined) return
  if (method === "tools/call") provoke()
  if (params?.name === "hang") return
  const known = method === "initialize" ? era === "session" : method !== "server/discover" || era === "stateless"
  if (known && results[method] !== undefined) say({ id, result: results[method] })
  else say({ id, error: { code: -32601, message: "no" } })
}

// Cut by hand: `readline` also takes U+2028 for the end of a line.
let rest = Buffer.alloc(0)
process.stdin.on("data", (bytes) => {
  appendFileSync(file, bytes)
  const lines = Buffer.concat([rest, bytes]).toString("latin1").split("\n")
  rest = Buffer.from(lines.pop(), "latin1")
  for (const line of lines) receive(Buffer.from(line, "latin1").toString("utf8"))
})
