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
 * The methods whose result is the same text for everybody.
 *
 * @category models
 * @since 0.1.0
 */
export type Fixed = "tools/list" | "resources/list" | "resources/templates/list" | "prompts/list" | "server/discover"

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
  /** The text of a result that does not change. */
  readonly text: (name: Fixed) => string
}

/**
 * The dialect of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export type Dialects = (revision: Revision) => Dialect

const values = <A extends { readonly definition: unknown }>(map: ReadonlyMap<string, A>): Array<A["definition"]> =>
  Array.from(map.values(), (bound) => bound.definition)

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

const fixed = (
  components: Components,
  { capabilities, instructions }: Identity.Identity,
  { encode }: Revision,
  supportedVersions: ReadonlyArray<string>
): { readonly [Name in Fixed]: () => Wire } => ({
  "tools/list": () => encode.listToolsResult({ tools: values(components.tools) }),
  "resources/list": () => encode.listResourcesResult({ resources: values(components.resources) }),
  "resources/templates/list": () =>
    encode.listResourceTemplatesResult({ resourceTemplates: values(components.templates) }),
  "prompts/list": () => encode.listPromptsResult({ prompts: values(components.prompts) }),
  "server/discover": () =>
    encode.result("server/discover", {
      supportedVersions,
      capabilities: encode.serverCapabilities(capabilities),
      ...(instructions === undefined ? {} : { instructions })
    })
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
): Dialects =>
  once((revision: Revision): Dialect => {
    const finish = Identity.finisher(identity, revision)
    const wires = fixed(components, identity, revision, versions)
    return {
      revision,
      finish,
      text: once((name: Fixed) => finish(wires[name]()))
    }
  })
