/**
 * What a client hears of its server, as streams: all that is said, and parts of it. Nothing is decided here.
 *
 * @since 0.1.0
 */
import type { Client } from "../Client.ts"
import * as Inbound from "../connection/Inbound.ts"
import * as Changes from "./Changes.ts"
import * as Logs from "./Logs.ts"

/**
 * What listening needs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts {
  readonly changes: Changes.Parts
  readonly logs: Logs.Parts
}

/**
 * The streams, as a client has them.
 *
 * @category models
 * @since 0.1.0
 */
export type Listening = Pick<
  Client,
  "notifications" | "customNotifications" | "resourceUpdates" | "listChanges" | "logs" | "setLoggingLevel"
>

/**
 * The streams of a client.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ changes, logs }: Parts): Listening => ({
  notifications: Inbound.notifications(changes.inbound),
  customNotifications: Inbound.customNotifications(changes.inbound),
  resourceUpdates: (...uris) => Changes.resourceUpdates(changes, new Set(uris)),
  listChanges: Changes.listChanges(changes),
  logs: Logs.messages(changes.inbound),
  setLoggingLevel: (level) => Logs.setLevel(logs, level)
})
