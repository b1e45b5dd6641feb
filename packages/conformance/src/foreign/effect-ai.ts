/**
 * A server made with the `McpServer` of `effect/ai`, as its documentation shows: over stdio, or with `http` as argument
 * over Streamable HTTP on a port that it writes to stdout.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import { createServer } from "node:http"
import { greeting, greetingUri, review } from "./Samples.ts"

const Tools = Toolkit.make(
  Tool.make("add", {
    description: "Adds two numbers",
    parameters: Schema.Struct({ a: Schema.Finite, b: Schema.Finite }),
    success: Schema.Struct({ sum: Schema.Finite })
  }),
  Tool.make("fail", { description: "Fails", failure: Schema.Struct({ reason: Schema.String }) }),
  Tool.make("leave", { description: "Ends the process in the middle of the call" })
)

const ToolsLive = McpServer.toolkit(Tools).pipe(Layer.provide(Tools.toLayer({
  add: ({ a, b }) => Effect.succeed({ sum: a + b }),
  fail: () => Effect.fail({ reason: "It is broken" }),
  leave: () => Effect.sync(() => process.exit(1))
})))

const Greeting = McpServer.resource({
  uri: greetingUri,
  name: "greeting",
  mimeType: "text/plain",
  content: Effect.succeed(greeting("you"))
})

const name = McpSchema.param("name", Schema.String)

const GreetingOf = McpServer.resource`demo://greeting/${name}`({
  name: "greeting of",
  mimeType: "text/plain",
  content: (_uri, name) => Effect.succeed(greeting(name))
})

const Review = McpServer.prompt({
  name: "review",
  parameters: { code: Schema.String },
  content: ({ code }) => Effect.succeed(review(code))
})

const registrations = Layer.mergeAll(ToolsLive, Greeting, GreetingOf, Review)
const info = { name: "effect-ai", version: "1.0.0", instructions: "Be kind", registrations }
const protocols = [McpProtocol.v2026_07_28, McpProtocol.v2025_11_25] as const

const overStdio = McpServer.layerStdio({ ...info, protocols }).pipe(Layer.provide(NodeStdio.layer))

const announce = Layer.effectDiscard(
  HttpServer.addressFormattedWith((address) => Effect.sync(() => process.stdout.write(`${address}/mcp\n`)))
)

const overHttp = HttpRouter.serve(McpServer.layerHttp({ ...info, protocols, path: "/mcp" }), { disableLogger: true })
  .pipe(
    Layer.merge(announce),
    Layer.provide(NodeHttpServer.layer(createServer, { port: Number(process.env["PORT"]), host: "127.0.0.1" }))
  )

const main = process.argv.includes("http") ? Layer.launch(overHttp) : Layer.launch(overStdio)

main.pipe(Effect.provideService(References.LogToStderr, true), NodeRuntime.runMain)
