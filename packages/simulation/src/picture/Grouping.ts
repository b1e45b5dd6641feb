/**
 * What belongs together in a history: the messages of one call of a user. A request belongs to the call whose key it
 * carries, or else to the only one that its user is at; whatever comes of a request belongs to where the request does.
 *
 * @since 0.1.0
 */
import type { Reading } from "./Reading.ts"
import type { Group } from "./Sequence.ts"

/** How much of a text is looked through for keys, in characters. */
const searchedCharactersMax = 65_536

/**
 * Groups that are being found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Grouping {
  readonly groups: Array<Group>
  /** Somebody began to do something; gives the group of it. */
  readonly began: (key: string, user: string, action: string) => string
  readonly ended: (key: string) => void
  /** The group of a call. */
  readonly ofKey: (key: string) => string | undefined
  /** The group of what was sent; `own` is the id of the arrow, `exchange` the HTTP exchange that it went over. */
  readonly place: (sent: Placed) => string | undefined
}

/**
 * What is to be put into a group.
 *
 * @category models
 * @since 0.1.0
 */
export interface Placed {
  readonly own: string
  readonly from: string
  readonly to: string
  readonly text: string
  readonly exchange: string | undefined
  readonly reading: Reading
}

/**
 * Grouping of nothing yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Grouping => {
  // All are bounded by the history, which is there as a whole.
  const groups: Array<Group> = []
  const calls = new Map<string, { readonly group: string; readonly user: string }>()
  const busy = new Map<string, Set<string>>()
  const requests = new Map<string, string>()
  const exchanges = new Map<string, string>()

  const carried = (text: string): string | undefined => {
    if (calls.size === 0) return undefined
    for (const [, string = ""] of text.slice(0, searchedCharactersMax).matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
      const found = calls.get(string) ?? string.split(/[/?=&#\s]+/).map((part) => calls.get(part)).find(Boolean)
      if (found !== undefined) return found.group
    }
    return undefined
  }

  /** The group of the only call that a user is at. */
  const only = (user: string): string | undefined => {
    const keys = busy.get(user)
    return keys?.size === 1 ? [...keys].map((key) => calls.get(key)?.group)[0] : undefined
  }

  const opened = ({ exchange, from, own, reading, text, to }: Placed): string => {
    const known = carried(text) ?? (exchange === undefined ? undefined : exchanges.get(exchange)) ?? only(from) ??
      only(to)
    if (known === undefined) groups.push({ id: own, label: reading.label, isCall: false })
    return known ?? own
  }

  return {
    groups,
    began: (key, user, action) => {
      const group = `c${calls.size}`
      calls.set(key, { group, user })
      const keys = busy.get(user) ?? new Set()
      busy.set(user, keys.add(key))
      groups.push({ id: group, label: `${key} ${action}`, isCall: true })
      return group
    },
    ended: (key) => {
      const call = calls.get(key)
      if (call !== undefined) busy.get(call.user)?.delete(key)
    },
    ofKey: (key) => calls.get(key)?.group,
    place: (sent) => {
      const { exchange, own, reading } = sent
      if (reading.request === own) {
        const group = opened(sent)
        requests.set(own, group)
        if (exchange !== undefined && !exchanges.has(exchange)) exchanges.set(exchange, group)
        return group
      }
      const answered = reading.request === undefined ? undefined : requests.get(reading.request)
      return answered ?? carried(sent.text) ?? (exchange === undefined ? undefined : exchanges.get(exchange))
    }
  }
}
