/** What was reached in many worlds: a swarm that never breaks a connection proves nothing. */
import type { Event } from "@parley/simulation/history/Event"
import * as Coverage from "@parley/simulation/swarm/Coverage"
import type { Report } from "@parley/simulation/swarm/Report"

export interface Tally {
  readonly worlds: number
  readonly events: number
  readonly seconds: number
  /** How often something happened, by a name that says of what kind it is. */
  readonly counts: { readonly [name: string]: number }
  readonly coverage: Coverage.Coverage
}

export const none: Tally = { worlds: 0, events: 0, seconds: 0, counts: {}, coverage: Coverage.none }

/** In so many worlds every path should be taken. */
const worldsEnough = 500

const namesIn = (event: Event): ReadonlyArray<string> => {
  switch (event._tag) {
    case "Struck":
      return [`fault ${event.fault._tag}`]
    case "Ended":
      return [
        `act ${event.key.startsWith("fresh") ? "fresh " : ""}${event.outcome}`,
        ...(event.detail === "refused" ? ["thief refused"] : [])
      ]
    case "Opened":
      return event.verb === "POST /token" ? ["token asked for"] : []
    case "Sent":
      return ["message Sent"]
    case "Lost":
      return ["message Lost"]
    default:
      return []
  }
}

const counted = (names: ReadonlyArray<string>): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

export const of = ({ history, plan }: Report): Tally => ({
  worlds: 1,
  events: history.length,
  seconds: (history.at(-1)?.atMillis ?? 0) / 1_000,
  counts: counted([
    `way ${plan.server.way ?? "http"}`,
    `hosts ${plan.server.replicas ?? 1}`,
    ...plan.clients.map(({ principal }) => `client ${principal === undefined ? "for nobody" : "for somebody"}`),
    ...history.flatMap(namesIn)
  ]),
  coverage: Coverage.of(history)
})

export const plus = (one: Tally, other: Tally): Tally => {
  const counts: Record<string, number> = { ...one.counts }
  for (const [name, count] of Object.entries(other.counts)) counts[name] = (counts[name] ?? 0) + count
  return {
    worlds: one.worlds + other.worlds,
    events: one.events + other.events,
    seconds: one.seconds + other.seconds,
    counts,
    coverage: Coverage.plus(one.coverage, other.coverage)
  }
}

export const render = ({ counts, coverage, events, seconds, worlds }: Tally): string => {
  const kinds = new Map<string, Array<string>>()
  for (const [name, count] of Object.entries(counts).toSorted(([a], [b]) => a < b ? -1 : 1)) {
    const [kind = "", ...what] = name.split(" ")
    kinds.set(kind, [...kinds.get(kind) ?? [], `${what.join(" ")} ${count}`])
  }
  return [
    `${worlds} worlds, ${events} events in ${Math.round(seconds)} seconds of their time`,
    ...Array.from(kinds, ([kind, items]) => `  ${kind}: ${items.join(", ")}`),
    "How often rare paths were taken:",
    ...Coverage.paths.map((path) => `${String(coverage[path]).padStart(8)}  ${path}`),
    ...(worlds < worldsEnough || Coverage.missing(coverage).length === 0
      ? []
      : [`Never in ${worlds} worlds: ${Coverage.missing(coverage).join(", ")}`])
  ].join("\n")
}
