/**
 * The part of an assistant that has to do with servers: it says how each of them stands, which tools there are among all
 * of them, and calls the ones that it wants by their names among all. What is broken is a line in the report, and harms
 * nothing else.
 */
import { McpClients } from "@parley/mcp"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

const standing = ({ name, status }: McpClients.ServerState): string => {
  switch (status._tag) {
    case "Connected":
      return `${name}: connected, speaks ${status.server.revision.version}`
    case "Connecting":
      return `${name}: connecting`
    case "Disconnected":
      return `${name}: ${status.error.message}`
    case "Disabled":
      return `${name}: turned off`
  }
}

/** Calls a tool as a model would ask for it; what comes of it is a sentence, whatever it is. */
const call = (name: string, args: { readonly [name: string]: unknown }) =>
  Effect.gen(function*() {
    const servers = yield* McpClients.McpClients
    const { isError = false, structuredContent } = yield* servers.callTool({ name, arguments: args })
    return `${name}: ${isError ? "failed" : JSON.stringify(structuredContent)}`
  }).pipe(
    // Either the server cannot be used, or the call has failed; the model may try something else.
    Effect.catch((error) => Effect.succeed(`${name}: ${error.message}`))
  )

/** Says what there is, and uses some of it. */
export const report = Effect.gen(function*() {
  const servers = yield* McpClients.McpClients
  for (const server of yield* servers.servers) yield* Console.log(standing(server))
  const tools = yield* servers.tools
  yield* Console.log(`tools: ${tools.map(({ name }) => name).join(", ")}`)
  yield* Console.log(yield* call("quickstart__add", { a: 1, b: 2 }))
  yield* Console.log(yield* call("numbers__factorize", { number: 84 }))
  yield* Console.log(yield* call("issues__search", { text: "broken" }))
  yield* Console.log(yield* call("nobody__knows", {}))
})
