import { assert, describe, it } from "@effect/vitest"
import { Elicitation, Sampling } from "@parley/mcp"
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import type { Fault } from "@parley/simulation/fault/Fault"
import * as History from "@parley/simulation/history/History"
import * as World from "@parley/simulation/world/World"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Specimen from "../support/Specimen.ts"

const answers = Layer.merge(
  Elicitation.layer({
    form: () => Effect.succeed(Elicitation.accept({ words: "mine" })),
    url: () => Effect.succeed(Elicitation.accept())
  }),
  Sampling.layer({
    createMessage: () => Effect.succeed({ role: "assistant", content: { type: "text", text: "said" }, model: "m" })
  })
)

const faults: ReadonlyArray<readonly [on: string, fault: Fault]> = [
  ["ann-server", {
    _tag: "Latency",
    millis: { leastMillis: 1, mostMillis: 40, tail: { probability: 0.1, millis: 900 } }
  }],
  ["ben-server", { _tag: "Loss", probability: 0.1 }],
  ["ben-server", { _tag: "Chunking", charactersMax: 9 }],
  ["cid-server", { _tag: "Reordering", probability: 0.3, millis: 50 }],
  ["cid-server", { _tag: "Duplication", probability: 0.2 }],
  ["server", { _tag: "ClockJump", millis: -5_000 }]
]

/** A busy world, in which much goes wrong, and hosts crash. */
const busy = (way: World.Way) => (world: World.World) =>
  Effect.gen(function*() {
    const server = yield* world.server("server", Specimen.server(), { way, replicas: 2 })
    const users = yield* Effect.forEach(["ann", "ben", "cid"], (name) => world.client(name, server, { answers }))
    for (const [on, fault] of faults) yield* world.strike(on, fault)
    const calls: ReadonlyArray<Effect.Effect<unknown, McpClientError>> = users.flatMap(({ client, name }) =>
      [1, 2, 3].flatMap((number) => [
        client.callTool({ name: "work", arguments: { key: `${name} work ${number}`, millis: 400, steps: 4 } }),
        client.callTool({ name: "ring", arguments: { key: `${name} ring ${number}`, length: 3 } }),
        client.listResources
      ])
    )
    const calling = Effect.forEach(calls, (call) => Effect.result(call), { concurrency: "unbounded" })
    yield* Effect.all([calling, Effect.delay(server.restart(undefined, 300), 250)], { concurrency: "unbounded" })
    yield* world.heal
  })

const historyOf = (seed: number, way: World.Way) =>
  Effect.map(World.live({ seed }, busy(way)), ({ exit, history, left }) => {
    assert.strictEqual(exit._tag, "Success")
    assert.deepStrictEqual(left, {})
    return History.render(history)
  })

describe("the same seed", () => {
  it.effect.each(["line", "http", "sse"] as const)(
    "gives the same history, to the last byte, over %s",
    (way) =>
      Effect.gen(function*() {
        const history = yield* historyOf(1, way)
        assert.isAbove(history.length, 10_000)
        assert.isTrue(history === (yield* historyOf(1, way)), "the histories differ")
      })
  )

  it.effect("is told by another: it gives another history", () =>
    Effect.gen(function*() {
      assert.notStrictEqual(yield* historyOf(1, "http"), yield* historyOf(2, "http"))
    }))
})
