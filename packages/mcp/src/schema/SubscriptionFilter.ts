/**
 * What a client of the stateless era wants to hear about, and what of that a server honours.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Uri } from "./Format.ts"
import { open } from "./Open.ts"

/**
 * What to hear about. `false` equals absent, and an empty list of resources asks for none. Extensions add members.
 *
 * @category schemas
 * @since 0.1.0
 */
export class SubscriptionFilter extends Schema.Opaque<SubscriptionFilter>()(open({
  toolsListChanged: Schema.optionalKey(Schema.Boolean),
  promptsListChanged: Schema.optionalKey(Schema.Boolean),
  resourcesListChanged: Schema.optionalKey(Schema.Boolean),
  resourceSubscriptions: Schema.optionalKey(Schema.Array(Uri))
})) {}
