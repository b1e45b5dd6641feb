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
  /** Parameters that the revision mirrors outside the body, by the name of their header (XMC-05). Only HTTP sends them. */
  readonly headers?: { readonly [name: string]: string }
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
 * Takes what a server sends unasked, in order, and returns at once. `during` is the request on whose own stream it came;
 * `undefined` where streams are shared.
 *
 * @category models
 * @since 0.1.0
 */
export type Receive = (incoming: Incoming, during: Message.RequestId | undefined) => void

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
  /**
   * Completes when the server takes what is sent: to be waited for before a request, so that a server that does not read
   * makes nobody pile up text. Absent: there is always room.
   */
  readonly room?: Effect.Effect<void>
  /** Sends a notification; completes when it is on its way, and fails when the server takes none for 30 seconds. */
  readonly notify: (notification: OutgoingNotification) => Effect.Effect<void, TransportError>
  /** Sends the answer to a request of the server, in the same time: a whole message, as text. The revision is that in force, if any. */
  readonly respond: (text: string, revision: Revision | undefined) => Effect.Effect<void, TransportError>
  /**
   * Hears what the server of a session sends apart from any request, for as long as this runs; a stream that breaks is
   * taken up again. Completes at once where the server offers none, or where such messages come anyway. Fails with
   * `SessionExpired` when the session is gone. `onOpen` is told, at least once, when the server has answered: from then on
   * nothing that it says is missed; `missed`, when something may have been since a stream before.
   */
  readonly listen: (
    revision: Revision,
    onOpen?: (missed: boolean) => Effect.Effect<void>
  ) => Effect.Effect<void, TransportError>
  /** Completes when the server is gone. A link that has no lasting connection never does. */
  readonly closed: Effect.Effect<void>
  /** Whether giving up a stateless-era request tells the server already; otherwise a notification must (CAN-07, CAN-08). */
  readonly closingCancels: boolean
  /** Whether the `headers` of a request are sent. Default: no. */
  readonly mirrors?: boolean
  readonly silence: Silence
  /** The only era that is spoken over such a link; absent: either. */
  readonly era?: Revision["era"]
}

/**
 * Opens links.
 *
 * @category services
 * @since 0.1.0
 */
export class ClientTransport extends Context.Service<ClientTransport, {
  /** Names the server to people and caches: its URL, its command line. Never holds a secret. */
  readonly peer: string
  /** Whether what sends requests may stop the clocks of those who wait (`Interlude.ts`). Default: no. */
  readonly hasInterludes?: boolean
  /** Opens a link that lives as long as the scope. */
  readonly open: (receive: Receive) => Effect.Effect<Link, TransportError, Scope.Scope>
  /** Opens one to a server of the oldest revision, where that takes another way (ERA-11, SSE-08). */
  readonly older?: (receive: Receive) => Effect.Effect<Link, TransportError, Scope.Scope>
}>()("@parley/mcp/transport/ClientTransport") {}

/**
 * Whether a peer is reached over HTTP: its name is its URL then.
 *
 * @category queries
 * @since 0.1.0
 */
export const isHttp = (peer: string): boolean => /^https?:/i.test(peer)
