/** No toolkit: answers each request over stdio with one and the same result. What is started to see what Node takes. */
import process from "node:process"

const result = {
  protocolVersion: "2025-11-25",
  capabilities: { tools: {} },
  serverInfo: { name: "demo", version: "1.0.0" }
}

let rest = ""
process.stdin.setEncoding("utf8").on("data", (chunk: string) => {
  const lines = (rest + chunk).split("\n")
  rest = lines.pop() ?? ""
  for (const line of lines) {
    const { id } = JSON.parse(line) as { readonly id?: unknown }
    if (id !== undefined) process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`)
  }
})
