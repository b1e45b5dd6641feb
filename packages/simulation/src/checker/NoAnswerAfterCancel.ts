/**
 * Who has heard that a request is cancelled does not answer it any more. An answer that was on its way by then is no fault,
 * nor is one that was sent in the very same moment; nor one that may have waited for room behind what was on its way.
 *
 * @since 0.1.0
 */
import type { Checker, Watch } from "./Checker.ts"
import * as Reading from "./Reading.ts"

/** What somebody has said on a line or in an exchange, as far as it has not come to the other side yet. */
interface UnderWay {
  readonly scope: string
  readonly direction: Reading.Said["direction"]
  readonly messages: Set<number>
  /** Requests that were cancelled meanwhile: the answer may be in the queue behind. */
  readonly queued: Set<string>
  /** When the last of it came; what waited is sent in that very moment. */
  emptiedMillis: number
}

const other = { toServer: "toClient", toClient: "toServer" } as const

const make = (reader = Reading.make()): Watch => {
  const underWay = new Map<string, UnderWay>()
  const nameOf = ({ direction, via }: Reading.Said): string => `${direction} ${via.name}`
  const send = (said: Reading.Said): void => {
    const { atMillis, direction, scope, sent: { message } } = said
    const name = nameOf(said)
    const way = underWay.get(name) ?? { scope, direction, messages: new Set(), queued: new Set(), emptiedMillis: 0 }
    underWay.set(name, way)
    if (way.messages.size === 0 && way.emptiedMillis < atMillis) way.queued.clear()
    way.messages.add(message)
  }
  const end = (said: Reading.Said, nowMillis: number): void => {
    const way = underWay.get(nameOf(said))
    way?.messages.delete(said.sent.message)
    if (way?.messages.size !== 0) return
    way.emptiedMillis = nowMillis
    if (way.queued.size === 0) underWay.delete(nameOf(said))
  }
  const queue = (key: string, { direction, scope }: Reading.Said): void => {
    for (const way of underWay.values()) {
      if (way.scope === scope && way.direction === other[direction] && way.messages.size > 0) way.queued.add(key)
    }
  }
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
    for (const key of Reading.cancelledIn(said)) {
      cancelledAt.set(key, nowMillis)
      queue(key, said)
    }
  }
  const answer = (said: Reading.Said): string | undefined => {
    if (said.isRepeat) return undefined
    for (const key of Reading.answeredIn(said)) {
      const atMillis = cancelledAt.get(key)
      // What never arrived is sent again by transports, which know of no cancellation.
      if (said.direction === "toServer" && atMillis === undefined) given.add(key)
      if (given.has(key) || underWay.get(nameOf(said))?.queued.has(key) === true) continue
      if (atMillis !== undefined && atMillis < said.atMillis) {
        return `Request ${key} was answered at ${said.atMillis} ms, after its cancellation had come at ${atMillis} ms`
      }
    }
    return undefined
  }
  return {
    see: (event) => {
      const { arrived, lost, sent } = reader.read(event)
      if (arrived !== undefined) hear(arrived, event.atMillis)
      if (sent !== undefined) send(sent)
      const over = arrived ?? lost
      if (over !== undefined) end(over, event.atMillis)
      return sent === undefined ? undefined : answer(sent)
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
