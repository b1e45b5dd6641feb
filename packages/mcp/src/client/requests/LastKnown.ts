/**
 * The lists that were read last, kept so that they stay readable while a server is away, and whether they still hold.
 * Nothing is fetched here.
 *
 * @since 0.1.0
 */
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { LastKnown, ServerNotification, Snapshot } from "../Client.ts"
import type { Connected } from "../connection/Connect.ts"
import type { Connection } from "../connection/Connection.ts"

/**
 * The lists that are kept.
 *
 * @category models
 * @since 0.1.0
 */
export type Kind = keyof LastKnown

/**
 * What a list is made of.
 *
 * @category models
 * @since 0.1.0
 */
export type ItemOf<K extends Kind> = NonNullable<LastKnown[K]>["items"][number]

/**
 * The lists of one client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Store {
  /** To be called when a reading begins; what it gives takes the items once they are read to the end. */
  readonly reading: <K extends Kind>(kind: K) => (items: ReadonlyArray<ItemOf<K>>) => void
  /** Takes note that a list has changed. */
  readonly hear: (notification: ServerNotification) => void
  /** The lists as they stand now. */
  readonly current: () => LastKnown
}

interface Kept {
  readonly items: ReadonlyArray<never>
  /** The connection over which it was read; `undefined` when that was lost as soon as it was. */
  readonly over: Connected | undefined
  /** How often the list had changed, or a change may have been missed, when the reading began. */
  readonly changes: number
}

const changedBy: { readonly [method: string]: ReadonlyArray<Kind> | undefined } = {
  "notifications/tools/list_changed": ["tools"],
  "notifications/resources/list_changed": ["resources", "resourceTemplates"],
  "notifications/prompts/list_changed": ["prompts"]
}

/**
 * A store that is empty. A list that is kept is stale once the server said that it changed, or may have said so without
 * being heard, even while it was being read, and once the connection over which it was read is no longer in force.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ gaps, status }: Pick<Connection, "gaps" | "status">): Store => {
  const changes: Record<Kind, number> = { tools: 0, resources: 0, resourceTemplates: 0, prompts: 0 }
  const kept: { [K in Kind]?: Kept } = {}
  const changesOf = (kind: Kind) => changes[kind] + SubscriptionRef.getUnsafe(gaps)
  const inForce = () => {
    const now = SubscriptionRef.getUnsafe(status)
    return now._tag === "Connected" ? now.connected : undefined
  }
  const snapshot = <K extends Kind>(kind: K): Snapshot<ItemOf<K>> | undefined => {
    const list = kept[kind]
    if (list === undefined) return undefined
    const holds = list.over !== undefined && list.over === inForce() && list.changes === changesOf(kind)
    return { items: list.items, stale: !holds }
  }
  return {
    reading: (kind) => {
      const before = changesOf(kind)
      return (items) => {
        // Only `snapshot` reads it back, by the same kind.
        kept[kind] = { items: items as ReadonlyArray<never>, over: inForce(), changes: before }
      }
    },
    hear: ({ method }) => {
      for (const kind of changedBy[method] ?? []) changes[kind]++
    },
    current: () => ({
      tools: snapshot("tools"),
      resources: snapshot("resources"),
      resourceTemplates: snapshot("resourceTemplates"),
      prompts: snapshot("prompts")
    })
  }
}
