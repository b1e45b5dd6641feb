/**
 * What the author of a server says about its calls: which middleware they pass, which policies hold for all of them,
 * which methods there are beside the protocol's, and who hears what they log.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { HandlersOf } from "../contract/Catalog.ts"
import type * as Catalog from "../contract/Catalog.ts"
import type * as CustomMethod from "../contract/CustomMethod.ts"
import type * as PerRequest from "../contract/PerRequest.ts"
import type * as Policy from "../contract/Policy.ts"
import type { AnyServed, CatalogError, Requirements } from "../contract/Registry.ts"
import * as CustomMethods from "./CustomMethods.ts"
import type { Methods, MethodTable } from "./Engine.ts"
import * as Middleware from "./Middleware.ts"
import * as Telemetry from "./Telemetry.ts"

/**
 * The options of a server that are about its calls.
 *
 * @category models
 * @since 0.1.0
 */
export interface CallOptions<
  M extends ReadonlyArray<Middleware.Any> = ReadonlyArray<Middleware.Any>,
  P extends ReadonlyArray<Policy.Any> = ReadonlyArray<Policy.Any>,
  C extends ReadonlyArray<CustomMethod.Registration> = ReadonlyArray<CustomMethod.Registration>
> {
  /** What every request and notification passes, the first outermost. What it provides, handlers may need. */
  readonly middleware?: M
  /** What holds for the calls of all handlers, outside of their own policies; the first is the outermost. */
  readonly policies?: P
  /** Methods and notifications beside those of the protocol. */
  readonly methods?: C
  /** Whether `Effect.log` in a handler reaches a client that asked for logs. Default: yes. */
  readonly clientLogs?: boolean
}

/**
 * What a server with these options needs, beside its handlers.
 *
 * @category type-level
 * @since 0.1.0
 */
export type OptionRequirements<
  M extends ReadonlyArray<Middleware.Any>,
  P extends ReadonlyArray<Policy.Any>,
  C extends ReadonlyArray<CustomMethod.Registration>
> =
  | Middleware.RequiredBy<M>
  | Policy.PolicyRequirements<P[number]>
  | Exclude<CustomMethod.Requirements<C[number]>, Middleware.ProvidedBy<M>>
  | Policy.RequirementsOf<MethodOf<C[number]>>

type MethodOf<C> = C extends CustomMethod.ServedMethod<infer M, unknown> ? M : C

/**
 * What a server over the entries `E` needs of its context.
 *
 * @category type-level
 * @since 0.1.0
 */
export type CatalogRequirements<
  E extends Catalog.AnyEntry,
  M extends ReadonlyArray<Middleware.Any>,
  P extends ReadonlyArray<Policy.Any>,
  C extends ReadonlyArray<CustomMethod.Registration>
> =
  | HandlersOf<E>
  | Policy.RequirementsOf<E["component"]>
  | Exclude<PerRequest.ServicesOf<E>, Middleware.ProvidedBy<M>>
  | OptionRequirements<M, P, C>

/**
 * What a server over the served components `S` needs of its context.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ServedRequirements<
  S extends AnyServed,
  M extends ReadonlyArray<Middleware.Any>,
  P extends ReadonlyArray<Policy.Any>,
  C extends ReadonlyArray<CustomMethod.Registration>
> = Exclude<Requirements<S>, Middleware.ProvidedBy<M>> | OptionRequirements<M, P, C>

/**
 * What is needed to put the methods of a server together.
 *
 * @category models
 * @since 0.1.0
 */
export interface Setting extends CustomMethods.Setting {
  /** Whether a tool, or a prompt, of this name is known; what is not gets no place in names of spans and metrics. */
  readonly isKnown: Telemetry.IsKnown
}

/**
 * All methods of a server, and what stands around them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toMethods = (
  { methods = [], middleware = [] }: CallOptions,
  table: MethodTable,
  setting: Setting
): Effect.Effect<Methods, CatalogError> =>
  Effect.gen(function*() {
    const bound = yield* CustomMethods.bind(methods, table, setting)
    return {
      ...bound,
      intercept: Middleware.toIntercept(middleware, setting.context),
      observe: Telemetry.toObserve(setting.context, bound, setting.isKnown)
    }
  })
