/**
 * When a world has healed, nothing waits any more: what somebody began is over, and what a server was asked has its answer,
 * unless it was cancelled, or the server or the way back is gone.
 *
 * @since 0.1.0
 */
import type { Checker, Watch } from "./Checker.ts"
import * as Reading from "./Reading.ts"

/** Requests that are open for as long as somebody listens. */
const listening = "subscriptions/listen"

/** Whether a host is that of a server, or one of its replicas. */
const isOf = (host: string, server: string): boolean => host === server || host.startsWith(`${server}-`)

const make = (reader = Reading.make()): Watch => {
  const begun = new Set<string>()
  const asked = new Map<string, Reading.Via>()

  const forget = (isGone: (via: Reading.Via) => boolean): void => {
    for (const [key, via] of Array.from(asked)) if (isGone(via)) asked.delete(key)
  }
  const hear = (said: Reading.Said): void => {
    if (said.direction !== "toServer") return
    for (const { key, request } of Reading.requestsIn(said)) {
      if (request.method !== listening) asked.set(key, said.via)
    }
    for (const key of Reading.cancelledIn(said)) asked.delete(key)
  }
  return {
    see: (event) => {
      if (event._tag === "Began") begun.add(event.key)
      if (event._tag === "Closed") forget(({ name }) => name === event.via)
      if (event._tag === "Down") forget(({ server }) => isOf(event.host, server))
      const { arrived, sent } = reader.read(event)
      if (arrived !== undefined) hear(arrived)
      if (sent !== undefined) { for (const key of Reading.answeredIn(sent)) asked.delete(key) }
      // Somebody may end what nobody began: that is nothing to be believed.
      return event._tag === "Ended" && !begun.delete(event.key) ? `${event.key} ended without having begun` : undefined
    },
    end: ({ isHealed }) =>
      isHealed
        ? [
          ...Array.from(begun, (key) => `${key} is not over`),
          ...Array.from(asked.keys(), (key) => `Request ${key} has no answer`)
        ]
        : []
  }
}

/**
 * The checker.
 *
 * @category checkers
 * @since 0.1.0
 */
export const answeredOnceHealed: Checker = { name: "AnsweredOnceHealed", make }
