/**
 * A small server for what the demo has no use for: a tool that never ends, a tool that tells what became of such calls,
 * and one that tells which revision is spoken. Over HTTP it writes its URL to stdout; with `--stdio` it serves stdin and
 * stdout.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { McpRequest, McpServer, Progress, Tool } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Schema from "effect/Schema"

type State = "running" | "interrupted"

const parameters = { key: Schema.String.annotate({ description: "What the call goes by" }) }

/** The tools share what is known of the calls, by their keys. */
const tools = (states: Map<string, State>) => [
  Tool.serve(
    "wait",
    { description: "Reports progress once, and then never ends", parameters },
    ({ key }) =>
      Effect.gen(function*() {
        states.set(key, "running")
        yield* Progress.report({ progress: 1 })
        return yield* Effect.never
      }).pipe(Effect.onInterrupt(() => Effect.sync(() => states.set(key, "interrupted"))))
  ),
  Tool.serve(
    "state",
    { description: "Tells what became of a call of `wait`", parameters },
    ({ key }) => Effect.sync(() => states.get(key) ?? "unknown")
  ),
  Tool.serve(
    "revision",
    { description: "Tells the protocol version of the request" },
    () => Effect.map(McpRequest, (request) => request.protocolVersion)
  )
]

const Server = Layer.unwrap(Effect.sync(() => McpServer.layer(tools(new Map()), { name: "interop", version: "0.1.0" })))

const announce = Layer.effectDiscard(Effect.gen(function*() {
  const { url } = yield* NodeMcpServer.HttpAddress
  const address = yield* url
  yield* Effect.sync(() => process.stdout.write(`${address}\n`))
}))

const overStdio = Layer.provide(Server, NodeMcpServer.layerStdio)

const overHttp = announce.pipe(Layer.provide(Server), Layer.provide(NodeMcpServer.layerHttp({ port: 0 })))

const main = process.argv.includes("--stdio") ? Layer.launch(overStdio) : Layer.launch(overHttp)

main.pipe(Effect.provideService(References.LogToStderr, true), NodeRuntime.runMain)
