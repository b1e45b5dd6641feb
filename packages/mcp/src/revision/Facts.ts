/**
 * What the floors above need to know of a revision in order to speak it: its date, its era, and what it does its own way.
 * Plain data; what it says in which words is not known here.
 *
 * @since 0.1.0
 */

/**
 * The two ways of holding a conversation: `session` opens with `initialize` and lets the server send requests (LIF-01);
 * in `stateless` every request says by itself which revision and client it comes from (LIF-02, RPC-18).
 *
 * @category models
 * @since 0.1.0
 */
export type Era = "session" | "stateless"

/**
 * What the floors above need to know of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export interface Facts {
  /** The date that names the revision on the wire. */
  readonly version: string
  readonly era: Era
  /** Whether a message may be an array of messages, which then must be accepted (BAT-01, BAT-02). */
  readonly batches: boolean
  /**
   * Whether an error answer without an id is forbidden: an unreadable request stays unanswered (RPC-12, RPC-13). The body
   * of an HTTP error is no such answer, and may have none.
   */
  readonly errorIdRequired: boolean
  /** The code for a resource that does not exist (RSC-08, RSC-12, ERR-06). */
  readonly resourceNotFoundCode: number
  /** Whether arguments that a tool's schema refuses are `-32602` or a result with `isError` (TOC-03). */
  readonly invalidArguments: "ProtocolError" | "ToolError"
  /** What a tool may return as structured content: nothing, objects, or any JSON value (SEP-2106). */
  readonly structuredOutput: "None" | "Object" | "Any"
  /** The code that says "visit a URL first", where there is one (ELU-09, ELU-11, ERR-06). */
  readonly urlElicitationRequiredCode: number | undefined
  /**
   * `MCP-Protocol-Version` over HTTP: not part of the revision; sent by clients after `initialize`, and when absent
   * read as `Revisions.withoutHeader` (HTV-01 to HTV-04); or demanded on every POST (HDR-01).
   */
  readonly versionHeader: "None" | "Expected" | "Required"
  /** Whether an SSE stream starts with an event that has an id and no data, so that it can be resumed (HTL-01). */
  readonly primingEvent: boolean
}
