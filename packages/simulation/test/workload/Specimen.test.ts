/** The specimen and its workloads: what users do comes right in good weather and in bad, and what was found is kept. */
import { assert, describe, it } from "@effect/vitest"
import type { Plan } from "@parley/simulation/swarm/Plan"
import * as Simulation from "@parley/simulation/swarm/Simulation"
import type { Workload } from "@parley/simulation/workload/Workload"
import * as Effect from "effect/Effect"
import * as Specimen from "../support/Specimen.ts"
import { client, parts, workload } from "../support/SpecimenWorkload.ts"

const optionsOf = (workload: Workload) => ({
  workload,
  client: () => client,
  server: { protect: Specimen.protect },
  principals: Specimen.principals,
  replicasMax: 2
})

const options = optionsOf(workload)

const calm: Plan = {
  seed: 1,
  server: { way: "http" },
  clients: [{ name: "ada", principal: "alice" }, { name: "ben", principal: "bob", versions: ["2025-11-25"] }],
  steps: [],
  faults: [],
  healAtMillis: 10_000
}

const outcomes = (plan: Plan, workload: Workload) =>
  Effect.map(Simulation.replay(Specimen.server, plan, optionsOf(workload)), ({ history, violations }) => {
    assert.deepStrictEqual(violations, [])
    return history.flatMap((event) => event._tag === "Ended" && event.key.startsWith("step") ? [event.detail] : [])
  })

const step = (number: number, client: string, action: string, input: object) => ({
  key: `step-${number}`,
  client,
  atMillis: number * 100,
  action,
  input
})

describe("the workloads of the specimen", () => {
  for (const [name, part] of Object.entries(parts)) {
    it.effect(`${name}: come right, whatever the weather`, () =>
      Effect.map(
        Effect.exit(Simulation.check(Specimen.server, { ...optionsOf(part), seeds: 3, from: 100 })),
        (exit) => assert.strictEqual(exit._tag, "Success", JSON.stringify(exit))
      ))
  }

  it.effect("take nothing from others: neither their cursors nor their sessions, nor the states of their calls", () =>
    Effect.gen(function*() {
      const steps = [
        step(1, "ada", "cursor", { key: "step-1" }),
        step(2, "ben", "cursor", { key: "step-2" }),
        step(3, "ada", "cursor", { key: "step-3" })
      ]
      assert.deepStrictEqual(yield* outcomes({ ...calm, steps }, parts.trespass), ["no loot", "refused", "refused"])
      const clients = calm.clients.map((client) => ({ ...client, versions: ["2025-06-18"] }))
      const states = [step(1, "ada", "call", { key: "step-1" }), step(2, "ben", "call", { key: "step-2" })]
      const stateless = calm.clients.map((client) => ({ ...client, versions: ["2026-07-28"] }))
      assert.deepStrictEqual(
        yield* outcomes({ ...calm, clients: stateless, steps: states }, parts.trespass),
        ["no loot", "refused"]
      )
      const thefts = [step(1, "ada", "call", { key: "step-1" }), step(2, "ben", "call", { key: "step-2" })]
      assert.deepStrictEqual(
        yield* outcomes({ ...calm, clients, steps: thefts }, parts.trespass),
        ["no loot", "refused"]
      )
    }))

  it.effect("hear of a change at the first time, in good weather", () =>
    Effect.gen(function*() {
      const steps = [step(1, "ada", "listen", { uri: "thing://a" }), step(5, "ben", "listen", { uri: "thing://a" })]
      assert.deepStrictEqual(
        (yield* outcomes({ ...calm, steps }, parts.subscriptions)).map(Number).map((tries) => tries <= 2),
        [true, true]
      )
    }))
})

describe("what the simulation has found", () => {
  it.effect("a copy of a call on the old transport is refused in a way that is no answer to the call", () =>
    Effect.gen(function*() {
      const call = { tool: "record", arguments: { key: "step-1", millis: 100 }, repeatable: false }
      const report = yield* Simulation.replay(Specimen.server, {
        ...calm,
        server: { way: "sse" },
        steps: [{ ...step(1, "ada", "call", call), atMillis: 1_000 }],
        faults: [{
          fault: { _tag: "Duplication", probability: 1 },
          on: "ada-server",
          atMillis: 500,
          lastsMillis: 2_000
        }]
      }, { ...options, workload: parts.calls })
      assert.deepStrictEqual(report.violations, [])
      const ended = report.history.find((event) => event._tag === "Ended" && event.key === "step-1")
      assert.deepInclude(ended, { outcome: "Success" })
    }))
})
