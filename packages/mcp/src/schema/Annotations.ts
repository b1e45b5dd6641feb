/**
 * Hints about content and resources: for whom, how important, how old. Hints from a server that is not trusted are not
 * to be relied on.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { DateTime, Weight } from "./Format.ts"
import { open } from "./Open.ts"
import { Role } from "./Role.ts"

/**
 * For whom content is meant, how important it is (0 optional, 1 required) and when it last changed (ISO 8601).
 *
 * @category schemas
 * @since 0.1.0
 */
export class Annotations extends Schema.Opaque<Annotations>()(open({
  audience: Schema.optionalKey(Schema.Array(Role)),
  priority: Schema.optionalKey(Weight),
  lastModified: Schema.optionalKey(DateTime)
})) {}
