/**
 * Reads event streams for whoever looks on or plays a part: each event with its name and data, and the id that holds for it.
 * Clients of the library have a reader of their own, which knows about limits.
 *
 * @since 0.1.0
 */
import * as Sse from "effect/encoding/Sse"
import type { Headers } from "../transcript/Entry.ts"

/**
 * An event.
 *
 * @category models
 * @since 0.1.0
 */
export interface Event {
  /** `message`, unless it says otherwise. */
  readonly name: string
  /** Empty where it tells nothing but its id. */
  readonly data: string
  /** Its own id, or that of the last event that had one. */
  readonly id?: string
}

/**
 * Takes the text of a stream in pieces, and gives each event once it is there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reader = (take: (event: Event) => void): (text: string) => void => {
  const parser = Sse.makeParser((event) => {
    if (event._tag === "Retry") return
    const { data, event: name, id } = event
    take({ name, data, ...(id === undefined || id === "" ? {} : { id }) })
  })
  return (text) => void parser.feed(text)
}

/**
 * Whether a response is an event stream, by its headers.
 *
 * @category queries
 * @since 0.1.0
 */
export const areIn = (headers: Headers): boolean =>
  (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() === "text/event-stream"
