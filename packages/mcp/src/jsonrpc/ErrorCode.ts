/**
 * The error codes of JSON-RPC and of MCP, as data. What a code means on which revision, and which HTTP status goes
 * with it, is decided elsewhere; this file only names the numbers.
 *
 * @since 0.1.0
 */

/** The text could not be parsed as JSON (JSON-RPC 2.0, section 5.1). @category codes @since 0.1.0 */
export const ParseError = -32700

/** The JSON is not a valid request object (JSON-RPC 2.0, section 5.1). @category codes @since 0.1.0 */
export const InvalidRequest = -32600

/** The method does not exist, or belongs to a capability that is not offered. @category codes @since 0.1.0 */
export const MethodNotFound = -32601

/** The parameters are wrong: unknown tool, prompt or resource, bad cursor, missing member. @category codes @since 0.1.0 */
export const InvalidParams = -32602

/** Something broke inside the receiver; the message says no more than that. @category codes @since 0.1.0 */
export const InternalError = -32603

/** Resource not found, on session-era revisions (`server/resources`, error handling). @category codes @since 0.1.0 */
export const ResourceNotFound = -32002

/** A URL must be visited first (one session-era revision only, ERR-14). @category codes @since 0.1.0 */
export const UrlElicitationRequired = -32042

/** An HTTP header and the body disagree, or a required header is missing (stateless era). @category codes @since 0.1.0 */
export const HeaderMismatch = -32020

/** The request needs a capability that the client did not declare (stateless era). @category codes @since 0.1.0 */
export const MissingClientCapability = -32021

/** The protocol version is not spoken here; `data.supported` lists those that are. @category codes @since 0.1.0 */
export const UnsupportedProtocolVersion = -32022
