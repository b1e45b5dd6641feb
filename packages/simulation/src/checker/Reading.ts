/**
 * A history, read: what was said in a conversation of which request, by whom, and over what. Checkers that look into messages
 * read by it, together; it judges nothing.
 *
 * @since 0.1.0
 */
import * as Message from "@parley/mcp/jsonrpc/Message"
import { messagesIn } from "@parley/mcp/testing/transcript/Entry"
import type { Direction } from "../fault/Fault.ts"
import type { Answered, Event, Opened, Sent } from "../history/Event.ts"

/**
 * A line or an exchange.
 *
 * @category models
 * @since 0.1.0
 */
export interface Via {
  readonly name: string
  readonly client: string
  readonly server: string
  /** The verb and path, over HTTP. */
  readonly verb: string | undefined
  /** Whose credential the client showed. */
  readonly principal: string | undefined
  /** The event after which it goes on with a stream. */
  readonly lastEventId: string | undefined
  /** Within what ids of requests mean something: the line, the client's session, or the client where there is neither. */
  scope: string
  /** Within what ids of events mean something: the session, or the exchange where there is none yet. */
  events: string
}

/**
 * What was said in one message.
 *
 * @category models
 * @since 0.1.0
 */
export interface Said {
  readonly sent: Sent
  readonly atMillis: number
  readonly via: Via
  readonly scope: string
  readonly direction: Direction
  /** The messages in it, several in a batch; none where it is no message: an event that only tells its id, say. */
  readonly items: ReadonlyArray<Message.Message | Message.Malformed>
  /** Whether it is an event that was sent before, on another connection. */
  readonly isRepeat: boolean
}

/**
 * What an event is to somebody who reads messages.
 *
 * @category models
 * @since 0.1.0
 */
export interface Read {
  /** What was put on its way. */
  readonly sent?: Said
  /** What was handed over. */
  readonly arrived?: Said
  /** What will not arrive. */
  readonly lost?: Said
}

/**
 * Somebody who reads a history as it is written.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reader {
  /**
   * Reads the next event; what it gives is empty when the event is about no message. Several may read by it, one event after
   * the other: what was read last is not read again.
   */
  readonly read: (event: Event) => Read
  /** A line or an exchange by its name. */
  readonly via: (name: string) => Via | undefined
}

/**
 * The query by which old clients over HTTP say which session they post to. The stream of the session was opened before, by a
 * request that does not say so.
 */
const sessionInQuery = /[?&]sessionId=([^&\s"]+)/

const sessionScope = (session: string, client: string, life: number): string =>
  `session ${session} of ${client}${life > 1 ? `, life ${life}` : ""}`

/** A client that comes up again begins anew with its ids. */
const scopeOf = ({ from, headers, verb, via }: Opened, life: number): string => {
  if (verb === undefined) return `line ${via}`
  const session = headers?.["mcp-session-id"] ?? sessionInQuery.exec(verb)?.[1]
  return session === undefined ? `client ${from}, life ${life}` : sessionScope(session, from, life)
}

const isSession = (scope: string): boolean => scope.startsWith("session ")

const viaOf = (opened: Opened, life: number): Via => {
  const scope = scopeOf(opened, life)
  return {
    name: opened.via,
    client: opened.from,
    server: opened.to,
    verb: opened.verb,
    principal: opened.headers?.authorization,
    lastEventId: opened.headers?.["last-event-id"],
    scope,
    events: isSession(scope) ? scope : opened.via
  }
}

/** Reads an event once, however many ask for it before the next. */
const once = (readNext: Reader["read"]): Reader["read"] => {
  let last: Event | undefined
  let lastRead: Read = {}
  return (event) => {
    if (event !== last) {
      last = event
      lastRead = readNext(event)
    }
    return lastRead
  }
}

/**
 * Somebody who has read nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Reader => {
  const vias = new Map<string, Via>()
  const messages = new Map<number, Said>()
  const eventIds = new Set<string>()
  /** How often each host came up. */
  const lives = new Map<string, number>()
  const lifeOf = (client: string): number => lives.get(client) ?? 1
  /** The last stream of each client of which it is not known to which session it belongs. */
  const unbound = new Map<string, Via>()
  /** The exchange in which each session was opened. */
  const births = new Map<string, Via>()

  const open = (opened: Opened): void => {
    const via = viaOf(opened, lifeOf(opened.from))
    vias.set(via.name, via)
    if (!isSession(via.scope)) {
      if (via.verb?.startsWith("GET ") === true) unbound.set(via.client, via)
      return
    }
    const birth = births.get(via.scope)
    if (birth !== undefined && via.lastEventId !== undefined && eventIds.has(`${birth.name} ${via.lastEventId}`)) {
      // The stream that goes on is the one on which the session was opened.
      via.scope = birth.scope
      via.events = birth.events
    }
    if (opened.headers?.["mcp-session-id"] !== undefined) return
    const stream = unbound.get(via.client)
    unbound.delete(via.client)
    if (stream !== undefined) stream.scope = via.scope
  }
  const bear = ({ headers, via: name }: Answered): void => {
    const via = vias.get(name)
    const session = headers["mcp-session-id"]
    if (via !== undefined && session !== undefined) {
      births.set(sessionScope(session, via.client, lifeOf(via.client)), via)
    }
  }

  const hear = (sent: Sent & { readonly atMillis: number }): Read => {
    const via = vias.get(sent.via)
    if (via === undefined) return {}
    const direction = sent.from === via.client ? "toServer" : "toClient"
    const { eventId, text } = sent
    const { scope } = via
    const event = eventId === undefined ? undefined : `${via.events} ${eventId}`
    const isRepeat = event !== undefined && eventIds.has(event)
    if (event !== undefined) eventIds.add(event)
    const items = messagesIn(text)
    const said: Said = { sent, atMillis: sent.atMillis, via, scope, direction, items, isRepeat }
    messages.set(sent.message, said)
    return { sent: said }
  }
  const readNext = (event: Event): Read => {
    if (event._tag === "Opened") open(event)
    if (event._tag === "Answered") bear(event)
    if (event._tag === "Up") lives.set(event.host, (lives.get(event.host) ?? 0) + 1)
    if (event._tag === "Sent") return hear(event)
    if (event._tag !== "Arrived" && event._tag !== "Lost") return {}
    const said = messages.get(event.message)
    if (said === undefined) return {}
    return event._tag === "Arrived" ? { arrived: said } : { lost: said }
  }

  return { via: (name) => vias.get(name), read: once(readNext) }
}

/**
 * What a request is known by in a whole history: where it counts, who sent it, and its id.
 *
 * @category names
 * @since 0.1.0
 */
export const requestKey = (scope: string, direction: Direction, id: Message.RequestId): string =>
  `${JSON.stringify(id)} ${direction === "toServer" ? "of the client" : "of the server"} (${scope})`

/**
 * The requests in what was said, by what they are known by.
 *
 * @category reading
 * @since 0.1.0
 */
export const requestsIn = (
  { direction, items, scope }: Said
): ReadonlyArray<{ readonly key: string; readonly request: Message.Request }> =>
  items.flatMap((item) =>
    item._tag === "Request" ? [{ key: requestKey(scope, direction, item.id), request: item }] : []
  )

/**
 * The requests that are answered in what was said, by what they are known by.
 *
 * @category reading
 * @since 0.1.0
 */
export const answeredIn = ({ direction, items, scope }: Said): ReadonlyArray<string> =>
  items.flatMap((item) =>
    (item._tag === "Success" || item._tag === "Failure") && item.id !== undefined
      ? [requestKey(scope, direction === "toServer" ? "toClient" : "toServer", item.id)]
      : []
  )

/**
 * The requests that are cancelled in what was said, by what they are known by.
 *
 * @category reading
 * @since 0.1.0
 */
export const cancelledIn = ({ direction, items, scope }: Said): ReadonlyArray<string> =>
  items.flatMap((item) => {
    if (item._tag !== "Notification" || item.method !== "notifications/cancelled") return []
    const id = item.params?.requestId
    return Message.isRequestId(id) ? [requestKey(scope, direction, id)] : []
  })

const isPartOfWord = (character: string | undefined): boolean => character !== undefined && /[\w-]/.test(character)

/**
 * Whether a text has a key in it, as a whole: `step-1` is not in `step-10`.
 *
 * @category reading
 * @since 0.1.0
 */
export const mentions = (text: string, key: string): boolean => {
  for (let at = text.indexOf(key); at !== -1; at = text.indexOf(key, at + 1)) {
    if (!isPartOfWord(text[at - 1]) && !isPartOfWord(text[at + key.length])) return true
  }
  return false
}
