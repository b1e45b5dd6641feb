/**
 * Making session ids.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Makes a session id: visible ASCII, and unguessable (HTS-01, HTS-02). By default a version 4 UUID from the platform's
 * cryptographic random source; a test or a simulator provides its own.
 *
 * @category references
 * @since 0.1.0
 */
export const SessionId: Context.Reference<() => string> = Context.Reference<() => string>(
  "@parley/mcp/session/SessionId",
  { defaultValue: () => () => globalThis.crypto.randomUUID() }
)
