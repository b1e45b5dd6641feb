/**
 * fastmcp, as its README's "HTTP Streaming" and "Stateless mode" show, with the tools of its "Quickstart". It does not
 * know 2026-07-28. It wants to be told a port, so that a free one is looked for first.
 */
import { FastMCP } from "fastmcp"
import { createServer } from "node:net"
import * as z from "zod"
import { ready } from "./channel.ts"
import { settings } from "./settings.ts"
import { fillersAround, reports } from "./tools.ts"

const server = new FastMCP({ name: "fastmcp", version: "1.0.0" })

const textInput = z.object({ text: z.string() })

const addTextual = (name: string): void => {
  server.addTool({ name, description: `Does ${name}`, parameters: textInput, execute: async ({ text }) => text })
}

const [before, after] = fillersAround(settings.tools)
for (const name of before) addTextual(name)
server.addTool({
  name: "add",
  description: "Add two numbers",
  parameters: z.object({ a: z.number(), b: z.number() }),
  outputSchema: z.object({ sum: z.number() }),
  execute: async ({ a, b }) => ({ sum: a + b })
})
addTextual("echo")
server.addTool({
  name: "report",
  description: "Reports progress",
  execute: async (_, { reportProgress }) => {
    for (let progress = 1; progress <= reports; progress++) await reportProgress({ progress, total: reports })
    return "done"
  }
})
for (const name of after) addTextual(name)

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })

const port = await freePort()
await server.start({
  transportType: "httpStream",
  httpStream: {
    port,
    host: "127.0.0.1",
    stateless: !settings.sessions,
    enableJsonResponse: !settings.events
  }
})
ready(`http://127.0.0.1:${port}/mcp`)
