/**
 * The floor that the reference servers share: the least that answers the workload. A parsed message goes in, an object
 * to stringify comes out; the tools stand in a `Map`, and nothing is validated.
 */
import { fillerNames, fillersBeforeAdd } from "../Workload.ts"

interface Message {
  readonly id?: unknown
  readonly method?: string
  readonly params?: {
    readonly name?: string
    readonly arguments?: { readonly a: number; readonly b: number }
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

const filler = (name: string) => ({ name, description: `Does ${name}`, inputSchema: objectOf("string", "text") })

const list = [
  ...fillerNames.slice(0, fillersBeforeAdd).map(filler),
  {
    name: "add",
    description: "Add two numbers",
    inputSchema: objectOf("number", "a", "b"),
    outputSchema: objectOf("number", "sum")
  },
  ...fillerNames.slice(fillersBeforeAdd).map(filler)
]

const tools = new Map<string, (args: { readonly a: number; readonly b: number }) => unknown>([
  ...fillerNames.map((name) => [name, () => ({})] as const),
  ["add", ({ a, b }) => ({ sum: a + b })]
])

const resultOf = (message: Message): unknown => {
  const stateless = message.params !== undefined && "_meta" in message.params
  const extra = stateless ? { resultType: "complete", _meta: resultMeta } : {}
  switch (message.method) {
    case "tools/call": {
      const structuredContent = tools.get(message.params?.name ?? "")?.(message.params?.arguments ?? { a: 0, b: 0 })
      return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent, ...extra }
    }
    case "tools/list":
      return { tools: list, ...extra, ...(stateless ? { ttlMs: 0, cacheScope: "private" } : {}) }
    case "initialize":
      return { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo }
    default:
      return {}
  }
}

/** The answer to a message's text as text, or `undefined` for a notification. */
export const answer = (text: string): string | undefined => {
  const message = JSON.parse(text) as Message
  if (message.id === undefined) return undefined
  return JSON.stringify({ jsonrpc: "2.0", id: message.id, result: resultOf(message) })
}
