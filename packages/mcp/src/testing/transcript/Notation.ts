/**
 * How a line of a conversation is written: `→ tools/call add {"a":1}`. What is written can be read as what is expected, and
 * fits what it was written from. Parts that only tell how the protocol is spoken (`_meta` and the like) are left out.
 *
 * @since 0.1.0
 */
import * as Message from "../../jsonrpc/Message.ts"
import * as Entry from "./Entry.ts"
import * as Json from "./Json.ts"
import type { Row, Saying } from "./Row.ts"

/**
 * The arrow of a direction: what a client says goes to the right.
 *
 * @category rendering
 * @since 0.1.0
 */
export const arrowOf = (direction: Entry.Direction): string => direction === "toServer" ? "→" : "←"

/**
 * Members of params and results that count only where they are expected: they say how the protocol is spoken, not what was
 * asked or answered.
 *
 * @category names
 * @since 0.1.0
 */
export const envelope: ReadonlyArray<string> = ["_meta", "resultType", "ttlMs", "cacheScope"]

/**
 * The member of the params that says what a request is about, by method.
 *
 * @category names
 * @since 0.1.0
 */
export const subjectOf = (method: string): "name" | "uri" | undefined => {
  switch (method) {
    case "tools/call":
    case "prompts/get":
      return "name"
    case "resources/read":
    case "resources/subscribe":
    case "resources/unsubscribe":
    case "notifications/resources/updated":
      return "uri"
    default:
      return undefined
  }
}

/**
 * A text that can stand for itself after a method: in one piece, and no JSON.
 *
 * @category names
 * @since 0.1.0
 */
export const isPlain = (text: string): boolean => /^[^\s{["<….][^\s…]*$/u.test(text)

/**
 * Without the envelope.
 *
 * @category queries
 * @since 0.1.0
 */
export const contentOf = (value: Message.Params): Message.Params =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !envelope.includes(key)))

const isEmpty = (value: unknown): boolean =>
  value === undefined || Message.isObject(value) && Object.keys(value).length === 0

/** What follows the method: the subject and the arguments, where the params have no more than that; or all of them. */
const paramsText = (method: string, params: Message.Params): string => {
  const content = contentOf(params)
  const subject = subjectOf(method)
  const value = subject === undefined ? undefined : content[subject]
  if (subject === undefined || typeof value !== "string" || !isPlain(value)) {
    return isEmpty(content) ? "" : ` ${JSON.stringify(content)}`
  }
  const { [subject]: _, arguments: input, ...more } = content
  if (!isEmpty(more) || subject === "uri" && input !== undefined) return ` ${JSON.stringify(content)}`
  return subject === "uri" ? ` ${value}` : ` ${value} ${JSON.stringify(input === undefined ? {} : input)}`
}

const headText = (head: Entry.RequestHead | Entry.ResponseHead): string =>
  `${Entry.isRequestHead(head) ? `${head.verb} ${head.url}` : head.status} ${JSON.stringify(head.headers)}`

const compact = (text: string): string => {
  const value = Json.parse(text)
  return value === undefined ? JSON.stringify(text) : Json.print(value) ?? JSON.stringify(text)
}

/** Methods that can be told from everything else that follows an arrow. */
const isMethod = (method: string): boolean => /^[a-z$][\w$-]*(?:\/[\w$-]+)*$/u.test(method) && method !== "error"

const messageText = (message: Message.Message, text: string): string => {
  switch (message._tag) {
    case "Request":
    case "Notification":
      return isMethod(message.method)
        ? `${message.method}${paramsText(message.method, message.params ?? {})}`
        : compact(text)
    case "Success": {
      const { result } = message
      return Message.isObject(result) && !Object.hasOwn(result, "jsonrpc")
        ? JSON.stringify(contentOf(result))
        : compact(text)
    }
    case "Failure": {
      const { code, data, message: reason } = message.error
      return `error ${code} ${JSON.stringify(reason)}${data === undefined ? "" : ` ${JSON.stringify(data)}`}`
    }
  }
}

/**
 * What a line says, without who says it: the short form of a message where it has one, and its text otherwise.
 *
 * @category rendering
 * @since 0.1.0
 */
export const sayingText = (saying: Saying): string => {
  switch (saying._tag) {
    case "Message":
      return messageText(saying.message, saying.text)
    case "Text":
      return /^\s*\[/u.test(saying.text) ? compact(saying.text) : JSON.stringify(saying.text)
    case "Head":
      return headText(saying.head)
    case "Note":
      return noteText(saying.note)
  }
}

/**
 * A note in one line.
 *
 * @category rendering
 * @since 0.1.0
 */
export const noteText = (note: string): string => note.replaceAll(/\s+/gu, " ").trim()

/**
 * A line. Its number is shown where it is needed, and its client where there are several.
 *
 * @category rendering
 * @since 0.1.0
 */
export const rowText = ({ client, direction, isAmbiguous, number, saying }: Row, namesClient: boolean): string => {
  if (direction === undefined) return `· ${sayingText(saying)}`
  const label = isAmbiguous && number !== undefined ? `#${number} ` : ""
  return `${namesClient ? `${client} ` : ""}${arrowOf(direction)} ${label}${sayingText(saying)}`
}
