/**
 * What an endpoint does with a gate: nothing of a request is looked at before the gate has let it in, and from then on
 * the request says who sends it. Where there is no gate, nothing of this is done.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Caller } from "../../session/Caller.ts"
import type { HttpExchange } from "../../transport/HttpExchange.ts"
import type { Server } from "../Server.ts"
import { answering, refused } from "./HttpEndpoint.ts"
import { HttpGate, type Route } from "./HttpGate.ts"

/**
 * The gate in the context where a transport is built, if there is one.
 *
 * @category gates
 * @since 0.1.0
 */
export const taken: Effect.Effect<HttpGate["Service"] | undefined> = Effect.map(
  Effect.serviceOption(HttpGate),
  Option.getOrUndefined
)

const withCaller = (exchange: HttpExchange, caller: Caller | undefined): HttpExchange => {
  if (caller === undefined) return exchange
  const { concealed = [], headers: further } = caller
  const { body, header, method, onClose, respond, stream, url } = exchange
  return {
    method,
    url,
    header: concealed.length === 0 ? header : (name) => concealed.includes(name) ? undefined : header(name),
    body,
    caller,
    respond: further === undefined
      ? respond
      : (status, headers, body) => respond(status, { ...headers, ...further }, body),
    stream: further === undefined ? stream : (status, headers) => stream(status, { ...headers, ...further }),
    onClose
  }
}

/**
 * Hands an exchange on once the gate of the server has let it in, with the caller on it; refuses it otherwise.
 *
 * @category gates
 * @since 0.1.0
 */
export const through = (
  { gate }: Server,
  exchange: HttpExchange,
  next: (exchange: HttpExchange) => Effect.Effect<void>
): Effect.Effect<void> =>
  gate === undefined ? next(exchange) : Effect.matchEffect(gate.admit(exchange), {
    onFailure: (refusal) => refused(exchange, refusal),
    onSuccess: (caller) => next(withCaller(exchange, caller))
  })

/**
 * What is served beside the endpoints of a server, for its gate.
 *
 * @category gates
 * @since 0.1.0
 */
export const routesOf = ({ gate }: Server): ReadonlyArray<Route> =>
  (gate?.routes ?? []).map(({ handler, path }) => ({ path, handler: answering(handler) }))
