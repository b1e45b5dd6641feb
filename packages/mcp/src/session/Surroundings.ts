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
export const of = (context: Context.Context<never>): Context.Context<never> => some(keys, context)

/**
 * What a context has of some services. Like `Context.pick`, but what it costs does not grow with the context.
 *
 * @category getters
 * @since 0.1.0
 */
export const some = (
  keys: ReadonlyArray<Context.Key<unknown, unknown>>,
  context: Context.Context<never>
): Context.Context<never> => {
  const found = new Map<string, unknown>()
  for (const key of keys) {
    const service = Context.getOrUndefined(context, key)
    if (service !== undefined) found.set(key.key, service)
  }
  return found.size === 0 ? Context.empty() : Context.makeUnsafe(found)
}

/**
 * A context with a few services put before its own. Like `Context.merge`, but it does not copy the context, which a server
 * would do for every message.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withFew = (context: Context.Context<never>, few: Context.Context<never>): Context.Context<never> => {
  let all = context
  for (const [key, service] of few.mapUnsafe) all = Context.addUnsafe(all, key, service)
  return all
}

/**
 * A context to run later in: the span that was current when it was taken has no part in that.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutSpan = Context.omit(Tracer.ParentSpan)
