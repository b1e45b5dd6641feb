import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Lifecycle from "../../src/session/Lifecycle.ts"

const Event = Schema.Literals(["Initialize", "Initialized", "Request", "Close"])

const Events = Schema.Array(Event)

/** The next state, or `Refused`. */
const next = (state: Lifecycle.Lifecycle, event: Lifecycle.Event) =>
  Result.getOrElse(Lifecycle.step(state, event), () => "Refused" as const)

/** Feeds events in; a refusal leaves the state as it was. Gives each event with what came before and after it. */
const trace = (events: ReadonlyArray<Lifecycle.Event>) => {
  let state = Lifecycle.initial
  return events.map((event) => {
    const before = state
    const result = Lifecycle.step(state, event)
    if (Result.isSuccess(result)) state = result.success
    return { before, event, accepted: Result.isSuccess(result), after: state }
  })
}

const table = [
  ["AwaitingInitialize", "Initialize", "Negotiated"],
  ["AwaitingInitialize", "Initialized", "AwaitingInitialize"],
  ["AwaitingInitialize", "Request", "Refused"],
  ["AwaitingInitialize", "Close", "Closed"],
  ["Negotiated", "Initialize", "Refused"],
  ["Negotiated", "Initialized", "Operating"],
  ["Negotiated", "Request", "Negotiated"],
  ["Negotiated", "Close", "Closed"],
  ["Operating", "Initialize", "Refused"],
  ["Operating", "Initialized", "Operating"],
  ["Operating", "Request", "Operating"],
  ["Operating", "Close", "Closed"],
  ["Closed", "Initialize", "Refused"],
  ["Closed", "Initialized", "Refused"],
  ["Closed", "Request", "Refused"],
  ["Closed", "Close", "Refused"]
] as const

describe("a session's life", () => {
  it.each(table)("%s, then %s: %s (INI-01)", (state, event, expected) => {
    assert.strictEqual(next(state, event), expected)
  })

  it("begins with waiting for initialize", () => {
    assert.strictEqual(Lifecycle.initial, "AwaitingInitialize")
  })

  it("says why it refuses", () => {
    const reasons = (["AwaitingInitialize", "Operating", "Closed"] as const).map((state) =>
      Result.merge(Lifecycle.step(state, state === "AwaitingInitialize" ? "Request" : "Initialize"))
    )
    assert.deepStrictEqual(reasons.map((reason) => typeof reason === "string" ? reason : reason.message), [
      "The first request must be initialize",
      "The session is initialized already",
      "The session is closed"
    ])
    for (const reason of reasons) assert.strictEqual(typeof reason === "string" ? 0 : reason.code, -32600)
  })

  it.prop("accepts initialize once at most", [Events], ([events]) => {
    const accepted = trace(events).filter(({ accepted, event }) => accepted && event === "Initialize")
    return accepted.length <= 1
  })

  it.prop(
    "refuses everything once it is closed",
    [Events, Events],
    ([before, after]) =>
      trace([...before, "Close", ...after]).slice(before.length + 1).every(({ accepted, after }) =>
        !accepted && after === "Closed"
      )
  )

  it.prop(
    "accepts a request exactly between initialize and close",
    [Events],
    ([events]) =>
      trace(events).every(({ accepted, event }, index) => {
        if (event !== "Request") return true
        const earlier = events.slice(0, index)
        const closed = earlier.indexOf("Close")
        const opened = earlier.indexOf("Initialize")
        return accepted === (opened !== -1 && closed === -1)
      })
  )

  it.prop(
    "is not changed by a refusal",
    [Events],
    ([events]) => trace(events).every(({ accepted, after, before }) => accepted || before === after)
  )
})
