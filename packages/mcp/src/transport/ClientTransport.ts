/**
 * The way a client reaches its server, as a service. A transport opens links; a link carries requests to the server and
 * their answers back, whether they share one line or each is an HTTP exchange of its own. It moves messages; what is
 * asked, in which revision, and what to make of an answer is decided on the client floor.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Message from "../jsonrpc/Message.ts"
import type { Revision } from "../revision/Revision.ts"
import type { TransportError } from "./TransportError.ts"

/**
 * A request to send. A transport that mirrors parts of it outside the body (HTTP headers) finds them here, so that it
 * never looks into the params.
 *
 * @category models
 * @since 0.1.0
 */
export interface OutgoingRequest {
  /** Unique on this link (RPC-05, RPC-06). */
  readonly id: Message.RequestId
  readonly method: string
  /** The tool, prompt or resource that the request is about (HDR-07). */
  readonly name: string | undefined
  /** The params, as JSON text. */
  readonly paramsText: string | undefined
  /** The revision that the request is written in. */
  readonly revision: Revision
}

/**
 * A notification to send.
 *
 * @category models
 * @since 0.1.0
 */
export interface OutgoingNotification {
  readonly method: string
  readonly paramsText: string | undefined
  readonly revision: Revision
}

/**
 * The answer to a request. Over HTTP it comes with a status, which matters while the era of a server is being found out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer {
  readonly message: Message.Success | Message.Failure
  /** The HTTP status; `undefined` elsewhere than on HTTP. */
  readonly status: number | undefined
}

/**
 * What a server sends unasked.
 *
 * @category models
 * @since 0.1.0
 */
export type Incoming = Message.Request | Message.Notification

/**
 * What it means when a server does not answer its first request in time: on a line to a process, that the server is old
 * and ignores what it does not know (ERA-06); over a network, that something is out of order.
 *
 * @category models
 * @since 0.1.0
 */
export type Silence = "OldServer" | "Outage"

/**
 * An open link to a server. It is closed with the scope that it was opened in; requests that wait then fail.
 *
 * @category models
 * @since 0.1.0
 */
export interface Link {
  /**
   * Sends a request and waits for its answer, a JSON-RPC error included. There is no time limit. Interruption gives the
   * request up: an answer that comes late is dropped (CAN-12).
   */
  readonly request: (request: OutgoingRequest) => Effect.Effect<Answer, TransportError>
  /** Sends a notification; completes when it is on its way. */
  readonly notify: (notification: OutgoingNotification) => Effect.Effect<void, TransportError>
  /** Sends the answer to a request of the server: a whole message, as text. The revision is that in force, if any. */
  readonly respond: (text: string, revision: Revision | undefined) => Effect.Effect<void, TransportError>
  /** Completes when the server is gone. A link that has no lasting connection never does. */
  readonly closed: Effect.Effect<void>
  /** Whether giving up a stateless-era request tells the server already; otherwise a notification must (CAN-07, CAN-08). */
  readonly closingCancels: boolean
  readonly silence: Silence
}

/**
 * Opens links.
 *
 * @category services
 * @since 0.1.0
 */
export class ClientTransport extends Context.Service<ClientTransport, {
  /**
   * Opens a link that lives as long as the scope. `receive` is handed what the server sends unasked, in order, and must
   * return at once.
   */
  readonly open: (receive: (incoming: Incoming) => void) => Effect.Effect<Link, TransportError, Scope.Scope>
}>()("@parley/mcp/transport/ClientTransport") {}
