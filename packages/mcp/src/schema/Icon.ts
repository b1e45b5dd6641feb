/**
 * Icons that a user interface may show next to an implementation, a tool, a resource or a prompt. Whether the source of
 * an icon is safe to load is the consumer's decision, not checked here.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Uri } from "./Format.ts"
import { open } from "./Open.ts"

/**
 * One image in one or more sizes. `src` is an `https:` or `data:` URI; `sizes` holds strings like `48x48` or `any`;
 * `theme` names the background that the icon is made for.
 *
 * @category schemas
 * @since 0.1.0
 */
export class Icon extends Schema.Opaque<Icon>()(open({
  src: Uri,
  mimeType: Schema.optionalKey(Schema.String),
  sizes: Schema.optionalKey(Schema.Array(Schema.String)),
  theme: Schema.optionalKey(Schema.Literals(["light", "dark"]))
})) {}

/**
 * The members that everything with a name and a picture has: `name` is for programs, `title` for people.
 *
 * @category fields
 * @since 0.1.0
 */
export const namedFields = {
  name: Schema.String,
  title: Schema.optionalKey(Schema.String),
  icons: Schema.optionalKey(Schema.Array(Icon))
} as const
