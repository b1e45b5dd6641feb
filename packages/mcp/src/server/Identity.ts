/**
 * Who the server says it is, what it can do, and how its results are finished: in the stateless era each result names
 * the server (MET-10), which is spliced in as text.
 *
 * @since 0.1.0
 */
import type { Kind } from "../contract/Catalog.ts"
import type { ProgramInfo } from "../contract/ProgramInfo.ts"
import type { Revision, Wire } from "../revision/Revision.ts"
import type { ServerCapabilities } from "../schema/Capabilities.ts"
import type { Implementation } from "../schema/Implementation.ts"
import { MetaKey } from "../schema/Meta.ts"

/**
 * What the author of a server says about it.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServerInfo extends ProgramInfo {
  /** How to use the server, for the model. */
  readonly instructions?: string
  /** The extensions that are supported, by identifier (`com.example/name`), with settings; told where revisions have them. */
  readonly extensions?: Settings
  /** What is supported beside the protocol without being an extension, by name, with its settings. */
  readonly experimental?: Settings
}

/**
 * Settings by name; an empty object says that there is nothing to set.
 *
 * @category models
 * @since 0.1.0
 */
export type Settings = { readonly [name: string]: { readonly [setting: string]: unknown } }

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
 * Whether there may be something to complete: prompts and templates come and go, so it is not asked whether any that is
 * there now has completions (CMP-01).
 *
 * @category queries
 * @since 0.1.0
 */
export const canComplete = (kinds: ReadonlySet<Kind>): boolean => kinds.has("prompts") || kinds.has("resources")

/**
 * Capabilities follow from what there is, and what is said to come (LIF-03). Logging is always declared, because any
 * handler may log to its client (LOG-01); lists may always change, because there is a registry.
 */
const capabilitiesOf = (kinds: ReadonlySet<Kind>): ServerCapabilities => ({
  logging: {},
  ...(canComplete(kinds) ? { completions: {} } : {}),
  ...(kinds.has("tools") ? { tools: { listChanged: true } } : {}),
  ...(kinds.has("resources") ? { resources: { subscribe: true, listChanged: true } } : {}),
  ...(kinds.has("prompts") ? { prompts: { listChanged: true } } : {})
})

const claimsOf = ({ experimental, extensions }: ServerInfo): ServerCapabilities => ({
  ...(experimental === undefined ? {} : { experimental }),
  ...(extensions === undefined ? {} : { extensions })
})

/** Only what names the server goes out as its name. */
const implementationOf = ({ description, icons, name, title, version, websiteUrl }: ServerInfo): Implementation => ({
  name,
  version,
  ...(title === undefined ? {} : { title }),
  ...(description === undefined ? {} : { description }),
  ...(websiteUrl === undefined ? {} : { websiteUrl }),
  ...(icons === undefined ? {} : { icons })
})

/**
 * The identity of a server that declares these kinds of components.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (info: ServerInfo, kinds: ReadonlySet<Kind>): Identity => ({
  implementation: implementationOf(info),
  instructions: info.instructions,
  capabilities: { ...capabilitiesOf(kinds), ...claimsOf(info) }
})

/** Dot-separated labels, a slash, and a name that may be empty (KEY-02 to KEY-04). */
const identifier =
  /^(?:[a-z](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?\/(?:[a-z0-9](?:[\w.-]*[a-z0-9])?)?$/i

/**
 * What is wrong with what an author says of a server, as a sentence: an extension is identified like a key of `_meta`,
 * with a prefix (EXN-01).
 *
 * @category queries
 * @since 0.1.0
 */
export const flaw = ({ extensions = {} }: ServerInfo): string | undefined => {
  const wrong = Object.keys(extensions).find((name) => !identifier.test(name))
  return wrong === undefined
    ? undefined
    : `${
      JSON.stringify(wrong)
    } identifies no extension: it must be a prefix of labels and a name, as in "com.example/name"`
}

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
