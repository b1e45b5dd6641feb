/**
 * A weather service for this story to call, so that it needs no network: it knows two cities, and in a third it is out
 * of order.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { createServer } from "node:http"
import { WeatherApi } from "./Server.ts"

const weather: { readonly [city: string]: { readonly celsius: number; readonly sky: string } } = {
  lisbon: { celsius: 24, sky: "clear" },
  tromso: { celsius: -3, sky: "snow" }
}

const Routes = HttpRouter.add(
  "GET",
  "/weather/:city",
  Effect.gen(function*() {
    const { city } = yield* HttpRouter.schemaPathParams(Schema.Struct({ city: Schema.String }))
    if (city === "atlantis") return HttpServerResponse.empty({ status: 503 })
    return Object.hasOwn(weather, city)
      ? HttpServerResponse.jsonUnsafe(weather[city])
      : HttpServerResponse.empty({ status: 404 })
  })
)

const Listening = HttpRouter.serve(Routes, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
)

/** The service, listening on any free port, and its address. */
export const Api = Layer.effect(
  WeatherApi,
  Effect.map(HttpServer.HttpServer, ({ address }) => ({ url: HttpServer.formatAddress(address) }))
).pipe(Layer.provide(Listening))
