/**
 * What the telemetry of servers and that of clients have in common: whether anybody wants to know, and how durations are
 * measured. The words that are said are those of `Conventions.ts`; what is observed is decided by each side.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Tracer from "effect/Tracer"
import * as Conventions from "./Conventions.ts"

/**
 * What is observed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Settings {
  /** Whether there are spans, where there is a tracer. */
  readonly spans: boolean
  /** Whether there are metrics. */
  readonly metrics: boolean
}

/**
 * The settings of one side, under its key. Default: spans, and no metrics.
 *
 * @category settings
 * @since 0.1.0
 */
export const reference = (key: string): Context.Reference<Settings> =>
  Context.Reference<Settings>(key, { defaultValue: () => ({ spans: true, metrics: false }) })

/**
 * Changes settings for whatever is made with the layer.
 *
 * @category settings
 * @since 0.1.0
 */
export const layer = (reference: Context.Reference<Settings>, settings: Partial<Settings>): Layer.Layer<never> =>
  Layer.effectContext(
    Effect.map(reference, (defaults) => Context.make(reference, { ...defaults, ...settings }))
    // A reference has a default, so that it is in no layer's output.
  ) as Layer.Layer<never>

/**
 * The tracer to make spans with, if any are wanted. Effect's own, which exports nothing, does not count.
 *
 * @category settings
 * @since 0.1.0
 */
export const tracerIn = (context: Context.Context<never>, { spans }: Settings): Tracer.Tracer | undefined => {
  const tracer = Context.get(context, Tracer.Tracer)
  return spans && tracer !== Tracer.nativeTracer ? tracer : undefined
}

/**
 * A metric of durations, in seconds.
 *
 * @category metrics
 * @since 0.1.0
 */
export const durations = (name: string, description: string): Metric.Histogram<number> =>
  Metric.histogram(name, { description, attributes: { unit: "s" }, boundaries: Conventions.boundaries })

/**
 * Begins to measure. What it gives notes how long it has been since then, each time that it is run.
 *
 * @category metrics
 * @since 0.1.0
 */
export const stopwatch = (
  metric: Metric.Histogram<number>,
  registry: Metric.MetricRegistry
): Effect.Effect<(attributes: Conventions.Attributes) => Effect.Effect<void>> =>
  Effect.clockWith((clock) => {
    const started = clock.currentTimeNanosUnsafe()
    return Effect.succeed((attributes) =>
      Effect.suspend(() =>
        Metric.update(
          Metric.withAttributes(metric, attributes),
          Conventions.seconds(started, clock.currentTimeNanosUnsafe())
        )
      ).pipe(Effect.provideService(Metric.MetricRegistry, registry))
    )
  })
