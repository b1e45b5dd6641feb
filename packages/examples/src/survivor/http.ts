/**
 * A client whose session is forgotten: the server has been replaced, and answers with 404. A session is opened anew, once,
 * however many calls there are, and they are sent again, because a server that does not know a session has done nothing in
 * it. The callers do not notice.
 */
import { McpClient } from "@parley/mcp"
import * as Revisions from "@parley/mcp/revision/Revisions"
import { NodeMcpClient } from "@parley/node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { runClient } from "../runClient.ts"
import { layer, Replicas } from "./Replicas.ts"

const Client = Layer.unwrap(Effect.gen(function*() {
  const { url } = yield* Replicas
  // A server of the stateless era has no sessions that it could forget.
  return McpClient.layer({ name: "survivor", version: "1.0.0", revisions: Revisions.sessionEra }).pipe(
    Layer.provide(NodeMcpClient.layerHttp({ url }))
  )
}))

const program = Effect.gen(function*() {
  const { rollOut, sessions } = yield* Replicas
  const client = yield* McpClient.McpClient
  const ask = client.callTool({ name: "who_are_you", arguments: {} }).pipe(
    Effect.map(({ structuredContent }) => JSON.stringify(structuredContent))
  )

  yield* Console.log(`one call: ${yield* ask}`)
  yield* rollOut("2.0.0")
  const answers = yield* Effect.all(Array.from({ length: 10 }, () => ask), { concurrency: "unbounded" })
  yield* Console.log(`ten calls: ${[...new Set(answers)].join(", ")}`)
  yield* Console.log(`the server is ${client.server.info?.version}, in session ${yield* sessions}`)
})

runClient(Effect.provide(program, Client.pipe(Layer.provideMerge(layer))))
