/**
 * One revision as one server speaks it: how its results are finished, and what it says of itself as finished text.
 * Everything in it is made when first needed and kept, because none of it changes while the server runs.
 *
 * @since 0.1.0
 */
import type { Revision, Wire } from "../revision/Revision.ts"
import type { CacheHint } from "../schema/Caching.ts"
import * as Replay from "./asking/Replay.ts"
import type { Seal } from "./asking/Seal.ts"
import * as Identity from "./Identity.ts"
import * as RequestContext from "./RequestContext.ts"

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
  /** What a handler has for its questions whose client has not declared that it can be asked anything. */
  readonly unasked: RequestContext.Questions
  /** The text of a result. */
  readonly finish: (wire: Wire) => string
  /** The text of the result of `server/discover`, which does not change. */
  readonly discovery: () => string
}

/**
 * The dialect of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export type Dialects = (revision: Revision) => Dialect

const discoveryOf = (
  { capabilities, instructions }: Identity.Identity,
  { encode }: Revision,
  supportedVersions: ReadonlyArray<string>,
  hint: CacheHint | undefined
): Wire =>
  encode.result("server/discover", {
    ...hint,
    supportedVersions,
    capabilities: encode.serverCapabilities(capabilities),
    ...(instructions === undefined ? {} : { instructions })
  })

const makeOne = (
  identity: Identity.Identity,
  revision: Revision,
  versions: ReadonlyArray<string>,
  hint: CacheHint | undefined,
  seal: Seal
): Dialect => {
  const finish = Identity.finisher(identity, revision)
  let discovery: string | undefined
  return {
    revision,
    seal,
    unasked: {
      ask: (method, params) => Replay.missing(revision, method, params),
      once: RequestContext.runOnce,
      round: RequestContext.firstRound
    },
    finish,
    discovery: () => discovery ??= finish(discoveryOf(identity, revision, versions, hint))
  }
}

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
): Dialects => {
  const made = new Map<Revision, Dialect>()
  return (revision) => {
    const known = made.get(revision)
    if (known !== undefined) return known
    const dialect = makeOne(identity, revision, versions, discovery, seal)
    made.set(revision, dialect)
    return dialect
  }
}
