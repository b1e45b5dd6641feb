/**
 * Measuring with Effect's metrics. Whoever turns metrics on brings this along; nothing else knows of `effect/Metric`, so
 * that a program without metrics has nothing of it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Conventions from "./Conventions.ts"

/**
 * What a metric is called, and what it says.
 *
 * @category models
 * @since 0.1.0
 */
export interface Named {
  readonly name: string
  readonly description: string
}

/**
 * Begins to measure. What it gives notes how long it has been since then, each time that it is run.
 *
 * @category models
 * @since 0.1.0
 */
export type Stopwatch = Effect.Effect<(attributes: Conventions.Attributes) => Effect.Effect<void>>

/**
 * Makes metrics, for one registry.
 *
 * @category models
 * @since 0.1.0
 */
export interface Meter {
  /** Measures durations, in seconds. */
  readonly stopwatch: (durations: Named) => Stopwatch
  /** Says how many there are now. */
  readonly gauge: (gauge: Named) => (value: number) => Effect.Effect<void>
}

/**
 * The meter of the registry that is in a context.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (context: Context.Context<never>): Meter => {
  const registry = Context.get(context, Metric.MetricRegistry)
  const update = <Input, State>(metric: Metric.Metric<Input, State>, value: Input): Effect.Effect<void> =>
    Effect.provideService(Metric.update(metric, value), Metric.MetricRegistry, registry)
  return {
    stopwatch: ({ description, name }) => {
      const durations = Metric.histogram(name, {
        description,
        attributes: { unit: "s" },
        boundaries: Conventions.boundaries
      })
      return Effect.clockWith((clock) => {
        const started = clock.currentTimeNanosUnsafe()
        return Effect.succeed((attributes) =>
          Effect.suspend(() =>
            update(
              Metric.withAttributes(durations, attributes),
              Conventions.seconds(started, clock.currentTimeNanosUnsafe())
            )
          )
        )
      })
    },
    gauge: ({ description, name }) => {
      const gauge = Metric.gauge(name, { description })
      return (value) => update(gauge, value)
    }
  }
}
