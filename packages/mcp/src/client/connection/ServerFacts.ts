/**
 * What a client knows of the server at the other end of its connection.
 *
 * @since 0.1.0
 */
import type { Revision } from "../../revision/Revision.ts"
import type { ServerCapabilities } from "../../schema/Capabilities.ts"
import type { Implementation } from "../../schema/Implementation.ts"

/**
 * What is known of the server since the connection was made.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServerFacts {
  /** Who the server says it is; for display, never a ground for decisions (MET-11, MET-12). */
  readonly info: Implementation | undefined
  readonly capabilities: ServerCapabilities
  /** How to use the server, for the model. */
  readonly instructions: string | undefined
  /** The revision that is spoken; `revision.version` is its date. */
  readonly revision: Revision
}
