/**
 * Who is speaking: name and version of a client or server program. For display and logs; it proves nothing, and
 * behaviour must not depend on it.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Uri } from "./Format.ts"
import { namedFields } from "./Icon.ts"
import { open } from "./Open.ts"

/**
 * Name and version of a program that implements MCP.
 *
 * @category schemas
 * @since 0.1.0
 */
export class Implementation extends Schema.Opaque<Implementation>()(open({
  ...namedFields,
  version: Schema.String,
  description: Schema.optionalKey(Schema.String),
  websiteUrl: Schema.optionalKey(Uri)
})) {}
