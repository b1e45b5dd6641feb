/**
 * A server that loses its power: a till, whose journal is a file. The first charge is written down, and then the process
 * is killed before anybody is told; so it is when the journal is read for the first time. A file beside the journal keeps
 * what has happened already.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { McpServer, Tool } from "@parley/mcp"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** The file with the journal. */
class Journal extends Context.Service<Journal, string>()("examples/survivor/Journal") {}

const linesOf = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(path)).pipe(
    Effect.map((text) => text.split("\n").filter((line) => line !== "")),
    Effect.orElseSucceed((): ReadonlyArray<string> => [])
  )

const note = (path: string, line: string) =>
  Effect.orDie(
    Effect.flatMap(FileSystem.FileSystem, (files) => files.writeFileString(path, `${line}\n`, { flag: "a" }))
  )

/** The power fails, unless it has failed here before. */
const powerFails = Effect.fnUntraced(function*(where: string) {
  const path = `${yield* Journal}.failures`
  if ((yield* linesOf(path)).includes(where)) return
  yield* note(path, where)
  process.kill(process.pid, "SIGKILL")
  yield* Effect.never
})

const charge = Tool.serve(
  "charge",
  { description: "Charge a customer", parameters: { cents: Schema.Int } },
  ({ cents }) =>
    Effect.gen(function*() {
      yield* note(yield* Journal, String(cents))
      yield* powerFails("charge")
      return `Charged ${cents} cents`
    })
)

const charges = Tool.serve("charges", {
  description: "What was charged so far",
  success: Schema.Struct({ cents: Schema.Array(Schema.Int) }),
  annotations: { readOnlyHint: true }
}, () =>
  Effect.gen(function*() {
    yield* powerFails("charges")
    const lines = yield* linesOf(yield* Journal)
    return { cents: lines.map(Number) }
  }))

/** The server; it wants a transport. */
export const server = (journal: string) =>
  McpServer.layer([charge, charges], { name: "till", version: "1.0.0" }).pipe(
    Layer.provide([Layer.succeed(Journal, journal), NodeFileSystem.layer])
  )
