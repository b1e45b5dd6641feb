/** Cassettes against peers that say something else: what is told of it, and what an update makes of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Archive from "@parley/simulation/cassette/Archive"
import type * as Cassette from "@parley/simulation/cassette/Cassette"
import * as Replay from "@parley/simulation/cassette/Replay"
import * as Stage from "@parley/simulation/cassette/Stage"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Corpus from "../support/cassette/Corpus.ts"

const entryOf = (name: string): Corpus.Entry => {
  const entry = Corpus.entries.find((entry) => entry.name === name)
  assert.isDefined(entry)
  return entry
}

const changed = (entry: Corpus.Entry, ...changes: ReadonlyArray<readonly [from: string, to: string]>) => {
  const text = changes.reduce((text, [from, to]) => {
    assert.include(text, from)
    return text.replace(from, to)
  }, Archive.print(Corpus.read(entry)))
  return Result.getOrThrow(Archive.parse(text))
}

const toServer = (entry: Corpus.Entry, cassette: Cassette.Cassette, options?: Replay.Options) =>
  Effect.flatMap(Corpus.serve(entry), (server) => Replay.toServer(cassette, server, options)).pipe(
    Effect.scoped,
    Stage.onVirtualTime
  )

const toClient = (entry: Corpus.Entry, cassette: Cassette.Cassette, options?: Replay.Options) =>
  Stage.onVirtualTime(Replay.toClient(cassette, Corpus.act(entry), options))

const messageOf = <A>(effect: Effect.Effect<A, unknown>) => Effect.map(Effect.flip(effect), String)

const tools = entryOf("2025-06-18/tools")
const resuming = entryOf("2025-11-25/resuming")
const asking = entryOf("2025-11-25/asking")

const sum = "\"structuredContent\":{\"sum\":3}"

describe("a server that is played to", () => {
  it.effect("is told what it should have said, what it said, and where the two differ", () =>
    Effect.gen(function*() {
      const message = yield* messageOf(toServer(tools, changed(tools, [sum, sum.replace("3", "4")])))
      assert.match(message, /After 6 of \d+ parts of the cassette: something else was said/u)
      assert.match(message, /^- ← .*"structuredContent":\{"sum":4\}/mu)
      assert.match(message, /^\+ ← .*"structuredContent":\{"sum":3\}/mu)
      assert.match(message, /^body\.result\.structuredContent\.sum: 3 instead of 4$/mu)
    }))

  it.effect("is told what it did not say", () =>
    Effect.gen(function*() {
      const cassette = changed(tools, ["```\n", "← {\"jsonrpc\":\"2.0\",\"method\":\"notifications/never\"}\n```\n"])
      const message = yield* messageOf(toServer(tools, cassette))
      assert.match(message, /this was not said\n\n- ← .*notifications\/never/u)
    }))

  it.effect("is told what it should not have said", () =>
    Effect.gen(function*() {
      const cassette = Corpus.read(tools)
      const last = cassette.parts.findLastIndex((part) => part._tag === "Spoken")
      const shorter = { ...cassette, parts: cassette.parts.filter((_, index) => index !== last) }
      assert.match(yield* messageOf(toServer(tools, shorter)), /nothing of this was expected\n\n\+ ← /u)
    }))

  it.effect("may be sent other ids, and has to answer with these", () =>
    Effect.gen(function*() {
      const call = "\"method\":\"tools/call\""
      const renamed = Archive.print(Corpus.read(tools)).replaceAll(`"id":3,${call}`, `"id":"three",${call}`)
      const inverse = renamed.replaceAll("\"id\":3,\"result\"", "\"id\":\"three\",\"result\"")
      assert.notStrictEqual(renamed, Archive.print(Corpus.read(tools)))
      yield* toServer(tools, Result.getOrThrow(Archive.parse(inverse)))
      // The answer of the archive belongs to no request of it.
      assert.match(
        yield* messageOf(toServer(tools, Result.getOrThrow(Archive.parse(renamed)))),
        /body\.id: "three" instead of/u
      )
    }))
})

describe("a client that is played to", () => {
  it.effect("is told how its request differs", () =>
    Effect.gen(function*() {
      const message = yield* messageOf(toClient(tools, changed(tools, ["\"a\":1", "\"a\":7"])))
      assert.match(message, /body\.params\.arguments\.a: 1 instead of 7/u)
    }))

  it.effect("is told of headers, too", () =>
    Effect.gen(function*() {
      const cassette = changed(asking, ["  mcp-protocol-version: 2025-11-25\n  mcp-session-id: <session>\n", ""])
      const message = yield* messageOf(toClient(asking, cassette))
      assert.match(message, /headers\.mcp-session-id: "session" was not expected/u)
    }))

  it.effect("takes up a stream that breaks as one that ends", () =>
    Effect.gen(function*() {
      const text = Archive.print(Corpus.read(resuming))
      const [, exchange] = /^←(\d+) end$/mu.exec(text) ?? []
      yield* toClient(resuming, changed(resuming, [`←${exchange} end`, `←${exchange} cut`]))
    }))
})

describe("an update", () => {
  const prose = "# Tools are listed and called\n"
  const said = "# Adding is listed and called\n\nSomebody has thought about this.\n"

  it.effect("has what the server says now, and the prose of before", () =>
    Effect.gen(function*() {
      const cassette = changed(tools, [sum, sum.replace("3", "4")], [prose, said])
      const updated = yield* toServer(tools, cassette, { update: true })
      assert.strictEqual(Archive.print(updated), Archive.print(changed(tools, [prose, said])))
    }))

  it.effect("has what the client says now", () =>
    Effect.gen(function*() {
      const cassette = changed(tools, ["\"a\":1", "\"a\":7"], [prose, said])
      const { cassette: updated } = yield* toClient(tools, cassette, { update: true })
      assert.strictEqual(Archive.print(updated), Archive.print(changed(tools, [prose, said])))
    }))

  it.effect("changes nothing where nothing has changed, placeholders of somebody's own included", () =>
    Effect.gen(function*() {
      const cassette = changed(asking, ["\"Ada\"", "\"<who>\""], ["<session>:\n", "<session>:\n<who>: \"Ada\"\n"])
      assert.deepStrictEqual(yield* toServer(asking, cassette, { update: true }), cassette)
    }))
})
