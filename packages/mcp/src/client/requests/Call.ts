/**
 * A call on its way from the facade to the wire, and what hands it on. Each concern of the client is one stage: it takes
 * what sends, and gives what sends with the concern taken care of. `Pipeline.ts` puts the stages together.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Params, RequestId } from "../../jsonrpc/Message.ts"
import type { RequestOptions } from "../Client.ts"
import type { Connected } from "../connection/Connect.ts"
import type { McpClientError } from "../McpClientError.ts"

/**
 * One call of a method.
 *
 * @category models
 * @since 0.1.0
 */
export interface Call {
  readonly method: string
  /** In the canonical form; the revision writes them. */
  readonly params: Params
  readonly options: RequestOptions
  /** Parameters that are mirrored in headers, where the connection has them. */
  readonly headers?: { readonly [name: string]: string }
  /** The only connection on which its cursor means anything; over another it fails with `CursorLost`. Default: any. */
  readonly only?: Connected
  /** What its rounds have spent of its total so far, in milliseconds; `Deadline.ts` writes to it. */
  readonly spent?: { millis: number }
  /** Is told each time that it is sent: the id of the request, and over which connection. */
  readonly onSent?: (id: RequestId, connected: Connected) => void
  /** Is told when it is certain that it has not run, though it was sent. */
  readonly onRefused?: () => void
}

/**
 * Sends a call and gives its result in the canonical form.
 *
 * @category models
 * @since 0.1.0
 */
export type Send = (call: Call) => Effect.Effect<unknown, McpClientError>
