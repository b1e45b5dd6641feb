/** A server that does all it can to spoil its stdout, with a tool that takes its time and one that never ends. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { McpServer, Tool } from "@parley/mcp"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"

const noisy = Tool.serve("noisy", {}, () =>
  Effect.gen(function*() {
    yield* Effect.log("by Effect.log")
    yield* Console.log("by Console.log")
    console.log("by console.log")
    process.stdout.write("by process.stdout\n")
    return "quiet"
  }))

const echo = Tool.serve("echo", { parameters: { text: Schema.String } }, ({ text }) => Effect.succeed(text))

const slow = Tool.serve("slow", {}, () => Effect.as(Effect.sleep("200 millis"), "at last"))

const never = Tool.serve(
  "never",
  {},
  () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => console.error("never was interrupted")))
)

const Loud = Layer.effectDiscard(Effect.log("while layers are built"))

McpServer.layer([noisy, echo, slow, never], { name: "noisy", version: "1.0.0" }).pipe(
  Layer.provide(Loud),
  Layer.provide(NodeMcpServer.layerStdio),
  Layer.launch,
  NodeRuntime.runMain
)
