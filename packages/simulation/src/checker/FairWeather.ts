/**
 * As long as nothing has gone wrong, nothing fails: what a user begins comes to its end, unless that user leaves or gives it
 * up. Once a fault has struck, failures are allowed, and others judge whether they are true.
 *
 * @since 0.1.0
 */
import type { Ended, Event } from "../history/Event.ts"
import type { Checker, Watch } from "./Checker.ts"

interface Doubtful {
  readonly user: string | undefined
  readonly what: string
  readonly atMillis: number
}

const make = (): Watch => {
  const users = new Map<string, string>()
  const gone = new Map<string, number>()
  /** What failed just now: its user may be leaving in this very moment. */
  let doubtful: Doubtful | undefined
  let isFair = true

  const fail = ({ detail, key, mayHaveRun, outcome }: Ended, atMillis: number): void => {
    // Without this, it is the verdict of a workload.
    if (outcome !== "Failure" || mayHaveRun === undefined) return
    const what = `${key} failed before anything had gone wrong: ${JSON.stringify(detail)}`
    const user = users.get(key)
    if (user === undefined || gone.get(user) !== atMillis) doubtful ??= { user, what, atMillis }
  }
  const notice = (event: Event): void => {
    if (event._tag === "Struck") isFair = false
    if (event._tag === "Began") users.set(event.key, event.user)
    if (event._tag === "Down") {
      gone.set(event.host, event.atMillis)
      if (doubtful?.user === event.host) doubtful = undefined
    }
    if (event._tag === "Ended" && isFair) fail(event, event.atMillis)
  }
  return {
    see: (event) => {
      const sure = doubtful !== undefined && doubtful.atMillis < event.atMillis ? doubtful.what : undefined
      if (sure !== undefined) doubtful = undefined
      notice(event)
      return sure
    },
    end: () => doubtful === undefined ? [] : [doubtful.what]
  }
}

/**
 * The checker.
 *
 * @category checkers
 * @since 0.1.0
 */
export const fairWeather: Checker = { name: "FairWeather", make }
