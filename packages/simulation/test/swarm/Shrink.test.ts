import { assert, describe, it } from "@effect/vitest"
import type { Plan } from "@parley/simulation/swarm/Plan"
import * as Shrink from "@parley/simulation/swarm/Shrink"
import * as Swarm from "@parley/simulation/swarm/Swarm"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { drawOptions } from "../support/Drawn.ts"

const Seed = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })))

const draw = (seed: number): Plan => Swarm.draw(seed, { ...drawOptions, clientsMax: 4, stepsMax: 20, faultsMax: 8 })

const shrink = (plan: Plan, fails: (plan: Plan) => boolean, runsMax?: number) =>
  Effect.runSync(Shrink.shrink(plan, (smaller) => Effect.sync(() => fails(smaller)), runsMax))

describe("Shrink", () => {
  it("takes out all that a failure does not need", () => {
    const plan = draw(7)
    const { isMinimal, plan: smallest } = shrink(plan, () => true)
    assert.isTrue(isMinimal)
    assert.deepStrictEqual(smallest.faults, [])
    assert.deepStrictEqual(smallest.steps, [])
    assert.strictEqual(smallest.clients.length, 1)
    assert.strictEqual(smallest.healAtMillis, 1_000)
    assert.strictEqual(smallest.seed, plan.seed)
  })

  it.prop("keeps the step and the fault that it takes, and nothing beside", [Seed], ([seed]) => {
    const plan = draw(seed)
    const step = plan.steps[seed % plan.steps.length]
    const fault = plan.faults[seed % Math.max(1, plan.faults.length)]
    const fails = (smaller: Plan): boolean =>
      smaller.steps.some(({ key }) => key === step?.key) &&
      (fault === undefined || smaller.faults.some(({ fault: { _tag } }) => _tag === fault.fault._tag))
    const { plan: smallest } = shrink(plan, fails, 2_000)
    assert.isTrue(fails(smallest))
    assert.deepStrictEqual(smallest.steps.map(({ key }) => key), [step?.key])
    assert.strictEqual(smallest.faults.length, fault === undefined ? 0 : 1)
    // Whoever does the step stays, and on whose link the fault is.
    assert.isAtMost(smallest.clients.length, 2)
  })

  it.prop("leaves a plan in which everybody who does something takes part", [Seed], ([seed]) => {
    const { plan: smallest } = shrink(draw(seed), ({ steps }) => steps.length > 0)
    const names = smallest.clients.map(({ name }) => name)
    for (const { client } of smallest.steps) assert.include(names, client)
  })

  it("gives up after so many plans, with the smallest that it has", () => {
    const plan = draw(11)
    let tried = 0
    const { isMinimal, runs } = shrink(plan, () => {
      tried += 1
      return tried % 2 === 0
    }, 5)
    assert.deepStrictEqual([isMinimal, runs, tried], [false, 5, 5])
  })

  it("makes values simpler as far as the failure lets it", () => {
    const [step] = draw(3).steps
    const plan: Plan = {
      ...draw(3),
      server: { way: "http", replicas: 3, policy: { response: "sse", retryMillis: 50 } },
      clients: [{ name: "ada", principal: "alice", timeoutMillis: 2_000 }],
      steps: step === undefined ? [] : [{ ...step, client: "ada", atMillis: 5_432, interruptedAtMillis: 5_500 }],
      faults: [
        { fault: { _tag: "Loss", probability: 0.2 }, on: "ada-server", atMillis: 4_321, lastsMillis: 1_234 },
        { fault: { _tag: "Restart" }, on: "server-2", atMillis: 17, lastsMillis: 90 }
      ]
    }
    const fails = ({ faults, steps }: Plan): boolean =>
      steps.length === 1 && faults.some(({ atMillis, fault }) => fault._tag === "Loss" && atMillis > 4_000) &&
      faults.some(({ fault }) => fault._tag === "Restart")
    const { plan: smallest } = shrink(plan, fails)
    assert.deepStrictEqual(smallest.server, { way: "http" })
    assert.deepStrictEqual(smallest.clients, [{ name: "ada" }])
    assert.deepStrictEqual(smallest.steps.map(({ atMillis, interruptedAtMillis }) => [atMillis, interruptedAtMillis]), [
      [0, undefined]
    ])
    assert.deepStrictEqual(smallest.faults, [
      { fault: { _tag: "Loss", probability: 1 }, on: "ada-server", atMillis: 4_300, lastsMillis: 0 },
      { fault: { _tag: "Restart" }, on: "server", atMillis: 0, lastsMillis: 0 }
    ])
  })
})
