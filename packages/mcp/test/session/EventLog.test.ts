/** The log of events in memory: what is found after an event, by whom, and within which bounds. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as EventLog from "../../src/session/EventLog.ts"

const make = (limits: Partial<EventLog.Limits> = {}) =>
  Effect.provideService(EventLog.makeMemory, EventLog.EventLogLimits, { ...EventLog.defaultLimits, ...limits })

const texts = (replay: EventLog.Replay | undefined) => replay?.events.map(({ text }) => text)

describe("a log of events in memory", () => {
  it.effect("tells one stream from another, and what followed from what went before (HTG-09, HTG-11)", () =>
    Effect.gen(function*() {
      const log = yield* make()
      const [a, b] = [yield* log.open("s", "post"), yield* log.open("s", "post")]
      const first = yield* log.append("s", a, "a1")
      yield* log.append("s", b, "b1")
      yield* log.append("s", a, "a2")
      assert.deepStrictEqual([a === b, EventLog.streamOf(first)], [false, a])
      assert.deepStrictEqual(texts(yield* log.after("s", first)), ["a2"])
    }))

  it.effect("knows nothing of what another session sent, nor of ids that it did not give", () =>
    Effect.gen(function*() {
      const log = yield* make()
      const id = yield* log.append("mine", yield* log.open("mine", "post"), "secret")
      yield* log.append("mine", EventLog.streamOf(id), "secret too")
      yield* log.append("other", yield* log.open("other", "post"), "public")
      assert.deepStrictEqual(texts(yield* log.after("other", id)), [])
      for (const unknown of ["", "-", "post1", "post1-x", "post9-0", "__proto__-0", "post1-1e3"]) {
        assert.strictEqual(yield* log.after("mine", unknown), undefined)
      }
    }))

  it.effect("keeps no more than its bounds, the newest of all", () =>
    Effect.gen(function*() {
      const perStream = yield* make({ eventsPerStreamMax: 2 })
      const stream = yield* perStream.open("s", "post")
      const first = yield* perStream.append("s", stream, "1")
      for (const text of ["2", "3", "4"]) yield* perStream.append("s", stream, text)
      assert.deepStrictEqual(texts(yield* perStream.after("s", first)), ["3", "4"])

      const inAll = yield* make({ eventsMax: 2 })
      const [a, b] = [yield* inAll.open("s", "post"), yield* inAll.open("t", "post")]
      const old = yield* inAll.append("s", a, "1")
      const newer = yield* inAll.append("t", b, "2")
      yield* inAll.append("t", b, "3")
      assert.strictEqual(yield* inAll.after("s", old), undefined)
      assert.deepStrictEqual(texts(yield* inAll.after("t", newer)), ["3"])

      const characters = yield* make({ charactersMax: 10 })
      const long = yield* characters.open("s", "post")
      const start = yield* characters.append("s", long, "12345")
      yield* characters.append("s", long, "67890")
      yield* characters.append("s", long, "x")
      assert.deepStrictEqual(texts(yield* characters.after("s", start)), ["67890", "x"])
      yield* characters.append("s", long, "more than ten")
      assert.strictEqual(yield* characters.after("s", start), undefined)
    }))

  it.effect("forgets what is too old, and sessions that have ended for good", () =>
    Effect.gen(function*() {
      const log = yield* make({ eventMillis: 1_000 })
      const stream = yield* log.open("s", "post")
      const first = yield* log.append("s", stream, "1")
      yield* TestClock.adjust(600)
      yield* log.append("s", stream, "2")
      yield* TestClock.adjust(600)
      assert.deepStrictEqual(texts(yield* log.after("s", first)), ["2"])
      yield* TestClock.adjust(600)
      assert.strictEqual(yield* log.after("s", first), undefined)
      yield* log.append("s", stream, "3")
      assert.deepStrictEqual(texts(yield* log.after("s", first)), ["3"])
      yield* log.remove("s")
      assert.strictEqual(yield* log.after("s", first), undefined)
      yield* log.append("s", stream, "late")
      assert.strictEqual(yield* log.after("s", first), undefined)
    }))

  const steps = Schema.Array(Schema.Struct({
    session: Schema.Literals(["a", "b"]),
    stream: Schema.Literals(["x", "y"]),
    text: Schema.String
  }))
  it.effect.prop(
    "gives ids that are unique in a session, and after each of them exactly what followed",
    [steps],
    ([all]) =>
      Effect.gen(function*() {
        const log = yield* make()
        const names = new Map<string, string>()
        for (const session of ["a", "b"]) {
          for (const stream of ["x", "y"]) names.set(`${session}${stream}`, yield* log.open(session, stream))
        }
        const sent: Array<
          { readonly key: string; readonly session: string; readonly id: string; readonly text: string }
        > = []
        for (const { session, stream, text } of all) {
          const key = `${session}${stream}`
          sent.push({ key, session, text, id: yield* log.append(session, names.get(key) ?? "", text) })
        }
        for (const session of ["a", "b"]) {
          const ids = sent.filter((one) => one.session === session).map(({ id }) => id)
          assert.strictEqual(new Set(ids).size, ids.length)
        }
        for (const [index, { id, key, session }] of sent.entries()) {
          const followed = sent.slice(index + 1).filter((one) => one.key === key).map((one) => one.text)
          assert.deepStrictEqual(texts(yield* log.after(session, id)), followed)
        }
      })
  )
})
