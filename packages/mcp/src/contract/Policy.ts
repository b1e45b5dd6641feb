/**
 * Policies: what is to hold for every call of a handler, as values. One is given to a component, to a catalog or to a
 * server, and stays outside of handlers. What a policy needs (the store of a rate limit) is asked of the server's layer;
 * what it keeps (counts, permits, circuits) is made once for each server, and shared by all that the value was given to.
 *
 * Policies run around handlers, after arguments were decoded and before the result is written. Completions are no calls
 * of a handler, and come by the keystroke; {@link on} says what holds for them, and for the other uses of a component. What
 * must see every request, lists and notifications too, is a middleware.
 *
 * @since 0.1.0
 */
import * as Catalog from "./Catalog.ts"
import type * as CustomMethod from "./CustomMethod.ts"
import type { Part, Policy, Use } from "./policy/Model.ts"
import type { Served } from "./Served.ts"

export { audit, type AuditOutcome, type AuditRecord } from "./policy/Audit.ts"
export { circuitBreaker } from "./policy/Breaker.ts"
export { concurrency } from "./policy/Concurrency.ts"
export { type Call, type Guard, make, type Policy, RefusalCode, RefusalKey, refuse } from "./policy/Model.ts"
export { rateLimit } from "./policy/RateLimit.ts"
export { responseSize } from "./policy/ResponseSize.ts"
export { retry } from "./policy/Retry.ts"
export { timeout } from "./policy/Timeout.ts"

/**
 * Any policy.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = Policy<unknown>

/**
 * A component, or a registration, that policies were applied to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Guarded<out R> {
  readonly guards: ReadonlyArray<Part<R>>
}

/**
 * What the policies of a component need; nothing, when it has none.
 *
 * @category type-level
 * @since 0.1.0
 */
export type RequirementsOf<C> = C extends Guarded<infer R> ? R : never

/**
 * An entry whose component has policies.
 *
 * @category type-level
 * @since 0.1.0
 */
export type GuardedEntry<E extends Catalog.AnyEntry, R> = E extends
  Catalog.Entry<infer K, infer Name, infer Key, infer C>
  ? Catalog.Entry<K, Name, Key, C & Guarded<R | RequirementsOf<C>>>
  : never

/**
 * Several policies as one; the first is the outermost.
 *
 * @example
 * ```ts
 * import { Policy } from "@parley/mcp"
 * import * as Schedule from "effect/Schedule"
 *
 * export const patient = Policy.compose(
 *   Policy.timeout("30 seconds"),
 *   Policy.retry(Schedule.upTo(Schedule.exponential("100 millis"), { times: 3 })),
 *   Policy.timeout("5 seconds")
 * )
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const compose = <Policies extends ReadonlyArray<Any>>(
  ...policies: Policies
): Policy<PolicyRequirements<Policies[number]>> => ({
  _tag: "Policy",
  // That the parts need what their policies need is what the type says.
  parts: policies.flatMap(({ parts }) => parts) as ReadonlyArray<Part<PolicyRequirements<Policies[number]>>>
})

/**
 * A policy for another use of components, in place of the calls of their handlers. It shares nothing with the policy that it
 * is made from: completions are counted by themselves (CMP-07, CMP-14).
 *
 * - `Completion`: an argument is completed as its author wrote.
 * - `Choice`: an argument is completed by the choices of its schema, which costs nothing, but may be told to some only.
 * - `Subscription`: updates of a resource are subscribed to, by `resources/subscribe` or in the filter of
 *   `subscriptions/listen`. There it is asked for each URI, and a refusal is that of the whole. What the guard gives is not
 *   looked at.
 * - `Listing`: a template puts resources into `resources/list`. A refusal is that of the whole list; to leave the template's
 *   out of it, succeed with `[]`.
 *
 * @example
 * ```ts
 * import { Policy } from "@parley/mcp"
 *
 * // for the option `policies` of a server, a catalog, or one prompt or template
 * export const typing = Policy.on("Completion", Policy.rateLimit({ limit: 20, window: "1 second" }))
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const on = <R>(use: Use, { parts }: Policy<R>): Policy<R> => ({
  _tag: "Policy",
  parts: parts.map(({ build }) => ({ build, use }))
})

/**
 * What building a policy needs.
 *
 * @category type-level
 * @since 0.1.0
 */
export type PolicyRequirements<P> = P extends Policy<infer R> ? R : never

/**
 * The guards of anything, from the outermost to the innermost.
 *
 * @category accessors
 * @since 0.1.0
 */
export const guardsOf = (target: object): ReadonlyArray<Part<unknown>> =>
  "guards" in target ? (target as Guarded<unknown>).guards : []

const guard = <C extends object>(component: C, parts: ReadonlyArray<Part<unknown>>): C => ({
  ...component,
  guards: [...parts, ...guardsOf(component)]
})

type ServedMethod<M, R> = CustomMethod.ServedMethod<CustomMethod.Any & M, R>

type Target =
  | Catalog.Any
  | Served<Catalog.Component, unknown>
  | Catalog.Component
  | ServedMethod<unknown, unknown>
  | CustomMethod.Any

const applyTo = (target: Target, policy: Any): Target => {
  switch (target._tag) {
    case "Catalog":
      return Catalog.mapComponents(target, (component) => guard(component, policy.parts))
    case "Served":
      return { ...target, component: guard(target.component, policy.parts) }
    case "ServedMethod":
      return { ...target, method: guard(target.method, policy.parts) }
    default:
      return guard(target, policy.parts)
  }
}

/**
 * Applies a policy to a component or a custom method, with its handler or without, or to all components of a catalog,
 * around the policies that they have. What the policy needs is then needed by the server's layer.
 *
 * @example
 * ```ts
 * import { Policy, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const slow = Policy.apply(
 *   Tool.serve("slow", {}, () => Effect.as(Effect.sleep("1 minute"), "done")),
 *   Policy.timeout("10 seconds")
 * )
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const apply: {
  <Id extends string, E extends Catalog.AnyEntry, R>(
    catalog: Catalog.Catalog<Id, E>,
    policy: Policy<R>
  ): Catalog.Catalog<Id, GuardedEntry<E, R>>
  <C extends Catalog.Component, RH, R>(
    served: Served<C, RH>,
    policy: Policy<R>
  ): Served<C & Guarded<R | RequirementsOf<C>>, RH | R>
  <M extends CustomMethod.Any, RH, R>(
    served: CustomMethod.ServedMethod<M, RH>,
    policy: Policy<R>
  ): CustomMethod.ServedMethod<M & Guarded<R | RequirementsOf<M>>, RH>
  <C extends Catalog.Component | CustomMethod.Any, R>(
    component: C,
    policy: Policy<R>
  ): C & Guarded<R | RequirementsOf<C>>
  // Each overload says of one kind of target what `applyTo` does to all of them.
} = applyTo as never
