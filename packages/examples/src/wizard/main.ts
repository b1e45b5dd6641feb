/**
 * Serves over HTTP, on the port in `PORT` or on 3000.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { NodeMcpServer } from "@parley/node"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { serve } from "./Server.ts"

const program = Effect.gen(function*() {
  const { url } = yield* NodeMcpServer.HttpAddress
  yield* Console.log(`Serving at ${yield* url}`)
  return yield* Effect.never
})

Config.Int("PORT").pipe(
  Config.withDefault(3000),
  Effect.flatMap((port) => Effect.provide(program, serve(port))),
  NodeRuntime.runMain
)
