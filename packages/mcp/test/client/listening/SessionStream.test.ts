/** The stream on which a session's server says things unasked, and what is to be read again when it was not open. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { turns, until } from "../../support/Elapse.ts"
import * as HttpWorld from "../../support/HttpWorld.ts"
import { live } from "../../support/ScriptedHttp.ts"
import { reading, telling, word } from "./Support.ts"

/** A server with a session, whose streams are in the hands of the test. */
const make = () => {
  const streams: Array<ReturnType<typeof live>> = []
  const resumed: Array<string | undefined> = []
  const world = HttpWorld.make((asked) => {
    if (asked.verb === "GET") {
      const stream = live()
      streams.push(stream)
      resumed.push(asked.headers["last-event-id"])
      return stream.response
    }
    if (asked.method === "server/discover") return HttpWorld.status(400)
    if (asked.method === "initialize") {
      return HttpWorld.result(asked, {
        protocolVersion: v2025_11_25.version,
        capabilities: telling,
        serverInfo: { name: "server", version: "1" }
      }, { "mcp-session-id": "s" })
    }
    return asked.id === undefined ? HttpWorld.status(202) : HttpWorld.served(asked)
  })
  return { streams, resumed, world }
}

const later = (minutes: number) => Effect.andThen(TestClock.adjust(minutes * 60_000), turns)

describe("what a session's server says while its stream is not open (HTG-05, HTG-10)", () => {
  for (const numbered of [true, false]) {
    const what = numbered
      ? "comes later, where it numbers its events"
      : "may be lost: resources and lists are to be read again"
    it.effect(what, () =>
      Effect.gen(function*() {
        const { resumed, streams, world } = make()
        const client = yield* HttpWorld.connect(world)
        yield* turns
        const updates = yield* reading(client.resourceUpdates("file:///a"))
        const changes = yield* reading(client.listChanges)
        yield* turns
        yield* client.listTools
        assert.isFalse(client.lastKnown.tools?.stale)
        updates.news()
        changes.news()
        if (numbered) streams[0]?.send("id: 7\ndata: {}\n\n")
        yield* turns
        streams[0]?.end()
        yield* later(1)
        assert.deepStrictEqual(resumed, [undefined, numbered ? "7" : undefined])
        assert.deepStrictEqual(updates.news().map(word), numbered ? [] : ["Listening file:///a"])
        assert.deepStrictEqual(
          changes.news().map(word),
          numbered ? [] : ["Listening tools", "Listening resources", "Listening prompts"]
        )
        assert.strictEqual(client.lastKnown.tools?.stale, !numbered)
        yield* until(yield* Effect.forkChild(client.listTools))
        assert.isFalse(client.lastKnown.tools?.stale)
        assert.strictEqual(world.count("resources/subscribe"), 1)
        yield* Fiber.interrupt(updates.fiber)
        yield* Fiber.interrupt(changes.fiber)
      }))
  }
})
