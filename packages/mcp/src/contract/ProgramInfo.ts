/**
 * What authors say about their programs, servers and clients alike, for others to show.
 *
 * @since 0.1.0
 */
import type { Icon } from "../schema/Icon.ts"

/**
 * A program, by its name and version; and as far as there is more to say, what people see of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProgramInfo {
  readonly name: string
  readonly version: string
  readonly title?: string
  readonly description?: string
  readonly websiteUrl?: string
  readonly icons?: ReadonlyArray<Icon>
}
