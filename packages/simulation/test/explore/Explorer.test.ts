import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Explorer from "../../src/explore/Explorer.ts"
import * as Machine from "../../src/explore/Machine.ts"
import { broken, holds } from "./Expect.ts"

/** Two jugs, of 3 and 5 litres, and a well: every child knows how to get 4 litres. */
interface Jugs {
  readonly small: number
  readonly large: number
}

type Pouring = "fill small" | "fill large" | "empty small" | "empty large" | "small to large" | "large to small"

const pourings: ReadonlyArray<Pouring> = [
  "fill small",
  "fill large",
  "empty small",
  "empty large",
  "small to large",
  "large to small"
]

const pour = ({ large, small }: Jugs, pouring: Pouring): Jugs => {
  switch (pouring) {
    case "fill small":
      return { small: 3, large }
    case "fill large":
      return { small, large: 5 }
    case "empty small":
      return { small: 0, large }
    case "empty large":
      return { small, large: 0 }
    case "small to large": {
      const poured = Math.min(small, 5 - large)
      return { small: small - poured, large: large + poured }
    }
    case "large to small": {
      const poured = Math.min(large, 3 - small)
      return { small: small + poured, large: large - poured }
    }
  }
}

const jugs = (
  forbidden: number,
  isGoal?: (jugs: Jugs) => boolean,
  step: (jugs: Jugs, pouring: Pouring) => Jugs = pour
): Machine.Machine<Jugs, Pouring> => ({
  initial: { small: 0, large: 0 },
  events: () => pourings,
  step,
  key: ({ large, small }) => `${small} ${large}`,
  invariants: [{
    name: "never",
    check: ({ large }) => large === forbidden ? `there are ${large} litres` : undefined
  }],
  ...(isGoal === undefined ? {} : { isGoal })
})

describe("an exploration", () => {
  it("finds every state once, and knows when there are no more", () => {
    const { depth, isExhausted, states, steps } = holds(jugs(-1), { depthMax: 100 }, 16)
    assert.deepStrictEqual({ depth, isExhausted, states, steps }, {
      depth: 7,
      isExhausted: true,
      states: 16,
      steps: 96
    })
  })

  it("gives the shortest way to what must not be", () => {
    const explored = Explorer.explore(jugs(4), { depthMax: 100 })
    assert.deepStrictEqual(explored.finding?.trace, [
      "fill large",
      "large to small",
      "empty small",
      "large to small",
      "fill large",
      "large to small"
    ])
    assert.include(Explorer.render(explored), "never: there are 4 litres\n1. \"fill large\"\n2. \"large to small\"\n3.")
  })

  it("stops at its bounds, and says so", () => {
    assert.isFalse(holds(jugs(4), { depthMax: 5 }, 10).isExhausted)
    assert.isFalse(holds(jugs(4), { depthMax: 100, statesMax: 5 }, 5).isExhausted)
    assert.deepStrictEqual(broken(jugs(4), { depthMax: 6 }), ["never", 6])
  })

  it("judges the first state, too", () => {
    assert.deepStrictEqual(broken(jugs(0), { depthMax: 6 }), ["never", 0])
  })

  it("judges each step, also one that leads to a state that is known", () => {
    const machine = jugs(-1)
    const wasteful = {
      name: "no waste",
      check: (_: Jugs, step: Machine.Step<Jugs, Pouring> | undefined) =>
        step?.event === "empty large" && step.before.large === 5 ? "5 litres were poured out" : undefined
    }
    assert.deepStrictEqual(broken({ ...machine, invariants: [wasteful] }, { depthMax: 9 }), ["no waste", 2])
  })

  it("finds the states from which no goal is in reach", () => {
    const isGoal = ({ large, small }: Jugs): boolean => large === 0 && small === 0
    assert.isTrue(holds(jugs(-1, isGoal), { depthMax: 100 }, 16).isExhausted)
    const sealed = (before: Jugs, pouring: Pouring): Jugs => before.large === 1 ? before : pour(before, pouring)
    const { finding } = Explorer.explore(jugs(-1, isGoal, sealed), { depthMax: 100 })
    assert.deepStrictEqual([finding?.invariant, finding?.state.large], ["goal", 1])
  })

  it("does not blame a state for what lies beyond a bound", () => {
    assert.isFalse(holds(jugs(-1, ({ large }) => large === 4), { depthMax: 3 }, 4).isExhausted)
    assert.isFalse(holds(jugs(-1, ({ large }) => large === 4), { depthMax: 7, statesMax: 4 }, 4).isExhausted)
  })

  it("can explore what changes in place", () => {
    const machine = Machine.rebuilt<{ jugs: Jugs }, Pouring>({
      make: () => ({ jugs: { small: 0, large: 0 } }),
      events: () => pourings,
      apply: (model, pouring) => {
        model.jugs = pour(model.jugs, pouring)
      },
      key: (model) => jugs(4).key(model.jugs),
      invariants: jugs(4).invariants.map(({ check, name }) => ({
        name,
        check: (model) => check(model.jugs, undefined)
      })),
      isGoal: () => true
    })
    assert.deepStrictEqual(broken(machine, { depthMax: 100 }), ["never", 6])
  })

  it.prop(
    "finds in a walk round a ring what is farther away than any bound, or does not",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))
    ],
    ([size, depthMax]) => {
      const ring: Machine.Machine<number, 1> = {
        initial: 0,
        events: () => [1],
        step: (place) => (place + 1) % size,
        key: String,
        invariants: []
      }
      const { depth, isExhausted, states } = Explorer.explore(ring, { depthMax })
      assert.strictEqual(states, Math.min(size, depthMax + 1))
      assert.strictEqual(depth, states - 1)
      assert.strictEqual(isExhausted, depthMax >= size)
    }
  )
})
