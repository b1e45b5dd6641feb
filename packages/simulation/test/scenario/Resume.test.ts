import { assert, describe, it } from "@effect/vitest"
import { Progress, Tool } from "@parley/mcp"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Journal from "@parley/simulation/history/Journal"
import * as World from "@parley/simulation/world/World"
import * as Effect from "effect/Effect"
import { all, ranOn } from "../support/Looking.ts"
import { revision } from "../support/Ways.ts"

const steps = 6

const count = Tool.serve("count", {}, () =>
  Effect.gen(function*() {
    yield* Journal.ran("count")
    for (let step = 1; step <= steps; step++) {
      yield* Effect.sleep(100)
      yield* Progress.report({ progress: step, total: steps })
    }
    return "counted"
  }))

const Counter = McpServer.layer(count, { name: "counter", version: "1.0.0" })

/** Counts, over a link that is cut once the third step was heard of; gives the steps that were heard of. */
const counted = (world: World.World, version: string) =>
  Effect.gen(function*() {
    const server = yield* world.server("server", Counter)
    const { client } = yield* world.client("client", server, { revisions: revision(version) })
    const heard: Array<number> = []
    const result = yield* client.callTool({ name: "count", arguments: {} }, {
      onProgress: ({ progress }) =>
        Effect.suspend(() => {
          heard.push(progress)
          return progress === 3 ? Effect.asVoid(world.strike("client-server", { _tag: "Cut" })) : Effect.void
        })
    })
    assert.deepStrictEqual(result.content, [{ type: "text", text: "counted" }])
    return heard
  })

describe("resume: the stream is lost after event 3", () => {
  it.effect.each(["2025-06-18", "2025-11-25"])(
    "and the client replays from 3, in %s",
    (version) =>
      World.run({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* counted(world, version), [1, 2, 3, 4, 5, 6])
          assert.deepStrictEqual(ranOn(world.history, "count"), ["server"])
          const third = all(world.history, "Sent").find(({ text }) => text.includes(`"progress":3`))?.eventId
          const resumed = all(world.history, "Opened").filter(({ headers }) => headers?.["last-event-id"] === third)
          assert.deepStrictEqual(resumed.map(({ verb }) => verb), ["GET /mcp"])
          // What came before is not sent again; what was on its way when the link was cut is.
          const again = all(world.history, "Sent").filter(({ eventId, text }) => eventId === third && text !== "")
          assert.lengthOf(again, 1)
        }))
  )
})
