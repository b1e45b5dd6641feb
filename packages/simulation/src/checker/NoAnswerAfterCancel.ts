/**
 * Who has heard that a request is cancelled does not answer it any more. An answer that was on its way by then is no fault,
 * nor is one that was sent in the very same moment.
 *
 * @since 0.1.0
 */
import type { Checker, Watch } from "./Checker.ts"
import * as Reading from "./Reading.ts"

const make = (reader = Reading.make()): Watch => {
  const cancelledAt = new Map<string, number>()
  /** What clients answered before it was cancelled, if it was. */
  const given = new Set<string>()

  const hear = (said: Reading.Said, nowMillis: number): void => {
    // One that comes again after that is another, as far as its receiver can tell; so is one that comes only then, where the
    // network brings the two in another order.
    for (const { key } of Reading.requestsIn(said)) {
      cancelledAt.delete(key)
      given.delete(key)
    }
    for (const key of Reading.cancelledIn(said)) cancelledAt.set(key, nowMillis)
  }
  const answer = (said: Reading.Said): string | undefined => {
    if (said.isRepeat) return undefined
    for (const key of Reading.answeredIn(said)) {
      const atMillis = cancelledAt.get(key)
      // What never arrived is sent again by transports, which know of no cancellation.
      if (said.direction === "toServer" && atMillis === undefined) given.add(key)
      if (given.has(key)) continue
      if (atMillis !== undefined && atMillis < said.atMillis) {
        return `Request ${key} was answered at ${said.atMillis} ms, after its cancellation had come at ${atMillis} ms`
      }
    }
    return undefined
  }
  return {
    see: (event) => {
      const read = reader.read(event)
      if (read.arrived !== undefined) hear(read.arrived, event.atMillis)
      return read.sent === undefined ? undefined : answer(read.sent)
    },
    end: () => []
  }
}

/**
 * The checker.
 *
 * @category checkers
 * @since 0.1.0
 */
export const noAnswerAfterCancel: Checker = { name: "NoAnswerAfterCancel", make }
