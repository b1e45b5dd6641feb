/**
 * The one call that every row measures: `tools/call` of `add` on a server with 102 tools, in the two eras of the
 * protocol. Bodies and handshakes are written out by hand, so that the load generator depends on no toolkit and costs
 * as little as possible. Nothing here sends anything.
 */

/** The two eras that a row can speak: sessions opened by `initialize`, or requests that stand alone. */
export type Era = "2025-11-25" | "2026-07-28"

/** Until when a run goes on; whichever bound is met first ends it, and calls in flight are still awaited. */
export interface Budget {
  readonly requestsMax: number
  readonly millisMax: number
}

/** What a run saw. Every answer was verified, or there is no outcome. */
export interface Outcome {
  readonly requests: number
  readonly millis: number
  /** Milliseconds from the write of a call to its whole answer, ascending. */
  readonly latenciesMillis: Float64Array
}

/** A connected load generator; `run` can be called again and again, one run at a time. */
export interface Load {
  readonly run: (budget: Budget) => Promise<Outcome>
  readonly close: () => void
}

/** The number of tools that every server registers, `add` among them. */
export const toolCount = 102

/** The other tools: never called, but registered, as they would be on a server of some size. */
export const fillerNames: ReadonlyArray<string> = Array.from(
  { length: toolCount - 1 },
  (_, index) => `filler_${String(index + 1).padStart(3, "0")}`
)

/** How many fillers are registered before `add`, which stands in the middle. */
export const fillersBeforeAdd = Math.floor(fillerNames.length / 2)

/** Ids have seven digits throughout, so that all bodies have the same length; they are never used twice in a session. */
export const firstId = 1_000_000

const clientInfo = { name: "benchmarks", version: "1.0.0" }

const envelope = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": clientInfo,
  "io.modelcontextprotocol/clientCapabilities": {}
}

const callParts = (era: Era): readonly [string, string, string] => {
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: "<id>",
    method: "tools/call",
    params: {
      name: "add",
      arguments: { a: "<id>", b: 1 },
      ...(era === "2026-07-28" ? { _meta: envelope } : {})
    }
  })
  const [head, middle, tail] = body.split("\"<id>\"")
  if (head === undefined || middle === undefined || tail === undefined) throw new Error("the template lost its ids")
  return [head, middle, tail]
}

const parts: Readonly<Record<Era, readonly [string, string, string]>> = {
  "2025-11-25": callParts("2025-11-25"),
  "2026-07-28": callParts("2026-07-28")
}

/** The body of call `id`, which asks for `id + 1`; ASCII only, so its length is also its number of bytes. */
export const callBody = (era: Era, id: number): string => {
  const [head, middle, tail] = parts[era]
  return head + id + middle + id + tail
}

/** The `initialize` request that opens a session of the older era. */
export const initializeBody = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo }
})

/** The notification that completes the opening. */
export const initializedBody = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })

/** The `tools/list` request of either era: sent once to each server, to count its tools. */
export const listBody = (era: Era): string =>
  JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/list",
    params: era === "2026-07-28" ? { _meta: envelope } : {}
  })

/** The members of an answer that are looked at; everything is optional, because nothing is trusted. */
export interface Answer {
  readonly jsonrpc?: unknown
  readonly id?: unknown
  readonly error?: unknown
  readonly result?: {
    readonly isError?: unknown
    readonly resultType?: unknown
    readonly structuredContent?: { readonly sum?: unknown }
    readonly content?: ReadonlyArray<{ readonly type?: unknown }>
    readonly tools?: ReadonlyArray<unknown>
  }
}

/** Throws unless `answer` is the right and complete answer to call `id`. */
export const verifyAnswer = (answer: Answer, era: Era, id: number): void => {
  const result = answer.result
  if (
    answer.jsonrpc !== "2.0" || answer.id !== id || result === undefined || result.isError === true ||
    result.structuredContent?.sum !== id + 1 || result.content?.[0]?.type !== "text" ||
    (era === "2026-07-28" && result.resultType !== "complete")
  ) {
    throw new Error(`wrong answer to call ${id} (${era}): ${JSON.stringify(answer).slice(0, 400)}`)
  }
}

/** Throws unless `answer` lists all the tools (on one page). */
export const verifyList = (answer: Answer): void => {
  const count = answer.result?.tools?.length
  if (count !== toolCount) {
    throw new Error(`expected ${toolCount} tools, the server lists ${count}: ${JSON.stringify(answer).slice(0, 400)}`)
  }
}
