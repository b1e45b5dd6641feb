/**
 * One revision as one server speaks it: how its results are finished, and what it says of itself as finished text.
 * Everything in it is made when first needed and kept, because none of it changes while the server runs.
 *
 * @since 0.1.0
 */
import type { Revision, Wire } from "../revision/Revision.ts"
import type { CacheHint } from "../schema/Caching.ts"
import type { Seal } from "./asking/Seal.ts"
import * as Identity from "./Identity.ts"

/**
 * The methods whose result is the same text for everybody.
 *
 * @category models
 * @since 0.1.0
 */
export type Fixed = "server/discover"

/**
 * A revision in the mouth of a server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Dialect {
  readonly revision: Revision
  /** What the states of requests that ask are sealed with. */
  readonly seal: Seal
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
  { capabilities, instructions }: Identity.Identity,
  { encode }: Revision,
  supportedVersions: ReadonlyArray<string>,
  discovery: CacheHint | undefined
): { readonly [Name in Fixed]: () => Wire } => ({
  "server/discover": () =>
    encode.result("server/discover", {
      ...discovery,
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
  identity: Identity.Identity,
  versions: ReadonlyArray<string>,
  discovery: CacheHint | undefined,
  seal: Seal
): Dialects =>
  once((revision: Revision): Dialect => {
    const finish = Identity.finisher(identity, revision)
    const wires = fixed(identity, revision, versions, discovery)
    return {
      revision,
      seal,
      finish,
      text: once((name: Fixed) => finish(wires[name]()))
    }
  })
