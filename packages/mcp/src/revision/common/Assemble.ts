/**
 * Puts a revision together: facts, the names of its methods, and the encoder, all from one dialect.
 *
 * @since 0.1.0
 */
import type { Facts } from "../Facts.ts"
import type { ClientNotifications, ClientRequests, ServerNotifications, ServerRequests } from "../Methods.ts"
import type { Revision } from "../Revision.ts"
import type { Dialect } from "./Dialect.ts"
import * as Encoder from "./Encoder.ts"
import { lazy } from "./Lazy.ts"

/**
 * The names of the methods of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export interface Names {
  readonly clientRequests: ReadonlyArray<keyof ClientRequests>
  readonly serverRequests: ReadonlyArray<keyof ServerRequests>
  readonly clientNotifications: ReadonlyArray<keyof ClientNotifications>
  readonly serverNotifications: ReadonlyArray<keyof ServerNotifications>
}

/**
 * The methods that all revisions with sessions share. What one of them has beyond these it lists by itself.
 *
 * @category methods
 * @since 0.1.0
 */
export const firstNames: Names = {
  clientRequests: [
    "initialize",
    "ping",
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "prompts/list",
    "prompts/get",
    "completion/complete",
    "logging/setLevel"
  ],
  serverRequests: ["ping", "sampling/createMessage", "roots/list"],
  clientNotifications: [
    "notifications/cancelled",
    "notifications/progress",
    "notifications/initialized",
    "notifications/roots/list_changed"
  ],
  serverNotifications: [
    "notifications/cancelled",
    "notifications/progress",
    "notifications/message",
    "notifications/resources/updated",
    "notifications/resources/list_changed",
    "notifications/tools/list_changed",
    "notifications/prompts/list_changed"
  ]
}

/**
 * A revision from its description.
 *
 * @category constructors
 * @since 0.1.0
 */
export const assemble = (
  dialect: Dialect,
  facts: Omit<Facts, "version" | "era" | "structuredOutput">,
  names: Names
): Revision => {
  const sent = new Set<string>([...names.clientNotifications, ...names.serverNotifications])
  const encode = lazy(() => Encoder.make(dialect, sent))
  return {
    ...facts,
    version: dialect.version,
    era: dialect.era,
    structuredOutput: dialect.structuredOutput,
    clientRequests: new Set(names.clientRequests),
    serverRequests: new Set(names.serverRequests),
    clientNotifications: new Set(names.clientNotifications),
    serverNotifications: new Set(names.serverNotifications),
    dialect,
    // Most servers and clients speak one revision of many.
    get encode() {
      return encode()
    }
  }
}
