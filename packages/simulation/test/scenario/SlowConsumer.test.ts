import { assert, describe, it } from "@effect/vitest"
import { ClientLog, Tool } from "@parley/mcp"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Journal from "@parley/simulation/history/Journal"
import * as World from "@parley/simulation/world/World"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { all } from "../support/Looking.ts"
import { revision, ways } from "../support/Ways.ts"

const messages = 300

/** Says much, one message after the other, a kilobyte each. */
const chat = Tool.serve("chat", { parameters: { key: Schema.String } }, ({ key }) =>
  Effect.gen(function*() {
    for (let number = 1; number <= messages; number++) {
      yield* ClientLog.info(`${key} ${number} ${"x".repeat(1_000)}`)
    }
    yield* Journal.ran(key)
    return key
  }))

const Chatty = McpServer.layer(chat, { name: "chatty", version: "1.0.0" })

/** Pipes hold 64 Ki characters; the message that fills one up is in it, too. */
const underWayMax = 64 * 1_024 + 2_000

/** The most that was under way to a client at one time, in characters. */
const mostUnderWay = ({ history }: World.World, client: string): number => {
  const texts = new Map<number, number>()
  let under = 0
  let most = 0
  for (const event of history.events) {
    if (event._tag === "Sent" && event.to === client) {
      texts.set(event.message, event.text.length)
      under += event.text.length
      most = Math.max(most, under)
    }
    if (event._tag === "Arrived" || event._tag === "Lost") under -= texts.get(event.message) ?? 0
  }
  return most
}

/** Two who are told much, one of whom takes it at a rate. */
const told = (
  world: World.World,
  { version, way }: (typeof ways)[number],
  charactersPerSecond: number,
  timeoutMillis: number
) =>
  Effect.gen(function*() {
    const server = yield* world.server("server", Chatty, { way })
    const options = { revisions: revision(version), timeoutMillis }
    const ann = yield* world.client("ann", server, options)
    const ben = yield* world.client("ben", server, options)
    yield* Effect.forEach([ann, ben], ({ client }) => client.setLoggingLevel("info"))
    yield* world.strike("ann", { _tag: "SlowConsumer", charactersPerSecond, direction: "toClient" })
    const call = ({ client, name }: World.User) =>
      client.callTool({ name: "chat", arguments: { key: name } }, { repeatable: false })
    const slow = yield* Effect.forkChild(Effect.exit(call(ann)))
    yield* call(ben)
    // Others are told as fast as ever.
    assert.isBelow(world.nowMillis(), 1_000)
    return { again: call(ann), slow }
  })

const ranAt = ({ history }: World.World, key: string): number | undefined =>
  all(history, "Ran").find((ran) => ran.key === key)?.atMillis

describe("a client that takes slowly what it is told", () => {
  it.effect.each(ways)(
    "holds up the call that tells it, and nobody else, over $way in $version",
    (over) =>
      World.run({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          const { slow } = yield* told(world, over, 20_000, 120_000)
          assert.isTrue(Exit.isSuccess(yield* Fiber.join(slow)))
          // What it says beyond that waits within the call, and not in the memory of the server.
          assert.isAbove(ranAt(world, "ann") ?? 0, 10_000)
          assert.isBelow(mostUnderWay(world, "ann"), underWayMax)
        }))
  )

  it.effect.each(ways.filter(({ way }) => way !== "line"))(
    "is let go when it takes next to nothing, and may come back, over $way in $version",
    (over) =>
      World.run({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          const { again, slow } = yield* told(world, over, 1, 3_600_000)
          yield* Effect.sleep("5 minutes")
          const letGo = all(world.history, "Closed").filter(({ via, why }) =>
            via.startsWith("ann-") && why === "the server cut it"
          )
          assert.isBelow(letGo[0]?.atMillis ?? Infinity, 2 * 60_000)
          yield* world.heal
          // A stream that can be resumed brings the rest; otherwise the user is told that it may have run.
          const exit = yield* Fiber.join(slow)
          assert.strictEqual(exit._tag, over.way === "http" && over.version < "2026" ? "Success" : "Failure")
          yield* again
          assert.isBelow(mostUnderWay(world, "ann"), underWayMax)
        }))
  )
})
