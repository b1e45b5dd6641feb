/**
 * What a text on the wire is, in a few words, and what it belongs to: a response to its request, a notification to the
 * request that it is about. It takes whatever comes, and says of nothing that it is wrong.
 *
 * @since 0.1.0
 */
import { defaultLimits } from "@parley/mcp/jsonrpc/Limits"
import * as Message from "@parley/mcp/jsonrpc/Message"
import type { Kind } from "./Sequence.ts"
import { brief } from "./Sequence.ts"

/** As long as a label may be, in characters, whatever the message says. */
const labelCharactersMax = 60

/**
 * What a text is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reading {
  readonly kind: Kind
  readonly label: string
  readonly facts: ReadonlyArray<readonly [name: string, value: string]>
  /** The id of the request that it belongs to, as far as that is known: its own, if it is one. */
  readonly request: string | undefined
}

/**
 * Who sent a text to whom.
 *
 * @category models
 * @since 0.1.0
 */
export interface Way {
  readonly from: string
  readonly to: string
}

/**
 * A reader of one conversation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reader {
  /** Reads the next text; `own` is what the request is to be known by that it may be. */
  readonly read: (way: Way, text: string, own: string) => Reading
}

interface Known {
  readonly own: string
  readonly title: string
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined

const member = (value: unknown, name: string): unknown =>
  Message.isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined

/** What a request is about: the name of a tool, the URI of a resource, what is to be completed. */
const subjectOf = (params: Message.Params | undefined): string => {
  const candidates = [
    member(params, "name"),
    member(params, "uri"),
    member(member(params, "ref"), "name"),
    member(member(params, "ref"), "uri"),
    member(params, "level")
  ]
  const subject = candidates.map(textOf).find((text) => text !== undefined)
  return subject === undefined ? "" : ` ${subject}`
}

const cut = (label: string): string => label.slice(0, labelCharactersMax)

const idFact = (id: Message.RequestId): readonly [string, string] => ["id", JSON.stringify(id).slice(0, 200)]

/** Answers are found by the id, who answers and who asked; a balancer may stand for one of them. */
const keysOf = (asker: string, answerer: string, id: unknown): ReadonlyArray<string> => {
  const text = JSON.stringify(id)
  return [JSON.stringify([asker, answerer, text]), JSON.stringify([asker, text]), JSON.stringify(["", answerer, text])]
}

const progressOf = (params: Message.Params | undefined): string => {
  const progress = textOf(member(params, "progress"))
  const total = textOf(member(params, "total"))
  return progress === undefined ? "" : ` ${progress}${total === undefined ? "" : `/${total}`}`
}

const outcomeOf = (result: unknown): { readonly kind: Kind; readonly word: string } => {
  if (member(result, "isError") === true) return { kind: "error", word: "isError" }
  return { kind: "response", word: member(result, "resultType") === "input_required" ? "input required" : "result" }
}

/**
 * A reader that has read nothing yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Reader => {
  // Both are bounded by the conversation, which is there as a whole before it is read.
  const requests = new Map<string, Known>()
  const tokens = new Map<string, Known>()

  const find = (asker: string, answerer: string, id: unknown): Known | undefined =>
    keysOf(asker, answerer, id).map((key) => requests.get(key)).find((known) => known !== undefined)

  const request = ({ id, method, params }: Message.Request, { from, to }: Way, own: string): Reading => {
    const title = cut(`${method}${subjectOf(params)}`)
    for (const key of keysOf(from, to, id)) requests.set(key, { own, title })
    const token = member(member(params, "_meta"), "progressToken")
    if (token !== undefined) tokens.set(JSON.stringify([from, token]), { own, title })
    return { kind: "request", label: title, facts: [idFact(id)], request: own }
  }

  const notification = ({ method, params }: Message.Notification, { from, to }: Way): Reading => {
    const token = member(params, "progressToken")
    const id = member(params, "requestId")
    const known = token === undefined
      ? id === undefined ? undefined : find(from, to, id)
      : tokens.get(JSON.stringify([to, token]))
    const label = `${method.replace(/^notifications\//, "")}${progressOf(params)}${subjectOf(params)}`
    return { kind: "notification", label: cut(label), facts: [], request: known?.own }
  }

  const answer = (kind: Kind, word: string, id: Message.RequestId | undefined, { from, to }: Way): Reading => {
    const known = id === undefined ? undefined : find(to, from, id)
    const label = cut(known === undefined ? word : `${word} · ${known.title}`)
    return { kind, label, facts: id === undefined ? [] : [idFact(id)], request: known?.own }
  }

  const single = (
    message: Message.Message | Message.Malformed,
    way: Way,
    own: string,
    text: string
  ): Reading => {
    switch (message._tag) {
      case "Request":
        return request(message, way, own)
      case "Notification":
        return notification(message, way)
      case "Success": {
        const { kind, word } = outcomeOf(message.result)
        return answer(kind, word, message.id, way)
      }
      case "Failure":
        return answer("error", `error ${message.error.code}`, message.id, way)
      case "Malformed":
        return { kind: "other", label: brief(text, labelCharactersMax), facts: [], request: undefined }
    }
  }

  return {
    read: (way, text, own) => {
      // The first event of a stream may have an id to resume from, and nothing else.
      if (text === "") return { kind: "head", label: "empty event", facts: [], request: undefined }
      const message = Message.parse(text, defaultLimits)
      if (message._tag !== "Batch") return single(message, way, own, text)
      const readings = message.items.map((item) => single(item, way, own, "no message"))
      return {
        kind: readings.every(({ kind }) => kind === readings[0]?.kind) ? readings[0]?.kind ?? "other" : "other",
        label: cut(`batch of ${readings.length}: ${readings.map(({ label }) => label).join(", ")}`),
        facts: readings.flatMap(({ facts }) => facts),
        request: readings.find(({ request }) => request !== undefined)?.request
      }
    }
  }
}
