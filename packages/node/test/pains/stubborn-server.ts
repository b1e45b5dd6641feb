/** A server that has every reason to stay: a call that cannot be interrupted, and a timer that nobody stops. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { McpServer, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"

setInterval(() => undefined, 10_000)

const echo = Tool.serve("echo", { parameters: { text: Schema.String } }, ({ text }) => Effect.succeed(text))
const pid = Tool.serve("pid", {}, () => Effect.succeed(`pid:${process.pid}`))
const hang = Tool.serve("hang", {}, () => Effect.never)
const loud = Tool.serve(
  "loud",
  {},
  () => Effect.forEach(Array.from({ length: 100 }), () => Effect.log("x".repeat(10_000)), { discard: true })
)

McpServer.layer([echo, pid, hang, loud], { name: "stubborn", version: "1.0.0" }).pipe(
  Layer.provide(NodeMcpServer.layerStdio),
  Layer.launch,
  NodeRuntime.runMain
)
