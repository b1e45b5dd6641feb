/** What tests of machines say: that a machine holds, with so many states at least; and that a broken one is found out. */
import { assert } from "@effect/vitest"
import * as Explorer from "../../src/explore/Explorer.ts"
import type { Machine } from "../../src/explore/Machine.ts"

/** Every state within the bounds is as it must be, and there are enough of them for that to mean something. */
export const holds = <State, Event>(
  machine: Machine<State, Event>,
  bounds: Explorer.Bounds,
  statesMin: number
): Explorer.Explored<State, Event> => {
  const explored = Explorer.explore(machine, bounds)
  assert.isUndefined(explored.finding, Explorer.render(explored))
  assert.isAtLeast(explored.states, statesMin)
  return explored
}

/** Something does not hold: which invariant it is, and how many events it takes to show it. */
export const broken = <State, Event>(
  machine: Machine<State, Event>,
  bounds: Explorer.Bounds
): readonly [invariant: string, events: number] => {
  const { finding } = Explorer.explore(machine, bounds)
  return finding === undefined ? ["none", 0] : [finding.invariant, finding.trace.length]
}
