/**
 * Everything that is said is JSON-RPC, and answers are to requests that were made. Over HTTP, what goes with a status that
 * refuses may be in other words, and paths on which no message was ever said are none of MCP's: metadata, tokens.
 *
 * @since 0.1.0
 */
import type { Checker, Watch } from "./Checker.ts"
import * as Reading from "./Reading.ts"

const shown = (text: string): string => text.length > 200 ? `${text.slice(0, 200)}…` : text

/** The path on its server; a line has none. */
const endpointOf = ({ server, verb = "" }: Reading.Via): string => `${server}${verb.replace(/^\w+ |\?.*$/g, "")}`

const make = (reader = Reading.make()): Watch => {
  const made = new Set<string>()
  const doubtful = new Map<string, string>()
  const endpoints = new Set<string>()

  const judge = (said: Reading.Said): string | undefined => {
    for (const { key } of Reading.requestsIn(said)) made.add(key)
    const endpoint = endpointOf(said.via)
    const malformed = said.items.find(({ _tag }) => _tag === "Malformed")
    const { from, text, via } = said.sent
    if (malformed === undefined) endpoints.add(endpoint)
    if (malformed?._tag === "Malformed") {
      if (said.via.verb !== undefined && !endpoints.has(endpoint)) return undefined
      const what = `${from} said what is no message (${malformed.error.message}): ${shown(text)}`
      if (said.direction === "toServer" || said.via.verb === undefined) return what
      // The status comes later than the body was sent.
      doubtful.set(via, what)
      return undefined
    }
    const unknown = Reading.answeredIn(said).find((key) => !made.has(key))
    return unknown === undefined ? undefined : `${from} answered request ${unknown}, which was not made: ${shown(text)}`
  }
  return {
    see: (event) => {
      const { sent } = reader.read(event)
      if (sent !== undefined) return judge(sent)
      if (event._tag !== "Answered") return undefined
      const what = doubtful.get(event.via)
      doubtful.delete(event.via)
      return event.status < 400 ? what : undefined
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
export const wellFormed: Checker = { name: "WellFormed", make }
