/**
 * The history of a world: its events, in order. The same seed gives the same history, to the last byte of its text.
 *
 * @since 0.1.0
 */
import type { Event, Happening } from "./Event.ts"

export type { Event, Happening } from "./Event.ts"

/**
 * A history that is being written.
 *
 * @category models
 * @since 0.1.0
 */
export interface History {
  readonly events: ReadonlyArray<Event>
  /** Writes down what happens now, and tells whoever watches. */
  readonly add: (happening: Happening) => void
  /** A number that no message in this history has. */
  readonly nextMessage: () => number
  /** Has each further event shown to a watcher, at once, in the order of watchers. */
  readonly watch: (watcher: (event: Event) => void) => void
}

/**
 * A history in which nothing has happened.
 *
 * @param nowMillis the time of the world
 * @category constructors
 * @since 0.1.0
 */
export const make = (nowMillis: () => number): History => {
  const events: Array<Event> = []
  const watchers: Array<(event: Event) => void> = []
  let lastMessage = 0
  return {
    events,
    add: (happening) => {
      const event: Event = { atMillis: nowMillis(), ...happening }
      events.push(event)
      for (const watcher of watchers) watcher(event)
    },
    nextMessage: () => {
      lastMessage += 1
      return lastMessage
    },
    watch: (watcher) => void watchers.push(watcher)
  }
}

/**
 * The whole history as text, an event a line: two worlds were the same when their texts are.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (events: ReadonlyArray<Event>): string => events.map((event) => JSON.stringify(event)).join("\n")
