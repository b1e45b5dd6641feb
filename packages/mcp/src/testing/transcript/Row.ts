/**
 * A conversation line by line, as people read it: a message, the head of an HTTP request, a note. Ids become numbers in the
 * order in which they come up, because what they are says nothing; which answer is for which request does.
 *
 * @since 0.1.0
 */
import { defaultLimits } from "../../jsonrpc/Limits.ts"
import * as Message from "../../jsonrpc/Message.ts"
import * as Entry from "./Entry.ts"

/**
 * What a line says.
 *
 * @category models
 * @since 0.1.0
 */
export type Saying =
  | { readonly _tag: "Message"; readonly message: Message.Message; readonly text: string }
  /** A text that is no single message: a batch, or anything else. */
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Head"; readonly head: Entry.RequestHead | Entry.ResponseHead }
  | { readonly _tag: "Note"; readonly note: string }

/**
 * A line of a conversation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Row {
  readonly atMillis: number
  /** The client of the conversation that it is part of; empty for a note. */
  readonly client: string
  /** `undefined` for a note. */
  readonly direction: Entry.Direction | undefined
  readonly saying: Saying
  /** The number of the id in it, counted among those of the same asker; `undefined` where there is none. */
  readonly number: number | undefined
  /** Whether it is an answer to no request that was open. */
  readonly isStray: boolean
  /** Whether the number is needed to know which request an answer is for. */
  readonly isAmbiguous: boolean
}

interface Asked {
  readonly numbers: Map<Message.RequestId, number>
  /** How many requests are open, by id. */
  readonly open: Map<Message.RequestId, Array<number>>
  /** Rows that cannot be told apart without their numbers. */
  readonly ambiguous: Set<number>
}

interface State {
  readonly rows: Array<Row>
  readonly askers: Map<string, Asked>
}

const askedBy = ({ askers }: State, client: string, direction: Entry.Direction): Asked => {
  const key = `${direction} ${client}`
  const known = askers.get(key) ?? { numbers: new Map(), open: new Map(), ambiguous: new Set() }
  askers.set(key, known)
  return known
}

const numberOf = ({ numbers }: Asked, id: Message.RequestId): number => {
  const number = numbers.get(id) ?? numbers.size + 1
  numbers.set(id, number)
  return number
}

const opposite = (direction: Entry.Direction): Entry.Direction => direction === "toServer" ? "toClient" : "toServer"

const noteRequest = (asked: Asked, id: Message.RequestId, row: number): void => {
  const open = asked.open.get(id) ?? []
  open.push(row)
  asked.open.set(id, open)
  if (asked.open.size === 1 && open.length === 1) return
  for (const rows of asked.open.values()) for (const one of rows) asked.ambiguous.add(one)
}

/** Ends the request that an answer is for; gives its row. */
const noteAnswer = (asked: Asked, id: Message.RequestId): number | undefined => {
  const open = asked.open.get(id)
  const row = open?.shift()
  if (open?.length === 0) asked.open.delete(id)
  return row
}

const sayingOf = (text: string): Extract<Saying, { readonly text: string }> => {
  const parsed = Message.parse(text, defaultLimits)
  return parsed._tag === "Batch" || parsed._tag === "Malformed"
    ? { _tag: "Text", text }
    : { _tag: "Message", message: parsed, text }
}

const plain = { number: undefined, isStray: false, isAmbiguous: false }

const rowOf = (state: State, said: Entry.Said, text: string): Row => {
  const { atMillis, direction } = said
  const client = Entry.clientOf(said)
  const saying = sayingOf(text)
  const common = { ...plain, atMillis, client, direction, saying }
  // An error without an id is about something that could not be read.
  if (saying._tag === "Text" || saying.message._tag === "Notification" || saying.message.id === undefined) return common
  const { _tag, id } = saying.message
  if (_tag === "Request") {
    const asked = askedBy(state, client, direction)
    noteRequest(asked, id, state.rows.length)
    return { ...common, number: numberOf(asked, id) }
  }
  const asked = askedBy(state, client, opposite(direction))
  const request = noteAnswer(asked, id)
  const isStray = request === undefined
  return { ...common, number: numberOf(asked, id), isStray, isAmbiguous: isStray || asked.ambiguous.has(request) }
}

/** Whether a row is a request that cannot be told apart from another that was open with it. */
const isAmbiguousRequest = (state: State, { client, direction, saying }: Row, index: number): boolean =>
  saying._tag === "Message" && saying.message._tag === "Request" && direction !== undefined &&
  askedBy(state, client, direction).ambiguous.has(index)

/**
 * The lines of a conversation, in order. A head comes before the text that was sent with it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const of = (transcript: ReadonlyArray<Entry.Entry>): ReadonlyArray<Row> => {
  const state: State = { rows: [], askers: new Map() }
  for (const entry of transcript) {
    const { atMillis } = entry
    if (entry._tag === "Noted") {
      const saying: Saying = { _tag: "Note", note: entry.note }
      state.rows.push({ ...plain, atMillis, client: "", direction: undefined, saying })
      continue
    }
    const { direction, head, text } = entry
    if (head !== undefined) {
      const saying: Saying = { _tag: "Head", head }
      state.rows.push({ ...plain, atMillis, client: Entry.clientOf(entry), direction, saying })
    }
    if (text !== undefined && text !== "") state.rows.push(rowOf(state, entry, text))
  }
  return state.rows.map((row, index) => isAmbiguousRequest(state, row, index) ? { ...row, isAmbiguous: true } : row)
}
