import { assert, describe, it } from "@effect/vitest"
import { McpRequest, Tool } from "@parley/mcp"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Journal from "@parley/simulation/history/Journal"
import * as World from "@parley/simulation/world/World"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { all } from "../support/Looking.ts"

class Memory extends Context.Service<Memory, { count: number }>()("test/Memory") {}

const count = Tool.serve("count", {}, () => Effect.map(Memory, (memory) => String(++memory.count)))

/** A server that counts in its memory, and takes a second to come up. */
const Counter = McpServer.layer(count, { name: "counter", version: "1.0.0" }).pipe(
  Layer.provide(Layer.effect(Memory, Effect.delay(Effect.sync(() => ({ count: 0 })), "1 second")))
)

const counted = ({ client }: World.User) =>
  Effect.map(
    client.callTool({ name: "count", arguments: {} }),
    ({ content: [text] }) => text?.type === "text" ? text.text : ""
  )

/** When the server came up and went down, in whole seconds. */
const ups = ({ history }: World.World): ReadonlyArray<string> =>
  history.events.flatMap((event) =>
    (event._tag === "Up" || event._tag === "Down") && event.host === "server"
      ? [`${event._tag} ${Math.round(event.atMillis / 1_000)}`]
      : []
  )

const restart = { _tag: "Restart" } as const

describe("a host", () => {
  it.effect("loses its memory when it goes down, and is there once it has come up", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const server = yield* world.server("server", Counter)
        const user = yield* world.client("client", server)
        assert.deepStrictEqual([yield* counted(user), yield* counted(user)], ["1", "2"])
        yield* server.restart("server", 3_000)
        assert.strictEqual(yield* counted(user), "1")
        assert.deepStrictEqual(ups(world), ["Up 1", "Down 1", "Up 5"])
      })))

  it.effect("stays down until all that brought it down is over", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        yield* world.server("server", Counter)
        const first = yield* world.strike("server", restart)
        yield* Effect.sleep("10 seconds")
        yield* world.strike("server", restart)
        yield* Effect.sleep("10 seconds")
        yield* first
        yield* Effect.sleep("10 seconds")
        yield* world.heal
        assert.deepStrictEqual(ups(world), ["Up 1", "Down 1", "Up 32"])
      })))

  it.effect("that goes down while it comes up comes up anew", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const server = yield* world.server("server", Counter)
        const user = yield* world.client("client", server)
        const restarting = yield* Effect.forkChild(server.restart())
        yield* Effect.sleep(500)
        yield* server.restart("server", 2_000)
        yield* Fiber.join(restarting)
        assert.strictEqual(yield* counted(user), "1")
        assert.deepStrictEqual(ups(world).filter((up) => up.startsWith("Up")), ["Up 1", "Up 5"])
      })))

  it.effect("that cannot be started again stays down, and the history says so", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        let builds = 0
        const once = Layer.effectDiscard(Effect.suspend(() => ++builds > 1 ? Effect.fail("No more") : Effect.void))
        const server = yield* world.server("server", Layer.provideMerge(Counter, once))
        yield* server.restart()
        assert.deepStrictEqual(ups(world), ["Up 1", "Down 1"])
        assert.include(
          all(world.history, "Noted").map(({ text }) => text).join(),
          "could not be started again: Error: No more"
        )
      })))

  it.effect("interrupts what works when it goes down, and what that still says of itself counts no more", () =>
    Effect.gen(function*() {
      const ended: Array<number> = []
      const work = Tool.serve("work", { parameters: { key: Schema.String } }, ({ key }) =>
        Effect.gen(function*() {
          const { id } = yield* McpRequest
          yield* Journal.ran(key)
          yield* Effect.sleep("1 minute")
          yield* Journal.ran(`${key} done`)
          return String(id)
        }).pipe(
          Effect.onInterrupt(() => Effect.andThen(Journal.ran("interrupted"), Effect.sync(() => void ended.push(1))))
        ))
      for (const way of ["line", "http", "sse"] as const) {
        const { history, left } = yield* World.live({ seed: 1 }, (world) =>
          Effect.gen(function*() {
            const server = yield* world.server("server", McpServer.layer(work, { name: "w", version: "1.0.0" }), {
              way
            })
            const { client } = yield* world.client("client", server)
            yield* Effect.forkChild(Effect.exit(client.callTool({ name: "work", arguments: { key: "1" } })))
            yield* Effect.sleep(100)
            yield* server.restart("server", 5 * 60_000)
          }))
        assert.deepStrictEqual(all({ events: history }, "Ran").map(({ key }) => key), ["1"])
        assert.deepStrictEqual(left, {})
      }
      assert.deepStrictEqual(ended, [1, 1, 1])
    }))
})

describe("a server on lines", () => {
  it.effect("of which a process does not come up ends its line, and the history says why", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        let builds = 0
        const once = Layer.effectDiscard(Effect.suspend(() => ++builds > 1 ? Effect.fail("No more") : Effect.void))
        const server = yield* world.server("server", Layer.provideMerge(Counter, once), { way: "line" })
        const ann = yield* world.client("ann", server)
        const error = yield* Effect.flip(world.client("ben", server))
        assert.strictEqual(error.reason._tag, "TransportError")
        assert.isBelow(world.nowMillis(), 5_000)
        assert.include(all(world.history, "Noted").map(({ text }) => text).join(), "could not be started No more")
        assert.strictEqual(yield* counted(ann), "1")
      })))

  it.effect("is a process for each, with a memory of its own", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const server = yield* world.server("server", Counter, { way: "line" })
        const ann = yield* world.client("ann", server)
        const ben = yield* world.client("ben", server)
        assert.deepStrictEqual([yield* counted(ann), yield* counted(ann), yield* counted(ben)], ["1", "2", "1"])
        yield* ann.leave
        assert.strictEqual(yield* counted(yield* world.client("ann", server)), "1")
      })))
})
