/**
 * What is one user's does not get to another: nothing that is said to a client speaks of what another user does, no two
 * clients are given the same session, and no session is served to anybody but the one whose it is.
 *
 * @since 0.1.0
 */
import type { Answered } from "../history/Event.ts"
import type { Checker, Watch } from "./Checker.ts"
import * as Reading from "./Reading.ts"

const sessionHeader = "mcp-session-id"

interface Owner {
  readonly client: string
  readonly principal: string | undefined
}

const make = (reader = Reading.make()): Watch => {
  const userOf = new Map<string, string>()
  const owners = new Map<string, Owner>()
  const named = new Map<string, string>()

  const overhear = ({ direction, sent, via }: Reading.Said): string | undefined => {
    if (direction !== "toClient") return undefined
    for (const [key, user] of userOf) {
      if (user !== via.client && Reading.mentions(sent.text, key)) {
        return `${via.client} was told of ${key}, which is ${user}'s: ${sent.text.slice(0, 200)}`
      }
    }
    return undefined
  }
  const answer = ({ headers, status, via: name }: Answered): string | undefined => {
    const via = reader.via(name)
    if (via === undefined || status >= 400) return undefined
    const used = named.get(name)
    const owner = used === undefined ? undefined : owners.get(used)
    // A client may renew its credential, and a user may have two clients.
    if (owner !== undefined && owner.client !== via.client && owner.principal !== via.principal) {
      return `Session ${used}, which is ${owner.client}'s, was served to ${via.client}`
    }
    const given = headers[sessionHeader]
    if (given === undefined || given === used) return undefined
    const other = owners.get(given)
    owners.set(given, { client: via.client, principal: via.principal })
    return other === undefined ? undefined : `Session ${given} was given to ${other.client} and to ${via.client}`
  }
  return {
    see: (event) => {
      const { sent } = reader.read(event)
      if (sent !== undefined) return overhear(sent)
      if (event._tag === "Began") userOf.set(event.key, event.user)
      const session = event._tag === "Opened" ? event.headers?.[sessionHeader] : undefined
      if (event._tag === "Opened" && session !== undefined) named.set(event.via, session)
      return event._tag === "Answered" ? answer(event) : undefined
    },
    end: () => []
  }
}

/**
 * The checker. It knows what is whose by the keys of what users do, so handlers that tell everybody of a key are at fault.
 *
 * @category checkers
 * @since 0.1.0
 */
export const noCrossTalk: Checker = { name: "NoCrossTalk", make }
