/**
 * Counts what requests cost, without a clock: the bytes that one allocates, the functions that it calls, and the bytes that
 * an idle session keeps. Under the flags that `Counting.ts` starts this file with, all of it repeats from run to run,
 * whatever else the machine does: nothing is optimized, so nothing depends on when; and nothing is collected meanwhile, so
 * all that was allocated is still there. They are not the figures of production, where the optimizer leaves much of it
 * out; they move with them.
 *
 * It prints JSON. With an argument it prints which functions are called instead, by requests whose names contain it.
 */
import * as Effect from "effect/Effect"
import * as Inspector from "node:inspector"
import process from "node:process"
import type { Figures } from "./Budgets.ts"
import * as Requests from "./Requests.ts"

/** Enough for everything to have been loaded, compiled and seen. */
const warmUp = 200

const batch = 100

const heapUsed = (): number => process.memoryUsage().heapUsed

const collect = Effect.sync(() => {
  if (globalThis.gc === undefined) throw new Error("it wants --expose-gc")
  globalThis.gc()
})

const bytesAllocated = (request: Requests.Request): Effect.Effect<number> =>
  Effect.gen(function*() {
    yield* request.times(warmUp)
    yield* collect
    yield* request.times(1)
    const before = heapUsed()
    yield* request.times(batch)
    return Math.round((heapUsed() - before) / batch)
  })

const bytesKept = (request: Requests.Request): Effect.Effect<number> =>
  Effect.gen(function*() {
    yield* request.times(warmUp)
    yield* collect
    const before = heapUsed()
    yield* request.times(batch * 5)
    yield* collect
    return Math.round((heapUsed() - before) / (batch * 5))
  })

interface Called {
  /** File, name and offset of a function. */
  readonly place: string
  readonly count: number
}

type Coverage = ReadonlyArray<Inspector.Profiler.ScriptCoverage>

/** What was called since the last time; Node's own functions and those of this folder are left out. */
const take = (session: Inspector.Session): ReadonlyArray<Called> => {
  let coverage: Coverage = []
  session.post("Profiler.takePreciseCoverage", (error, { result }) => {
    if (error !== null) throw error
    coverage = result
  })
  return coverage
    .filter(({ url }) => !url.startsWith("node:") && !url.includes(import.meta.dirname))
    .flatMap(({ functions, url }) =>
      functions.map(({ functionName, ranges: [range] }) => ({
        place: `${url.replace(/^.*(?:node_modules|packages)\//, "")} ${functionName} @${range?.startOffset}`,
        count: range?.count ?? 0
      }))
    )
    .filter(({ count }) => count > 0)
}

/** What one request calls. */
const functionsCalled = (session: Inspector.Session, request: Requests.Request): Effect.Effect<ReadonlyArray<Called>> =>
  Effect.gen(function*() {
    yield* request.times(warmUp)
    take(session)
    yield* request.times(batch)
    return take(session).map(({ count, place }) => ({ place, count: count / batch }))
  })

const makeSession = Effect.acquireRelease(
  Effect.sync(() => {
    const session = new Inspector.Session()
    session.connect()
    session.post("Profiler.enable")
    session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false })
    return session
  }),
  (session) => Effect.sync(() => session.disconnect())
)

const sum = (called: ReadonlyArray<Called>): number => called.reduce((total, { count }) => total + count, 0)

/** Bytes come first: what counts calls would be counted among them. */
const count = Effect.gen(function*() {
  const { idle, requests } = yield* Requests.make
  const bytes: Record<string, number> = {}
  const calls: Record<string, number> = {}
  for (const request of requests) bytes[request.name] = yield* bytesAllocated(request)
  const kept = { [idle.name]: yield* bytesKept(idle) }
  const session = yield* makeSession
  for (const request of requests) calls[request.name] = Math.round(sum(yield* functionsCalled(session, request)))
  const figures: Figures = { "bytes allocated": bytes, "functions called": calls, "bytes kept": kept }
  return JSON.stringify(figures)
})

const explain = (part: string) =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const { requests } = yield* Requests.make
    const session = yield* makeSession
    for (const request of requests.filter(({ name }) => name.includes(part))) {
      const called = yield* functionsCalled(session, request)
      lines.push(`${request.name}: ${Math.round(sum(called))} functions called`)
      for (const { count, place } of called.toSorted((left, right) => right.count - left.count)) {
        lines.push(`${count.toFixed(2).padStart(8)}  ${place}`)
      }
    }
    return lines.join("\n")
  })

const [part] = process.argv.slice(2)
console.log(await Effect.runPromise(Effect.scoped(part === undefined ? count : explain(part))))
