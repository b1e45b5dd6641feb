/**
 * Worlds drawn from seeds, lived through and judged: one (`run`), one again (`replay`), or many, of which the first that
 * fails is made small and shown (`check`).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Life from "./Life.ts"
import * as Paste from "./Paste.ts"
import type { Plan } from "./Plan.ts"
import * as Report from "./Report.ts"
import * as ReportPicture from "./ReportPicture.ts"
import * as Shrink from "./Shrink.ts"
import * as Swarm from "./Swarm.ts"

export { type Placing, placing, type Subject } from "./Life.ts"

/**
 * What is simulated: what may be drawn, and what the drawn worlds are lived through with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Swarm.Options, Life.Options {}

/**
 * The plan that a seed draws. A server that is a function of revisions is asked for those that the plan names.
 *
 * @category running
 * @since 0.1.0
 */
export const plan = <E>(server: Life.Subject<E>, seed: number, options: Options): Plan =>
  Swarm.draw(seed, { versioned: typeof server === "function" || "place" in server, ...options })

/**
 * Lives through a plan.
 *
 * @category running
 * @since 0.1.0
 */
export const replay = <E>(
  server: Life.Subject<E>,
  plan: Plan,
  options: Life.Options
): Effect.Effect<Report.Report, E> => Life.live(server, plan, options)

/**
 * Lives through the world of a seed. The same seed, with the same server and options, gives the same history.
 *
 * @example
 * ```ts
 * import { McpServer, Tool } from "@parley/mcp"
 * import { Simulation, Workload } from "@parley/simulation"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * const echo = Tool.serve("echo", { parameters: { text: Schema.String } }, ({ text }) => Effect.succeed(text))
 * const MyServer = McpServer.layer(echo, { name: "demo", version: "1.0.0" })
 *
 * export const report = Simulation.run(MyServer, {
 *   seed: 1,
 *   faults: ["Cut", "Latency"],
 *   workload: Workload.calls({ echo: (_chance, key) => ({ text: key }) })
 * })
 * ```
 *
 * @category running
 * @since 0.1.0
 */
export const run = <E>(
  server: Life.Subject<E>,
  options: Options & { readonly seed: number }
): Effect.Effect<Report.Report, E> => replay(server, plan(server, options.seed, options), options)

/**
 * What a shrunk failure is, beside the report on its world.
 *
 * @category models
 * @since 0.1.0
 */
export interface Smallest extends Shrink.Shrunk {
  readonly report: Report.Report
}

/**
 * Makes the plan of a failed world as small as it can be and still go against the same checker. Where `ways` are given, its
 * server stays within them.
 *
 * @param runsMax how many worlds are tried at most
 * @category running
 * @since 0.1.0
 */
export const shrink: <E>(
  server: Life.Subject<E>,
  failed: Report.Report,
  options: Life.Options & Pick<Swarm.Options, "ways">,
  runsMax?: number
) => Effect.Effect<Smallest, E> = Effect.fnUntraced(function*(server, failed, options, runsMax) {
  const checkers = new Set(failed.violations.map(({ checker }) => checker))
  let smallest = failed
  const fails = Effect.fnUntraced(function*(plan: Plan) {
    // Elsewhere, what is right may fail, too: over a line each cut is a restart.
    if (options.ways?.includes(plan.server.way ?? "http") === false) return false
    const report = yield* replay(server, plan, options)
    const isSame = report.violations.some(({ checker }) => checkers.has(checker))
    if (isSame) smallest = report
    return isSame
  })
  const shrunk = yield* Shrink.shrink(failed.plan, fails, runsMax)
  return { ...shrunk, report: smallest }
})

/** How many events of the conversation are shown before the violation. */
const shownEvents = 60

/**
 * A world failed. The message says which, shows the end of the conversation in the smallest world that fails in the same
 * way, and has a test to keep.
 *
 * @category errors
 * @since 0.1.0
 */
export class SimulationFailed extends Schema.TaggedError<SimulationFailed>()("SimulationFailed", {
  seed: Schema.Number,
  /** What went wrong, a sentence for each violation. */
  violations: Schema.Array(Schema.String),
  /** The end of the conversation, up to the violation. */
  conversation: Schema.String,
  /** A file with a test of the smallest world that fails in this way. */
  test: Schema.String,
  /** A page that shows that world, for a browser: a file of HTML, some hundred kilobytes of it, which the message leaves out. */
  page: Schema.String
}) {
  override get message(): string {
    return [
      `The world of seed ${this.seed} went wrong:`,
      ...this.violations.map((violation) => `  ${violation}`),
      "",
      this.conversation,
      "",
      "A test of the smallest world that fails in this way:",
      "",
      this.test
    ].join("\n")
  }
}

/**
 * What is said of a world that failed, once it is small.
 *
 * @param source how the test names the server and the options
 * @category errors
 * @since 0.1.0
 */
export const failure = ({ report }: Smallest, source?: Paste.Source): SimulationFailed => {
  const { history, plan, violations } = report
  const before = Math.max(0, history.length - shownEvents)
  const checkers = [...new Set(violations.map(({ checker }) => checker))].join(", ")
  return new SimulationFailed({
    seed: plan.seed,
    violations: violations.map(({ atMillis, checker, what }) => `${checker}, at ${Math.round(atMillis)} ms: ${what}`),
    conversation: (before === 0 ? "" : `(${before} events before)\n`) + Report.conversation(history, before),
    test: Paste.test(plan, `${checkers} (seed ${plan.seed})`, source),
    page: ReportPicture.page(report)
  })
}

/**
 * How many worlds are lived through, and how what fails is shown.
 *
 * @category models
 * @since 0.1.0
 */
export interface CheckOptions extends Options {
  /** How many seeds are tried. Default: 100. */
  readonly seeds?: number
  /** The first of them. Default: 1. */
  readonly from?: number
  /** How many smaller worlds are tried for one that fails, at most. Default: 400. */
  readonly shrinkRunsMax?: number
  /** How the test that is printed names the server and the options. */
  readonly source?: Paste.Source
  /** Is told of each world that went well. */
  readonly onReport?: (report: Report.Report) => Effect.Effect<void>
}

/**
 * Lives through the worlds of many seeds, one after another. Fails with the first that goes wrong, made small.
 *
 * @category running
 * @since 0.1.0
 */
export const check: <E>(
  server: Life.Subject<E>,
  options: CheckOptions
) => Effect.Effect<void, E | SimulationFailed> = Effect.fnUntraced(function*(server, options) {
  const { from = 1, seeds = 100 } = options
  for (let seed = from; seed < from + seeds; seed++) {
    const report = yield* run(server, { ...options, seed })
    if (report.violations.length > 0) {
      return yield* failure(yield* shrink(server, report, options, options.shrinkRunsMax), options.source)
    }
    if (options.onReport !== undefined) yield* options.onReport(report)
  }
})
