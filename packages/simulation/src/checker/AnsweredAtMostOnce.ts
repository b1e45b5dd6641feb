/**
 * No request is answered more often than it came, and nothing that somebody did is over twice.
 *
 * @since 0.1.0
 */
import type { Checker, Watch } from "./Checker.ts"
import * as Reading from "./Reading.ts"

interface Count {
  arrived: number
  answered: number
}

const make = (reader = Reading.make()): Watch => {
  const requests = new Map<string, Count>()
  const ended = new Set<string>()
  /** The answers of clients that went over each connection. */
  const answersOn = new Map<string, Reading.Said>()

  const countOf = (key: string): Count => {
    const found = requests.get(key)
    if (found !== undefined) return found
    const count = { arrived: 0, answered: 0 }
    requests.set(key, count)
    return count
  }
  const answer = (said: Reading.Said): string | undefined => {
    if (said.isRepeat) return undefined
    for (const key of Reading.answeredIn(said)) {
      const count = countOf(key)
      count.answered += 1
      if (count.answered > count.arrived) {
        return `Request ${key} came ${count.arrived} times, and was answered ${count.answered} times`
      }
    }
    return undefined
  }
  return {
    see: (event) => {
      if (event._tag === "Ended") {
        if (ended.has(event.key)) return `${event.key} ended twice`
        ended.add(event.key)
      }
      const { arrived, lost, sent } = reader.read(event)
      if (arrived !== undefined) { for (const { key } of Reading.requestsIn(arrived)) countOf(key).arrived += 1 }
      if (sent?.direction === "toServer" && Reading.answeredIn(sent).length > 0) answersOn.set(sent.via.name, sent)
      // What never arrived, or was not let in, may be said again.
      const refused = event._tag === "Answered" && event.status === 401 ? answersOn.get(event.via) : undefined
      if (refused !== undefined) { for (const key of Reading.answeredIn(refused)) countOf(key).answered -= 1 }
      if (lost?.direction === "toServer") { for (const key of Reading.answeredIn(lost)) countOf(key).answered -= 1 }
      return sent === undefined ? undefined : answer(sent)
    },
    end: () => []
  }
}

/**
 * The checker. An answer of a client that was lost on its way may be sent again.
 *
 * @category checkers
 * @since 0.1.0
 */
export const answeredAtMostOnce: Checker = { name: "AnsweredAtMostOnce", make }
