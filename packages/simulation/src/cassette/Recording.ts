/**
 * Makes a cassette of a conversation that was held: numbers the exchanges, leaves out what is the platform's, and puts
 * placeholders where something varies or must not be written down.
 *
 * @since 0.1.0
 */
import * as Events from "@parley/mcp/testing/recording/Events"
import * as Transcript from "@parley/mcp/testing/Transcript"
import type * as Cassette from "./Cassette.ts"
import * as Heads from "./Heads.ts"
import * as JsonText from "./JsonText.ts"
import * as Variance from "./Variance.ts"

/**
 * What is told of a recording.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The heading of the archive. */
  readonly title: string
  /** A paragraph that says why there is this recording. */
  readonly about?: string
  /** The front: `revision`, `over`, `client`, `server`. */
  readonly front?: { readonly [name: string]: string }
  /** What varies, beside what always does. */
  readonly varies?: ReadonlyArray<Variance.Rule>
  /** From how many milliseconds on a silence is written down. Default: 1000. */
  readonly waitMillisMin?: number
}

const waitMillisMinDefault = 1_000

/** What the notes of a recorder say of the end of an exchange. */
const endings: ReadonlyMap<string, Cassette.Over["how"]> = new Map([
  ["the response ended", "end"],
  ["the response broke off", "cut"],
  ["the server cut the stream", "cut"],
  ["there was no response", "cut"],
  ["the client went away", "leave"],
  ["the request was given up", "leave"]
])

/** An event of another kind than a message. HTTP+SSE begins with one. */
const endpointEvent = /^the event "endpoint": (.*)$/su

/** An exchange that is being read. */
interface Reading {
  readonly exchange: string
  /** Where its response is among the parts; `undefined` before there is one. */
  response: number | undefined
  isStream: boolean
  isOver: boolean
  lastId: string | undefined
}

interface State {
  readonly played: Array<Cassette.Played>
  readonly readings: Map<string, Reading>
}

/** A body that is empty is none. */
const textOf = ({ text }: Transcript.Said): { readonly text?: string } =>
  text === undefined || text === "" ? {} : { text: JsonText.compact(text) }

const addRequest = (state: State, said: Transcript.Said, over: string, head: Transcript.RequestHead): void => {
  const exchange = String(state.readings.size + 1)
  state.readings.set(over, { exchange, response: undefined, isStream: false, isOver: false, lastId: undefined })
  state.played.push({
    _tag: "Spoken",
    direction: said.direction,
    exchange,
    head: { verb: head.verb, url: Heads.target(head.url), headers: Heads.ofRequest(head.headers) },
    ...textOf(said)
  })
}

const addEvent = (
  { played }: State,
  reading: Reading,
  { eventId, text }: Pick<Transcript.Said, "eventId" | "text">
) => {
  // An id holds for the events after it, too.
  const hasOwnId = eventId !== undefined && reading.lastId !== eventId
  if (hasOwnId) reading.lastId = eventId
  played.push({
    _tag: "Spoken",
    direction: "toClient",
    exchange: reading.exchange,
    isEvent: true,
    ...(hasOwnId ? { eventId } : {}),
    ...(text === undefined ? {} : { text: JsonText.compact(text) })
  })
}

const addResponse = (state: State, reading: Reading, said: Transcript.Said, head: Transcript.ResponseHead): void => {
  const { exchange } = reading
  reading.response = state.played.length
  reading.isStream = Events.areIn(head.headers)
  const text = reading.isStream ? {} : textOf(said)
  const headers = Heads.ofResponse(head.headers)
  state.played.push({
    _tag: "Spoken",
    direction: "toClient",
    exchange,
    head: { status: head.status, headers },
    ...text
  })
  if (reading.isStream && said.text !== undefined) addEvent(state, reading, said)
}

/** The body of a response is told after its head, once all of it was read. */
const addBody = ({ played }: State, { response = -1 }: Reading, said: Transcript.Said): void => {
  const part = played[response]
  if (part?._tag === "Spoken") played[response] = { ...part, ...textOf(said) }
}

const addSaid = (state: State, said: Transcript.Said): void => {
  const { direction, head, over = "" } = said
  if (head !== undefined && Transcript.isRequestHead(head)) return addRequest(state, said, over, head)
  const reading = state.readings.get(over)
  if (reading === undefined) {
    return void state.played.push({ _tag: "Spoken", direction, text: JsonText.compact(said.text ?? "") })
  }
  if (head !== undefined) return addResponse(state, reading, said, head)
  return reading.isStream ? addEvent(state, reading, said) : addBody(state, reading, said)
}

const addNote = (state: State, { note, over = "" }: Transcript.Noted): void => {
  const reading = state.readings.get(over)
  const text = endpointEvent.exec(note)?.[1]
  if (reading === undefined || reading.isOver) return
  if (text !== undefined) return addEvent(state, reading, { text })
  const how = endings.get(note)
  // A whole response needs no end.
  if (how === undefined || reading.response !== undefined && !reading.isStream) return
  reading.isOver = true
  state.played.push({ _tag: "Over", exchange: reading.exchange, how })
}

/**
 * What is played of a transcript, which is that of one client (`Transcript.of` takes out one of several).
 *
 * @category conversions
 * @since 0.1.0
 */
export const playedOf = (
  transcript: Transcript.Transcript,
  waitMillisMin = waitMillisMinDefault
): ReadonlyArray<Cassette.Played> => {
  const state: State = { played: [], readings: new Map() }
  let lastMillis = transcript[0]?.atMillis ?? 0
  for (const entry of transcript) {
    const count = state.played.length
    if (entry._tag === "Said") addSaid(state, entry)
    else addNote(state, entry)
    if (state.played.length === count) continue
    const millis = Math.round(entry.atMillis - lastMillis)
    lastMillis = entry.atMillis
    if (millis >= waitMillisMin) {
      state.played.splice(count, 0, { _tag: "Wait", millis })
      for (const reading of state.readings.values()) if (reading.response === count) reading.response = count + 1
    }
  }
  return state.played
}

/**
 * What was played with its exchanges numbered in the order in which they began, whatever they were called.
 *
 * @category conversions
 * @since 0.1.0
 */
export const renumbered = (played: ReadonlyArray<Cassette.Played>): ReadonlyArray<Cassette.Played> => {
  const numbers = new Map<string, string>()
  return played.map((part) => {
    if (part._tag === "Wait" || part.exchange === undefined) return part
    const exchange = numbers.get(part.exchange) ?? String(numbers.size + 1)
    numbers.set(part.exchange, exchange)
    return { ...part, exchange }
  })
}

const eachText = (part: Cassette.Played, see: (name: string, text: string) => void): void => {
  if (part._tag !== "Spoken") return
  const { eventId, head, text } = part
  if (head !== undefined) {
    if (Transcript.isRequestHead(head)) see("url", head.url)
    for (const [name, value] of Object.entries(head.headers)) see(name, value)
  }
  if (eventId !== undefined) see("eventId", eventId)
  if (text !== undefined) Variance.eachText(JsonText.parse(text) ?? text, see)
}

const headWith = (
  { ofText }: Variance.Placeholders,
  head: Transcript.RequestHead | Transcript.ResponseHead
): Transcript.RequestHead | Transcript.ResponseHead => {
  const headers = Object.fromEntries(
    Object.entries(head.headers).map(([name, value]) => [name, ofText(name, value)])
  )
  return Transcript.isRequestHead(head)
    ? { verb: head.verb, url: ofText("url", head.url), headers }
    : { status: head.status, headers }
}

const withPlaceholders = (placeholders: Variance.Placeholders, part: Cassette.Played): Cassette.Played => {
  if (part._tag !== "Spoken") return part
  const { eventId, head, text } = part
  const value = text === undefined ? undefined : JsonText.parse(text)
  return {
    ...part,
    ...(head === undefined ? {} : { head: headWith(placeholders, head) }),
    ...(eventId === undefined ? {} : { eventId: placeholders.ofText("eventId", eventId) }),
    ...(text === undefined
      ? {}
      : { text: value === undefined ? placeholders.ofText("", text) : JSON.stringify(placeholders.ofJson(value)) })
  }
}

/** Whatever looks like something that was said is set back by a space. */
const prose = (...texts: ReadonlyArray<string>): ReadonlyArray<Cassette.Prose> =>
  texts.flatMap((text) => text.split(/\r?\n/u)).map((line) => ({
    _tag: "Prose",
    line: /^[→←…]/u.test(line) ? ` ${line}` : line
  }))

const inOneLine = (text: string): string => text.replaceAll(/\s*\n\s*/gu, " ")

/**
 * The cassette of what was played.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromPlayed = (played: ReadonlyArray<Cassette.Played>, options: Options): Cassette.Cassette => {
  const { about, front = {}, title, varies = [] } = options
  const all = JSON.stringify(played)
  const placeholders = Variance.make(
    // Secrets first: what is one is nothing else.
    [Variance.secrets, ...varies, Variance.common],
    (see) => {
      for (const part of played) eachText(part, see)
    },
    (name) => !all.includes(`<${name}>`)
  )
  const parts = played.map((part) => withPlaceholders(placeholders, part))
  return {
    front: [
      ...Object.entries(front).map(([name, value]) => [name, inOneLine(value)] as const),
      ["varies", "ids"],
      ...placeholders.declared()
    ],
    parts: [
      ...prose("", `# ${inOneLine(title)}`, "", ...(about === undefined ? [] : [about, ""]), "```text"),
      ...parts,
      ...prose("```")
    ]
  }
}

/**
 * The cassette of a conversation between one client and one server, with a heading and nothing else around it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromTranscript = (transcript: Transcript.Transcript, options: Options): Cassette.Cassette =>
  fromPlayed(playedOf(transcript, options.waitMillisMin), options)
