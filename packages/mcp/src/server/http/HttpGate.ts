/**
 * What stands in front of an HTTP endpoint and looks at every request before anything else does: before sessions are
 * looked up, before the body is read as a message (SSH-01, SSH-06). Transports take the gate in their context; without
 * one, everybody may call. Which credentials a gate takes is its own affair.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Caller } from "../../session/Caller.ts"
import type { Refusal } from "../../session/HttpAdmission.ts"
import type { HttpExchange } from "../../transport/HttpExchange.ts"

/**
 * A path beside the endpoint that a gate answers itself, without asking who calls: metadata that says how to get in.
 *
 * @category models
 * @since 0.1.0
 */
export interface Route {
  /** From the root of the host on, with its first slash. */
  readonly path: string
  readonly handler: (exchange: HttpExchange) => Effect.Effect<void>
}

/**
 * A gate.
 *
 * @category services
 * @since 0.1.0
 */
export class HttpGate extends Context.Service<HttpGate, {
  /**
   * Finds out who sends a request, or refuses it; `undefined` lets somebody in who has not said who it is. CORS preflights,
   * and requests that the policy of the endpoint refuses, do not get here.
   */
  readonly admit: (exchange: HttpExchange) => Effect.Effect<Caller | undefined, Refusal>
  /** Served beside the endpoint, on its host. */
  readonly routes: ReadonlyArray<Route>
}>()("@parley/mcp/server/http/HttpGate") {}
