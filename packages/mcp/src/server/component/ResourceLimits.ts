/**
 * The bounds of resource templates, each with its unit.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Bounds on what one request may make templates do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** Longest URI that is matched against templates, in UTF-16 code units; a longer one is refused. */
  readonly uriLengthMax: number
  /** Most resources that the list of one template may give; those beyond are left out, with a warning in the log. */
  readonly listedResourcesMax: number
}

/**
 * The limits that templates are bound with; provide another value to the layer of their handlers to change them.
 * Default: URIs of 65,536 characters, 1,000 listed resources.
 *
 * @category references
 * @since 0.1.0
 */
export const ResourceLimits: Context.Reference<Limits> = Context.Reference<Limits>(
  "@parley/mcp/server/component/ResourceLimits",
  {
    defaultValue: () => ({ uriLengthMax: 65_536, listedResourcesMax: 1_000 })
  }
)
