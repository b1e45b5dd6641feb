/**
 * The engine of a server: it answers one request at a time, for any peer, on any revision, over anything. Drivers know
 * about connections, sessions and streams and bring requests here; the engine knows methods and components.
 *
 * Work begins when a function of this module is called, not when the effect that it gives is run: where nothing has to
 * be waited for, what comes back is an `Exit`, and the answer was delivered. So a driver calls it in the fiber of the
 * request, when all is in place, and only once.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import * as Echo from "../jsonrpc/Echo.ts"
import * as Encode from "../jsonrpc/Encode.ts"
import type { Notification, Request } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import { isAskError, refusal } from "./asking/Asking.ts"
import { attempt } from "./Attempt.ts"
import * as Masking from "./Masking.ts"
import type { Origin } from "./Origin.ts"

/**
 * A finished answer: the text of the JSON-RPC response, the code of the error when it is one, and what that is over HTTP
 * where it says so.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer {
  readonly text: string
  readonly code: number | undefined
  readonly http: RpcError["http"] | undefined
}

/**
 * What becomes of an answer: it is given to the driver as it is found, without a detour through the fiber.
 *
 * @category models
 * @since 0.1.0
 */
export type Deliver<A> = (answer: Answer) => Effect.Effect<A>

/**
 * Serves one method: gives the text of the result, as an `Exit` where it is there at once. It may throw.
 *
 * @category models
 * @since 0.1.0
 */
export type Method = (request: Request, origin: Origin) => Effect.Effect<string, RpcError>

/**
 * The methods of a server by name. Whether a revision has a method is asked of the revision.
 *
 * @category models
 * @since 0.1.0
 */
export type MethodTable = ReadonlyMap<string, Method>

/**
 * Does what a notification asks for.
 *
 * @category models
 * @since 0.1.0
 */
export type OnNotification = (notification: Notification, origin: Origin) => Effect.Effect<void, RpcError>

/**
 * What stands between a driver and the methods: it gets each message, and passes on what it likes, each time with a call
 * of `next`. The text of a notification's result is that of an empty object, and is sent to nobody.
 *
 * @category models
 * @since 0.1.0
 */
export type Intercept = <M extends Request | Notification>(
  message: M,
  origin: Origin,
  next: (message: M, origin: Origin) => Effect.Effect<string, RpcError>
) => Effect.Effect<string, RpcError>

/**
 * What looks on as messages are served. The answer to a notification is `undefined`.
 *
 * @category models
 * @since 0.1.0
 */
export type Observe = <A extends Answer | undefined>(
  message: Request | Notification,
  origin: Origin,
  serve: (origin: Origin) => Effect.Effect<A>
) => Effect.Effect<A>

/**
 * Everything that a server answers. What is `undefined` or empty costs nothing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Methods {
  readonly table: MethodTable
  /** Names in the table that no revision has, and that are served on all of them. */
  readonly custom: ReadonlySet<string>
  readonly notifications: ReadonlyMap<string, OnNotification>
  readonly intercept: Intercept | undefined
  readonly observe: Observe | undefined
}

/**
 * An answer that is an error.
 *
 * @category constructors
 * @since 0.1.0
 */
export const failure = (id: Request["id"] | undefined, error: RpcError): Answer => ({
  text: Encode.failure(id, error),
  code: error.code,
  http: error.http
})

const methodOf = ({ custom, table }: Methods, name: string, origin: Origin): Method | undefined =>
  origin.revision.clientRequests.has(name) || custom.has(name) ? table.get(name) : undefined

const dispatch = (method: Method | undefined, request: Request, origin: Origin): Effect.Effect<string, RpcError> =>
  method === undefined ? Effect.fail(Rpc.methodNotFound(request.method)) : method(request, origin)

/** Nobody has run in what has ended already, so there is nothing to be released. */
const releasing = <A, E>(served: Effect.Effect<A, E>, { release }: Origin): Effect.Effect<A, E> =>
  release === undefined || Exit.isExit(served) ? served : Effect.onExitPrimitive(served, release)

const serve = <A>(
  methods: Methods,
  request: Request,
  origin: Origin,
  method: Method | undefined,
  deliver: Deliver<A>
): Effect.Effect<A> => {
  const { intercept } = methods
  if (method === undefined && intercept === undefined) {
    return deliver(failure(request.id, Rpc.methodNotFound(request.method)))
  }
  // Schemas are of the author's making, and may throw as they read.
  const served = attempt(() =>
    intercept === undefined ?
      dispatch(method, request, origin) :
      intercept(request, origin, (passed, origin) =>
        dispatch(
          passed.method === request.method ? method : methodOf(methods, passed.method, origin),
          passed,
          origin
        ))
  )
  return Effect.matchCauseEffectEager(releasing(served, origin), {
    onSuccess: (resultText): Effect.Effect<A> =>
      deliver({ text: Encode.success(request.id, resultText), code: undefined, http: undefined }),
    onFailure: (cause) => Effect.flatMapEager(onFailure(request, cause), deliver)
  })
}

/**
 * Answers a request by a method of the transport's own, which stands in no table: the handshake, say. Middleware and
 * telemetry see it like any other.
 *
 * @category dispatch
 * @since 0.1.0
 */
export const answerBy = <A>(
  methods: Methods,
  request: Request,
  origin: Origin,
  method: Method | undefined,
  deliver: Deliver<A>
): Effect.Effect<A> =>
  methods.observe === undefined
    ? serve(methods, request, origin, method, deliver)
    : Effect.flatMap(
      methods.observe(
        request,
        origin,
        (origin) => Effect.suspend(() => serve(methods, request, origin, method, Effect.succeed))
      ),
      deliver
    )

/**
 * Answers a request. It never fails: errors become error responses, defects are masked (`-32603` with a reference that
 * the server's log has too). When the fiber is interrupted there is no answer, because nobody waits for one.
 *
 * @category dispatch
 * @since 0.1.0
 */
export const answer = <A>(
  methods: Methods,
  request: Request,
  origin: Origin,
  deliver: Deliver<A>
): Effect.Effect<A> => answerBy(methods, request, origin, methodOf(methods, request.method, origin), deliver)

const isRpcError = (error: unknown): error is RpcError => Predicate.isTagged(error, "RpcError")

/** The types say what a handler may fail with; what comes at run time is looked at before it is told. */
const onFailure = (request: Request, cause: Cause.Cause<unknown>): Effect.Effect<Answer> => {
  const error = cause.reasons.find(Cause.isFailReason)?.error
  if (isRpcError(error)) return Effect.succeed(failure(request.id, error))
  if (isAskError(error)) {
    return Effect.succeed(failure(request.id, refusal(error) ?? Rpc.internalError(error.message)))
  }
  // An interruption that arrives here came from inside the handler: of a cancelled request, nothing arrives.
  return Effect.map(
    Masking.mask(`${Echo.name(request.method)} failed`, cause),
    (masked) => failure(request.id, Rpc.internalError(masked.message, { reference: masked.reference }))
  )
}

const hear = (methods: Methods) => (notification: Notification, origin: Origin): Effect.Effect<string, RpcError> => {
  const handler = methods.notifications.get(notification.method)
  return handler === undefined ? Effect.succeed("{}") : Effect.as(handler(notification, origin), "{}")
}

const listen = (methods: Methods, notification: Notification, origin: Origin): Effect.Effect<undefined> => {
  const { intercept } = methods
  const heard = Effect.suspend(() =>
    intercept === undefined
      ? hear(methods)(notification, origin)
      : intercept(notification, origin, hear(methods))
  )
  return Effect.matchCauseEffect(releasing(heard, origin), {
    onSuccess: () => Effect.undefined,
    // There is nobody to tell: a notification has no answer (RPC-17).
    onFailure: (cause) =>
      Effect.as(Effect.logDebug(`${Echo.name(notification.method)} was not heard`, cause), undefined)
  })
}

/** So many notifications of one server are heard at once; those beyond are dropped, since none needs an answer. */
const heardAtOnceMax = 1024

/**
 * What drivers give notifications to, beside doing what the protocol demands of them; `undefined` where nobody listens.
 * It never fails.
 *
 * @param heardMax how many are heard at once
 * @category dispatch
 * @since 0.1.0
 */
export const onNotification = (
  methods: Methods,
  heardMax = heardAtOnceMax
): ((notification: Notification, origin: Origin) => Effect.Effect<void>) | undefined => {
  const { intercept, notifications, observe } = methods
  if (intercept === undefined && observe === undefined && notifications.size === 0) return undefined
  let heard = 0
  const hearing = (notification: Notification, origin: Origin): Effect.Effect<void> =>
    observe === undefined
      ? listen(methods, notification, origin)
      : observe(notification, origin, (origin) => listen(methods, notification, origin))
  return (notification, origin) =>
    // Counted so that no interruption, wherever it comes, leaves it counted.
    Effect.acquireUseRelease(
      Effect.sync(() => ++heard <= heardMax),
      (isHeard) =>
        isHeard
          ? hearing(notification, origin)
          : Effect.logWarning(`${notification.method} was dropped: too many at once`),
      () => Effect.sync(() => void (heard -= 1))
    )
}
