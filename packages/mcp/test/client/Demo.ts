/** A catalog with everything a typed client must read back, its handlers, and the ways to reach a server of it. */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as McpClient from "../../src/client/McpClient.ts"
import * as Catalog from "../../src/contract/Catalog.ts"
import * as Progress from "../../src/contract/Progress.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import type { Revision } from "../../src/revision/Revision.ts"
import * as McpHttp from "../../src/server/McpHttp.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as InMemoryTransport from "../../src/testing/InMemoryTransport.ts"
import * as StreamableHttpClient from "../../src/transport/StreamableHttpClient.ts"

export class OutOfStock extends Schema.TaggedError<OutOfStock>()("OutOfStock", {
  item: Schema.String,
  until: Schema.DateFromString
}) {}

export const soon = new Date("2030-01-02T03:04:05.000Z")

const Add = Tool.make("add", {
  parameters: { a: Schema.Number, b: Schema.Number },
  success: Schema.Struct({ sum: Schema.Number })
})
const Buy = Tool.make("buy", { parameters: { item: Schema.String }, success: Schema.String, failure: OutOfStock })
const Days = Tool.make("days", {
  parameters: { from: Schema.DateFromString },
  success: Schema.Array(Schema.DateFromString)
})
const Say = Tool.make("say", { parameters: { text: Schema.optionalKey(Schema.String) } })
const Count = Tool.make("count", { parameters: { to: Schema.Int }, success: Schema.NullOr(Schema.Int) })
const Config = Resource.make("config://app", { mimeType: "application/json" })
const Greeting = Resource.template("greeting://{name}/{times}", {
  params: { name: Schema.String, times: Schema.NumberFromString }
})
const Review = Prompt.make("review_code", {
  parameters: { code: Schema.String, depth: Schema.optionalKey(Schema.NumberFromString) }
})

export const Demo = Catalog.make("demo").add(Add, Buy, Days, Say, Count, Config, Greeting, Review)

const dayMillis = 24 * 60 * 60 * 1000

const Handlers = Demo.layer({
  tools: {
    add: ({ a, b }) => Effect.succeed({ sum: a + b }),
    buy: ({ item }) =>
      item === "tea"
        ? Effect.succeed("here you are")
        : item === "poison"
        ? Effect.fail(Tool.fail("not for sale"))
        : Effect.fail(new OutOfStock({ item, until: soon })),
    days: ({ from }) => Effect.succeed([from, new Date(from.getTime() + dayMillis)]),
    say: ({ text }) => Effect.succeed(text ?? "nothing"),
    count: Effect.fnUntraced(function*({ to }) {
      for (let progress = 1; progress <= to; progress++) yield* Progress.report({ progress, total: to })
      return to === 0 ? null : to
    })
  },
  resources: {
    "config://app": () => Effect.succeed("{}"),
    "greeting://{name}/{times}": ({ name, times }) => Effect.succeed(`Hello, ${name}! `.repeat(times).trim())
  },
  prompts: {
    review_code: ({ code, depth }) => Effect.succeed(`Review to depth ${depth ?? 1}: ${code}`)
  }
})

const server = (revisions?: ReadonlyArray<Revision>) =>
  McpServer.layer(Demo, {
    name: "demo",
    version: "1.0.0",
    instructions: "Add things",
    ...(revisions === undefined ? {} : { revisions })
  }).pipe(Layer.provide(Handlers))

const clientOf = (options: Partial<McpClient.Options>) => McpClient.layer({ name: "test", version: "0", ...options })

/** Server and client on one line. */
export const inMemory = (served?: ReadonlyArray<Revision>, options: Partial<McpClient.Options> = {}) =>
  clientOf(options).pipe(Layer.provideMerge(server(served)), Layer.provide(InMemoryTransport.layer))

/** What passed between an HTTP client and a server. */
export interface Exchange {
  readonly method: string
  readonly request: Headers
  readonly status: number
  readonly response: Headers
}

/** A client over HTTP, to a server behind a web handler; `seen` fills with what passes. */
export const overHttp = (
  served?: ReadonlyArray<Revision>,
  options: Partial<McpClient.Options> = {},
  seen: Array<Exchange> = []
) =>
  Layer.unwrap(Effect.gen(function*() {
    const { dispose, handler } = yield* Effect.acquireRelease(
      Effect.sync(() => McpHttp.toWebHandler(server(served))),
      ({ dispose }) => Effect.promise(dispose)
    )
    void dispose
    const fetch: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init)
      return handler(request).then((response) => {
        seen.push({
          method: request.method,
          request: request.headers,
          status: response.status,
          response: response.headers
        })
        return response
      })
    }
    const transport = StreamableHttpClient.layer({ url: "http://localhost/mcp", headers: { host: "localhost" } })
    return clientOf(options).pipe(
      Layer.provide(transport),
      Layer.provide(FetchHttpClient.layer),
      Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch))
    )
  }))

export const transports = { "in memory": inMemory, "over HTTP": overHttp }
