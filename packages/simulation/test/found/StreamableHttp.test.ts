/** Worlds of Streamable HTTP in which bugs were found, made small, as they were printed. */
import { assert, describe, it } from "@effect/vitest"
import { Simulation } from "@parley/simulation"
import * as Effect from "effect/Effect"
import * as Subject from "../support/Subject.ts"

describe("Streamable HTTP", () => {
  it.effect("a request for the session's own stream that was lost without a word was waited for without end", () =>
    Effect.gen(function*() {
      const report = yield* Simulation.replay(Subject.server, {
        seed: 365,
        server: { way: "http" },
        clients: [{ name: "ada", versions: ["2025-11-25"] }],
        steps: [
          { key: "step-10", client: "ada", atMillis: 0, action: "reading.read", input: { name: "b" } },
          {
            key: "step-15",
            client: "ada",
            atMillis: 0,
            action: "reading.complete",
            input: { name: "c" }
          },
          {
            key: "step-27",
            client: "ada",
            atMillis: 8000,
            action: "subscriptions.listen",
            input: { uri: "thing://a", times: 4, pauseMillis: 0 }
          },
          {
            key: "step-19",
            client: "ada",
            atMillis: 0,
            action: "calls.call",
            input: { tool: "look", arguments: { key: "step-19", millis: 100 }, repeatable: true }
          },
          {
            key: "step-14",
            client: "ada",
            atMillis: 0,
            action: "calls.call",
            input: { tool: "look", arguments: { key: "step-14", millis: 100 }, repeatable: true }
          },
          {
            key: "step-8",
            client: "ada",
            atMillis: 0,
            action: "trespass.cursor",
            input: { key: "step-8" }
          },
          {
            key: "step-6",
            client: "ada",
            atMillis: 0,
            action: "calls.call",
            input: { tool: "record", arguments: { key: "step-6", millis: 5 }, repeatable: false }
          }
        ],
        faults: [
          {
            fault: { _tag: "Loss", probability: 1, direction: "toServer" },
            on: "ada-server",
            atMillis: 10000,
            lastsMillis: 2500
          },
          { fault: { _tag: "Cut" }, on: "ada-server", atMillis: 11000, lastsMillis: 0 }
        ],
        healAtMillis: 13000
      }, Subject.options)
      assert.deepStrictEqual(report.violations, [])
    }))

  it.effect("a call was waited for an hour longer when the clock was put back by an hour meanwhile", () =>
    Effect.gen(function*() {
      const report = yield* Simulation.replay(Subject.server, {
        seed: 21427,
        server: { way: "http" },
        clients: [{ name: "ben" }],
        steps: [
          {
            key: "step-1",
            client: "ben",
            atMillis: 0,
            action: "subscriptions.listen",
            input: { uri: "thing://b", times: 1, pauseMillis: 0 }
          }
        ],
        faults: [
          { fault: { _tag: "ClockJump", millis: 3600000 }, on: "ben", atMillis: 0, lastsMillis: 6000 },
          { fault: { _tag: "Loss", probability: 1 }, on: "ben-server", atMillis: 0, lastsMillis: 5000 }
        ],
        healAtMillis: 7000
      }, Subject.options)
      assert.deepStrictEqual(report.violations, [])
    }))
})
