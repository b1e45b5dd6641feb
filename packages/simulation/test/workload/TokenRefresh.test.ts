/** Tokens that end while clients work: what users do comes right all the same. */
import { assert, describe, it } from "@effect/vitest"
import type { Plan } from "@parley/simulation/swarm/Plan"
import * as Simulation from "@parley/simulation/swarm/Simulation"
import * as Effect from "effect/Effect"
import { parts } from "../support/SpecimenWorkload.ts"
import * as TokenRefresh from "../support/TokenRefresh.ts"

const options = { workload: parts.calls, client: TokenRefresh.client, ways: ["http"] as const }

const plan: Plan = {
  seed: 1,
  server: { way: "http" },
  clients: [{ name: "ada" }, { name: "ben", versions: ["2025-06-18"] }],
  steps: Array.from({ length: 10 }, (_, index) => ({
    key: `step-${index + 1}`,
    client: index % 2 === 0 ? "ada" : "ben",
    atMillis: index * 900,
    action: "call",
    input: { tool: "record", arguments: { key: `step-${index + 1}`, millis: 5 }, repeatable: false }
  })),
  faults: [],
  healAtMillis: 10_000
}

describe("clients whose tokens end", () => {
  it.effect("renew them, and no call is lost for it", () =>
    Effect.gen(function*() {
      const { history, violations } = yield* Simulation.replay(TokenRefresh.subject, plan, options)
      assert.deepStrictEqual(violations, [])
      const outcomes = history.flatMap((event) => event._tag === "Ended" ? [event.outcome] : [])
      assert.isTrue(outcomes.length >= 10 && outcomes.every((outcome) => outcome === "Success"), outcomes.join())
      const renewals = history.filter((event) => event._tag === "Opened" && event.verb === "POST /token").length
      assert.isAtLeast(renewals, 4)
    }))

  it.effect("come right in bad weather, too", () =>
    Effect.map(
      Effect.exit(Simulation.check(TokenRefresh.subject, { ...options, seeds: 4 })),
      (exit) => assert.strictEqual(exit._tag, "Success", JSON.stringify(exit))
    ))
})
