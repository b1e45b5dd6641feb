/** Histories by hand, and what checkers say of them. */
import { assert } from "@effect/vitest"
import type { Checker, Remains } from "@parley/simulation/checker/Checker"
import type { Event, Happening } from "@parley/simulation/history/Event"

/** What happens a millisecond after the other. */
export const one = (...happenings: ReadonlyArray<Happening>): ReadonlyArray<Event> =>
  happenings.map((happening, index) => ({ atMillis: index, ...happening }))

export const healed: Remains = { isHealed: true, left: {} }

/** What a checker says of a history, in order. */
export const verdicts = (
  { make }: Checker,
  events: ReadonlyArray<Event>,
  remains: Remains = healed
): ReadonlyArray<string> => {
  const { end, see } = make()
  return [...events.flatMap((event) => see(event) ?? []), ...end(remains)]
}

/** Expects one verdict in these words, or none. */
export const expect = (checker: Checker, words: RegExp | undefined, ...happenings: ReadonlyArray<Happening>): void => {
  const found = verdicts(checker, one(...happenings))
  assert.strictEqual(found.length, words === undefined ? 0 : 1, JSON.stringify(found))
  if (words !== undefined) assert.match(found[0] ?? "", words)
}

/** A line from ada to the server. */
export const line: Happening = { _tag: "Opened", via: "line", from: "ada", to: "server" }

/** An exchange of a client with the server. */
export const post = (
  via: string,
  from: string,
  headers: { readonly [name: string]: string } = {},
  verb = "POST /mcp"
): Happening => ({ _tag: "Opened", via, from, to: "server", verb, headers })

export const get = (via: string, from: string, headers: { readonly [name: string]: string }): Happening =>
  post(via, from, headers, "GET /mcp")

export const answered = (
  via: string,
  status = 200,
  headers: { readonly [name: string]: string } = {}
): Happening => ({ _tag: "Answered", via, status, headers })

export const sent = (
  message: number,
  from: string,
  to: string,
  text: string | object,
  via = "line",
  eventId?: string
): Happening => ({
  _tag: "Sent",
  message,
  from,
  to,
  via,
  text: typeof text === "string" ? text : JSON.stringify({ jsonrpc: "2.0", ...text }),
  ...(eventId === undefined ? {} : { eventId })
})

export const arrived = (message: number): Happening => ({ _tag: "Arrived", message })

/** A message that arrives as it is sent. */
export const said = (...args: Parameters<typeof sent>): ReadonlyArray<Happening> => [sent(...args), arrived(args[0])]

export const request = (id: number, method = "tools/call", params: object = {}) => ({ id, method, params })

export const result = (id: number, value: object = {}) => ({ id, result: value })

export const cancelled = (requestId: number) => ({ method: "notifications/cancelled", params: { requestId } })

export const began = (key: string, user = "ada", input: unknown = {}): Happening => ({
  _tag: "Began",
  key,
  user,
  action: "call",
  input
})

export const ended = (key: string, detail: unknown = {}): Happening => ({
  _tag: "Ended",
  key,
  outcome: "Success",
  detail
})

export const failed = (key: string, mayHaveRun: boolean): Happening => ({
  _tag: "Ended",
  key,
  outcome: "Failure",
  detail: "failed",
  mayHaveRun
})

export const ran = (key: string): Happening => ({ _tag: "Ran", host: "server", key })
