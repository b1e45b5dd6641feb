/**
 * What was found out about a server, to be kept and brought along the next time, so that it need not be asked again. It is
 * a plain value with a schema: where it is kept is up to the user. It says what a server speaks, and proves nothing.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Revisions from "../../revision/Revisions.ts"
import { ServerCapabilities } from "../../schema/Capabilities.ts"
import { Implementation } from "../../schema/Implementation.ts"
import type { Remembered } from "./Negotiation.ts"
import type { ServerFacts } from "./ServerFacts.ts"

/**
 * How long a verdict counts, in milliseconds: a day. A server that was replaced by a newer one would be spoken to in the
 * old way without anybody noticing, and one that gained capabilities would not be asked for them.
 *
 * @category constants
 * @since 0.1.0
 */
export const lifetimeMillis = 24 * 60 * 60 * 1_000

/**
 * What is remembered of a server (ERA-01). A client has it as `prior`, and takes it as the option of that name.
 *
 * @example
 * ```ts
 * import { Prior } from "@parley/mcp"
 * import * as Schema from "effect/Schema"
 *
 * export const toText = Schema.encodeSync(Schema.fromJsonString(Prior.Prior))
 * export const fromText = Schema.decodeEffect(Schema.fromJsonString(Prior.Prior))
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const Prior = Schema.Struct({
  /** The server, as its transport names it; the verdict on one counts for no other. */
  peer: Schema.String,
  /** The revision that was agreed. */
  version: Schema.String,
  /** Reached by the older way (HTTP+SSE), where a transport has two. */
  isOlder: Schema.Boolean,
  info: Schema.optionalKey(Implementation),
  capabilities: ServerCapabilities,
  instructions: Schema.optionalKey(Schema.String),
  /** When that was found out, in milliseconds since 1970. */
  foundAtMillis: Schema.Finite
})

/**
 * A verdict, decoded.
 *
 * @category models
 * @since 0.1.0
 */
export type Prior = typeof Prior.Type

/**
 * What to remember of a server.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  { capabilities, info, instructions, revision }: ServerFacts,
  peer: string,
  isOlder: boolean,
  foundAtMillis: number
): Prior => ({
  peer,
  version: revision.version,
  isOlder,
  ...(info === undefined ? {} : { info }),
  capabilities,
  ...(instructions === undefined ? {} : { instructions }),
  foundAtMillis
})

/**
 * What still counts of a verdict on this server: nothing if it is about another, is older than {@link lifetimeMillis}, is
 * of a time to come, or names a revision that is not known here.
 *
 * @category operations
 * @since 0.1.0
 */
export const recall = (prior: Prior | undefined, peer: string, nowMillis: number): Remembered | undefined => {
  if (prior === undefined || prior.peer !== peer) return undefined
  const ageMillis = nowMillis - prior.foundAtMillis
  if (ageMillis < 0 || ageMillis > lifetimeMillis) return undefined
  const revision = Revisions.fromVersion(prior.version)
  if (revision === undefined) return undefined
  if (revision.era === "session") return { era: "session", isOlder: prior.isOlder }
  const { capabilities, info, instructions } = prior
  return { era: "stateless", server: { capabilities, info, instructions, revision } }
}
