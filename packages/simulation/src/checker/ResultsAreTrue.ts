/**
 * What a user gets is the outcome of what that user did: it speaks of nothing that somebody did beside it, and the workload has
 * found nothing wrong with it.
 *
 * @since 0.1.0
 */
import type { Ended } from "../history/Event.ts"
import type { Checker, Watch } from "./Checker.ts"
import * as Reading from "./Reading.ts"

const textOf = (detail: unknown): string => typeof detail === "string" ? detail : JSON.stringify(detail) ?? ""

const make = (): Watch => {
  const keys = new Set<string>()

  const judge = ({ detail, key, outcome }: Ended): string | undefined => {
    const text = textOf(detail)
    if (outcome === "Defect") return `${key} came out wrong: ${text}`
    if (outcome !== "Success") return undefined
    const other = Array.from(keys).find((one) => one !== key && Reading.mentions(text, one))
    return other === undefined ? undefined : `${key} was given the outcome of ${other}: ${text}`
  }
  return {
    see: (event) => {
      if (event._tag === "Began") keys.add(event.key)
      return event._tag === "Ended" ? judge(event) : undefined
    },
    end: () => []
  }
}

/**
 * The checker. Handlers that give back the key of their call make it sharp.
 *
 * @category checkers
 * @since 0.1.0
 */
export const resultsAreTrue: Checker = { name: "ResultsAreTrue", make }
