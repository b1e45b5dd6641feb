import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@parley/mcp/revision/Answers"
import { v2026_07_28 as revision } from "@parley/mcp/revision/v2026_07_28"
import * as Replay from "@parley/mcp/server/asking/Replay"
import * as RequestState from "@parley/mcp/session/RequestState"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type * as Machine from "../../src/explore/Machine.ts"
import * as Agenda from "../../src/kernel/Agenda.ts"
import * as VirtualClock from "../../src/kernel/VirtualClock.ts"
import { broken, holds } from "./Expect.ts"

/** What is tested, in pieces that can be broken. */
interface Parts {
  readonly withResponses: typeof RequestState.withResponses
  readonly questions: typeof Replay.questions
  /** What is taken into the next round. */
  readonly next: (state: RequestState.State) => RequestState.State
}

const parts: Parts = {
  withResponses: RequestState.withResponses,
  questions: Replay.questions,
  next: (state) => state
}

/** Where a request stands, as its client sees it; and what its handler has done meanwhile. */
interface State {
  /** What the client brings back with its next request. */
  readonly sealed: string | undefined
  readonly round: number
  /** The questions that are open, with the words that the client was shown. */
  readonly open: { readonly [key: string]: string }
  /** The questions that have a good answer, with the words that it was given to. */
  readonly answered: { readonly [key: string]: string }
  /** In which words the server asks for the colour: it may be another version by now. */
  readonly words: "old" | "new"
  readonly paid: number
  readonly refused: boolean
  readonly result: ReadonlyArray<string> | undefined
}

type Event =
  /** The request is sent again, with answers to some of the questions, or to none. */
  | { readonly _tag: "Answered"; readonly keys: ReadonlyArray<string> }
  /** With an answer to something that was never asked. */
  | { readonly _tag: "Extra"; readonly key: string }
  /** With something that is no answer. */
  | { readonly _tag: "Wrong"; readonly key: string }
  | { readonly _tag: "Changed" }

const clock = VirtualClock.make(Agenda.make())

const isAnswer = (method: string, response: unknown): boolean => {
  const reader = Answers.of(revision).get(method)
  return reader !== undefined && Result.isSuccess(reader.decode(response))
}

const textOf = (value: unknown): string => typeof value === "string" ? value : "nothing"

const form = (message: string) => ({
  message,
  requestedSchema: { type: "object", properties: { value: { type: "string" } } } as const
})

const ask = ({ ask }: Replay.Questions, key: string, message: string) =>
  Effect.map(ask("elicitation/create", form(message), { key }), ({ content }) => textOf(content?.value))

/** Asks one question, pays, and asks two at once. */
const handler = (questions: Replay.Questions, words: string, pay: () => void) =>
  Effect.gen(function*() {
    const colour = yield* ask(questions, "colour", `colour ${words}`)
    yield* questions.once("pay", Effect.sync(pay), { encode: () => "paid", decode: () => Result.succeed(undefined) })
    const [size, count] = yield* Effect.all([ask(questions, "size", "size"), ask(questions, "count", "count")], {
      concurrency: 2
    })
    return [colour, size, count]
  })

/** The user gives the words of the question for an answer. */
const answer = (words: string) => ({ action: "accept", content: { value: words } })

const serve = (parts: Parts, before: State, responses: { readonly [key: string]: unknown }): State => {
  const known = before.sealed === undefined
    ? RequestState.empty
    : Result.getOrThrow(RequestState.read(before.sealed, 0))
  const state = parts.withResponses(known, responses, clock.currentTimeMillisUnsafe(), isAnswer)
  if (Result.isFailure(state)) return { ...before, refused: true }
  let paid = 0
  const questions = parts.questions(state.success, revision, { elicitation: { form: {} } }, 1_000)
  const run = Effect.flatMap(
    Effect.forkChild(handler(questions, before.words, () => paid++)),
    (fiber) => Replay.outcome(questions.run(), fiber)
  )
  const outcome = Effect.runSync(Effect.orDie(Effect.provideService(run, Clock.Clock, clock)))
  const after = { ...before, refused: false, paid: before.paid + paid }
  if (!Replay.isNeeded(outcome)) return { ...after, open: {}, result: Exit.isSuccess(outcome) ? outcome.value : [] }
  const next = parts.next(outcome.state)
  const asked = Object.entries(outcome.inputRequests)
  return {
    ...after,
    sealed: RequestState.write(next, 1),
    round: next.round,
    open: Object.fromEntries(asked.map(([key, { params }]) => [key, "message" in params ? textOf(params.message) : ""]))
  }
}

/** All that was given and fits what is asked now. */
const answering = (before: State, keys: ReadonlyArray<string>): State["answered"] => ({
  ...before.answered,
  ...Object.fromEntries(keys.map((key) => [key, before.open[key] ?? ""]))
})

const step = (parts: Parts) => (before: State, event: Event): State => {
  switch (event._tag) {
    case "Answered": {
      const responses = Object.fromEntries(event.keys.map((key) => [key, answer(before.open[key] ?? "")]))
      const after = serve(parts, before, responses)
      return { ...after, answered: answering(before, event.keys) }
    }
    case "Extra":
      return serve(parts, before, { [event.key]: answer("unasked") })
    case "Wrong":
      return serve(parts, before, { [event.key]: 42 })
    case "Changed":
      return { ...before, words: "new", refused: false }
  }
}

const subsets = (keys: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  keys.reduce<ReadonlyArray<ReadonlyArray<string>>>(
    (found, key) => [...found, ...found.map((others) => [...others, key])],
    [[]]
  )

const events = ({ open, result, round, words }: State): ReadonlyArray<Event> => {
  if (result !== undefined) return []
  const keys = Object.keys(open)
  const unasked = ["colour", "size", "count", "other"].filter((key) => !keys.includes(key))
  return [
    ...subsets(keys).map((keys) => ({ _tag: "Answered", keys }) as const),
    ...(round === 0 ? [] : unasked.map((key) => ({ _tag: "Extra", key }) as const)),
    ...keys.map((key) => ({ _tag: "Wrong", key }) as const),
    ...(words === "old" ? [{ _tag: "Changed" } as const] : [])
  ]
}

const wordsOf = ({ words }: State, key: string): string => key === "colour" ? `colour ${words}` : key

const invariants: Machine.Machine<State, Event>["invariants"] = [
  {
    name: "each round ends or grows",
    check: ({ open, refused, result, round }, step) => {
      if (step === undefined || step.event._tag === "Changed" || refused || result !== undefined) return undefined
      if (Object.keys(open).length === 0) return "it neither ended nor asked anything"
      return round === step.before.round + 1 ? undefined : `round ${round} came after ${step.before.round}`
    }
  },
  {
    name: "what is no answer is refused, and changes nothing",
    check: (state, step) =>
      (step?.event._tag === "Wrong") === state.refused && (!state.refused || state.sealed === step?.before.sealed)
        ? undefined
        : `it was ${state.refused ? "" : "not "}refused`
  },
  {
    name: "asked once",
    check: ({ answered, open }) => {
      const again = Object.keys(open).find((key) => answered[key] === open[key])
      return again && `"${answered[again]}" had an answer, and was asked again`
    }
  },
  {
    name: "paid once",
    check: ({ paid, result }) =>
      paid > 1 || (paid === 0 && result !== undefined) ? `it was paid ${paid} times` : undefined
  },
  {
    name: "the answers are the client's, to the words that it was shown",
    check: (state) => {
      const keys = ["colour", "size", "count"]
      const { result } = state
      const index = result?.findIndex((value, index) => value !== wordsOf(state, keys[index] ?? "")) ?? -1
      return index === -1 ? undefined : `"${result?.[index]}" was taken for an answer to ${keys[index]}`
    }
  }
]

/** Whatever the number of the round is, the next is one more. */
const key = ({ round, sealed, ...state }: State): string => {
  const { round: _, ...written } = JSON.parse(sealed ?? "{}")
  return JSON.stringify([state, round > 0, written])
}

const machine = (changes: Partial<Parts> = {}): Machine.Machine<State, Event> => ({
  initial: {
    sealed: undefined,
    round: 0,
    open: {},
    answered: {},
    words: "old",
    paid: 0,
    refused: false,
    result: undefined
  },
  events,
  step: step({ ...parts, ...changes }),
  key,
  invariants,
  isGoal: ({ result }) => result !== undefined
})

const bounds = { depthMax: 20 }

describe("every order of rounds of a request that asks", () => {
  it("grows or ends, asks and pays once, takes only what was answered, and can always end", () => {
    assert.isTrue(holds(machine(), bounds, 25).isExhausted)
  })

  it("is found out where rounds do not count", () => {
    const next: Parts["next"] = (state) => ({ ...state, round: 1 })
    assert.deepStrictEqual(broken(machine({ next }), bounds)[0], "each round ends or grows")
  })

  it("is found out where answers are forgotten", () => {
    const next: Parts["next"] = (state) => ({ ...state, answers: new Map() })
    assert.deepStrictEqual(broken(machine({ next }), bounds)[0], "asked once")
  })

  it("is found out where steps are forgotten", () => {
    const next: Parts["next"] = (state) => ({ ...state, steps: new Map() })
    assert.deepStrictEqual(broken(machine({ next }), bounds)[0], "paid once")
  })

  it("is found out where an answer is taken for one to other words", () => {
    const questions: Parts["questions"] = (state, ...others) => {
      const answers = Array.from(
        state.answers,
        ([key, answer]) => [key, { ...answer, fingerprint: undefined }] as const
      )
      return Replay.questions({ ...state, answers: new Map(answers) }, ...others)
    }
    const [invariant] = broken(machine({ questions }), bounds)
    assert.strictEqual(invariant, "the answers are the client's, to the words that it was shown")
  })

  it("is found out where what is no answer is passed over", () => {
    const withResponses: Parts["withResponses"] = (state, ...others) =>
      Result.orElse(RequestState.withResponses(state, ...others), () => Result.succeed(state))
    const [invariant] = broken(machine({ withResponses }), bounds)
    assert.strictEqual(invariant, "what is no answer is refused, and changes nothing")
  })

  it("is found out where answers are taken that nobody asked for", () => {
    const withResponses: Parts["withResponses"] = (state, responses, now) =>
      RequestState.withResponses({ ...state, round: 0 }, responses, now, isAnswer).pipe(
        Result.map((after) => ({ ...after, round: state.round }))
      )
    const [invariant] = broken(machine({ withResponses }), bounds)
    assert.strictEqual(invariant, "the answers are the client's, to the words that it was shown")
  })
})
