/** Calls of tools: what their hints are worth, and whose they are. */
import { assert, describe, it } from "@effect/vitest"
import { McpRequest, McpServer, Tool } from "@parley/mcp"
import * as Simulation from "@parley/simulation/swarm/Simulation"
import * as Workload from "@parley/simulation/workload/Workload"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** A till that charges as often as it is asked, and says that it does not. */
const Till = Layer.unwrap(Effect.sync(() => {
  const charged = new Map<string, number>()
  const pay = Tool.serve(
    "pay",
    { parameters: { order: Schema.String }, annotations: { idempotentHint: true } },
    ({ order }) =>
      Effect.sync(() => {
        charged.set(order, (charged.get(order) ?? 0) + 1)
        return `charged ${charged.get(order)} times`
      })
  )
  return McpServer.layer(pay, { name: "till", version: "1.0.0" })
}))

const paying = (repeatable: "hinted" | false) =>
  Workload.calls({
    pay: {
      arguments: (_chance, key) => ({ order: key }),
      repeatable,
      judge: ({ value }, { order }) => value === "charged 1 times" ? undefined : `${order} was ${String(value)}`
    }
  })

/** One page for everybody who asks for it by the same name. */
const Pages = Layer.unwrap(Effect.sync(() => {
  const pages = new Map<string, string>()
  const read = Tool.serve(
    "read",
    { parameters: { page: Schema.String } },
    ({ page }) =>
      Effect.map(McpRequest, ({ header }) => {
        const text = pages.get(page) ?? header("authorization") ?? "nobody"
        pages.set(page, text)
        return text
      })
  )
  return McpServer.layer(read, { name: "pages", version: "1.0.0" })
}))

const reading = Workload.calls({
  read: {
    arguments: (chance) => ({ page: chance.pick("front", "back") }),
    judge: ({ value }, { page }, { principal = "nobody" }) =>
      String(value).endsWith(principal) ? undefined : `${principal} got the ${String(page)} of ${String(value)}`
  }
})

const losses: Simulation.Options["faults"] = ["Loss", "Cut"]

describe("Calls", () => {
  it.effect("are sent again where a tool says that it may be, which shows one that lies", () =>
    Effect.gen(function*() {
      const options: Simulation.CheckOptions = { workload: paying("hinted"), ways: ["http"], faults: losses }
      const failed = yield* Effect.flip(Simulation.check(Till, options))
      assert(failed._tag === "SimulationFailed")
      assert.match(failed.violations.join("\n"), /calls, at \d+ ms: step-\d+: step-\d+ was charged 2 times/)
      assert.include(failed.test, `repeatable: "hinted"`)
    }))

  it.effect("are not sent again otherwise, whatever a tool says", () =>
    Simulation.check(Till, { workload: paying(false), ways: ["http"], faults: losses, seeds: 10 }))

  it.effect("are judged knowing for whom they were", () =>
    Effect.gen(function*() {
      const options: Simulation.CheckOptions = { workload: reading, principals: ["alice", "bob"] }
      const failed = yield* Effect.flip(Simulation.check(Pages, options))
      assert(failed._tag === "SimulationFailed")
      assert.match(failed.violations.join("\n"), /(alice|bob|nobody) got the (front|back) of /)
    }))
})
