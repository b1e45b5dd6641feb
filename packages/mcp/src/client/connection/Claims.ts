/**
 * What a client says of itself: once when a session opens, on every request in the stateless era.
 *
 * @since 0.1.0
 */
import type { Params } from "../../jsonrpc/Message.ts"
import type { Revision } from "../../revision/Revision.ts"
import type { ClientCapabilities } from "../../schema/Capabilities.ts"
import type { Implementation } from "../../schema/Implementation.ts"
import { MetaKey } from "../../schema/Meta.ts"

/**
 * Who the client is, and what a server may ask of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Claims {
  readonly clientInfo: Implementation
  readonly capabilities: ClientCapabilities
}

/**
 * What a request says of its client in a revision: nothing in a session; otherwise version, name and capabilities (MET-01
 * to MET-03).
 *
 * @category encoding
 * @since 0.1.0
 */
export const claimsIn = (revision: Revision, { capabilities, clientInfo }: Claims): Params =>
  revision.era === "session" ? {} : {
    [MetaKey.protocolVersion]: revision.version,
    [MetaKey.clientInfo]: revision.encode.implementation(clientInfo),
    [MetaKey.clientCapabilities]: capabilities
  }
