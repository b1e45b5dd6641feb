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
import * as ServerLists from "../ServerLists.ts"

/**
 * What a list is made of.
 *
 * @category models
 * @since 0.1.0
 */
export type ItemOf<L extends ServerLists.List> = NonNullable<LastKnown[L]>["items"][number]

/**
 * The lists of one client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Store {
  /** To be called when a reading begins; what it gives takes the items once they are read to the end. */
  readonly reading: <L extends ServerLists.List>(list: L) => (items: ReadonlyArray<ItemOf<L>>) => void
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

/**
 * A store that is empty. A list that is kept is stale once the server said that it changed, or may have said so without
 * being heard, even while it was being read, and once the connection over which it was read is no longer in force.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ gaps, status }: Pick<Connection, "gaps" | "status">): Store => {
  const changes: Record<ServerLists.List, number> = { tools: 0, resources: 0, resourceTemplates: 0, prompts: 0 }
  const kept: { [L in ServerLists.List]?: Kept } = {}
  const changesOf = (list: ServerLists.List) => changes[list] + SubscriptionRef.getUnsafe(gaps)
  const inForce = () => {
    const now = SubscriptionRef.getUnsafe(status)
    return now._tag === "Connected" ? now.connected : undefined
  }
  const snapshot = <L extends ServerLists.List>(list: L): Snapshot<ItemOf<L>> | undefined => {
    const found = kept[list]
    if (found === undefined) return undefined
    const holds = found.over !== undefined && found.over === inForce() && found.changes === changesOf(list)
    return { items: found.items, stale: !holds }
  }
  return {
    reading: (list) => {
      const before = changesOf(list)
      return (items) => {
        // Only `snapshot` reads it back, by the same list.
        kept[list] = { items: items as ReadonlyArray<never>, over: inForce(), changes: before }
      }
    },
    hear: ({ method }) => {
      for (const list of ServerLists.changedBy(method)) changes[list]++
    },
    current: () => ({
      tools: snapshot("tools"),
      resources: snapshot("resources"),
      resourceTemplates: snapshot("resourceTemplates"),
      prompts: snapshot("prompts")
    })
  }
}
