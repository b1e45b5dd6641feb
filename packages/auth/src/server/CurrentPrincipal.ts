/**
 * Who calls, as a service for handlers. A tool that needs it cannot be served without the middleware that provides it,
 * and the middleware not without a gate: the compiler says so. At run time it fails closed: a request that no gate has let
 * in is refused, however it came.
 *
 * @since 0.1.0
 */
import * as Middleware from "@parley/mcp/server/Middleware"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Admitted, type Principal } from "./Principal.ts"
import { ProtectedResource } from "./ProtectedResource.ts"

export type { Principal }

/**
 * Who calls.
 *
 * @category services
 * @since 0.1.0
 */
export class CurrentPrincipal extends Context.Service<CurrentPrincipal, Principal>()(
  "@parley/auth/server/CurrentPrincipal"
) {}

/**
 * Who calls, where a server lets in callers who have not said who they are.
 *
 * @category services
 * @since 0.1.0
 */
export class OptionalPrincipal extends Context.Service<OptionalPrincipal, Option.Option<Principal>>()(
  "@parley/auth/server/CurrentPrincipal/OptionalPrincipal"
) {}

/**
 * Whom the gate has let in. A server that is built while another serves a request has what belongs to that request in its
 * context; its own requests have a principal only if they came through a gate.
 */
const found = ({ principal }: Middleware.Inbound): Effect.Effect<Option.Option<Principal>> =>
  principal === undefined
    ? Effect.succeedNone
    : Effect.map(Effect.serviceOption(Admitted), Option.map((admitted) => admitted.principal))

/**
 * Provides {@link CurrentPrincipal} to handlers, and refuses every message, the handshake too, of which no gate says who
 * sends it.
 *
 * @category middleware
 * @since 0.1.0
 */
export const middleware: Middleware.Middleware<CurrentPrincipal, ProtectedResource> = Middleware.service(
  CurrentPrincipal
)((message) =>
  Effect.flatMap(found(message), (principal) =>
    Option.isSome(principal)
      ? Effect.succeed(principal.value)
      : Effect.flatMap(ProtectedResource, ({ unauthenticated }) => Effect.fail(unauthenticated)))
)

/**
 * Provides {@link OptionalPrincipal} to handlers, for servers with the option `anonymous`.
 *
 * @category middleware
 * @since 0.1.0
 */
export const optionalMiddleware: Middleware.Middleware<OptionalPrincipal, ProtectedResource> = Middleware.service(
  OptionalPrincipal
)((message) => Effect.andThen(ProtectedResource, found(message)))
