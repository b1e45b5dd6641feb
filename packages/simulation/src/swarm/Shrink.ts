/**
 * Makes a plan that fails smaller, until nothing more can be taken from it: first faults, steps and clients are left out, in
 * halves, quarters and so on; then what remains is made simpler. It knows nothing of how a plan is tried, and tries no more
 * often than it is told.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { linkName } from "../fault/Fault.ts"
import type { Plan } from "./Plan.ts"
import * as Simpler from "./Simpler.ts"
import { serverName } from "./Swarm.ts"

/**
 * What is left of a plan.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shrunk {
  readonly plan: Plan
  /** How many plans were tried. */
  readonly runs: number
  /** Whether nothing more could be taken away; otherwise there were too many plans to try. */
  readonly isMinimal: boolean
}

/** A plan without something, or `undefined` where that would be no plan. */
type Cut = (plan: Plan, from: number, to: number) => Plan | undefined

const without = <A>(items: ReadonlyArray<A>, from: number, to: number): ReadonlyArray<A> =>
  items.toSpliced(from, to - from)

const withoutClients: Cut = (plan, from, to) => {
  const clients = without(plan.clients, from, to)
  if (clients.length === 0) return undefined
  const gone = plan.clients.slice(from, to).flatMap(({ name }) => [name, linkName(name, serverName)])
  return {
    ...plan,
    clients,
    steps: plan.steps.filter(({ client }) => !gone.includes(client)),
    faults: plan.faults.filter(({ on }) => !gone.includes(on))
  }
}

const parts: ReadonlyArray<{ readonly count: (plan: Plan) => number; readonly cut: Cut }> = [
  {
    count: ({ faults }) => faults.length,
    cut: (plan, from, to) => ({ ...plan, faults: without(plan.faults, from, to) })
  },
  { count: ({ clients }) => clients.length, cut: withoutClients },
  {
    count: ({ steps }) => steps.length,
    cut: (plan, from, to) => ({ ...plan, steps: without(plan.steps, from, to) })
  }
]

/**
 * Shrinks a plan that fails.
 *
 * @param fails whether a plan still fails, in the same way; the one that is given is taken to
 * @param runsMax how many plans are tried at most
 * @category shrinking
 * @since 0.1.0
 */
export const shrink: <E, R>(
  plan: Plan,
  fails: (plan: Plan) => Effect.Effect<boolean, E, R>,
  runsMax?: number
) => Effect.Effect<Shrunk, E, R> = Effect.fnUntraced(function*<E, R>(
  whole: Plan,
  fails: (plan: Plan) => Effect.Effect<boolean, E, R>,
  runsMax = 400
) {
  let plan = whole
  let runs = 0
  const mayTry = (): boolean => runs < runsMax
  /** Goes on with a smaller plan if it still fails. */
  const take = Effect.fnUntraced(function*(smaller: Plan | undefined) {
    if (smaller === undefined || !mayTry()) return false
    runs += 1
    if (!(yield* fails(smaller))) return false
    plan = smaller
    return true
  })
  /** Leaves out what can be left out of one part, large pieces first. */
  const leaveOut = Effect.fnUntraced(function*({ count, cut }: (typeof parts)[number]) {
    let isSmaller = false
    for (let size = count(plan); size >= 1; size = Math.floor(size / 2)) {
      for (let from = 0; from < count(plan);) {
        if (yield* take(cut(plan, from, from + size))) isSmaller = true
        else from += size
      }
    }
    return isSmaller
  })
  const simplify = Effect.gen(function*() {
    let isSimpler = false
    for (const place of Simpler.places(plan)) {
      for (const simpler of place(plan)) {
        if (!(yield* take(simpler))) continue
        isSimpler = true
        break
      }
    }
    return isSimpler
  })
  let goesOn = true
  while (goesOn && mayTry()) {
    goesOn = false
    for (const part of parts) goesOn = (yield* leaveOut(part)) || goesOn
    goesOn = (yield* simplify) || goesOn
  }
  return { plan, runs, isMinimal: mayTry() }
})
