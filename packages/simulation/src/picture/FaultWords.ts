/**
 * Faults in a few words, for people.
 *
 * @since 0.1.0
 */
import type { Direction, Distribution, Fault } from "../fault/Fault.ts"

const percent = (probability: number): string => `${Math.round(probability * 1000) / 10}%`

const way = (direction: Direction | undefined): string => {
  if (direction === undefined) return ""
  return direction === "toServer" ? " to the server" : " to the client"
}

const latency = ({ leastMillis, mostMillis, tail }: Distribution): string => {
  const long = tail === undefined ? "" : `, ${percent(tail.probability)} ${tail.millis} ms`
  return `latency ${leastMillis === mostMillis ? leastMillis : `${leastMillis}–${mostMillis}`} ms${long}`
}

/**
 * What a fault does.
 *
 * @category rendering
 * @since 0.1.0
 */
export const faultWords = (fault: Fault): string => {
  switch (fault._tag) {
    case "Latency":
      return latency(fault.millis)
    case "Loss":
      return `loss ${percent(fault.probability)}${way(fault.direction)}`
    case "Duplication":
      return `duplication ${percent(fault.probability)}`
    case "Reordering":
      return `reordering ${percent(fault.probability)} by ${fault.millis} ms`
    case "Chunking":
      return `pieces of ${fault.charactersMax} characters`
    case "SlowConsumer":
      return `${fault.charactersPerSecond} characters/s${way(fault.direction)}`
    case "Cut":
      return "cut"
    case "HalfOpen":
      return `half-open, nothing${way(fault.direction)}`
    case "Refusal":
      return "refuses"
    case "Restart":
      return fault.isOrderly === true ? "restart in good order" : "restart"
    case "ClockJump":
      return `clock ${fault.millis < 0 ? "back" : "ahead"} ${Math.abs(fault.millis)} ms`
  }
}
