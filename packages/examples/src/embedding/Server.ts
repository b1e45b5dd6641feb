/**
 * An MCP endpoint inside an HTTP backend that is there already: the app's own routes and the tools share the app's
 * services, its router and its port.
 */
import { McpServer, Tool } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"

class Tasks extends Context.Service<Tasks, Ref.Ref<ReadonlyArray<string>>>()("examples/embedding/Tasks") {
  static readonly layer = Layer.effect(Tasks, Ref.make<ReadonlyArray<string>>([]))
}

// What the app had before.
const Routes = Layer.mergeAll(
  HttpRouter.add("GET", "/health", HttpServerResponse.text("ok")),
  HttpRouter.add(
    "GET",
    "/tasks",
    Effect.map(Effect.flatMap(Tasks, Ref.get), (tasks) => HttpServerResponse.jsonUnsafe({ tasks }))
  )
)

const addTask = Tool.serve("add_task", {
  description: "Put a task on the list",
  parameters: { task: Schema.NonEmptyString },
  success: Schema.Struct({ tasks: Schema.Array(Schema.String) })
}, ({ task }) =>
  Effect.gen(function*() {
    const tasks = yield* Ref.updateAndGet(yield* Tasks, (tasks) => [...tasks, task])
    return { tasks }
  }))

// What is new: the same tasks, for models.
const Mcp = McpServer.layer(addTask, { name: "tasks", version: "1.0.0" }).pipe(
  Layer.provide(NodeMcpServer.layerRouter({ path: "/mcp" }))
)

/** The app; it wants an HTTP server. */
export const App = HttpRouter.serve(Layer.mergeAll(Routes, Mcp), { disableLogger: true }).pipe(
  Layer.provide(Tasks.layer)
)
