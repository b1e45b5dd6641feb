import { assert, describe, it } from "@effect/vitest"
import type { Checker } from "@parley/simulation/checker/Checker"
import type { Scheduled } from "@parley/simulation/fault/Fault"
import * as History from "@parley/simulation/history/History"
import * as Simulation from "@parley/simulation/swarm/Simulation"
import * as Workload from "@parley/simulation/workload/Workload"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bank from "../support/Bank.ts"

/** Worlds with this checker fail as soon as a second call begins. */
const oneCallOnly: Checker = {
  name: "OneCallOnly",
  make: () => {
    let begun = 0
    return {
      see: (event) => {
        if (event._tag === "Began") begun += 1
        return event._tag === "Began" && begun === 2 ? `${event.key} is the second` : undefined
      },
      end: () => []
    }
  }
}

describe("Simulation", () => {
  it.effect("gives the same history for the same seed", () =>
    Effect.gen(function*() {
      for (let seed = 1; seed <= 5; seed++) {
        const one = yield* Simulation.run(Bank.careful, { ...Bank.options, seed })
        const other = yield* Simulation.run(Bank.careful, { ...Bank.options, seed })
        assert.strictEqual(History.render(one.history), History.render(other.history))
        assert.isAbove(one.history.length, 10)
      }
    }))

  it.effect("gives another history for another seed", () =>
    Effect.gen(function*() {
      const one = yield* Simulation.run(Bank.careful, { ...Bank.options, seed: 1 })
      const other = yield* Simulation.run(Bank.careful, { ...Bank.options, seed: 2 })
      assert.notStrictEqual(History.render(one.history), History.render(other.history))
    }))

  it.effect("finds nothing wrong with a server that is right", () =>
    Simulation.check(Bank.careful, { ...Bank.options, seeds: 20 }))

  it.effect("finds a bug that bad weather shows, and makes its world small", () =>
    Effect.gen(function*() {
      const failed = yield* Bank.failing({ ...Bank.options, from: 50 })
      assert.match(failed.violations.join("\n"), /a deposit was made 2 times/)
      assert.include(failed.message, `The world of seed ${failed.seed} went wrong`)
      assert.include(failed.message, "deposit")
      assert.include(failed.page, `<h1>The world of seed ${failed.seed} went wrong</h1>`)
      assert.notInclude(failed.message, "<h1>")
      // One client, one deposit, and one fault which takes its answer away.
      assert.strictEqual(failed.test.match(/atMillis/g)?.length, 2, failed.test)
    }))

  it.effect("leaves a server where it may be, however small its world is", () =>
    Effect.gen(function*() {
      const options = { ...Bank.options, checkers: [oneCallOnly], faults: [], seeds: 20 }
      const ways = { http: 0, line: 0 }
      for (const way of ["http", "line"] as const) {
        const failed = yield* Effect.flip(Simulation.check(Bank.careful, { ...options, ways: [way] }))
        assert(failed._tag === "SimulationFailed")
        ways[way] = failed.test.split(`way: "${way}"`).length - 1
      }
      assert.deepStrictEqual(ways, { http: 1, line: 1 })
    }))

  it.effect("ends a world at the first violation", () =>
    Effect.gen(function*() {
      const options = { ...Bank.options, checkers: [oneCallOnly], faults: [] }
      const report = yield* Simulation.run(Bank.careful, { ...options, seed: 4 })
      assert.deepStrictEqual(report.violations.map(({ checker }) => checker), ["OneCallOnly"])
      assert.strictEqual(report.history.filter(({ _tag }) => _tag === "Began").length, 2)
    }))

  it.effect("replays the plan of a seed as the seed itself", () =>
    Effect.gen(function*() {
      const plan = Simulation.plan(Bank.careful, 3, Bank.options)
      const copy = JSON.parse(JSON.stringify(plan))
      const one = yield* Simulation.replay(Bank.careful, copy, Bank.options)
      const other = yield* Simulation.run(Bank.careful, { ...Bank.options, seed: 3 })
      assert.strictEqual(History.render(one.history), History.render(other.history))
    }))

  it.effect("says when what is begun after healing does not succeed", () =>
    Effect.gen(function*() {
      const workload = Workload.calls({ absent: () => ({}) })
      const report = yield* Simulation.run(Bank.careful, {
        workload,
        ways: ["http"],
        faults: [],
        checkers: [],
        seed: 1
      })
      assert.deepStrictEqual(report.violations.map(({ checker }) => checker), ["Liveness"])
      assert.match(report.violations[0]?.what ?? "", /begun after everything was healed, failed/)
    }))

  it.effect("says when somebody still waits long after healing", () =>
    Effect.gen(function*() {
      const workload = { name: "waits", draw: () => ({ action: "wait", input: null }), perform: () => Effect.never }
      const report = yield* Simulation.run(Bank.careful, {
        workload,
        ways: ["http"],
        faults: [],
        seed: 1,
        livenessMillis: 5_000
      })
      assert.strictEqual(report.violations[0]?.checker, "Liveness")
      assert.match(report.violations[0]?.what ?? "", /still waits 5000 ms after everything was healed/)
    }))

  it.effect("says so when the outcome of a workload is no plain data", () =>
    Effect.gen(function*() {
      const workload = {
        name: "odd",
        draw: () => ({ action: "be odd", input: null }),
        perform: () => Effect.succeed(1n)
      }
      const report = yield* Simulation.run(Bank.careful, { workload, ways: ["http"], faults: [], seed: 1 })
      assert.match(report.violations[0]?.what ?? "", /ended with a defect: .*BigInt/)
    }))

  it.effect("has a fault strike as it is told to", () =>
    Effect.gen(function*() {
      const down: Scheduled = { fault: { _tag: "Restart" }, on: "server", atMillis: 1_000, lastsMillis: 500 }
      const slow: Scheduled = {
        fault: { _tag: "Latency", millis: { leastMillis: 50, mostMillis: 50 } },
        on: "server",
        atMillis: 3_000,
        lastsMillis: 2_000
      }
      const options = { ...Bank.options, faults: [slow, down] }
      for (const seed of [1, 2, 3]) {
        const { history, violations } = yield* Simulation.run(Bank.careful, { ...options, seed })
        assert.deepStrictEqual(violations, [])
        const struck = history.flatMap((event) =>
          event._tag === "Struck" ? [[event.atMillis, event.on, event.fault._tag]] : []
        )
        assert.deepStrictEqual(struck, [[1_000, "server", "Restart"], [3_000, "server", "Latency"]])
        const downs = history.filter((event) => event._tag === "Down" && event.host === "server")
        assert.strictEqual(downs[0]?.atMillis, 1_000)
      }
    }))

  it.effect("fails with what the server's layer fails with", () =>
    Effect.gen(function*() {
      const broken = Layer.provide(Bank.careful, Layer.effectDiscard(Effect.fail("no database")))
      const run = Simulation.run(broken, { ...Bank.options, seed: 1 })
      assert.strictEqual(yield* Effect.flip(run), "no database")
      const check = Simulation.check(broken, { ...Bank.options, ways: ["line"] })
      assert.strictEqual(yield* Effect.flip(check), "no database")
    }))

  it.effect("calls a defect of a client, and a world that runs in circles, what they are", () =>
    Effect.gen(function*() {
      const dies = { name: "dies", draw: () => ({ action: "die", input: null }), perform: () => Effect.die("broken") }
      const defect = yield* Simulation.run(Bank.careful, { workload: dies, faults: [], seed: 1 })
      assert.deepStrictEqual(defect.violations.map(({ checker }) => checker).at(-1), "Defects")
      const circles = yield* Simulation.run(Bank.careful, { ...Bank.options, seed: 1, eventsMax: 10 })
      assert.deepStrictEqual(circles.violations.map(({ checker }) => checker), ["Runaway"])
    }))
})
