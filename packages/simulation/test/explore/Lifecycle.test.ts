import { assert, describe, it } from "@effect/vitest"
import * as Lifecycle from "@parley/mcp/session/Lifecycle"
import * as Result from "effect/Result"
import type * as Machine from "../../src/explore/Machine.ts"
import { broken, holds } from "./Expect.ts"

/** A session, and how often its peer was let in. */
interface State {
  readonly lifecycle: Lifecycle.Lifecycle
  readonly initialized: number
  readonly wasAdmitted: boolean
}

const events: ReadonlyArray<Lifecycle.Event> = ["Initialize", "Initialized", "Request", "Close"]

const machine = (step: typeof Lifecycle.step): Machine.Machine<State, Lifecycle.Event> => ({
  initial: { lifecycle: Lifecycle.initial, initialized: 0, wasAdmitted: false },
  events: () => events,
  step: (state, event) => {
    const next = step(state.lifecycle, event)
    const wasAdmitted = Result.isSuccess(next)
    return {
      lifecycle: wasAdmitted ? next.success : state.lifecycle,
      initialized: state.initialized + (wasAdmitted && event === "Initialize" ? 1 : 0),
      wasAdmitted
    }
  },
  key: (state) => JSON.stringify(state),
  invariants: [
    {
      name: "initialized once",
      check: ({ initialized }) => initialized > 1 ? `it was initialized ${initialized} times` : undefined
    },
    {
      name: "no request before initialize",
      check: ({ initialized, wasAdmitted }, step) =>
        step?.event === "Request" && wasAdmitted && initialized === 0 ? "a request was served" : undefined
    },
    {
      name: "closed is closed",
      check: ({ lifecycle, wasAdmitted }, step) =>
        step?.before.lifecycle === "Closed" && (wasAdmitted || lifecycle !== "Closed")
          ? `it is ${lifecycle}`
          : undefined
    },
    {
      name: "operating means initialized",
      check: ({ initialized, lifecycle }) =>
        lifecycle === "Operating" && initialized === 0 ? "nobody initialized it" : undefined
    }
  ],
  isGoal: ({ lifecycle }) => lifecycle === "Closed"
})

const bounds = { depthMax: 20 }

describe("every life of a session", () => {
  it("is begun once, serves nothing before that or after its end, and can always end", () => {
    const { isExhausted, states } = holds(machine(Lifecycle.step), bounds, 10)
    assert.deepStrictEqual([isExhausted, states], [true, 10])
  })

  it("is found out where it may begin twice", () => {
    const step: typeof Lifecycle.step = (state, event) =>
      state === "Operating" && event === "Initialize" ? Result.succeed("Negotiated") : Lifecycle.step(state, event)
    assert.deepStrictEqual(broken(machine(step), bounds), ["initialized once", 3])
  })

  it("is found out where it works without a beginning", () => {
    const step: typeof Lifecycle.step = (state, event) =>
      event === "Initialized" && state !== "Closed" ? Result.succeed("Operating") : Lifecycle.step(state, event)
    assert.deepStrictEqual(broken(machine(step), bounds), ["operating means initialized", 1])
  })

  it("is found out where a request is served too early, or too late", () => {
    const early: typeof Lifecycle.step = (state, event) =>
      event === "Request" && state !== "Closed" ? Result.succeed(state) : Lifecycle.step(state, event)
    assert.deepStrictEqual(broken(machine(early), bounds), ["no request before initialize", 1])
    const late: typeof Lifecycle.step = (state, event) =>
      event === "Request" && state === "Closed" ? Result.succeed(state) : Lifecycle.step(state, event)
    assert.deepStrictEqual(broken(machine(late), bounds), ["no request before initialize", 2])
  })

  it("is found out where it cannot end", () => {
    const step: typeof Lifecycle.step = (state, event) =>
      state === "Operating" && event === "Close" ? Result.succeed(state) : Lifecycle.step(state, event)
    assert.deepStrictEqual(broken(machine(step), bounds), ["goal", 2])
  })
})
