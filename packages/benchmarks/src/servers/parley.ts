/**
 * The tools of the Parley servers, as its documentation writes them: components with their handlers beside them, served
 * to both eras by one server.
 */
import { McpServer, Progress, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { settings } from "./settings.ts"
import { sum } from "./sum.ts"
import { fillersAround, reports } from "./tools.ts"

const textual = (name: string) =>
  Tool.serve(
    name,
    { description: `Does ${name}`, parameters: { text: Schema.String } },
    ({ text }) => Effect.succeed(text)
  )

const add = Tool.serve(
  "add",
  {
    description: "Add two numbers",
    parameters: { a: Schema.Finite, b: Schema.Finite },
    success: Schema.Struct({ sum: Schema.Finite })
  },
  sum
)

const report = Tool.serve(
  "report",
  { description: "Reports progress" },
  () =>
    Effect.gen(function*() {
      for (let progress = 1; progress <= reports; progress++) yield* Progress.report({ progress, total: reports })
      return "done"
    })
)

const [before, after] = fillersAround(settings.tools)

const tools = [...before.map(textual), add, textual("echo"), report, ...after.map(textual)]

/** The server, which wants a transport. */
export const Benchmark = McpServer.layer(tools, { name: "parley", version: "1.0.0" })
