/**
 * The log of a server and the cursor of a client, with a connection between them that breaks at any place: whatever is
 * said on a stream is heard once, in order.
 */
import { assert, describe, it } from "@effect/vitest"
import * as EventLog from "@parley/mcp/session/EventLog"
import * as EventCursor from "@parley/mcp/transport/http/EventCursor"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Machine from "../../src/explore/Machine.ts"
import * as Agenda from "../../src/kernel/Agenda.ts"
import * as VirtualClock from "../../src/kernel/VirtualClock.ts"
import { broken, holds } from "./Expect.ts"

interface Parts {
  readonly wrap: (log: EventLog.Log) => EventLog.Log
  readonly take: typeof EventCursor.take
}

interface Model {
  readonly log: EventLog.Log
  readonly cursor: EventCursor.EventCursor
  readonly stream: string
  readonly other: string
  /** What was said on the stream, on the other one, and how much on both. */
  readonly said: Array<string>
  others: number
  /** What is on its way; nothing is while there is no connection. */
  wire: Array<EventLog.LoggedEvent> | undefined
  readonly heard: Array<string>
  cuts: number
  /** The server has nothing to go on with, and said so. */
  isRefused: boolean
}

type Event = "Said" | "Said elsewhere" | "Delivered" | "Cut" | "Resumed" | "Resumed from before"

const saidMax = 3
const cutsMax = 2
const session = "session"

const clock = VirtualClock.make(Agenda.make())

const run = <A>(effect: Effect.Effect<A>): A => Effect.runSync(Effect.provideService(effect, Clock.Clock, clock))

const make = ({ wrap }: Parts) => (): Model => {
  const log = wrap(run(EventLog.makeMemory))
  const stream = run(log.open(session, ""))
  const other = run(log.open(session, "get"))
  // A stream begins with an event that only tells its id.
  const id = run(log.append(session, stream, ""))
  return {
    log,
    cursor: EventCursor.make(),
    stream,
    other,
    said: [],
    others: 0,
    wire: [{ id, text: "" }],
    heard: [],
    cuts: 0,
    isRefused: false
  }
}

const events = ({ cursor, cuts, isRefused, others, said, wire }: Model): ReadonlyArray<Event> => [
  ...(said.length < saidMax ? ["Said" as const] : []),
  ...(others < 2 ? ["Said elsewhere" as const] : []),
  ...(wire !== undefined && wire.length > 0 ? ["Delivered" as const] : []),
  ...(wire !== undefined && cuts < cutsMax ? ["Cut" as const] : []),
  ...(wire === undefined && cursor.lastId !== undefined && !isRefused
    ? ["Resumed" as const, "Resumed from before" as const]
    : [])
]

/** The log goes on from the last event, or, as servers do that repeat themselves, from one before it. */
const resume = (model: Model, isFromBefore: boolean): void => {
  const { cursor, log, stream } = model
  const first = `${stream}-0`
  const replay = run(log.after(session, isFromBefore ? first : cursor.lastId ?? first))
  EventCursor.reconnected(cursor)
  model.wire = replay === undefined ? undefined : [...replay.events]
  model.isRefused = replay === undefined
}

const apply = ({ take }: Parts) => (model: Model, event: Event): void => {
  const { cursor, log, said, stream, wire } = model
  switch (event) {
    case "Said": {
      const text = `message ${said.length + 1}`
      said.push(text)
      const id = run(log.append(session, stream, text))
      wire?.push({ id, text })
      return
    }
    case "Said elsewhere":
      model.others += 1
      return void run(log.append(session, model.other, `other ${model.others}`))
    case "Delivered": {
      const next = wire?.shift()
      if (next === undefined) return
      const heard = take(cursor, { _tag: "Event", event: "message", id: next.id, data: next.text })
      if (heard !== undefined) model.heard.push(heard)
      return
    }
    case "Cut":
      model.wire = undefined
      model.cuts += 1
      return
    case "Resumed":
    case "Resumed from before":
      return resume(model, event === "Resumed from before")
  }
}

const key = ({ cursor, cuts, heard, isRefused, others, said, wire }: Model): string =>
  JSON.stringify([
    said.length,
    others,
    wire?.map(({ id, text }) => [id, text]),
    heard,
    cuts,
    isRefused,
    cursor.lastId,
    [...cursor.heard ?? []].map(([id, { connection }]) => [id, connection < cursor.connection])
  ])

const defaults: Parts = { wrap: (log) => log, take: EventCursor.take }

const machine = (changes: Partial<Parts> = {}) => {
  const parts = { ...defaults, ...changes }
  return Machine.rebuilt<Model, Event>({
    make: make(parts),
    events,
    apply: apply(parts),
    key,
    invariants: [
      {
        name: "heard once and in order",
        check: ({ heard, said }) =>
          heard.every((text, index) => text === said[index]) ? undefined : `heard ${heard.join(", ")}`
      },
      {
        name: "nothing of another stream",
        check: ({ wire }) => {
          const other = wire?.find(({ text }) => text.startsWith("other"))
          return other && `${other.id} is on its way`
        }
      },
      { name: "there is always something to go on with", check: ({ isRefused }) => isRefused ? "refused" : undefined }
    ],
    // A client that has not even heard the first id cannot come back.
    isGoal: ({ cursor, heard, wire }) => heard.length === saidMax || (wire === undefined && cursor.lastId === undefined)
  })
}

const bounds = { depthMax: 30 }

const changed = (change: (replay: EventLog.Replay, lastId: string) => EventLog.Replay): Parts["wrap"] => (log) => ({
  ...log,
  after: (session, id) => Effect.map(log.after(session, id), (replay) => replay && change(replay, id))
})

describe("every place where a stream may break", () => {
  it("is one where it goes on without a gap, without a repetition, and with nothing of another", () => {
    assert.isTrue(holds(machine(), bounds, 500).isExhausted)
  })

  it("is found out where the first event after the break is left out", () => {
    const wrap = changed((replay) => ({ ...replay, events: replay.events.slice(1) }))
    assert.strictEqual(broken(machine({ wrap }), bounds)[0], "heard once and in order")
  })

  it("is found out where another stream goes on", () => {
    const wrap: Parts["wrap"] = (log) => ({
      ...log,
      after: (session) => log.after(session, "get2-0")
    })
    assert.include(
      ["nothing of another stream", "there is always something to go on with"],
      broken(machine({ wrap }), bounds)[0]
    )
  })

  it("is found out where what is repeated is heard again", () => {
    const take: Parts["take"] = (cursor, event) => {
      cursor.heard?.clear()
      return EventCursor.take(cursor, event)
    }
    assert.strictEqual(broken(machine({ take }), bounds)[0], "heard once and in order")
  })

  it("is found out where nothing is kept", () => {
    const wrap = changed((replay) => ({ ...replay, events: [] }))
    assert.include(["goal", "heard once and in order"], broken(machine({ wrap }), bounds)[0])
  })

  it("is found out where an event does not move the cursor", () => {
    const take: Parts["take"] = (cursor, event) => {
      const { lastId } = cursor
      const message = EventCursor.take({ ...cursor, heard: undefined }, event)
      cursor.lastId = lastId ?? (event._tag === "Event" ? event.id : undefined)
      return message
    }
    assert.strictEqual(broken(machine({ take }), bounds)[0], "heard once and in order")
  })
})
