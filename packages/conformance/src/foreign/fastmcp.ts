/**
 * A server made with `fastmcp`, as its documentation shows: over stdio, or with `http` as argument over HTTP on the port
 * in `PORT`.
 */
import { FastMCP, UserError } from "fastmcp"
import * as z from "zod"
import { contents, greeting, greetingTemplate, greetingUri, review } from "./Samples.ts"

const server = new FastMCP({
  name: "fastmcp",
  version: "1.0.0",
  instructions: "Be kind",
  logger: { debug() {}, error() {}, info() {}, log() {}, warn() {} }
})

server.addTool({
  name: "add",
  description: "Adds two numbers",
  parameters: z.object({ a: z.number(), b: z.number() }),
  annotations: { readOnlyHint: true },
  execute: async ({ a, b }) => String(a + b)
})
server.addTool({
  name: "contents",
  description: "Gives one block of each kind",
  execute: async () => ({ content: contents })
})
server.addTool({
  name: "fail",
  description: "Fails",
  execute: async () => {
    throw new UserError("It is broken")
  }
})
server.addTool({
  name: "count",
  description: "Counts to three",
  execute: async (_, { reportProgress }) => {
    for (let progress = 1; progress <= 3; progress++) await reportProgress({ progress, total: 3 })
    return "three"
  }
})
server.addTool({
  name: "log",
  description: "Logs",
  execute: async (_, { log }) => {
    log.warn("logged")
    return "logged"
  }
})
let isGrown = false
server.addTool({
  name: "grow",
  description: "Adds a tool",
  execute: async () => {
    // The library knows of its session some time after it has begun to answer, and tells nobody before. So it is told anew.
    if (isGrown) server.removeTool("grown")
    server.addTool({ name: "grown", execute: async () => "grown" })
    isGrown = true
    return "grown"
  }
})
server.addTool({
  name: "leave",
  description: "Ends the process in the middle of the call",
  execute: async () => process.exit(1)
})
server.addTool({
  name: "ask",
  description: "Asks the user",
  execute: async (_, { elicit }) => {
    const requestedSchema = { type: "object" as const, properties: { name: { type: "string" as const } } }
    const { action, content } = await elicit({ message: "Who?", requestedSchema })
    return `${action}: ${String(content?.["name"])}`
  }
})
server.addResource({
  uri: greetingUri,
  name: "greeting",
  mimeType: "text/plain",
  load: async () => ({ text: greeting("you") })
})
server.addResourceTemplate({
  uriTemplate: greetingTemplate,
  name: "greeting of",
  mimeType: "text/plain",
  arguments: [{ name: "name", required: true }],
  load: async ({ name }) => ({ text: greeting(String(name)) })
})
server.addPrompt({
  name: "review",
  arguments: [{ name: "code", required: true }],
  load: async ({ code }) => review(String(code))
})

await server.start(
  process.argv.includes("http")
    ? { transportType: "httpStream", httpStream: { port: Number(process.env["PORT"]), host: "127.0.0.1" } }
    : { transportType: "stdio" }
)
