import { assert, describe, it } from "@effect/vitest"
import { Ask, Elicitation, Tool } from "@parley/mcp"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as World from "@parley/simulation/world/World"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"

const greet = Tool.serve(
  "greet",
  {},
  () => Effect.map(Ask.form({ name: Schema.String }, "Who are you?"), ({ name }) => `Hello, ${name}!`)
)

const Greeter = McpServer.layer(greet, { name: "greeter", version: "1.0.0" })

/** A user who thinks for five seconds. */
const Slow = Elicitation.layer({
  form: () => Effect.delay(Effect.succeed(Elicitation.accept({ name: "Ann" })), "5 seconds")
})

const hour = 3_600_000

/** Calls, and has the clock of the server jump while its state is out; gives what comes of it, and of a second call. */
const greeted = (world: World.World, millis: number) =>
  Effect.gen(function*() {
    const server = yield* world.server("server", Greeter)
    const { client } = yield* world.client("client", server, { answers: Slow })
    const call = client.callTool({ name: "greet", arguments: {} })
    const calling = yield* Effect.forkChild(Effect.result(call))
    yield* Effect.sleep(2_000)
    yield* world.strike("server", { _tag: "ClockJump", millis })
    const first = yield* Fiber.join(calling)
    return { first, second: yield* call }
  })

const hello = [{ type: "text" as const, text: "Hello, Ann!" }]

describe("the clock of the server jumps while requestState is out", () => {
  it.effect("forwards: the state has expired, the user is told, and may call again", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const { first, second } = yield* greeted(world, hour)
        assert(first._tag === "Failure")
        assert(first.failure.reason._tag === "RpcError")
        assert.include(first.failure.reason.message, "expired")
        assert.deepStrictEqual(second.content, hello)
      })))

  it.effect("backwards: nothing comes of it", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const { first, second } = yield* greeted(world, -hour)
        assert(first._tag === "Success")
        assert.deepStrictEqual(first.success.content, hello)
        assert.deepStrictEqual(second.content, hello)
      })))

  it.effect("a restart meanwhile: the keys are not the host's alone, and the call goes on", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const server = yield* world.server("server", Greeter)
        const { client } = yield* world.client("client", server, { answers: Slow })
        const calling = yield* Effect.forkChild(client.callTool({ name: "greet", arguments: {} }))
        yield* Effect.sleep(2_000)
        yield* server.restart()
        assert.deepStrictEqual((yield* Fiber.join(calling)).content, hello)
      })))
})
