/**
 * Sealing what a request takes with it from round to round, and opening what a client brings back, within the limits. What
 * is in it is decided in `session/RequestState.ts`, and the keys are those of `session/StateKeys.ts`.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import * as RequestState from "../../session/RequestState.ts"
import { type Keys, makeRandom, StateKeys } from "../../session/StateKeys.ts"

/**
 * What a server seals the states of requests with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Seal {
  readonly keys: Keys
  readonly limits: RequestState.Limits
}

/**
 * The seal of a server: with the keys in the context, or else with a random one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Seal> = Effect.gen(function*() {
  const keys = Option.getOrUndefined(yield* Effect.serviceOption(StateKeys)) ?? (yield* makeRandom)
  return { keys, limits: yield* RequestState.RequestStateLimits }
})

const tooLong = (length: number, { charactersMax }: RequestState.Limits): RpcError =>
  Rpc.internalError(`The requestState would have ${length} characters; at most ${charactersMax} are allowed`)

/**
 * Seals a state. It fails when the state has grown beyond the limit.
 *
 * @category sealing
 * @since 0.1.0
 */
export const seal = (
  { keys, limits }: Seal,
  state: RequestState.State,
  binding: string
): Effect.Effect<string, RpcError> =>
  Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const text = RequestState.write(state, now + limits.lifetimeMillis)
    // Sealing makes it longer, never shorter: what is too long already need not be sealed.
    if (text.length > limits.charactersMax) return yield* tooLong(text.length, limits)
    const sealed = yield* keys.seal(text, binding)
    return sealed.length > limits.charactersMax ? yield* tooLong(sealed.length, limits) : sealed
  })

const refuse = (message: string): Effect.Effect<never, RpcError> => Effect.fail(Rpc.invalidParams(message))

const foreign = "The requestState is not valid here: it was changed, or belongs to another request or another caller"

const expired = "The requestState has expired; send the request again without it"

/**
 * Opens a state that a client has brought back; the failure is `-32602` (MRS-08, MRS-10, MRS-12).
 *
 * @category sealing
 * @since 0.1.0
 */
export const open = (
  { keys, limits }: Seal,
  sealed: unknown,
  binding: string
): Effect.Effect<RequestState.State, RpcError> =>
  Effect.gen(function*() {
    if (typeof sealed !== "string") return yield* refuse("\"requestState\" must be a string")
    const text = sealed.length > limits.charactersMax ? undefined : yield* keys.open(sealed, binding)
    if (text === undefined) return yield* refuse(foreign)
    const state = RequestState.read(text, yield* Clock.currentTimeMillis)
    if (Result.isSuccess(state)) return state.success
    return yield* refuse(state.failure === "Expired" ? expired : foreign)
  })
