/**
 * Serves the app, on the port in `PORT` or on 3000.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import { App } from "./Server.ts"

const Http = Layer.unwrap(
  Effect.map(
    Config.withDefault(Config.Int("PORT"), 3000),
    (port) => NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" })
  )
)

App.pipe(Layer.provide(Http), Layer.launch, NodeRuntime.runMain)
