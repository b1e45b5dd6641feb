/**
 * The life of a session-era connection or session, as a pure machine: it waits for `initialize`, then for
 * `notifications/initialized`, then works, and is closed once. What is negotiated is decided before an event is fed in;
 * this machine only says what may come when.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import { invalidRequest } from "../jsonrpc/RpcError.ts"

/**
 * Where a session stands.
 *
 * @category models
 * @since 0.1.0
 */
export type Lifecycle = "AwaitingInitialize" | "Negotiated" | "Operating" | "Closed"

/**
 * What can happen to it. `Request` is any request but `initialize` and `ping`, which is welcome at any time (PNG-01).
 *
 * @category models
 * @since 0.1.0
 */
export type Event = "Initialize" | "Initialized" | "Request" | "Close"

/**
 * The state before anything came.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initial: Lifecycle = "AwaitingInitialize"

const onInitialize = (state: Lifecycle): Result.Result<Lifecycle, RpcError> =>
  state === "AwaitingInitialize"
    ? Result.succeed("Negotiated")
    : Result.fail(invalidRequest("The session is initialized already"))

const onRequest = (state: Lifecycle): Result.Result<Lifecycle, RpcError> =>
  state === "AwaitingInitialize"
    ? Result.fail(invalidRequest("The first request must be initialize"))
    : Result.succeed(state)

/**
 * The next state, or the error to answer with (INI-01). Requests are served from `Negotiated` on, because clients do
 * send them before their `initialized` notification has arrived; a stray `initialized` changes nothing.
 *
 * @category machine
 * @since 0.1.0
 */
export const step = (state: Lifecycle, event: Event): Result.Result<Lifecycle, RpcError> => {
  if (state === "Closed") return Result.fail(invalidRequest("The session is closed"))
  switch (event) {
    case "Initialize":
      return onInitialize(state)
    case "Initialized":
      return Result.succeed(state === "Negotiated" ? "Operating" : state)
    case "Request":
      return onRequest(state)
    case "Close":
      return Result.succeed("Closed")
  }
}
