/** Our client over HTTP+SSE with our own server of it, the way found out and the way known. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as McpClient from "../../src/client/McpClient.ts"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as McpSse from "../../src/server/McpSse.ts"
import * as InMemoryTransport from "../../src/testing/InMemoryTransport.ts"
import { ClientTransport } from "../../src/transport/ClientTransport.ts"
import * as HttpSseClient from "../../src/transport/HttpSseClient.ts"
import * as StreamableHttpClient from "../../src/transport/StreamableHttpClient.ts"
import { serverInfo } from "../support/Messages.ts"

const echo = Tool.serve(
  "echo",
  { parameters: { text: Schema.String }, success: Schema.String },
  ({ text }) => Effect.as(Progress.report({ progress: 1 }), text)
)

/** The application behind `fetch`, at localhost. */
const makeFetch = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() =>
      HttpRouter.toWebHandler(
        McpSse.layerRouter().pipe(
          Layer.provideMerge(McpServer.layer(echo, serverInfo).pipe(Layer.provide(InMemoryTransport.layer))),
          Layer.provideMerge(HttpServer.layerServices)
        ),
        { disableLogger: true }
      )
    ),
    ({ dispose }) => Effect.promise(() => dispose())
  ),
  ({ handler }): typeof globalThis.fetch => (input, init) => handler(new Request(input, init))
)

const url = "http://localhost/sse"
const options = { url, headers: { host: "localhost" } }

describe("HTTP+SSE, both ends (SSE-03, SSE-08)", () => {
  const ways = {
    known: Effect.map(HttpClient.HttpClient, (client) => HttpSseClient.fromClient(client, options)),
    "found out": StreamableHttpClient.make(options)
  }
  for (const [name, way] of Object.entries(ways)) {
    it.live(`many calls at a time, and their progress: the way is ${name}`, () =>
      Effect.gen(function*() {
        const fetch = yield* makeFetch
        const transport = yield* Effect.provide(way, FetchHttpClient.layer)
        yield* Effect.gen(function*() {
          const client = yield* McpClient.make({ name: "test", version: "0" })
          assert.strictEqual(client.server.revision.era, "session")
          const texts = Array.from({ length: 30 }, (_, index) => `é${index}`)
          let heard = 0
          const results = yield* Effect.forEach(texts, (text) =>
            client.callTool({ name: "echo", arguments: { text } }, {
              onProgress: () => Effect.sync(() => heard++)
            }), {
            concurrency: 10
          })
          assert.deepStrictEqual(
            results.map(({ content: [block] }) => block?.type === "text" ? block.text : ""),
            texts.map((text) => JSON.stringify(text))
          )
          assert.strictEqual(heard, 30)
        }).pipe(
          Effect.scoped,
          Effect.provideService(ClientTransport, transport),
          Effect.provideService(FetchHttpClient.Fetch, fetch)
        )
      }))
  }
})
