/**
 * The tools of the Parley servers, as its documentation writes them: components with their handlers beside them, served
 * to both eras by one server.
 */
import { McpServer, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fillerNames, fillersBeforeAdd } from "../Workload.ts"

const filler = (name: string) =>
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
  ({ a, b }) => Effect.succeed({ sum: a + b })
)

const tools = [
  ...fillerNames.slice(0, fillersBeforeAdd).map(filler),
  add,
  ...fillerNames.slice(fillersBeforeAdd).map(filler)
]

/** The server, which wants a transport. */
export const Benchmark = McpServer.layer(tools, { name: "parley", version: "1.0.0" })
