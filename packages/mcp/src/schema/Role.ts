/**
 * Who says a message, or for whom content is meant.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * The person (`user`) or the model (`assistant`).
 *
 * @category schemas
 * @since 0.1.0
 */
export const Role = Schema.Literals(["user", "assistant"])

/**
 * The person or the model.
 *
 * @category models
 * @since 0.1.0
 */
export type Role = typeof Role.Type
