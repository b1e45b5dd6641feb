/**
 * The tools of `effect/ai`'s server, as toolkits with their handlers beside them, which is how the module documentation
 * of `effect/ai/McpServer` registers tools (`toolkit`, `registrations`). A toolkit takes memory with the square of its
 * tools, so that the fillers come in toolkits of at most 500.
 */
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { settings } from "./settings.ts"
import { sum } from "./sum.ts"
import { fillersAround, reports } from "./tools.ts"

const toolsOfToolkit = 500

const textual = <const Name extends string>(name: Name) =>
  Tool.make(name, {
    description: `Does ${name}`,
    parameters: Schema.Struct({ text: Schema.String }),
    success: Schema.String
  })

const sameText = ({ text }: { readonly text: string }) => Effect.succeed(text)

const registerFillers = (names: ReadonlyArray<string>) => {
  const toolkit = Toolkit.make(...names.map(textual))
  const handlers = toolkit.of(Object.fromEntries(names.map((name) => [name, sameText])))
  return McpServer.toolkit(toolkit).pipe(Layer.provide(toolkit.toLayer(Effect.succeed(handlers))))
}

const inToolkits = (names: ReadonlyArray<string>) =>
  Array.from(
    { length: Math.ceil(names.length / toolsOfToolkit) },
    (_, index) => registerFillers(names.slice(index * toolsOfToolkit, (index + 1) * toolsOfToolkit))
  )

const Add = Tool.make("add", {
  description: "Add two numbers",
  parameters: Schema.Struct({ a: Schema.Finite, b: Schema.Finite }),
  success: Schema.Struct({ sum: Schema.Finite })
})

const Report = Tool.make("report", {
  description: "Reports progress",
  success: Schema.String,
  dependencies: [McpSchema.McpRequestContext]
})

const reportTo = ({ notifications }: McpServer.McpServer["Service"]) =>
  Effect.fnUntraced(function*() {
    const { requestMetadata } = yield* McpSchema.McpRequestContext
    const progressToken = requestMetadata?.["progressToken"]
    if (typeof progressToken !== "string" && typeof progressToken !== "number") return "done"
    for (let progress = 1; progress <= reports; progress++) {
      yield* notifications["notifications/progress"]({ progressToken, progress, total: reports })
    }
    return "done"
  })

const Called = Toolkit.make(Add, textual("echo"), Report)

const CalledHandlers = Called.toLayer(Effect.map(McpServer.McpServer, (server) =>
  Called.of({
    add: sum,
    echo: sameText,
    report: reportTo(server)
  })))

const [before, after] = fillersAround(settings.tools)

/** All tools, in order. */
export const registrations = [
  ...inToolkits(before),
  McpServer.toolkit(Called).pipe(Layer.provide(CalledHandlers)),
  ...inToolkits(after)
].reduce((left, right) => Layer.merge(left, right))
