/**
 * The kinds of things that a server offers.
 *
 * @since 0.1.0
 */

/**
 * The three shelves of a catalog. Names are unique on a shelf; resources and templates share one, by URI.
 *
 * @category models
 * @since 0.1.0
 */
export type Kind = "tools" | "resources" | "prompts"
