/**
 * Where handlers say that they ran, so that a history knows it. Outside of a simulation nothing is written: a server may
 * say so in production, too.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Takes what a handler says of itself.
 *
 * @category models
 * @since 0.1.0
 */
export type Write = (key: string, detail?: unknown) => void

/**
 * The journal of the host that the fiber runs on. Default: there is none.
 *
 * @category references
 * @since 0.1.0
 */
export const Journal: Context.Reference<Write | undefined> = Context.Reference<Write | undefined>(
  "@parley/simulation/history/Journal",
  { defaultValue: () => undefined }
)

/**
 * Says that a handler runs for the call with this key.
 *
 * @param detail plain data: whose request it is, say
 * @category writing
 * @since 0.1.0
 */
export const ran = (key: string, detail?: unknown): Effect.Effect<void> =>
  Effect.map(Journal, (write) => write?.(key, detail))
