// A server of the session era in a few lines, with the manners that its arguments ask for:
//   pids=<folder>  leaves a file named after its process id there
//   banner         prints a line that is no message first
//   exits-on-probe exits on anything that precedes initialize
//   stays          does not leave when stdin is closed
//   stubborn       does not leave on SIGTERM either
//   deaf           reads nothing
//   child          starts a process of its own, which stays
import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { createInterface } from "node:readline"

const manners = process.argv.slice(2)
const has = (name) => manners.includes(name)
const folder = manners.find((argument) => argument.startsWith("pids="))?.slice("pids=".length)
const note = (pid) => folder !== undefined && writeFileSync(`${folder}/${pid}`, "")

note(process.pid)
process.stderr.write("starting\n")
if (has("banner")) process.stdout.write("Welcome!\n")
if (has("child")) {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" })
  note(child.pid)
  child.unref()
}
if (has("stays") || has("stubborn")) setInterval(() => {}, 1000)
if (has("stubborn")) process.on("SIGTERM", () => {})

const answer = (id, result) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`)
const refuse = (id) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } })}\n`)

// More than anybody reads at once. That it could leave by itself afterwards, and was not ended, is noted.
const flood = () => {
  process.once("exit", () => folder !== undefined && writeFileSync(`${folder}/left`, ""))
  process.stdout.write("{\"jsonrpc\":\"2.0\",\"method\":\"begun\"}\n")
  for (let count = 0; count < 256; count++) process.stdout.write(`${"x".repeat(64 * 1024)}\n`)
}

const results = {
  initialize: () => ({
    protocolVersion: "2025-06-18",
    capabilities: { tools: {} },
    serverInfo: { name: "old", version: String(process.pid) }
  }),
  "tools/list": () => ({ tools: [{ name: "environment", inputSchema: { type: "object" } }] }),
  "tools/call": ({ name, arguments: args }) =>
    name === "exit"
      ? process.exit(3)
      : name === "flood"
      ? flood()
      : { content: [{ type: "text", text: name === "environment" ? JSON.stringify(process.env) : args.text }] }
}

let opened = false
if (!has("deaf")) {
  createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method, params } = JSON.parse(line)
    if (id === undefined) return
    if (!opened && method !== "initialize" && has("exits-on-probe")) process.exit(1)
    if (method === "initialize") opened = true
    const result = results[method]
    if (result === undefined) refuse(id)
    else answer(id, result(params))
  })
}
