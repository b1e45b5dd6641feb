/** The log of events in memory: what is found after an event, by whom, and within which bounds. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as EventLog from "../../src/session/EventLog.ts"

const make = (limits: Partial<EventLog.Limits> = {}) =>
  Effect.provideService(EventLog.makeMemory, EventLog.EventLogLimits, { ...EventLog.defaultLimits, ...limits })

const texts = (replay: EventLog.Replay | undefined) => replay?.events.map(({ text }) => text)

const tight: EventLog.Limits = { eventsPerStreamMax: 4, eventsMax: 7, charactersMax: 24, eventMillis: 1_000 }

/** What is done to a log. */
const deeds = Schema.Array(Schema.Union([
  Schema.Struct({
    what: Schema.Literal("append"),
    session: Schema.Literals(["a", "b"]),
    stream: Schema.Literals(["x1", "y2"]),
    length: Schema.Literals([0, 1, 2, 3, 9])
  }),
  Schema.Struct({ what: Schema.Literal("wait"), millis: Schema.Literals([0, 100, 500]) })
])).check(Schema.isMinLength(15), Schema.isMaxLength(40))

interface Row {
  readonly session: string
  readonly stream: string
  readonly sequence: number
  readonly text: string
  readonly endMillis: number
}

/** A log as one list, which is searched and copied for everything. */
interface Model {
  kept: ReadonlyArray<Row>
  readonly opened: Set<string>
  readonly sequences: Map<string, number>
  nowMillis: number
}

const openIn = (log: EventLog.Log, model: Model, session: string) =>
  Effect.gen(function*() {
    assert.deepStrictEqual([yield* log.open(session, "x"), yield* log.open(session, "y")], ["x1", "y2"])
    model.opened.add(session)
    model.sequences.set(session, 0)
  })

const without = (rows: ReadonlyArray<Row>, gone: Row | undefined) => rows.filter((row) => row !== gone)

const trimmed = (rows: ReadonlyArray<Row>, nowMillis: number): ReadonlyArray<Row> => {
  const characters = rows.reduce((sum, { text }) => sum + text.length, 0)
  const tooMany = rows.length > tight.eventsMax || characters > tight.charactersMax
  const first = rows[0]
  return first !== undefined && (tooMany || first.endMillis <= nowMillis)
    ? trimmed(without(rows, first), nowMillis)
    : rows
}

const modelAppend = (model: Model, session: string, stream: string, text: string): string => {
  if (!model.opened.has(session)) return `${stream}-0`
  const sequence = model.sequences.get(session) ?? 0
  model.sequences.set(session, sequence + 1)
  const rows = [...model.kept, { session, stream, sequence, text, endMillis: model.nowMillis + tight.eventMillis }]
  const mine = rows.filter((row) => row.session === session && row.stream === stream)
  const bounded = mine.length > tight.eventsPerStreamMax ? without(rows, mine[0]) : rows
  model.kept = trimmed(bounded, model.nowMillis)
  return `${stream}-${sequence}`
}

/** What followed the event 0 of a stream, which may be of another one. */
const modelAfter = (model: Model, session: string, stream: string): Array<EventLog.LoggedEvent> | undefined => {
  model.kept = trimmed(model.kept, model.nowMillis)
  const mine = model.kept.filter((row) => row.session === session && row.stream === stream)
  return mine.length === 0 ? undefined : mine.filter(({ sequence }) => sequence > 0).map(({ sequence, text }) => ({
    id: `${stream}-${sequence}`,
    text
  }))
}

const remove = (log: EventLog.Log, model: Model, session: string) =>
  Effect.suspend(() => {
    model.opened.delete(session)
    model.kept = model.kept.filter((row) => row.session !== session)
    return log.remove(session)
  })

const doIt = (log: EventLog.Log, model: Model, deed: typeof deeds.Type[number]) =>
  Effect.gen(function*() {
    switch (deed.what) {
      case "append": {
        const text = String(deed.length).repeat(deed.length)
        const expected = modelAppend(model, deed.session, deed.stream, text)
        assert.strictEqual(yield* log.append(deed.session, deed.stream, text), expected)
        return
      }
      case "wait": {
        yield* TestClock.adjust(deed.millis)
        model.nowMillis += deed.millis
        return
      }
    }
  })

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

  it.effect.prop(
    "drops the oldest of a stream and the oldest of all, as a plain list would",
    [deeds, deeds],
    ([before, after]) =>
      Effect.gen(function*() {
        const log = yield* make(tight)
        const model: Model = { kept: [], opened: new Set(), sequences: new Map(), nowMillis: 0 }
        const run = Effect.fnUntraced(function*(all: typeof deeds.Type) {
          for (const deed of all) {
            yield* doIt(log, model, deed)
            for (const session of ["a", "b"]) {
              for (const stream of ["x1", "y2"]) {
                const found = yield* log.after(session, `${stream}-0`)
                assert.deepStrictEqual(found?.events, modelAfter(model, session, stream))
              }
            }
          }
        })
        for (const session of ["a", "b"]) yield* openIn(log, model, session)
        yield* run(before)
        yield* remove(log, model, "b")
        yield* run(after)
      })
  )
})
