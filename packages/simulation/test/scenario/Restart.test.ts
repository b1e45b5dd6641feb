import { assert, describe, it } from "@effect/vitest"
import { Tool } from "@parley/mcp"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Journal from "@parley/simulation/history/Journal"
import * as World from "@parley/simulation/world/World"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { all, ranOn } from "../support/Looking.ts"
import { revision, ways } from "../support/Ways.ts"

/** Takes a second, and says when it is done. */
const work = Tool.serve("work", { parameters: { key: Schema.String } }, ({ key }) =>
  Effect.gen(function*() {
    yield* Journal.ran(key)
    yield* Effect.sleep(1_000)
    yield* Journal.ran(`${key} done`)
    return key
  }))

const Worker = McpServer.layer(work, { name: "worker", version: "1.0.0" })

/** Restarts the server half-way through a call, and calls again; gives what came of the first call. */
const restarted = (
  world: World.World,
  { version, way }: (typeof ways)[number],
  { downMillis, repeatable }: { readonly downMillis: number; readonly repeatable: boolean }
) =>
  Effect.gen(function*() {
    const server = yield* world.server("server", Worker, { way })
    const { client } = yield* world.client("client", server, { revisions: revision(version) })
    const call = (key: string, repeatable: boolean) =>
      client.callTool({ name: "work", arguments: { key } }, { repeatable })
    const calling = yield* Effect.forkChild(Effect.exit(call("first", repeatable)))
    yield* Effect.sleep(500)
    yield* server.restart("server", downMillis)
    const first = yield* Fiber.join(calling)
    const second = yield* call("second", false)
    assert.deepStrictEqual(second.content, [{ type: "text", text: "second" }])
    return first
  })

describe("the server is restarted under a call", () => {
  it.effect.each(ways)(
    "that may not repeat: it ran once at most, and the user is told, over $way in $version",
    (over) =>
      World.run({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(yield* restarted(world, over, { repeatable: false, downMillis: 1_000 }))
          assert.isTrue(error.mayHaveRun)
          assert.deepStrictEqual(ranOn(world.history, "first"), ["server"])
          assert.deepStrictEqual(ranOn(world.history, "first done"), [])
        }))
  )

  it.effect.each(ways)(
    "that may repeat: it is sent again, and succeeds, over $way in $version",
    (over) =>
      World.run({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          const result = yield* yield* restarted(world, over, { repeatable: true, downMillis: 0 })
          assert.deepStrictEqual(result.content, [{ type: "text", text: "first" }])
          assert.deepStrictEqual(ranOn(world.history, "first"), ["server", "server"])
          assert.deepStrictEqual(ranOn(world.history, "first done"), ["server"])
        }))
  )

  it.effect("and whatever the host still does as it goes down, nobody hears of it", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        yield* restarted(world, { way: "http", version: "2026-07-28" }, { repeatable: false, downMillis: 1_000 })
        const [down] = all(world.history, "Down")
        const up = all(world.history, "Up").find(({ atMillis, host }) => host === "server" && atMillis > 0)
        assert.strictEqual((up?.atMillis ?? 0) - (down?.atMillis ?? 0), 1_000)
        const meanwhile = world.history.events.filter((event) =>
          event._tag === "Sent" && event.from === "server" &&
          event.atMillis >= (down?.atMillis ?? 0) && event.atMillis < (up?.atMillis ?? 0)
        )
        assert.deepStrictEqual(meanwhile, [])
      })))
})
