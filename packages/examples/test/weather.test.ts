/** A tool over HTTP, against its story's own weather service and against one that is not there. */
import { assert, describe, it, layer } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { Api } from "../src/weather/Api.ts"
import { Server, WeatherApi, WeatherCatalog } from "../src/weather/Server.ts"
import * as Program from "./Program.ts"

const both = (api: typeof Api) =>
  Layer.mergeAll(Server, McpClient.layer({ name: "test", version: "1" })).pipe(
    Layer.provide([InMemoryTransport.layer, FetchHttpClient.layer, api])
  )

const failureOf = (city: string) =>
  Effect.gen(function*() {
    const { tools } = yield* McpClient.of(WeatherCatalog)
    const error = yield* Effect.flip(tools.get_weather({ city }))
    return error._tag === "ToolFailure" ? error : yield* Effect.die(error)
  })

layer(both(Api), { excludeTestServices: true })("weather", (it) => {
  it.effect("asks the service", () =>
    Effect.gen(function*() {
      const { tools } = yield* McpClient.of(WeatherCatalog)
      assert.deepStrictEqual(yield* tools.get_weather({ city: "Lisbon" }), { celsius: 24, sky: "clear" })
    }))

  it.effect("declares that a city is not known", () =>
    Effect.gen(function*() {
      const { failure, message } = yield* failureOf("../Nowhere")
      assert.deepInclude(failure, { _tag: "CityNotFound", city: "../Nowhere" })
      assert.strictEqual(message, "There is no weather for ../Nowhere; is it spelled right?")
    }))

  it.effect("declares that the service is out of order", () =>
    Effect.gen(function*() {
      const { failure } = yield* failureOf("Atlantis")
      assert.strictEqual(failure?._tag, "OutOfOrder")
    }))
})

const Nowhere = Layer.succeed(WeatherApi, { url: "http://127.0.0.1:1" })

layer(both(Nowhere), { excludeTestServices: true })("weather without its service", (it) => {
  it.effect("is out of order", () =>
    Effect.gen(function*() {
      const { failure } = yield* failureOf("Lisbon")
      assert.strictEqual(failure?._tag, "OutOfOrder")
    }))
})

describe("weather as a program", () => {
  it.live("serves over stdio, and ends with stdin", () =>
    Effect.gen(function*() {
      const { code, results } = yield* Program.converse("weather/main.ts", [
        { method: "tools/call", params: { name: "get_weather", arguments: { city: "Tromso" } } },
        { method: "tools/call", params: { name: "get_weather", arguments: { city: "Nowhere" } } }
      ])
      assert.deepInclude(results[0], { structuredContent: { celsius: -3, sky: "snow" } })
      assert.deepInclude(results[1], { isError: true })
      assert.strictEqual(code, 0)
    }))
})
