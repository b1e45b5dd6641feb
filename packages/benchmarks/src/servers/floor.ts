/**
 * The floor that the reference servers share: the least that answers the workload. A parsed message goes in, an object
 * to stringify comes out; the tools stand in a `Map`, and nothing is validated.
 */
import { settings } from "./settings.ts"
import { fillersAround, reports } from "./tools.ts"

interface Arguments {
  readonly a: number
  readonly b: number
  readonly text: string
}

interface Message {
  readonly id?: unknown
  readonly method?: string
  readonly params?: {
    readonly name?: string
    readonly arguments?: Arguments
    readonly _meta?: { readonly [key: string]: unknown }
  }
}

const serverInfo = { name: "floor", version: "1.0.0" }
const resultMeta = { "io.modelcontextprotocol/serverInfo": serverInfo }

const objectOf = (type: string, ...names: ReadonlyArray<string>) => ({
  type: "object",
  properties: Object.fromEntries(names.map((name) => [name, { type }])),
  required: names
})

const textual = (name: string) => ({
  name,
  description: `Does ${name}`,
  inputSchema: objectOf("string", "text")
})

const [before, after] = fillersAround(settings.tools)

const list = [
  ...before.map(textual),
  {
    name: "add",
    description: "Add two numbers",
    inputSchema: objectOf("number", "a", "b"),
    outputSchema: objectOf("number", "sum")
  },
  textual("echo"),
  { name: "report", description: "Reports progress", inputSchema: objectOf("string") },
  ...after.map(textual)
]

const text = (value: string) => ({ content: [{ type: "text", text: value }] })

const sameText = (args: Arguments) => text(args.text)

const tools = new Map<string, (args: Arguments) => object>([
  ...[...before, "echo", ...after].map((name) => [name, sameText] as const),
  ["report", () => text("done")],
  ["add", ({ a, b }) => {
    const structuredContent = { sum: a + b }
    return { ...text(JSON.stringify(structuredContent)), structuredContent }
  }]
])

const noArguments: Arguments = { a: 0, b: 0, text: "" }

const resultOf = (message: Message): unknown => {
  const stateless = message.params?._meta !== undefined && "io.modelcontextprotocol/clientInfo" in message.params._meta
  const extra = stateless ? { resultType: "complete", _meta: resultMeta } : {}
  switch (message.method) {
    case "tools/call": {
      const tool = tools.get(message.params?.name ?? "")
      return { ...tool?.(message.params?.arguments ?? noArguments), ...extra }
    }
    case "tools/list":
      return { tools: list, ...extra, ...(stateless ? { ttlMs: 0, cacheScope: "private" } : {}) }
    case "initialize":
      return { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo }
    default:
      return {}
  }
}

const written = (message: Message): string =>
  JSON.stringify({ jsonrpc: "2.0", id: message.id, result: resultOf(message) })

/** The answer to a message's text as text, or `undefined` for a notification. */
export const answer = (body: string): string | undefined => {
  const message = JSON.parse(body) as Message
  return message.id === undefined ? undefined : written(message)
}

/** The answer to a message's text as the data of events, reports first, or `undefined` for a notification. */
export const events = (body: string): ReadonlyArray<string> | undefined => {
  const message = JSON.parse(body) as Message
  if (message.id === undefined) return undefined
  const all: Array<string> = []
  const progressToken = message.params?._meta?.["progressToken"]
  if (progressToken !== undefined) {
    for (let progress = 1; progress <= reports; progress++) {
      const params = { progressToken, progress, total: reports }
      all.push(JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params }))
    }
  }
  all.push(written(message))
  return all
}
