/**
 * Who the server says it is, what it can do, and how its results are finished: in the stateless era each result names
 * the server (MET-10), which is spliced in as text.
 *
 * @since 0.1.0
 */
import type { Revision, Wire } from "../revision/Revision.ts"
import type { ServerCapabilities } from "../schema/Capabilities.ts"
import type { Icon } from "../schema/Icon.ts"
import type { Implementation } from "../schema/Implementation.ts"
import { MetaKey } from "../schema/Meta.ts"
import type { Components } from "./Components.ts"

/**
 * What the author of a server says about it.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServerInfo {
  readonly name: string
  readonly version: string
  readonly title?: string
  readonly description?: string
  readonly websiteUrl?: string
  readonly icons?: ReadonlyArray<Icon>
  /** How to use the server, for the model. */
  readonly instructions?: string
}

/**
 * The identity of a running server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Identity {
  readonly implementation: Implementation
  readonly instructions: string | undefined
  readonly capabilities: ServerCapabilities
}

/**
 * Capabilities follow from what there is (LIF-03). Logging is always declared, because any handler may log to its
 * client (LOG-01).
 */
const capabilitiesOf = (components: Components): ServerCapabilities => ({
  logging: {},
  ...(components.tools.size === 0 ? {} : { tools: {} }),
  ...(components.resources.size + components.templates.size === 0 ? {} : { resources: {} }),
  ...(components.prompts.size === 0 ? {} : { prompts: {} })
})

/**
 * The identity of a server with these components.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ instructions, ...implementation }: ServerInfo, components: Components): Identity => ({
  implementation,
  instructions,
  capabilities: capabilitiesOf(components)
})

/**
 * Turns the wire form of a result into text. Made once for each server and revision.
 *
 * @category encoding
 * @since 0.1.0
 */
export const finisher = (identity: Identity, revision: Revision): (wire: Wire) => string => {
  if (revision.era === "session") return JSON.stringify
  const serverInfo = revision.encode.implementation(identity.implementation)
  const member = `"_meta":${JSON.stringify({ [MetaKey.serverInfo]: serverInfo })}}`
  return (wire) => {
    if (wire._meta !== undefined) {
      return JSON.stringify({ ...wire, _meta: { [MetaKey.serverInfo]: serverInfo, ...(wire._meta as object) } })
    }
    const text = JSON.stringify(wire)
    return text === "{}" ? `{${member}` : `${text.slice(0, -1)},${member}`
  }
}
