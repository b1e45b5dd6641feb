import { assert, describe, it } from "@effect/vitest"
import { Registry, Resource, Tool } from "@parley/mcp"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Journal from "@parley/simulation/history/Journal"
import * as World from "@parley/simulation/world/World"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ranOn } from "../support/Looking.ts"
import { revision } from "../support/Ways.ts"

const uri = "thing://one"

const touch = Tool.serve(
  "touch",
  { parameters: { key: Schema.String } },
  ({ key }) => Effect.andThen(Journal.ran(key), Effect.as(Registry.resourceUpdated(uri), key))
)

const thing = Resource.serve(uri, {}, () => Effect.succeed("a thing"))

const Things = McpServer.layer([touch, thing], { name: "things", version: "1.0.0" })

const touched = ({ client }: World.User, key: string) => client.callTool({ name: "touch", arguments: { key } })

describe("two replicas", () => {
  it.effect("keep each session where it was opened, until its host is gone", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const server = yield* world.server("server", Things, { replicas: 2 })
        assert.deepStrictEqual(server.hosts, ["server-1", "server-2"])
        const options = { revisions: revision("2025-11-25") }
        const ann = yield* world.client("ann", server, options)
        const ben = yield* world.client("ben", server, options)
        for (const key of ["1", "2", "3"]) {
          yield* touched(ann, `ann ${key}`)
          yield* touched(ben, `ben ${key}`)
        }
        const hostsOf = (name: string) =>
          new Set(["1", "2", "3"].flatMap((key) => ranOn(world.history, `${name} ${key}`)))
        const [first = "", ...others] = hostsOf("ann")
        assert.deepStrictEqual(others, [])
        const [second = "", ...more] = hostsOf("ben")
        assert.deepStrictEqual(more, [])
        assert.notStrictEqual(first, second)
        yield* server.restart(first, 60_000).pipe(Effect.forkChild)
        yield* touched(ben, "ben 4")
        assert.deepStrictEqual(ranOn(world.history, "ben 4"), [second])
        yield* touched(ann, "ann 4")
        assert.deepStrictEqual(ranOn(world.history, "ann 4"), [second])
      })))

  it.effect.each(["2025-11-25", "2026-07-28"])(
    "tell their clients what happens on the other, in %s",
    (version) =>
      World.run({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          const server = yield* world.server("server", Things, { replicas: 2 })
          const options = { revisions: revision(version) }
          const ann = yield* world.client("ann", server, options)
          const ben = yield* world.client("ben", server, options)
          const hearing = yield* Effect.forkChild(
            Stream.runCollect(Stream.take(Stream.map(ann.client.resourceUpdates(uri), ({ cause }) => cause), 2))
          )
          yield* Effect.sleep(1_000)
          yield* touched(ben, "ben")
          assert.deepStrictEqual(yield* Fiber.join(hearing), ["Listening", "Changed"])
        }))
  )

  it.effect("hear nothing of each other when they share nothing", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const server = yield* world.server("server", Things, { replicas: 2, shared: false })
        const options = { revisions: revision("2025-11-25") }
        const ann = yield* world.client("ann", server, options)
        const ben = yield* world.client("ben", server, options)
        const heard: Array<string> = []
        yield* Effect.forkChild(
          Stream.runForEach(ann.client.resourceUpdates(uri), ({ cause }) => Effect.sync(() => void heard.push(cause)))
        )
        yield* Effect.sleep(1_000)
        yield* touched(ben, "ben")
        yield* Effect.sleep(60_000)
        assert.deepStrictEqual(heard, ["Listening"])
      })))
})
