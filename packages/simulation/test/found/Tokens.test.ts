/** Worlds in which bugs of logged-in clients were found, made small, as they were printed. */
import { assert, describe, it } from "@effect/vitest"
import { Simulation } from "@parley/simulation"
import * as Effect from "effect/Effect"
import * as Subject from "../support/Subject.ts"

describe("tokens", () => {
  it.effect("those that came while the clock was ahead counted as just issued when they had long ended", () =>
    Effect.gen(function*() {
      const report = yield* Simulation.replay(Subject.server, {
        seed: 5427,
        server: { way: "http" },
        clients: [{ name: "ada", versions: ["2026-07-28"] }],
        steps: [
          {
            key: "step-7",
            client: "ada",
            atMillis: 10000,
            interruptedAtMillis: 11042,
            action: "subscriptions.listen",
            input: { uri: "thing://a", times: 2, pauseMillis: 500 }
          }
        ],
        faults: [
          { fault: { _tag: "Refusal" }, on: "ada-server", atMillis: 9900, lastsMillis: 800 },
          { fault: { _tag: "ClockJump", millis: 60000 }, on: "ada", atMillis: 10000, lastsMillis: 4000 },
          { fault: { _tag: "Refusal" }, on: "ada-server", atMillis: 10700, lastsMillis: 700 }
        ],
        healAtMillis: 15000
      }, Subject.options)
      assert.deepStrictEqual(report.violations, [])
    }))
})
