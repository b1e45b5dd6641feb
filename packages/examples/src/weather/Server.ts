/**
 * A tool that calls a web service. That a city is not known, or the service is out of order, are failures that the tool
 * declares: the model reads them, and a typed client can tell them apart.
 */
import { Catalog, McpServer, Tool } from "@parley/mcp"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** Where the weather service is. */
export class WeatherApi extends Context.Service<WeatherApi, { readonly url: string }>()("examples/WeatherApi") {}

const Weather = Schema.Struct({ celsius: Schema.Number, sky: Schema.String })

/** The weather service does not know the city. */
export class CityNotFound extends Schema.TaggedError<CityNotFound>()("CityNotFound", { city: Schema.String }) {
  override get message(): string {
    return `There is no weather for ${this.city}; is it spelled right?`
  }
}

/** The weather service gave no answer that makes sense. */
export class OutOfOrder extends Schema.TaggedError<OutOfOrder>()("OutOfOrder", {}) {
  override get message(): string {
    return "The weather service is out of order; try again later"
  }
}

const GetWeather = Tool.make("get_weather", {
  description: "The weather in a city, now",
  parameters: { city: Schema.NonEmptyString },
  success: Weather,
  failure: Schema.Union([CityNotFound, OutOfOrder]),
  annotations: { readOnlyHint: true, openWorldHint: true }
})

/** What the server offers. */
export const WeatherCatalog = Catalog.make("weather").add(GetWeather)

const Handlers = WeatherCatalog.layer({
  tools: {
    get_weather: Effect.fnUntraced(function*({ city }) {
      const { url } = yield* WeatherApi
      const client = HttpClient.filterStatusOk(yield* HttpClient.HttpClient)
      return yield* client.get(`${url}/weather/${encodeURIComponent(city.toLowerCase())}`).pipe(
        Effect.flatMap(HttpClientResponse.schemaBodyJson(Weather)),
        Effect.timeout("5 seconds"),
        Effect.mapError((error) =>
          error._tag === "HttpClientError" && error.response?.status === 404
            ? new CityNotFound({ city })
            : new OutOfOrder()
        )
      )
    })
  }
})

/** The server; it wants a transport, an HTTP client and the weather service. */
export const Server = McpServer.layer(WeatherCatalog, { name: "weather", version: "1.0.0" }).pipe(
  Layer.provide(Handlers)
)
