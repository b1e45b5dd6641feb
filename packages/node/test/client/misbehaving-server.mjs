// A server of either era whose tools misbehave, each in the way that it is named after:
//   misbehaving-server.mjs <folder for process ids> session|stateless
import { closeSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const [folder, era] = process.argv.slice(2)
writeFileSync(join(folder, String(process.pid)), "")

const write = (text) => process.stdout.write(text)
const jsonRpc = (message) => JSON.stringify({ jsonrpc: "2.0", ...message })
const say = (message) => write(`${jsonRpc(message)}\n`)

const content = (text) => ({ resultType: "complete", content: [{ type: "text", text }] })
const right = (id) => ({ id, result: content("é€😀") })
const wrong = (id) => ({ id, result: content("wrong") })

const results = {
  initialize: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "m", version: "1" } },
  "server/discover": {
    resultType: "complete",
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {} },
    ttlMs: 0,
    cacheScope: "private"
  }
}

/** Writes a byte with each turn of the event loop. */
const drip = (bytes, at = 0) => {
  if (at < bytes.length) process.stdout.write(bytes.subarray(at, at + 1), () => setImmediate(drip, bytes, at + 1))
}

const held = []

const tools = {
  exits: () => process.exit(3),
  dies: () => process.kill(process.pid, "SIGKILL"),
  "exits in the middle": (id) => process.stdout.write(jsonRpc(right(id)).slice(0, 30), () => process.exit(0)),
  "exits before the line ends": (id) => process.stdout.write(jsonRpc(right(id)), () => process.exit(0)),
  "closes stdout": () => closeSync(1),
  "is silent": () => undefined,
  "says half a line": (id) => write(jsonRpc(right(id)).slice(0, 30)),
  "goes on after half a line": () => write("\n"),
  "reads no more": () => {
    process.stdin.pause()
    setInterval(() => undefined, 1_000_000)
  },
  slowly: (id) => drip(Buffer.from(`${jsonRpc(right(id))}\n`)),
  twice: (id) => {
    say(right(id))
    say(wrong(id))
  },
  "in another order": (id, { text }) => {
    held.push({ id, result: content(text) })
    if (held.length === 8) { for (const answer of held.splice(0).toReversed()) say(answer) }
  },
  "with a wrong id": () => say(wrong(99_999)),
  "with its id as a string": (id) => say(wrong(String(id))),
  "with an id before it": (id) => say(wrong(id - 1)),
  "with both": (id) => say({ ...right(id), error: { code: 1, message: "both" } }),
  "with neither": (id) => say({ id }),
  "with wrong ids first": (id) => {
    for (const other of [99_999, String(id), id - 1, null, id + 0.5, [id]]) say(wrong(other))
    say(right(id))
  },
  "after garbage": (id) => {
    write("Welcome!\n\n\r\n{\"half\n{}\n[]\nnull\n1\n\"\"\n[{}]\n{\"jsonrpc\":\"1.0\",\"id\":99999}\n")
    write(Buffer.from([0, 255, 254, 10, 0xe2, 0x82, 10]))
    write(`${"x".repeat(300_000)}\n`)
    say(right(id))
  }
}

const receive = ({ id, method, params }) => {
  if (id === undefined) return
  if (method === "tools/call") return (tools[params.name] ?? (() => say(right(id))))(id, params.arguments)
  const known = (method === "initialize") === (era === "session")
  say(known ? { id, result: results[method] } : { id, error: { code: -32601, message: "no" } })
}

let rest = ""
process.stdin.setEncoding("utf8")
process.stdin.on("data", (text) => {
  const lines = `${rest}${text}`.split("\n")
  rest = lines.pop()
  for (const line of lines) receive(JSON.parse(line))
})
