/**
 * A conversation between clients and servers as plain data, and assertions about it that read like one. Recorders write it;
 * tests, archives and pictures read it. It knows of no test runner: what is not as expected is an error with a message that
 * shows both sides.
 *
 * A line is `→ tools/call add {"a": 1}` for what a client says, `← {"content": […]}` for an answer to it. Ids and `_meta` are
 * left out; `#1` after the arrow tells requests apart where several are open. In what is expected, `…` stands for anything
 * (alone on a line: for any number of lines), and `<name>` for a value that may differ each time, but is the same wherever it
 * has the same name. A method alone is a request with any params; `← error -32601` an error with any message. HTTP heads
 * (`→ POST /mcp {"mcp-session-id": <session>}`, `← 202`) and notes (`· the line was closed`) are compared when at least one is
 * expected.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Comparison from "./transcript/Comparison.ts"
import type { Transcript } from "./transcript/Entry.ts"
import * as Notation from "./transcript/Notation.ts"
import * as Row from "./transcript/Row.ts"

/** What a conversation consists of. @category models @since 0.1.0 */
export type {
  Direction,
  Entry,
  Headers,
  Noted,
  RequestHead,
  ResponseHead,
  Said,
  Transcript
} from "./transcript/Entry.ts"

/** Questions about entries. @category queries @since 0.1.0 */
export { clientOf, isRequestHead, messagesOf, of } from "./transcript/Entry.ts"

/** A conversation that went another way. @category errors @since 0.1.0 */
export { type Bound, Mismatch } from "./transcript/Comparison.ts"

/**
 * What is shown of a conversation beside its messages. Default: nothing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shown {
  /** The heads of HTTP requests and responses. */
  readonly heads?: boolean
  readonly notes?: boolean
}

/**
 * The conversation as people read it, a line for each message. It can be expected as it stands.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (transcript: Transcript, { heads = false, notes = false }: Shown = {}): string => {
  const rows = Row.of(transcript).filter(({ saying: { _tag } }) =>
    _tag === "Head" ? heads : _tag === "Note" ? notes : true
  )
  const clients = new Set(rows.map(({ client }) => client).filter((client) => client !== ""))
  return rows.map((row) => Notation.rowText(row, clients.size > 1)).join("\n")
}

/**
 * Compares a conversation with what is expected of it, and gives what the names in it stood for.
 *
 * @category assertions
 * @since 0.1.0
 */
export const compare: (
  transcript: Transcript,
  expected: string
) => Result.Result<Comparison.Bound, Comparison.Mismatch> = Comparison.compare

/**
 * Fails unless a conversation went as expected; gives what the names stood for.
 *
 * @example
 * ```ts
 * import { Tool } from "@parley/mcp"
 * import * as McpServer from "@parley/mcp/server/McpServer"
 * import * as McpTest from "@parley/mcp/testing/McpTest"
 * import * as Transcript from "@parley/mcp/testing/Transcript"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * const add = Tool.serve("add", { parameters: { a: Schema.Number, b: Schema.Number } }, ({ a, b }) =>
 *   Effect.succeed(`${a + b}`))
 * const Server = McpServer.layer(add, { name: "demo", version: "1.0.0" })
 *
 * export const test = Effect.gen(function*() {
 *   const { client, recorded } = yield* McpTest.make(Server)
 *   yield* client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
 *   yield* Transcript.expect(recorded(), `
 *     → server/discover
 *     ← { supportedVersions: ["2026-07-28", …], … }
 *     → tools/call add {"a": 1, "b": 2}
 *     ← {"content": [{"type": "text", "text": "3"}]}
 *   `)
 * })
 * ```
 *
 * @category assertions
 * @since 0.1.0
 */
export const expect = (
  transcript: Transcript,
  expected: string
): Effect.Effect<Comparison.Bound, Comparison.Mismatch> =>
  Effect.suspend(() => Effect.fromResult(Comparison.compare(transcript, expected)))

/**
 * The same for any test runner: throws the `Mismatch`, which is an `Error`.
 *
 * @category assertions
 * @since 0.1.0
 */
export const expectUnsafe = (transcript: Transcript, expected: string): Comparison.Bound =>
  Result.getOrThrow(Comparison.compare(transcript, expected))
