/** A small server for the corpus: enough to show how each part of the protocol looks on the wire. */
import { Ask, ClientLog, McpServer, Progress, Prompt, Registry, Resource, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const add = Tool.serve(
  "add",
  {
    description: "Add two numbers",
    parameters: { a: Schema.Number, b: Schema.Number },
    success: Schema.Struct({ sum: Schema.Number })
  },
  ({ a, b }) => Effect.succeed({ sum: a + b })
)

const lend = Tool.serve(
  "lend",
  { description: "Lend a book to somebody", parameters: { title: Schema.String } },
  ({ title }) =>
    Effect.gen(function*() {
      const { name } = yield* Effect.orDie(Ask.form({ name: Schema.String }, "To whom?"))
      const { days } = yield* Effect.orDie(Ask.form({ days: Schema.Int }, `How long may ${name} have it?`))
      return `${name} has ${title} for ${days} days`
    })
)

const copy = Tool.serve(
  "copy",
  { description: "Copy a book page by page", parameters: { pages: Schema.Int } },
  ({ pages }) =>
    Effect.gen(function*() {
      for (let page = 1; page <= pages; page++) {
        yield* Effect.sleep(2_000)
        yield* Progress.report({ progress: page, total: pages })
        yield* ClientLog.info(`Page ${page} is copied`)
      }
      return "copied"
    })
)

const burn = Tool.serve("burn", { description: "Burn a book" }, () => Effect.fail(Tool.fail("Nobody burns books here")))

const shelve = Tool.serve(
  "shelve",
  { description: "Put a book on the shelf" },
  () => Effect.as(Registry.resourceUpdated("shelf://books"), "done")
)

const shelf = Resource.serve("shelf://books", { mimeType: "text/plain" }, () => Effect.succeed("Moby Dick"))

const praise = Prompt.serve(
  "praise",
  { parameters: { title: Schema.String } },
  ({ title }) => Effect.succeed([Prompt.user(`Praise ${title}`)])
)

/** The server. */
export const library = McpServer.layer([add, lend, copy, burn, shelve, shelf, praise], {
  name: "library",
  version: "1.0.0"
})
