/**
 * What surrounds an effect beside services: what its logs and traces are a part of. Middleware of servers and of clients
 * run in the services of the layer that they were given to, and yet in the surroundings of the message at hand.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"

/**
 * The keys of it.
 *
 * @category constants
 * @since 0.1.0
 */
export const keys: ReadonlyArray<Context.Key<unknown, unknown>> = [
  Tracer.ParentSpan,
  Tracer.Tracer,
  References.CurrentLogAnnotations,
  References.CurrentLogSpans,
  References.TracerSpanAnnotations
]

/**
 * The surroundings in a context, and nothing else of it.
 *
 * @category getters
 * @since 0.1.0
 */
export const of: (context: Context.Context<never>) => Context.Context<never> = Context.pick(...keys)

/**
 * A context to run later in: the span that was current when it was taken has no part in that.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutSpan = Context.omit(Tracer.ParentSpan)
