/**
 * What is to be done in a world, and when: tasks that are ready now, in the order in which they became so, and those whose
 * time has not come. Time is a number here, which stands still while there is something to do. It decides what is next; it
 * starts nothing by itself.
 *
 * @since 0.1.0
 */

/**
 * An agenda.
 *
 * @category models
 * @since 0.1.0
 */
export interface Agenda {
  /** Milliseconds since the world began. */
  readonly nowMillis: () => number
  /** Adds a task that is ready. Lower priorities come first; within one, whatever came first. */
  readonly add: (task: () => void, priority: number) => void
  /** Adds a task for later, in order of time and then of adding. Calling what it gives takes the task off again. */
  readonly after: (millis: number, task: () => void) => () => void
  /**
   * Does what is ready, and what becomes ready by that, until nothing is. Says whether there was anything. It gives up on
   * what comes round more than `roundsMax` times without time going on.
   */
  readonly work: () => boolean
  /** Whether it gave up. */
  readonly isEndless: () => boolean
  /** When the next task for later is due; `undefined` when there is none. */
  readonly nextMillis: () => number | undefined
  /** Goes on to a time, and makes ready what is due by then. Time never goes back. */
  readonly advance: (toMillis: number) => void
}

interface Later {
  readonly atMillis: number
  readonly task: () => void
}

/** How many times what is ready may make something else ready in one moment. */
const roundsMax = 100_000

type Bucket = readonly [priority: number, tasks: Array<() => void>]

/** Where an entry belongs so that the latest comes first, and of those of one time the last added. */
const placeOf = (later: ReadonlyArray<Later>, atMillis: number): number => {
  let low = 0
  let high = later.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((later[middle]?.atMillis ?? 0) > atMillis) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * An agenda with nothing on it, at time 0.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Agenda => {
  // Sorted, the earliest last, so that it is taken off the end.
  const later: Array<Later> = []
  let now = 0
  let ready: Array<Bucket> = []
  let rounds = 0

  const add = (task: () => void, priority: number): void => {
    let index = 0
    while (index < ready.length && (ready[index]?.[0] ?? 0) < priority) index++
    const bucket = ready[index]
    if (bucket?.[0] === priority) bucket[1].push(task)
    else ready.splice(index, 0, [priority, [task]])
  }
  return {
    nowMillis: () => now,
    add,
    after: (millis, task) => {
      const entry = { atMillis: now + Math.max(0, millis), task }
      later.splice(placeOf(later, entry.atMillis), 0, entry)
      return () => {
        const index = later.indexOf(entry)
        if (index !== -1) later.splice(index, 1)
      }
    },
    work: () => {
      const hadAny = ready.length > 0
      while (ready.length > 0 && rounds < roundsMax) {
        rounds += 1
        const round = ready
        ready = []
        for (const [, tasks] of round) for (const task of tasks) task()
      }
      return hadAny
    },
    isEndless: () => rounds >= roundsMax,
    nextMillis: () => later.at(-1)?.atMillis,
    advance: (toMillis) => {
      if (toMillis > now) rounds = 0
      now = Math.max(now, toMillis)
      for (let next = later.at(-1); next !== undefined && next.atMillis <= now; next = later.at(-1)) {
        later.pop()
        add(next.task, 0)
      }
    }
  }
}
