/** What a client holds must be gone with it: fibers, sockets and processes. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import { isDeepStrictEqual } from "node:util"

const kinds = ["TCPSocketWrap", "TCPServerWrap", "ProcessWrap", "PipeWrap"] as const

const holdings = (): ReadonlyArray<number> => {
  const held = process.getActiveResourcesInfo()
  return kinds.map((kind) => held.filter((one) => one === kind).length)
}

const turn = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

/** Runs what has a scope of its own, and asserts that nothing of it is left afterwards. */
export const nothingLeft = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Effect.Effect<A, E> =>
  Effect.gen(function*() {
    let fibers = 0
    const counting: Metric.FiberRuntimeMetricsService = {
      recordFiberStart: () => void fibers++,
      recordFiberEnd: () => void fibers--
    }
    const before = holdings()
    const left = () => ({ fibers, more: holdings().map((count, at) => Math.max(0, count - (before[at] ?? 0))) })
    const nothing = { fibers: 0, more: before.map(() => 0) }
    const value = yield* Effect.scoped(effect).pipe(Effect.provideService(Metric.FiberRuntimeMetrics, counting))
    // What the platform closes, it closes some turns of the event loop later.
    for (let turns = 0; turns < 20_000 && !isDeepStrictEqual(left(), nothing); turns++) yield* turn
    assert.deepStrictEqual(left(), nothing)
    return value
  })
