/**
 * What a handler may know of the request it is serving. The service is in the context only while a handler runs: an
 * effect that needs it cannot be run anywhere else, and the compiler says so. Nothing here speaks to a socket; the
 * server fills it in.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RequestId } from "../jsonrpc/Message.ts"
import type { ClientCapabilities } from "../schema/Capabilities.ts"
import type { Implementation } from "../schema/Implementation.ts"
import type { LoggingLevel } from "../schema/Logging.ts"
import type { Meta } from "../schema/Meta.ts"
import type { Once, Send } from "./AskError.ts"

/**
 * How far a call has come, as sent to the client that asked for it (PRG-03, PRG-04).
 *
 * @category models
 * @since 0.1.0
 */
export interface ProgressUpdate {
  /** Work done so far, in any unit; each report must exceed the one before, and one that does not is dropped. */
  readonly progress: number
  /** Work in all, in the same unit, when it is known. */
  readonly total?: number
  /** A sentence for people. */
  readonly message?: string
}

/**
 * Where a run of a handler stands among the rounds of its request. In the stateless era a handler that asks runs once
 * more for each answer; elsewhere there is one run.
 *
 * @category models
 * @since 0.1.0
 */
export interface Round {
  /** How many runs with questions came before this one. The client cannot forge it, but may repeat a round. */
  readonly index: number
  /** Whether this run was ended because the client has to be asked first, and so has no outcome. */
  readonly isAsking: () => boolean
}

/**
 * The facts of one request, and the channels back to its client.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestInfo {
  /** The JSON-RPC id of the request. */
  readonly id: RequestId
  /** The method, for instance `tools/call`. */
  readonly method: string
  /** The protocol version that the request is spoken in. */
  readonly protocolVersion: string
  /** Who the client says it is; never a ground for a security decision (MET-12). */
  readonly clientInfo: Implementation | undefined
  /** What the client can do, as declared for this request or session (MET-06, LIF-03). */
  readonly clientCapabilities: ClientCapabilities
  /** The session the request belongs to, on session-era connections. */
  readonly sessionId: string | undefined
  /** The request's own `_meta`, empty when it has none. */
  readonly meta: Meta
  /** An HTTP header of the request by its lower-case name; always `undefined` elsewhere than on HTTP. */
  readonly header: (name: string) => string | undefined
  /** Who the request acts for, as authentication or a middleware has found out; nobody knows, when neither did. */
  readonly principal: string | undefined
  /** The level of logs that the client has asked for; `undefined` while it has not. `Effect.log` reaches it from there on. */
  readonly logLevel: LoggingLevel | undefined
  /** Sends progress if the client asked for it, and does nothing otherwise. */
  readonly progress: (update: ProgressUpdate) => Effect.Effect<void>
  /** Sends a log message if the client wants messages of that level, and does nothing otherwise. */
  readonly log: (level: LoggingLevel, data: unknown, logger?: string) => Effect.Effect<void>
  /** Sends a notification that no revision has, one of an extension, on the request's own stream; `params` are JSON. */
  readonly notify: (method: string, params: object) => Effect.Effect<void>
  /** What middleware provides to the handler of this request. */
  readonly services: Context.Context<never> | undefined
  /** Asks the client and waits for its answer. */
  readonly ask: Send
  /** Runs an effect whose outcome is kept where the request may be run again, and just runs it elsewhere. */
  readonly once: Once
  /** Which run of the handler this is. */
  readonly round: Round
  /** What is known and told of the visits to URLs that a user is asked to make (`Ask.url`). */
  readonly visits: () => Visits
  /** Gives up the connection that waits for the answer (`ClientStream.pause`); absent where the client could not return. */
  readonly pause?: ((retryMillis: number | undefined) => Effect.Effect<void>) | undefined
  /** The services that live as long as the client's session, and otherwise as long as this request. */
  readonly session: SessionMemo
}

/**
 * The visits to URLs that a client's user is asked to make.
 *
 * @category models
 * @since 0.1.0
 */
export interface Visits {
  /** The error code that says "visit a URL first", on the one revision that has it (ELU-09). */
  readonly requiredCode: number | undefined
  /** Notes that the session was asked to make a visit, so that it is told when others say that it is over (ELU-05). */
  readonly expect: (elicitationId: string) => void
  /** Tells the client that a visit is over; does nothing on revisions that cannot say so (ELU-06). */
  readonly complete: (elicitationId: string) => Effect.Effect<void>
}

/**
 * Builds a value once per session and keeps it until the session ends; the key is compared by identity.
 *
 * @category models
 * @since 0.1.0
 */
export interface SessionMemo {
  readonly get: <A, E>(key: object, build: SessionBuild<A, E>) => Effect.Effect<A, E>
}

/**
 * Builds a value into the scope that it is to live in.
 *
 * @category models
 * @since 0.1.0
 */
export type SessionBuild<A, E> = (scope: Scope.Scope) => Effect.Effect<A, E>

/**
 * The request being served.
 *
 * @example
 * ```ts
 * import { McpRequest } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const whoAsks = Effect.map(McpRequest, (request) => request.clientInfo?.name ?? "somebody")
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class McpRequest extends Context.Service<McpRequest, RequestInfo>()("@parley/mcp/contract/McpRequest") {}
