/**
 * What stands between the transports of a server and its methods: each middleware gets every request and every
 * notification, may change it, answer it itself, look at the answer or change that, and may provide services to the
 * handler. The handshake comes by here too; a client whose `initialize` is refused, or answered without `next`, has no
 * session. What a transport refuses by itself (no message, an unknown session, a version that is not spoken) does not get
 * this far, and what the protocol does with a notification (cancelling, say) happens whatever middleware make of it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Notification, Params, Request, RequestId } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { Era, Wire } from "../revision/Revision.ts"
import type { ClientCapabilities } from "../schema/Capabilities.ts"
import type { Implementation } from "../schema/Implementation.ts"
import * as Surroundings from "../session/Surroundings.ts"
import type { Intercept } from "./Engine.ts"
import type { Origin } from "./Origin.ts"

/**
 * A message on its way in. `method`, `params` and `principal` may be changed by passing on another; changes of the rest
 * have no effect.
 *
 * @category models
 * @since 0.1.0
 */
export interface Inbound {
  readonly _tag: "Request" | "Notification"
  /** The id of a request. */
  readonly id: RequestId | undefined
  readonly method: string
  readonly params: Params | undefined
  readonly era: Era
  readonly protocolVersion: string
  /** Who the client says it is; never a ground for a security decision (MET-12). */
  readonly clientInfo: Implementation | undefined
  readonly clientCapabilities: ClientCapabilities
  readonly sessionId: string | undefined
  /** An HTTP header by its lower-case name; always `undefined` elsewhere than on HTTP. */
  readonly header: (name: string) => string | undefined
  /** Who the request acts for; what a middleware says here, handlers read as `McpRequest.principal`. */
  readonly principal: string | undefined
}

/**
 * A result on its way out, as the text that it was written to. For a notification it is that of an empty object.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reply {
  readonly text: string
  /** The result as JSON; the text is parsed when this is called first. */
  readonly value: () => Wire
}

const fromText = (text: string): Reply => {
  let parsed: Wire | undefined
  // It was written by this server a moment ago, as an object.
  return { text, value: () => parsed ??= JSON.parse(text) as Wire }
}

/**
 * A result of one's own, in place of another.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reply = (value: Wire): Reply => ({ text: JSON.stringify(value), value: () => value })

/**
 * Passes a message on. The effect needs what the middleware has promised to provide.
 *
 * @category models
 * @since 0.1.0
 */
export type Next<Provides> = (message: Inbound) => Effect.Effect<Reply, RpcError, Provides>

type AnyIntercept = (message: Inbound, next: Next<unknown>) => Effect.Effect<Reply, RpcError, unknown>

/**
 * A middleware: what it provides to handlers and to the middleware after it, and what it requires of the server's layer
 * or of the middleware before it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Middleware<out Provides, out Requires> {
  readonly _tag: "Middleware"
  readonly provides: ReadonlyArray<Context.Key<Provides, unknown>>
  readonly intercept: AnyIntercept
  /** For the compiler; never there. */
  readonly requires?: Requires
}

/**
 * Any middleware.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = Middleware<unknown, unknown>

/**
 * A middleware. Fail with an `RpcError` to refuse a request, or do not call `next` and give a {@link reply}.
 *
 * @example
 * ```ts
 * import { Middleware, RpcError } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const readOnly = Middleware.make((message, next) =>
 *   message.method === "tools/call" && message.params?.name === "delete"
 *     ? Effect.fail(RpcError.invalidParams("Nothing is deleted here"))
 *     : next(message)
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <R = never>(
  intercept: (message: Inbound, next: Next<never>) => Effect.Effect<Reply, RpcError, R>
): Middleware<never, R> => ({
  _tag: "Middleware",
  provides: [],
  // The services that `next` needs are not this middleware's to know.
  intercept: intercept as AnyIntercept
})

/**
 * A middleware that provides a service in its own way; `next` cannot be run without it. See {@link service} for the way
 * that most have.
 *
 * @category constructors
 * @since 0.1.0
 */
export const providing = <I, S>(service: Context.Key<I, S>) =>
<R = never>(
  intercept: (message: Inbound, next: Next<I>) => Effect.Effect<Reply, RpcError, R>
): Middleware<I, R> => ({
  _tag: "Middleware",
  provides: [service],
  // The services that `next` needs beside this one are not this middleware's to know.
  intercept: intercept as AnyIntercept
})

/**
 * A middleware that finds out a service for each message, or refuses it.
 *
 * @example
 * ```ts
 * import { Middleware, RpcError } from "@parley/mcp"
 * import * as Context from "effect/Context"
 * import * as Effect from "effect/Effect"
 *
 * class User extends Context.Service<User, { readonly name: string }>()("app/User") {}
 * class Users extends Context.Service<Users, {
 *   readonly byToken: (token: string) => Effect.Effect<{ readonly name: string } | undefined>
 * }>()("app/Users") {}
 *
 * // provides `User` to handlers, and requires `Users` of the server's layer
 * export const authenticate = Middleware.service(User)((message) =>
 *   Effect.gen(function*() {
 *     const users = yield* Users
 *     const user = yield* users.byToken(message.header("authorization") ?? "")
 *     return user ?? (yield* Effect.fail(RpcError.make(401, "Who are you?")))
 *   })
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const service = <I, S>(service: Context.Key<I, S>) =>
<R = never>(
  find: (message: Inbound) => Effect.Effect<S, RpcError, R>
): Middleware<I, R> =>
  providing(service)((message, next) =>
    Effect.flatMap(find(message), (value) =>
      // What is left of the needs of `next` is nothing that is known here.
      Effect.provideService(next(message), service, value) as Effect.Effect<Reply, RpcError>)
  )

/**
 * Finds out who a request acts for, or refuses it. Handlers and policies read it as `McpRequest.principal`. Where it finds
 * nobody, who was found before stays, so that several ways to find out can stand one after the other.
 *
 * @category constructors
 * @since 0.1.0
 */
export const principal = <R = never>(
  find: (message: Inbound) => Effect.Effect<string | undefined, RpcError, R>
): Middleware<never, R> =>
  make((message, next) =>
    Effect.flatMap(find(message), (found) => next({ ...message, principal: found ?? message.principal }))
  )

/**
 * What several middleware provide.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ProvidedBy<M extends ReadonlyArray<Any>> = M[number] extends infer One
  ? One extends Middleware<infer P, unknown> ? P : never
  : never

/**
 * What several middleware, the first of them outermost, require of the server's layer: what none before provides.
 *
 * @category type-level
 * @since 0.1.0
 */
export type RequiredBy<M extends ReadonlyArray<Any>, Provided = never> = M extends
  readonly [Middleware<infer P, infer R>, ...infer Rest extends ReadonlyArray<Any>]
  ? Exclude<R, Provided> | RequiredBy<Rest, Provided | P>
  : M extends readonly [] ? never
  : M[number] extends Middleware<unknown, infer R> ? R
  : never

const toInbound = (message: Request | Notification, origin: Origin): Inbound => ({
  _tag: message._tag,
  id: message._tag === "Request" ? message.id : undefined,
  method: message.method,
  params: message.params,
  era: origin.revision.era,
  protocolVersion: origin.revision.version,
  clientInfo: origin.clientInfo,
  clientCapabilities: origin.clientCapabilities,
  sessionId: origin.session?.id,
  header: origin.header,
  principal: origin.principal
})

/**
 * Several middleware as one, the first of them outermost, with the services that the server was built with; nothing,
 * when there are none.
 *
 * @category composition
 * @since 0.1.0
 */
export const toIntercept = (
  middleware: ReadonlyArray<Any>,
  context: Context.Context<never>
): Intercept | undefined => {
  if (middleware.length === 0) return undefined
  const kept = [...Surroundings.keys, ...middleware.flatMap(({ provides }) => provides)]
  const base = Surroundings.withoutSpan(context)
  return (message, origin, next) => {
    const given = origin.services
    const pass: Next<unknown> = ({ method, params, principal }) =>
      Effect.contextWith((services: Context.Context<never>) => {
        const found = Surroundings.some(kept, services)
        return Effect.map(
          next({ ...message, method, params }, {
            ...origin,
            principal,
            services: given === undefined ? found : Surroundings.withFew(given, found)
          }),
          fromText
        )
      })
    const chain = middleware.reduceRight<Next<unknown>>(
      (rest, { intercept }) => (inbound) => Effect.suspend(() => intercept(inbound, rest)),
      pass
    )
    const services: Context.Context<never> = origin.services ?? Context.empty()
    // What the chain needs was required of the server's layer, or is provided by what comes before.
    const served = chain(toInbound(message, origin)) as Effect.Effect<Reply, RpcError>
    return Effect.map(
      Effect.updateContext(
        served,
        (own: Context.Context<never>) =>
          Surroundings.withFew(Surroundings.withFew(base, Surroundings.of(own)), services)
      ),
      ({ text }) => text
    )
  }
}
