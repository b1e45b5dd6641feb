/**
 * Where a request comes from: the revision it is spoken in, who speaks, and the way back for whatever is sent before
 * its answer. Drivers make one for each request.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Send } from "../contract/AskError.ts"
import type { SessionMemo } from "../contract/McpRequest.ts"
import type { Params } from "../jsonrpc/Message.ts"
import type { Revision } from "../revision/Revision.ts"
import type { ClientCapabilities } from "../schema/Capabilities.ts"
import type { Implementation } from "../schema/Implementation.ts"
import type { LoggingLevel } from "../schema/LoggingLevel.ts"
import { MetaKey, metaOf } from "../schema/Meta.ts"
import type { Caller } from "../session/Caller.ts"
import { isLevel } from "../session/LogLevel.ts"
import { unsupported } from "./asking/Asking.ts"
import type { Drain } from "./listening/Drain.ts"
import type { Feed } from "./listening/Feed.ts"
import { make as makeMemo } from "./SessionMemo.ts"

/**
 * The origin of one request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Origin {
  readonly revision: Revision
  readonly clientInfo: Implementation | undefined
  readonly clientCapabilities: ClientCapabilities
  /** The session-era session that the request belongs to. */
  readonly session: OriginSession | undefined
  /** The level of logs that the client asked for; `undefined` means none. */
  readonly logLevel: LoggingLevel | undefined
  /** The same, where the client has asked for it itself; absent while nobody has. */
  readonly askedLogLevel?: LoggingLevel | undefined
  /** The credential that the request came with; what is kept for its sender is bound to it. */
  readonly credential: string | undefined
  /** Who the request acts for, when somebody has found out. */
  readonly principal?: string | undefined
  /** What the gate, middleware and tracing give to the handler of this request. */
  readonly services?: Context.Context<never> | undefined
  /** Says in `_meta` which trace a message that is sent ahead of the answer belongs to; absent where nobody traces. */
  readonly trace?: (<P extends object>(params: P) => Effect.Effect<P>) | undefined
  /** A request header by its lower-case name; nothing where there are no headers. */
  readonly header: (name: string) => string | undefined
  /** Sends a notification on the request's own stream, as finished text. */
  readonly send: (text: string) => Effect.Effect<void>
  /**
   * Gives up the connection that waits for the answer, and tells the client how many milliseconds later to come back for
   * it; absent where it could not.
   */
  readonly pause?: ((retryMillis: number | undefined) => Effect.Effect<void>) | undefined
  /** Asks the client, where that is possible. */
  readonly ask: Send
  /** Services that live as long as the session, or else as long as the request. */
  readonly memo: SessionMemo
  /** What is left to do when the request has ended, whichever way; absent where there never is anything. */
  readonly release: (() => Effect.Effect<void> | undefined) | undefined
  /** For a request that stands open; absent where nothing can be sent ahead of an answer. */
  readonly standing?: Standing | undefined
}

/**
 * What a transport does for requests that stand open until one side ends them, as `subscriptions/listen` does.
 *
 * @category models
 * @since 0.1.0
 */
export interface Standing {
  /** Begins when such requests are to be ended, because their transport or the server stops. */
  readonly drain: Drain
  /** Whether `notifications/cancelled` tells of the end too: where all answers share one line (SUB-08). */
  readonly announcesEnd: boolean
  /** Whose requests these are, where the transport knows its peer; otherwise the credential says. */
  readonly peer: object | undefined
}

/**
 * What a request may know and change of its session.
 *
 * @category models
 * @since 0.1.0
 */
export interface OriginSession {
  readonly id: string
  readonly setLogLevel: (level: LoggingLevel) => void
  /** What the session hears of what happens on the server. */
  readonly feed: Feed
}

/**
 * The origin of a stateless-era request: all that is known of the client is in the request itself (MET-07, MET-13).
 *
 * @category constructors
 * @since 0.1.0
 */
export const stateless = (
  revision: Revision,
  params: Params | undefined,
  channel: Pick<Origin, "header" | "send" | "standing"> & { readonly caller: Caller | undefined }
): Origin => {
  const meta = metaOf(params)
  const memo = makeMemo()
  const level = meta[MetaKey.logLevel]
  return {
    revision,
    // Both are the client's word and nothing is decided by them; capabilities were checked to be an object, or are those
    // of a notification, which need not say them.
    clientInfo: meta[MetaKey.clientInfo] as Implementation | undefined,
    clientCapabilities: (meta[MetaKey.clientCapabilities] ?? {}) as ClientCapabilities,
    session: undefined,
    logLevel: isLevel(level) ? level : undefined,
    askedLogLevel: isLevel(level) ? level : undefined,
    credential: channel.header("authorization"),
    principal: channel.caller?.principal,
    services: channel.caller?.services,
    header: channel.header,
    send: channel.send,
    ask: unsupported,
    memo,
    release: memo.closing,
    standing: channel.standing
  }
}
