/**
 * What the telemetry of servers and that of clients have in common: whether anybody wants to know. How it is measured
 * is in `Meter.ts`, the words that are said are those of `Conventions.ts`, and what is observed is decided by each side.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import * as Meter from "./Meter.ts"

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
 * The settings in force. Metrics that are wanted come with what makes them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Observed extends Pick<Settings, "spans"> {
  readonly meter: ((context: Context.Context<never>) => Meter.Meter) | undefined
}

/**
 * The settings of one side, under its key. Default: spans, and no metrics.
 *
 * @category settings
 * @since 0.1.0
 */
export const reference = (key: string): Context.Reference<Observed> =>
  Context.Reference<Observed>(key, { defaultValue: () => ({ spans: true, meter: undefined }) })

/**
 * Changes settings for whatever is made with the layer.
 *
 * @category settings
 * @since 0.1.0
 */
export const layer = (
  reference: Context.Reference<Observed>,
  { metrics, spans }: Partial<Settings>
): Layer.Layer<never> =>
  Layer.effectContext(
    Effect.map(reference, (before) =>
      Context.make(reference, {
        spans: spans ?? before.spans,
        meter: metrics === undefined ? before.meter : metrics ? Meter.make : undefined
      }))
    // A reference has a default, so that it is in no layer's output.
  ) as Layer.Layer<never>

/**
 * The tracer to make spans with, if any are wanted. Effect's own, which exports nothing, does not count.
 *
 * @category settings
 * @since 0.1.0
 */
export const tracerIn = (context: Context.Context<never>, { spans }: Observed): Tracer.Tracer | undefined => {
  const tracer = Context.get(context, Tracer.Tracer)
  return spans && tracer !== Tracer.nativeTracer ? tracer : undefined
}
