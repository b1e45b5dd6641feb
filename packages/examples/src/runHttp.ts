/**
 * Running a story that serves over HTTP: on the port in `PORT` or on 3000, until it is stopped. It says where it is.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { NodeMcpServer } from "@parley/node"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

const program = Effect.gen(function*() {
  const { url } = yield* NodeMcpServer.HttpAddress
  yield* Console.log(`Serving at ${yield* url}`)
  return yield* Effect.never
})

/** Runs the layer that a story makes for a port. */
export const runHttp = <E>(serve: (port: number) => Layer.Layer<NodeMcpServer.HttpAddress, E>): void =>
  Config.Int("PORT").pipe(
    Config.withDefault(3000),
    Effect.flatMap((port) => Effect.provide(program, serve(port))),
    NodeRuntime.runMain
  )
