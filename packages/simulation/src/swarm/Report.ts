/**
 * What came of a world: the plan, everything that happened, and what went against a checker.
 *
 * @since 0.1.0
 */
import type { Violation } from "../checker/Checker.ts"
import type { Event } from "../history/Event.ts"
import type { Plan } from "./Plan.ts"

/**
 * A report.
 *
 * @category models
 * @since 0.1.0
 */
export interface Report {
  readonly plan: Plan
  /** Up to where the first violation was seen, or to the end. The same plan gives the same history, to the last byte. */
  readonly history: ReadonlyArray<Event>
  /** None when all is well. The first ends the world, so there are several only where one event goes against several. */
  readonly violations: ReadonlyArray<Violation>
}

/** A long message says what it is by how it begins. */
const textMax = 400

const shortened = (text: string): string => text.length <= textMax ? text : `${text.slice(0, textMax)}…`

const data = (value: unknown): string => shortened(JSON.stringify(value) ?? "")

interface Route {
  readonly from: string
  readonly to: string
}

const describe = (event: Event, routes: ReadonlyMap<number, Route>): string => {
  switch (event._tag) {
    case "Sent":
      return `${event.from} → ${event.to} #${event.message} ${shortened(event.text)}`
    case "Arrived":
      return `${routes.get(event.message)?.to ?? "?"} ← #${event.message}`
    case "Lost":
      return `#${event.message} is lost: ${event.why}`
    case "Opened":
      return `${event.from} → ${event.to} opens ${event.via}${event.verb === undefined ? "" : `: ${event.verb}`}`
    case "Answered":
      return `${event.via} is answered with ${event.status}`
    case "Closed":
      return `${event.via} is closed: ${event.why}`
    case "Struck":
      return `! ${event.on}: ${data(event.fault)}`
    case "Healed":
      return `! ${event.on} is healed of ${event.fault._tag}`
    case "Up":
    case "Down":
      return `! ${event.host} ${event._tag === "Up" ? "comes up" : "goes down"}`
    case "Began":
      return `${event.user} begins ${event.key}: ${event.action} ${data(event.input)}`
    case "Ended":
      return `${event.key} ends: ${event.outcome} ${data(event.detail)}`
    case "Ran":
      return `${event.host} runs ${event.key}`
    case "Noted":
      return `${event.host}: ${shortened(event.text)}`
  }
}

/**
 * A history for a person to read, a line for each event, with its time in milliseconds. Messages have their number, by which
 * one finds where they arrived.
 *
 * @param from how many events at the beginning are not shown
 * @category rendering
 * @since 0.1.0
 */
export const conversation = (events: ReadonlyArray<Event>, from = 0): string => {
  const routes = new Map<number, Route>()
  for (const event of events) if (event._tag === "Sent") routes.set(event.message, event)
  return events.slice(from)
    .map((event) => `${event.atMillis.toFixed(0).padStart(8)}  ${describe(event, routes)}`)
    .join("\n")
}
