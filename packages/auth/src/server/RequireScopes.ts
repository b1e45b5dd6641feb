/**
 * Scopes that a tool, a resource or a prompt takes, said where it is written. A call with less is answered with the
 * challenge that lists all it takes, so that a client can ask its user for that, once; or the component is hidden from
 * those who may not use it.
 *
 * @since 0.1.0
 */
import * as Catalog from "@parley/mcp/contract/Catalog"
import type * as CustomMethod from "@parley/mcp/contract/CustomMethod"
import type { RequestInfo } from "@parley/mcp/contract/McpRequest"
import * as Policy from "@parley/mcp/contract/Policy"
import type { Served } from "@parley/mcp/contract/Served"
import type { Rule } from "@parley/mcp/contract/Visibility"
import type { RpcError } from "@parley/mcp/jsonrpc/RpcError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { CurrentPrincipal } from "./CurrentPrincipal.ts"
import { Admitted } from "./Principal.ts"
import { ProtectedResource } from "./ProtectedResource.ts"
import * as Scopes from "./Scopes.ts"

/**
 * How scopes are required.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * Whether callers that lack a scope are not shown the component, and calls answer as if there were none of its name. They
   * cannot learn of the scopes then either. Default: false.
   */
  readonly hidden?: boolean
}

const admittedOf = ({ services }: RequestInfo): Option.Option<Admitted["Service"]> =>
  services === undefined ? Option.none() : Context.getOption(services, Admitted)

const isEnough = ({ request }: Policy.Call, scopes: ReadonlyArray<string>): boolean =>
  Option.exists(admittedOf(request), ({ has }) => has(scopes))

const guardOf = (
  { insufficientScope, unauthenticated }: ProtectedResource["Service"],
  scopesOf: (call: Policy.Call) => ReadonlyArray<string>
): Policy.Guard =>
(call, effect) => {
  const admitted = Option.getOrUndefined(admittedOf(call.request))
  if (admitted === undefined) return Effect.fail(unauthenticated)
  const scopes = scopesOf(call)
  return admitted.has(scopes) ? effect : Effect.fail(insufficientScope(admitted.principal, scopes))
}

/**
 * The scopes as a policy, for the option `policies` of a server: those given, or those that a call takes by its arguments.
 * It holds for completions and for subscribing to a resource too, and what a template lists is left out for whoever has
 * too little; for those, `args` are what `Policy.Call` says. Over HTTP a refusal is 403 with a challenge where the answer
 * has not begun (ASC-01 to ASC-05); who has shown no token gets 401.
 *
 * @category policies
 * @since 0.1.0
 */
export const policy = (
  scopes: ReadonlyArray<string> | ((call: Policy.Call) => ReadonlyArray<string>)
): Policy.Policy<ProtectedResource> => {
  const scopesOf = typeof scopes === "function" ? scopes : () => scopes
  const guarding = Policy.make(Effect.map(ProtectedResource, (resource) => guardOf(resource, scopesOf)))
  // A list that some of it cannot be shown of is no failure.
  const leavingOut = Policy.make(
    Effect.succeed((call, list) => isEnough(call, scopesOf(call)) ? list : Effect.succeed([]))
  )
  return Policy.compose(
    guarding,
    Policy.on("Completion", guarding),
    Policy.on("Choice", guarding),
    Policy.on("Subscription", guarding),
    Policy.on("Listing", leavingOut)
  )
}

/** Where it is shown to all, a rule says at least that what is read is one caller's: no cache may give it to others. */
const ruleFor = ({ _tag, presentation }: Catalog.Component, scopes: ReadonlyArray<string>, hidden: boolean) => {
  const own = presentation.visible
  if (!hidden) return _tag === "Resource" || _tag === "ResourceTemplate" ? own ?? everybody : own
  const rule: Rule = (request) => {
    const admitted = Option.getOrUndefined(admittedOf(request))
    return admitted !== undefined && admitted.has(scopes) && (own === undefined || own(request))
  }
  return rule
}

const everybody: Rule = () => true

const ruled = (component: Catalog.Component, scopes: ReadonlyArray<string>, hidden: boolean): Catalog.Component => {
  const visible = ruleFor(component, scopes, hidden)
  // A rule is a rule for each kind of component.
  return visible === undefined
    ? component
    : { ...component, presentation: { ...component.presentation, visible } } as Catalog.Component
}

type Target =
  | Catalog.Any
  | Served<Catalog.Component, unknown>
  | Catalog.Component
  | CustomMethod.ServedMethod<CustomMethod.Any, unknown>
  | CustomMethod.Any

const applyTo = (target: Target, scopes: ReadonlyArray<string>, { hidden = false }: Options = {}): Target => {
  // Which kind of target it is makes no difference to the policy, and is not lost.
  const guarded = Policy.apply(target as Catalog.Component, policy(scopes)) as Target
  switch (guarded._tag) {
    case "Catalog":
      return Catalog.mapComponents(guarded, (component) => ruled(component, scopes, hidden))
    case "Served":
      return { ...guarded, component: ruled(guarded.component, scopes, hidden) }
    case "ServedMethod":
    case "CustomMethod":
      return guarded
    default:
      return ruled(guarded, scopes, hidden)
  }
}

/**
 * Requires scopes of a component, with its handler or without, of all components of a catalog, or of a custom method. The
 * server must be protected, or it does not compile. Completing its arguments and subscribing to its updates takes the
 * scopes too. Whoever subscribes to a URI hears of what is below it (RSC-05), whatever that takes by itself.
 *
 * @example
 * ```ts
 * import { RequireScopes } from "@parley/auth"
 * import { Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const erase = RequireScopes.apply(
 *   Tool.serve("erase", {}, () => Effect.succeed("Done")),
 *   ["mcp:write"],
 *   { hidden: true }
 * )
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const apply: {
  <Id extends string, E extends Catalog.AnyEntry>(
    catalog: Catalog.Catalog<Id, E>,
    scopes: ReadonlyArray<string>,
    options?: Options
  ): Catalog.Catalog<Id, Policy.GuardedEntry<E, ProtectedResource>>
  <C extends Catalog.Component, RH>(
    served: Served<C, RH>,
    scopes: ReadonlyArray<string>,
    options?: Options
  ): Served<C & Policy.Guarded<ProtectedResource | Policy.RequirementsOf<C>>, RH | ProtectedResource>
  <M extends CustomMethod.Any, RH>(
    served: CustomMethod.ServedMethod<M, RH>,
    scopes: ReadonlyArray<string>
  ): CustomMethod.ServedMethod<M & Policy.Guarded<ProtectedResource | Policy.RequirementsOf<M>>, RH>
  <C extends Catalog.Component>(
    component: C,
    scopes: ReadonlyArray<string>,
    options?: Options
  ): C & Policy.Guarded<ProtectedResource | Policy.RequirementsOf<C>>
  <C extends CustomMethod.Any>(
    component: C,
    scopes: ReadonlyArray<string>
  ): C & Policy.Guarded<ProtectedResource | Policy.RequirementsOf<C>>
  // Each overload says of one kind of target what `applyTo` does to all of them.
} = applyTo as never

/**
 * Fails a handler when the caller's token lacks a scope, for what is known only in the midst of it. Ask for all that the
 * operation takes at once (ASC-03), and before anything is done.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = (
  scopes: ReadonlyArray<string>
): Effect.Effect<void, RpcError, CurrentPrincipal | ProtectedResource> =>
  Effect.gen(function*() {
    const principal = yield* CurrentPrincipal
    const { hierarchy, insufficientScope } = yield* ProtectedResource
    if (Scopes.missing(hierarchy, principal.scopes, scopes).length > 0) {
      return yield* Effect.fail(insufficientScope(principal, scopes))
    }
  })
