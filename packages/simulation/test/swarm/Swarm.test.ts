import { assert, describe, it } from "@effect/vitest"
import * as Revisions from "@parley/mcp/revision/Revisions"
import { v2025_11_25 } from "@parley/mcp/revision/v2025_11_25"
import { v2026_07_28 } from "@parley/mcp/revision/v2026_07_28"
import { type Fault, linkName, type Scheduled } from "@parley/simulation/fault/Fault"
import * as FaultSwarm from "@parley/simulation/swarm/FaultSwarm"
import type { Plan } from "@parley/simulation/swarm/Plan"
import * as Swarm from "@parley/simulation/swarm/Swarm"
import * as Schema from "effect/Schema"
import { drawOptions } from "../support/Drawn.ts"

const Seed = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })))

const plans = (options: Partial<Swarm.Options>, count = 300): ReadonlyArray<Plan> =>
  Array.from({ length: count }, (_, seed) => Swarm.draw(seed, { ...drawOptions, ...options }))

const spoken = (versions: ReadonlyArray<string> | undefined) =>
  Revisions.all.filter(({ version }) => versions?.includes(version) ?? true)

describe("Swarm", () => {
  it.prop("draws the same plan from the same seed", [Seed], ([seed]) => {
    assert.deepStrictEqual(Swarm.draw(seed, drawOptions), Swarm.draw(seed, drawOptions))
  })

  it.prop("draws plain data", [Seed], ([seed]) => {
    const plan = Swarm.draw(seed, drawOptions)
    assert.deepStrictEqual(JSON.parse(JSON.stringify(plan)), plan)
  })

  it.prop("has everything happen where there is something, and before the world heals", [Seed], ([seed]) => {
    const plan = Swarm.draw(seed, drawOptions)
    const names = plan.clients.map(({ name }) => name)
    const links = names.map((name) => linkName(name, Swarm.serverName))
    for (const { atMillis, client } of plan.steps) {
      assert.include(names, client)
      assert.isBelow(atMillis, plan.healAtMillis)
    }
    for (const { atMillis, fault, lastsMillis, on } of plan.faults) {
      assert.include([...names, ...links, ...Swarm.hostsOf(plan.server)], on)
      assert.isAtMost(atMillis + lastsMillis, plan.healAtMillis)
      assert.include(FaultSwarm.kindsOf(plan.server.way ?? "http"), fault._tag)
    }
    assert.strictEqual(new Set(plan.steps.map(({ key }) => key)).size, plan.steps.length)
  })

  it.prop("has clients meet a server that they can agree with", [Seed], ([seed]) => {
    const { clients, server } = Swarm.draw(seed, drawOptions)
    const serves = spoken(server.versions)
    for (const { versions } of clients) {
      const speaks = spoken(versions)
      const stateless = server.way === "sse"
        ? undefined
        : Revisions.selectStateless(speaks, serves.map(({ version }) => version))
      const asked = Revisions.newestSession(speaks)
      const session = asked === undefined ? undefined : Revisions.negotiateSession(serves, asked.version)
      assert.isTrue(stateless !== undefined || (session !== undefined && speaks.includes(session)))
    }
  })

  it("keeps to one era when asked to", () => {
    for (const { clients, server } of plans({ era: "session" })) {
      for (const { versions } of clients) assert.isTrue(spoken(versions).every(({ era }) => era === "session"))
      assert.isTrue(spoken(server.versions).some(({ era }) => era === "session"))
    }
    for (const { clients, server } of plans({ era: "stateless" })) {
      assert.notStrictEqual(server.way, "sse")
      for (const { versions } of clients) assert.deepStrictEqual(versions, [v2026_07_28.version])
    }
  })

  it("reaches every way, kind of fault, revision and principal in a few hundred seeds", () => {
    const all = plans({})
    assert.deepStrictEqual([...new Set(all.map(({ server }) => server.way))].toSorted(), ["http", "line", "sse"])
    const kinds = new Set(all.flatMap(({ faults }) => faults.map(({ fault }) => fault._tag)))
    assert.deepStrictEqual([...kinds].toSorted(), [...FaultSwarm.kindsOf("http")].toSorted())
    const versions = new Set(all.flatMap(({ clients }) => clients.flatMap(({ versions }) => versions ?? [])))
    assert.strictEqual(versions.size, Revisions.all.length)
    const principals = new Set(all.flatMap(({ clients }) => clients.map(({ principal }) => principal)))
    assert.strictEqual(principals.size, 3)
    assert.isTrue(all.some(({ server }) => server.replicas === 3))
    assert.isTrue(all.some(({ server }) => server.versions?.includes(v2025_11_25.version)))
  })

  it("lets only those faults strike that it is told", () => {
    const kinds = new Set(plans({ faults: ["Cut"] }).flatMap(({ faults }) => faults.map(({ fault }) => fault._tag)))
    assert.deepStrictEqual([...kinds], ["Cut"])
    assert.isTrue(plans({ faults: [] }).every(({ faults }) => faults.length === 0))
  })

  it("draws where and when a fault strikes whose values are given", () => {
    const slow: Fault = { _tag: "Latency", millis: { leastMillis: 300, mostMillis: 300 } }
    const all = plans({ faults: [slow, "Cut"] }).flatMap(({ faults }) => faults)
    const latencies = all.filter(({ fault }) => fault._tag === "Latency")
    assert.isAbove(latencies.length, 50)
    assert.isTrue(latencies.every(({ fault }) => fault === slow))
    assert.isAbove(new Set(latencies.map(({ atMillis }) => atMillis)).size, 20)
    assert.isTrue(all.every(({ fault: { _tag } }) => _tag === "Latency" || _tag === "Cut"))
  })

  it("has a fault strike just so that is given with its place and time, and heals when it is over", () => {
    const down: Scheduled = { fault: { _tag: "Restart" }, on: "server", atMillis: 2_000, lastsMillis: 20_000 }
    for (const { faults, healAtMillis } of plans({ faults: [down] })) {
      assert.deepStrictEqual(faults, [down])
      assert.isAbove(healAtMillis, 22_000)
    }
    for (const { faults } of plans({ faults: [down, "Cut"] })) {
      assert.lengthOf(faults.filter((fault) => fault === down), 1)
      const times = faults.map(({ atMillis }) => atMillis)
      assert.deepStrictEqual(times, times.toSorted((a, b) => a - b))
    }
  })
})
