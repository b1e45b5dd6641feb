/**
 * The server whose requests are counted. It is no server of the benchmarks, so that what they measure can change without
 * any budget here.
 */
import { Catalog, McpServer, Progress, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const described = {
  description: "Add two numbers",
  parameters: { a: Schema.Finite, b: Schema.Finite },
  success: Schema.Struct({ sum: Schema.Finite })
}

/** What a typed client knows of it. */
export const Contract = Catalog.make("guard").add(Tool.make("add", described))

/** The name of the last tool. */
export const lastName = "filler_100"

const fillers = Array.from({ length: 100 }, (_, index) =>
  Tool.serve(
    `filler_${String(index + 1).padStart(3, "0")}`,
    { description: `Does number ${index + 1}`, parameters: { text: Schema.String } },
    ({ text }) => Effect.succeed(text)
  ))

const add = Tool.serve("add", described, ({ a, b }) => Effect.succeed({ sum: a + b }))

const report = Tool.serve("report", {}, () =>
  Effect.gen(function*() {
    for (let progress = 1; progress <= 10; progress++) yield* Progress.report({ progress, total: 10 })
    return "reported"
  }))

/** 102 tools; it wants a transport. */
export const Served = McpServer.layer([add, report, ...fillers], { name: "guard", version: "1.0.0" })
