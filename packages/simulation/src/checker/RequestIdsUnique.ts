/**
 * Nobody uses the id of a request for another one, in the same session or on the same line. One that was refused over HTTP may
 * come again as it was, with a credential, say.
 *
 * @since 0.1.0
 */
import type { Checker, Watch } from "./Checker.ts"
import * as Reading from "./Reading.ts"

interface Used {
  readonly method: string
  readonly text: string
  readonly via: string
}

const make = (reader = Reading.make()): Watch => {
  const used = new Map<string, Used>()
  const refused = new Set<string>()

  const judge = (said: Reading.Said): string | undefined => {
    const { text, via } = said.sent
    for (const { key, request: { method } } of Reading.requestsIn(said)) {
      const before = used.get(key)
      used.set(key, { method, text, via })
      const isAgain = before !== undefined && before.text === text && refused.has(before.via)
      if (before !== undefined && !isAgain) {
        return `The id of request ${key}, ${method}, was that of ${before.method} before`
      }
    }
    return undefined
  }
  return {
    see: (event) => {
      if (event._tag === "Answered" && event.status >= 400) refused.add(event.via)
      const { sent } = reader.read(event)
      return sent === undefined || sent.isRepeat ? undefined : judge(sent)
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
export const requestIdsUnique: Checker = { name: "RequestIdsUnique", make }
