/**
 * What a policy is made of: guards around handlers, each built once for a server, with state of its own. Which guard
 * goes around which handler is said elsewhere.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Meta } from "../../schema/Meta.ts"
import type { Kind } from "../Kind.ts"
import type { RequestInfo } from "../McpRequest.ts"
import { ToolError } from "../Tool.ts"

/**
 * One call of a handler, as a guard sees it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Call {
  readonly kind: Kind | "methods"
  /** The name of the component in the catalog: its name, its URI, or its URI template. */
  readonly name: string
  /** The argument that is completed, where the call is a completion. */
  readonly completed?: string
  /**
   * The decoded arguments, the text to complete, or the URI whose updates are subscribed to; nothing for a list. They may
   * hold anything that a user typed.
   */
  readonly args: unknown
  readonly request: RequestInfo
}

/**
 * Runs around the handler, and may run it later, again, or not at all. The effect is the handler with its types
 * forgotten; it needs nothing, and so must what the guard makes of it.
 *
 * @category models
 * @since 0.1.0
 */
export type Guard = (call: Call, effect: Effect.Effect<unknown, unknown>) => Effect.Effect<unknown, unknown>

/**
 * What is done with a component beside calling its handler: an argument is completed, by its author or by the choices of its
 * schema; the updates of a resource are subscribed to; the resources of a template are listed.
 *
 * @category models
 * @since 0.1.0
 */
export type Use = "Completion" | "Choice" | "Subscription" | "Listing"

/**
 * One guard, not built yet. A server builds each part once, so what shares a part shares its state.
 *
 * @category models
 * @since 0.1.0
 */
export interface Part<out R> {
  readonly build: Effect.Effect<Guard, never, R>
  /** What it goes around in place of the handler. */
  readonly use?: Use
}

/**
 * A policy: guards from the outermost to the innermost. `R` is what building them needs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Policy<out R> {
  readonly _tag: "Policy"
  readonly parts: ReadonlyArray<Part<R>>
}

/**
 * A policy of one's own.
 *
 * @example
 * ```ts
 * import { Policy, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const weekdaysOnly = Policy.make(Effect.succeed((call, effect) =>
 *   Effect.clockWith((clock) => {
 *     const day = new Date(clock.currentTimeMillisUnsafe()).getUTCDay()
 *     return day === 0 || day === 6 ? Effect.fail(Tool.fail(`"${call.name}" rests at the weekend`)) : effect
 *   })
 * ))
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <R = never>(build: Effect.Effect<Guard, never, R>): Policy<R> => ({
  _tag: "Policy",
  parts: [{ build }]
})

/**
 * The codes of refusals, where the answer is a protocol error. They are those of HTTP, because an application keeps its
 * own codes out of the range that JSON-RPC reserves (ERR-01, ERR-02, ERR-04, ERR-09).
 *
 * @category constants
 * @since 0.1.0
 */
export const RefusalCode = {
  tooManyRequests: 429,
  unavailable: 503,
  timeout: 504
} as const

/**
 * Under these names a refusal tells programs what has refused, and after how many milliseconds to come again: in the
 * `_meta` of a tool's result, or in the `data` of a protocol error.
 *
 * @category constants
 * @since 0.1.0
 */
export const RefusalKey = {
  policy: "dev.parley/policy",
  retryAfterMillis: "dev.parley/retryAfterMillis"
} as const

/**
 * Why a call is not served, or its result not given.
 *
 * @category models
 * @since 0.1.0
 */
export interface Refusal {
  /** The policy that refuses. */
  readonly policy: string
  /** A sentence for the model, or for whoever reads the error. */
  readonly message: string
  /** The code, where the answer is a protocol error. Default: `-32603`. */
  readonly code?: number
  /** When it may be worth trying again. */
  readonly retryAfterMillis?: number
}

/**
 * Fails the way the caller can read: for a tool, as a result with `isError` that the model reads; for everything else,
 * as a protocol error.
 *
 * @category errors
 * @since 0.1.0
 */
export const refuse = (call: Call, refusal: Refusal): Effect.Effect<never, ToolError | RpcError> => {
  const data: Meta = {
    [RefusalKey.policy]: refusal.policy,
    ...(refusal.retryAfterMillis === undefined ? {} : { [RefusalKey.retryAfterMillis]: refusal.retryAfterMillis })
  }
  return Effect.fail(
    call.kind === "tools"
      ? new ToolError({ message: refusal.message, meta: data })
      : Rpc.make(refusal.code ?? ErrorCode.InternalError, refusal.message, data)
  )
}

/**
 * What is called, in one word for each component and for each argument that is completed.
 *
 * @category accessors
 * @since 0.1.0
 */
export const subjectOf = ({ completed, kind, name }: Call): string =>
  completed === undefined ? `${kind}:${name}` : `${kind}:${name}:${completed}`

const policyOf = (data: unknown): unknown =>
  typeof data === "object" && data !== null && Object.hasOwn(data, RefusalKey.policy)
    ? (data as Meta)[RefusalKey.policy]
    : undefined

/**
 * The policy that refused with this error; nothing, when it is no refusal.
 *
 * @category errors
 * @since 0.1.0
 */
export const refusedBy = (error: unknown): unknown => {
  const { _tag, data, meta } = (error ?? {}) as {
    readonly _tag?: unknown
    readonly data?: unknown
    readonly meta?: unknown
  }
  return _tag === "ToolError" ? policyOf(meta) : _tag === "RpcError" ? policyOf(data) : undefined
}

/**
 * Whether an error is an answer that its author meant for the caller, a `ToolError` or an `RpcError`, or a question that
 * the client has not answered (`AskError`), and no sign that something behind the handler is broken. A refusal because of
 * time is such a sign.
 *
 * @category errors
 * @since 0.1.0
 */
export const isAnswer = (error: unknown): boolean => {
  const tag = (error as { readonly _tag?: unknown } | null | undefined)?._tag
  return (tag === "ToolError" || tag === "RpcError" || tag === "AskError") && refusedBy(error) !== "timeout"
}
