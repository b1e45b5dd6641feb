/** What tests look for in a history. */
import type { Event } from "@parley/simulation/history/Event"
import type { History } from "@parley/simulation/history/History"

/** Some kinds of events have two tags. */
type OfEach<E, T> = E extends { readonly _tag: infer K } ? T extends K ? E & { readonly _tag: T } : never : never

type Of<T extends Event["_tag"]> = OfEach<Event, T>

/** The events of a kind. */
export const all = <T extends Event["_tag"]>({ events }: Pick<History, "events">, tag: T): ReadonlyArray<Of<T>> =>
  events.filter((event): event is Of<T> => event._tag === tag)

/** On which hosts handlers ran for a key. */
export const ranOn = (history: Pick<History, "events">, key: string): ReadonlyArray<string> =>
  all(history, "Ran").filter((ran) => ran.key === key).map(({ host }) => host)
