/**
 * A conversation as it is being written down: entries with the time, in order, and names for the lines and exchanges they go
 * over. Credentials are taken out here, before anything is kept.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Entry from "../transcript/Entry.ts"
import * as Events from "./Events.ts"
import * as Redaction from "./Redaction.ts"

/**
 * Whose conversation it is, for the entries.
 *
 * @category models
 * @since 0.1.0
 */
export interface Names {
  /** Default: `client`. */
  readonly client: string
  /** Default: `server`. */
  readonly server: string
}

/**
 * A recorder.
 *
 * @category models
 * @since 0.1.0
 */
export interface Recorder {
  readonly names: Names
  /** All that was recorded so far. */
  readonly transcript: () => Entry.Transcript
  /** Writes down that something was sent, without the credentials in its head, and in texts from then on. */
  readonly say: (
    direction: Entry.Direction,
    said: Pick<Entry.Said, "text" | "head" | "eventId" | "over">,
    names?: Names
  ) => void
  /** Writes down something else. */
  readonly note: (note: string, over?: string) => void
  /** A name for a line or an exchange that begins: `line-1`, `exchange-2`. */
  readonly begin: (what: "line" | "exchange") => string
}

const cleanHead = (
  redaction: Redaction.Redaction,
  head: Entry.RequestHead | Entry.ResponseHead
): Entry.RequestHead | Entry.ResponseHead => {
  const headers = redaction.headers(head.headers)
  return Entry.isRequestHead(head) ? { ...head, url: redaction.url(head.url), headers } : { ...head, headers }
}

/**
 * A recorder with nothing in it. It counts milliseconds from now, by the clock of the fiber.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ client = "client", server = "server" }: Partial<Names> = {}): Effect.Effect<Recorder> =>
  Effect.map(Clock.Clock, (clock) => {
    const startMillis = clock.currentTimeMillisUnsafe()
    const nowMillis = (): number => clock.currentTimeMillisUnsafe() - startMillis
    const entries: Array<Entry.Entry> = []
    const own: Names = { client, server }
    const redaction = Redaction.make()
    const clean = ({ head, text, ...rest }: Pick<Entry.Said, "text" | "head" | "eventId" | "over">) => ({
      // First: what is in a head is not to be in the text that came with it.
      ...(head === undefined ? {} : { head: cleanHead(redaction, head) }),
      ...(text === undefined ? {} : { text: redaction.text(text) }),
      ...rest
    })
    let begun = 0
    return {
      names: own,
      transcript: () => entries.slice(),
      say: (direction, said, names = own) => {
        const [from, to] = direction === "toServer" ? [names.client, names.server] : [names.server, names.client]
        entries.push({ _tag: "Said", atMillis: nowMillis(), direction, from, to, ...clean(said) })
      },
      note: (note, over) =>
        void entries.push({
          _tag: "Noted",
          atMillis: nowMillis(),
          note: redaction.text(note),
          ...(over === undefined ? {} : { over })
        }),
      begin: (what) => {
        begun += 1
        return `${what}-${begun}`
      }
    }
  })

/**
 * Takes the text of an event stream in pieces, and writes down each event that is a message; of others, that they came.
 *
 * @category recording
 * @since 0.1.0
 */
export const events = (recorder: Recorder, over: string): (text: string) => void =>
  Events.reader(({ data, id, name }) => {
    if (name !== "message") return recorder.note(`the event "${name}": ${data}`, over)
    // An event without data tells no more than its id.
    const eventId = id === undefined ? {} : { eventId: id }
    recorder.say("toClient", { over, ...eventId, ...(data === "" ? {} : { text: data }) })
  })
