/**
 * One revision as one server speaks it: how its results are finished, and its listings as finished text. Everything in
 * it is made when first needed and kept, because components do not change while the server runs.
 *
 * @since 0.1.0
 */
import type { Revision, Wire } from "../revision/Revision.ts"
import type { Components } from "./Components.ts"
import * as Identity from "./Identity.ts"

/**
 * The names of the listings.
 *
 * @category models
 * @since 0.1.0
 */
export type Listing = "tools/list" | "resources/list" | "resources/templates/list" | "prompts/list"

/**
 * A revision in the mouth of a server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Dialect {
  readonly revision: Revision
  /** The text of a result. */
  readonly finish: (wire: Wire) => string
  /** The text of a listing's result. */
  readonly listing: (name: Listing) => string
  /** The text of the result of `server/discover`. */
  readonly discovery: () => string
}

const values = <A extends { readonly definition: unknown }>(map: ReadonlyMap<string, A>): Array<A["definition"]> =>
  Array.from(map.values(), (bound) => bound.definition)

const listings = (components: Components, revision: Revision): { readonly [Name in Listing]: () => Wire } => ({
  "tools/list": () => revision.encode.listToolsResult({ tools: values(components.tools) }),
  "resources/list": () => revision.encode.listResourcesResult({ resources: values(components.resources) }),
  "resources/templates/list": () =>
    revision.encode.listResourceTemplatesResult({ resourceTemplates: values(components.templates) }),
  "prompts/list": () => revision.encode.listPromptsResult({ prompts: values(components.prompts) })
})

const once = <Key, A>(make: (key: Key) => A): (key: Key) => A => {
  const made = new Map<Key, A>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    made.set(key, value)
    return value
  }
}

const discover = (identity: Identity.Identity, revision: Revision, versions: ReadonlyArray<string>): Wire =>
  revision.encode.result("server/discover", {
    supportedVersions: versions,
    capabilities: revision.encode.serverCapabilities(identity.capabilities),
    ...(identity.instructions === undefined ? {} : { instructions: identity.instructions })
  })

/**
 * The dialects of a server, by revision.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  components: Components,
  identity: Identity.Identity,
  versions: ReadonlyArray<string>
): (revision: Revision) => Dialect =>
  once((revision: Revision): Dialect => {
    const finish = Identity.finisher(identity, revision)
    const wires = listings(components, revision)
    const discovery = once((_: "discover") => finish(discover(identity, revision, versions)))
    return {
      revision,
      finish,
      listing: once((name: Listing) => finish(wires[name]())),
      discovery: () => discovery("discover")
    }
  })
