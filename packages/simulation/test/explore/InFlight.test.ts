import { assert, describe, it } from "@effect/vitest"
import type { RequestId } from "@parley/mcp/jsonrpc/Message"
import * as InFlight from "@parley/mcp/session/InFlight"
import * as Result from "effect/Result"
import * as Machine from "../../src/explore/Machine.ts"
import { broken, holds } from "./Expect.ts"

/** A request as its server knows it, which may have been cancelled long before its handler has ended. */
interface Call {
  readonly id: RequestId
  readonly number: number
  isCancelled: boolean
  hasEnded: boolean
}

/** A server that keeps its requests in a table, and everything that it has said: a number is the call's that is answered. */
interface Model {
  readonly table: InFlight.InFlight<Call>
  readonly calls: Array<Call>
  readonly answered: Array<number>
  readonly answeredCancelled: Array<number>
  /** Requests that were taken although another was in progress under the same id. */
  readonly taken: Array<string>
  readonly interrupted: Array<number>
}

type Event =
  | { readonly _tag: "Requested"; readonly id: RequestId }
  | { readonly _tag: "Cancelled"; readonly id: RequestId }
  | { readonly _tag: "Ended"; readonly call: number }

const ids: ReadonlyArray<RequestId> = [1, "1"]
const requestsMax = 4
const inFlightMax = 2

const open = ({ calls }: Model): ReadonlyArray<Call> => calls.filter(({ hasEnded }) => !hasEnded)

const events = (model: Model): ReadonlyArray<Event> => [
  ...(model.calls.length < requestsMax ? ids.map((id) => ({ _tag: "Requested", id }) as const) : []),
  ...ids.map((id) => ({ _tag: "Cancelled", id }) as const),
  ...open(model).map(({ number }) => ({ _tag: "Ended", call: number }) as const)
]

const onRequest = (table: typeof InFlight, model: Model, id: RequestId): void => {
  if (Result.isFailure(table.admits(model.table, id))) return
  const others = open(model).filter((call) => call.id === id && !call.isCancelled)
  if (others.length > 0) model.taken.push(`${JSON.stringify(id)} was in progress`)
  const call: Call = { id, number: model.calls.length, isCancelled: false, hasEnded: false }
  model.calls.push(call)
  table.begin(model.table, id, call)
}

const onCancel = (table: typeof InFlight, model: Model, id: RequestId): void => {
  const call = table.cancel(model.table, id)
  if (call === undefined) return
  call.isCancelled = true
  model.interrupted.push(call.number)
}

/** A handler may have its result just when it is cancelled: it ends as if nothing were. */
const onEnd = (table: typeof InFlight, model: Model, number: number): void => {
  const call = model.calls[number]
  if (call === undefined) return
  call.hasEnded = true
  if (!table.end(model.table, call.id, call)) return
  model.answered.push(number)
  if (call.isCancelled) model.answeredCancelled.push(number)
}

const statusOf = (model: Model) =>
  model.calls.map(({ hasEnded, id, isCancelled, number }) => [
    id,
    isCancelled,
    hasEnded,
    model.answered.filter((answered) => answered === number).length,
    model.interrupted.filter((interrupted) => interrupted === number).length,
    model.table.entries.get(id)?.number
  ])

const machine = (table: typeof InFlight) =>
  Machine.rebuilt<Model, Event>({
    make: () => ({
      table: table.make(inFlightMax),
      calls: [],
      answered: [],
      answeredCancelled: [],
      taken: [],
      interrupted: []
    }),
    events,
    apply: (model, event) => {
      switch (event._tag) {
        case "Requested":
          return onRequest(table, model, event.id)
        case "Cancelled":
          return onCancel(table, model, event.id)
        case "Ended":
          return onEnd(table, model, event.call)
      }
    },
    key: (model) => JSON.stringify([statusOf(model), model.table.ending.size]),
    invariants: [
      {
        name: "answered at most once",
        check: ({ answered }) => new Set(answered).size === answered.length ? undefined : `answered: ${answered}`
      },
      {
        name: "no answer after a cancel",
        check: ({ answeredCancelled: [first] }) => first === undefined ? undefined : `call ${first} was answered`
      },
      { name: "an id is in use once", check: ({ taken: [first] }) => first },
      {
        name: "answered once when it has ended",
        check: ({ answered, calls }) => {
          const silent = calls.find((call) => call.hasEnded && !call.isCancelled && !answered.includes(call.number))
          return silent && `call ${silent.number} was never answered`
        }
      },
      {
        name: "cancelled once",
        check: ({ interrupted }) =>
          new Set(interrupted).size === interrupted.length ? undefined : `interrupted: ${interrupted}`
      },
      {
        name: "bounded",
        check: (model) => open(model).length <= inFlightMax ? undefined : `${open(model).length} are running`
      },
      {
        name: "nothing is left",
        check: (model) => {
          const size = table.size(model.table)
          return size === open(model).length ? undefined : `${size} in the table, ${open(model).length} are running`
        }
      }
    ],
    isGoal: (model) => table.size(model.table) === 0
  })

const bounds = { depthMax: 14 }

describe("every order of requests, cancels and ends", () => {
  it("answers each request once unless it was cancelled, uses ids once, and leaves nothing", () => {
    assert.isTrue(holds(machine(InFlight), bounds, 1_800).isExhausted)
  })

  it("is found out where an end takes another call's place", () => {
    const end: typeof InFlight.end = (table, id, entry) => {
      table.ending.delete(entry)
      return table.entries.delete(id)
    }
    const [invariant, events] = broken(machine({ ...InFlight, end }), bounds)
    assert.strictEqual(invariant, "no answer after a cancel")
    // Request, cancel, another request with the same id, and the end of the first.
    assert.strictEqual(events, 4)
  })

  it("is found out where a cancelled request stays", () => {
    const cancel: typeof InFlight.cancel = (table, id) => table.entries.get(id)
    assert.deepStrictEqual(broken(machine({ ...InFlight, cancel }), bounds), ["cancelled once", 3])
  })

  it("is found out where a cancelled request does not count", () => {
    const cancel: typeof InFlight.cancel = (table, id) => {
      const entry = table.entries.get(id)
      table.entries.delete(id)
      return entry
    }
    assert.deepStrictEqual(broken(machine({ ...InFlight, cancel }), bounds), ["nothing is left", 2])
  })

  it("is found out where ids may be used twice", () => {
    const admits: typeof InFlight.admits = (table, id) => InFlight.admits(table, table.entries.has(id) ? "other" : id)
    assert.deepStrictEqual(broken(machine({ ...InFlight, admits }), bounds), ["an id is in use once", 2])
  })

  it("is found out where an end is answered without a look", () => {
    const end: typeof InFlight.end = (table, id, entry) => InFlight.end(table, id, entry) || true
    assert.deepStrictEqual(broken(machine({ ...InFlight, end }), bounds), ["no answer after a cancel", 3])
  })

  it("is found out where there is no bound", () => {
    const admits: typeof InFlight.admits = (table, id) => InFlight.admits({ ...table, max: 99 }, id)
    assert.deepStrictEqual(broken(machine({ ...InFlight, admits }), bounds), ["bounded", 4])
  })
})
