/**
 * Getting handlers ready, once, as they are bound: with the guards of their policies around them, and in a context that
 * logs to the client too. A handler that none of this is asked for stays as it was.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { AnyEntry, HandlerShape, Kind } from "../../contract/Catalog.ts"
import { McpRequest } from "../../contract/McpRequest.ts"
import * as PerRequest from "../../contract/PerRequest.ts"
import * as Policy from "../../contract/Policy.ts"
import type { Call, Guard, Part, Use } from "../../contract/policy/Model.ts"
import * as Surroundings from "../../session/Surroundings.ts"
import * as ClientLogger from "../ClientLogger.ts"

/**
 * What holds for all handlers of a server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The server's name, which is that of its logger. */
  readonly name: string
  readonly policies: ReadonlyArray<Policy.Any>
  /** Whether `Effect.log` reaches the client. */
  readonly clientLogs: boolean
}

/**
 * Something with a handler: an entry of a catalog, or a custom method.
 *
 * @category models
 * @since 0.1.0
 */
export interface Subject {
  readonly kind: Kind | "methods"
  readonly name: string
  readonly component: object
}

/**
 * A handler that is ready, with what its policies put around other uses of its component.
 *
 * @category models
 * @since 0.1.0
 */
export interface Prepared extends HandlerShape {
  /** A use with what guards it around it; `undefined` where nothing does. */
  readonly guarded?: ((use: Use, run: Run, completed?: string) => Run | undefined) | undefined
}

/**
 * Gets a handler ready.
 *
 * @category models
 * @since 0.1.0
 */
export type Prepare = (subject: Subject | AnyEntry, handler: HandlerShape) => Effect.Effect<Prepared>

type Run = HandlerShape["run"]

const guardRun = (
  { completed, kind, name }: Pick<Call, "kind" | "name" | "completed">,
  guard: Guard,
  run: Run
): Run =>
(args, beside) =>
  Effect.contextWith((context: Context.Context<McpRequest>) =>
    guard(
      {
        kind,
        name,
        ...(completed === undefined ? {} : { completed }),
        args,
        request: Context.get(context, McpRequest)
      },
      // What the handler needs is in the context that it is run in.
      Effect.suspend(() => run(args, beside)) as Effect.Effect<unknown, unknown>
    )
  )

const chain = (guards: ReadonlyArray<Guard>): Guard => (call, effect) =>
  guards.reduceRight((inner, guard) => Effect.suspend(() => guard(call, inner)), effect)

/** Weakly, because components that come and go at run time bring contexts of their own. */
const once = <Key extends object, A>(make: (key: Key) => A): (key: Key) => A => {
  const made = new WeakMap<Key, A>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    made.set(key, value)
    return value
  }
}

/** Each part is built the first time that something has it; what has the same part shares what was built. */
const builder = (context: Context.Context<never>) => {
  const built = new WeakMap<Part<unknown>, Guard>()
  return (part: Part<unknown>): Effect.Effect<Guard> =>
    Effect.suspend(() => {
      const known = built.get(part)
      if (known !== undefined) return Effect.succeed(known)
      // The types of whoever applied the policy say that what it needs is in the context of the server.
      const build = Effect.provideContext(part.build, context) as Effect.Effect<Guard>
      return Effect.tap(build, (guard) => Effect.sync(() => built.set(part, guard)))
    })
}

/**
 * What gets the handlers of one server ready, in the context that the server is built in.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options, context: Context.Context<never>): Prepare => {
  const parts = options.policies.flatMap((policy) => policy.parts)
  const build = builder(context)
  const logger = ClientLogger.make(options.name)
  // Handlers of one layer share a context; the span that the layer was built in is not theirs.
  const contextFor = once((own: Context.Context<never>) => {
    const base = Surroundings.withoutSpan(own)
    return options.clientLogs ? ClientLogger.install(base, logger) : base
  })
  return (subject, handler) =>
    Effect.gen(function*() {
      const needed = PerRequest.servicesOf(subject.component)
      const given = needed.length === 0 ? Context.empty() : Context.pick(...needed)(context)
      // The services are known by their keys only; which they are is in the types of the catalog.
      const shape = { ...handler, context: Context.merge(contextFor(handler.context), given as Context.Context<never>) }
      const all = [...parts, ...Policy.guardsOf(subject.component)]
      if (all.length === 0) return shape
      const guards = yield* Effect.forEach(
        all,
        (part) => Effect.map(build(part), (guard) => ({ use: part.use, guard }))
      )
      const guardOf = (wanted: Use | undefined): Guard | undefined => {
        const own = guards.filter(({ use }) => use === wanted)
        return own.length === 0 ? undefined : chain(own.map(({ guard }) => guard))
      }
      const calling = guardOf(undefined)
      return {
        ...shape,
        ...(calling === undefined ? {} : { run: guardRun(subject, calling, handler.run) }),
        guarded: (use, run, completed) => {
          const guard = guardOf(use)
          const { kind, name } = subject
          return guard && guardRun({ kind, name, ...(completed === undefined ? {} : { completed }) }, guard, run)
        }
      }
    })
}
