/**
 * Leaving alone what is broken.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import type * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { type Call, isAnswer, make, type Policy, RefusalCode, refuse, subjectOf } from "./Model.ts"

/**
 * The options of {@link circuitBreaker}.
 *
 * @category models
 * @since 0.1.0
 */
export interface CircuitBreakerOptions {
  /** Failures in a row that open the circuit, or another rule of `effect/persistence/CircuitBreaker`. Default: 5. */
  readonly trip?: number | CircuitBreaker.TripPolicy
  /** How long it stays open before one call may try. Default: 30 seconds. */
  readonly openFor?: Duration.Input | Schedule.Schedule<unknown, number>
  /** What shares a circuit. Default: each component has its own. */
  readonly key?: (call: Call) => string
  /** Which failures count. Default: all but `ToolError`, `RpcError`, `AskError`; defects and timeouts always do. */
  readonly isFailure?: (error: unknown) => boolean
}

const memoryStore = Effect.flatMap(Scope.make(), (scope) =>
  // The store is nothing but a map: this scope has nothing to release.
  Effect.map(
    Layer.buildWithScope(CircuitBreaker.layerStoreMemory(), scope),
    (context) => Context.get(context, CircuitBreaker.CircuitBreakerStore)
  ))

const store = Effect.flatMap(
  Effect.serviceOption(CircuitBreaker.CircuitBreakerStore),
  Option.match({ onNone: () => memoryStore, onSome: Effect.succeed })
)

const makeBreaker = ({ openFor = "30 seconds", trip = 5 }: CircuitBreakerOptions) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    return yield* CircuitBreaker.make({
      tripPolicy: typeof trip === "number" ? CircuitBreaker.consecutive(trip) : trip,
      openDuration: openFor
    }).pipe(
      Effect.provideService(CircuitBreaker.CircuitBreakerStore, yield* store),
      // What would be released with it is a hub of transitions that nobody listens to.
      Effect.provideService(Scope.Scope, scope)
    )
  })

const classify = (isFailure: (error: unknown) => boolean) => (exit: Exit.Exit<unknown, unknown>) => {
  if (Exit.isSuccess(exit)) return CircuitBreaker.success
  if (Cause.hasInterruptsOnly(exit.cause)) return CircuitBreaker.ignored
  const reason = exit.cause.reasons.find(Cause.isFailReason)
  return reason === undefined || isFailure(reason.error) ? CircuitBreaker.failure() : CircuitBreaker.ignored
}

const isBreakerError = (error: unknown): error is CircuitBreaker.CircuitBreakerError =>
  typeof error === "object" && error !== null && CircuitBreaker.ErrorTypeId in error

const onOpen = (call: Call, error: unknown) => {
  if (!isBreakerError(error)) return Effect.fail(error)
  const { reason } = error
  const retryAfterMillis = reason._tag === "CircuitOpen" ? Math.ceil(Duration.toMillis(reason.retryAfter)) : undefined
  return refuse(call, {
    policy: "circuitBreaker",
    code: RefusalCode.unavailable,
    message: `"${call.name}" is out of order at the moment; try again later`,
    ...(retryAfterMillis === undefined ? {} : { retryAfterMillis })
  })
}

/**
 * Stops calling a handler that keeps failing, and tries it again after a while with one call: `isError` for a tool, code
 * 503 for everything else. The state is in the `CircuitBreakerStore` of the context, if there is one, and else in memory.
 *
 * @category policies
 * @since 0.1.0
 */
export const circuitBreaker = (options: CircuitBreakerOptions = {}): Policy<never> => {
  const { isFailure = (error) => !isAnswer(error), key = subjectOf } = options
  return make(Effect.map(makeBreaker(options), (breaker) => (call, effect) =>
    Effect.catch(
      breaker.execute(effect, { key: `parley/${key(call)}`, classify: classify(isFailure) }),
      (error) => onOpen(call, error)
    )))
}
