/**
 * The reference for everything that is mounted on an Effect router: the same answers as `raw-http`, on `HttpRouter` and
 * `NodeHttpServer` as their documentation shows, the body read with `request.text`.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import { ready } from "./channel.ts"
import { answer } from "./floor.ts"

const Route = HttpRouter.add("POST", "/mcp", (request) =>
  Effect.map(request.text, (body) => {
    const text = answer(body)
    return text === undefined
      ? HttpServerResponse.empty({ status: 202 })
      : HttpServerResponse.text(
        text,
        // Only `initialize` comes without a version, and opens a session.
        request.headers["mcp-protocol-version"] === undefined
          ? { contentType: "application/json", headers: { "mcp-session-id": "floor" } }
          : { contentType: "application/json" }
      )
  }))

const Ready = Layer.effectDiscard(
  HttpServer.addressFormattedWith((address) => Effect.sync(() => ready(`${address}/mcp`)))
)

const Close = HttpRouter.add("DELETE", "/mcp", HttpServerResponse.empty({ status: 204 }))

const Live = Ready.pipe(
  Layer.provide(HttpRouter.serve(Layer.merge(Route, Close), { disableLogger: true, disableListenLog: true })),
  Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
)

NodeRuntime.runMain(Layer.launch(Live))
