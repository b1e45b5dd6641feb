/** Worlds in which bugs were found, made small, as they were printed. */
import { assert, describe, it } from "@effect/vitest"
import { Simulation } from "@parley/simulation"
import * as Effect from "effect/Effect"
import * as Subject from "../support/Subject.ts"

describe("HTTP+SSE", () => {
  it.effect("a copy of a request in progress was refused under its id, and the refusal taken for its answer", () =>
    Effect.gen(function*() {
      const report = yield* Simulation.replay(Subject.server, {
        seed: 381,
        server: { way: "sse" },
        clients: [{ name: "ada", versions: ["2025-03-26"] }],
        steps: [
          {
            key: "step-4",
            client: "ada",
            atMillis: 6000,
            action: "calls.call",
            input: { tool: "record", arguments: { key: "step-4", millis: 1000 }, repeatable: false }
          }
        ],
        faults: [
          { fault: { _tag: "Duplication", probability: 1 }, on: "ada-server", atMillis: 2000, lastsMillis: 5000 }
        ],
        healAtMillis: 8000
      }, Subject.options)
      assert.deepStrictEqual(report.violations, [])
    }))

  it.effect("a server that never heard that it is initialized told nothing for as long as the session lasted", () =>
    Effect.gen(function*() {
      const report = yield* Simulation.replay(Subject.server, {
        seed: 232,
        server: { way: "sse" },
        clients: [{ name: "ada", versions: ["2025-03-26"] }],
        steps: [
          { key: "step-13", client: "ada", atMillis: 0, action: "subscriptions.listen", input: { uri: "thing://b" } },
          { key: "step-14", client: "ada", atMillis: 0, action: "subscriptions.listen", input: { uri: "thing://a" } },
          {
            key: "step-1",
            client: "ada",
            atMillis: 0,
            action: "long.call",
            input: { key: "step-1", arguments: { key: "step-1", millis: 4500, steps: 5 }, repeatable: false }
          },
          {
            key: "step-8",
            client: "ada",
            atMillis: 1640,
            interruptedAtMillis: 1690,
            action: "long.call",
            input: { key: "step-8", arguments: { key: "step-8", millis: 60, steps: 3 }, repeatable: false }
          }
        ],
        faults: [
          {
            fault: { _tag: "Loss", probability: 0.05, direction: "toServer" },
            on: "ada-server",
            atMillis: 1600,
            lastsMillis: 400
          },
          { fault: { _tag: "Cut" }, on: "ada-server", atMillis: 1800, lastsMillis: 0 }
        ],
        healAtMillis: 3000
      }, Subject.options)
      assert.deepStrictEqual(report.violations, [])
    }))

  it.effect("a message whose taking was never confirmed held up all that was said after it for half a minute", () =>
    Effect.gen(function*() {
      const report = yield* Simulation.replay(Subject.server, {
        seed: 5005,
        server: { way: "sse" },
        clients: [{ name: "cleo", timeoutMillis: 2000, versions: ["2025-11-25"] }],
        steps: [
          {
            key: "step-24",
            client: "cleo",
            atMillis: 10000,
            action: "cancels.give up",
            input: { arguments: { key: "step-24", millis: 1000, steps: 3 }, repeatable: false, patienceMillis: 2 }
          }
        ],
        faults: [
          {
            fault: { _tag: "Loss", probability: 1, direction: "toClient" },
            on: "cleo-server",
            atMillis: 9000,
            lastsMillis: 5000
          }
        ],
        healAtMillis: 15000
      }, Subject.options)
      assert.deepStrictEqual(report.violations, [])
    }))
})
