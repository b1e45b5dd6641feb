import { assert, describe, it } from "@effect/vitest"
import type { RequestId } from "@parley/mcp/jsonrpc/Message"
import * as Rpc from "@parley/mcp/jsonrpc/RpcError"
import * as PendingRequests from "@parley/mcp/session/PendingRequests"
import * as Machine from "../../src/explore/Machine.ts"
import { broken, holds } from "./Expect.ts"

/** A question, and the answers that came to whoever asked it. */
interface Question {
  readonly id: RequestId
  readonly answers: Array<PendingRequests.Answer>
}

interface Model {
  readonly pending: PendingRequests.PendingRequests
  readonly questions: Array<Question>
  refused: number
}

type Event =
  | "Asked"
  /** An answer, which the peer may have sent to anything, any number of times. */
  | { readonly _tag: "Success" | "Failure" | "Malformed"; readonly id: RequestId | undefined }

const askedMax = 4
const pendingMax = 2
const ids: ReadonlyArray<RequestId | undefined> = [1, 2, 3, 4, "1", undefined]
const error = Rpc.internalError("no")

const answers: ReadonlyArray<Event> = ids.flatMap((id) => [
  ...(id === undefined ? [] : [{ _tag: "Success", id } as const]),
  { _tag: "Failure", id } as const,
  { _tag: "Malformed", id } as const
])

const answerOf = (event: Exclude<Event, "Asked">): PendingRequests.Answer => {
  if (event._tag === "Malformed") return { _tag: "Malformed", id: undefined, answers: event.id, error }
  return event._tag === "Success" && event.id !== undefined
    ? { _tag: "Success", id: event.id, result: {} }
    : { _tag: "Failure", id: event.id, error }
}

const answeredId = (answer: PendingRequests.Answer): RequestId | undefined =>
  answer._tag === "Malformed" ? answer.answers : answer.id

const apply = (requests: typeof PendingRequests) => (model: Model, event: Event): void => {
  if (event !== "Asked") return requests.settle(model.pending, answerOf(event))
  const answers: Array<PendingRequests.Answer> = []
  const id = requests.begin(model.pending, (answer) => answers.push(answer))
  if (id === undefined) model.refused += 1
  else model.questions.push({ id, answers })
}

const open = ({ questions }: Model): number => questions.filter(({ answers }) => answers.length === 0).length

const machine = (requests: typeof PendingRequests) =>
  Machine.rebuilt<Model, Event>({
    make: () => ({ pending: requests.make(pendingMax), questions: [], refused: 0 }),
    events: ({ questions, refused }) => [
      ...(questions.length < askedMax && refused === 0 ? ["Asked" as const] : []),
      ...answers
    ],
    apply: apply(requests),
    key: ({ pending, questions, refused }) =>
      JSON.stringify([questions.map(({ answers, id }) => [id, answers.map(({ _tag }) => _tag)]), [
        ...pending.waiting.keys()
      ], refused]),
    invariants: [
      {
        name: "answered at most once",
        check: ({ questions }) => {
          const twice = questions.find(({ answers }) => answers.length > 1)
          return twice && `${twice.id} was answered ${twice.answers.length} times`
        }
      },
      {
        name: "its own answer",
        check: ({ questions }) => {
          const other = questions.find(({ answers, id }) => answers.some((answer) => answeredId(answer) !== id))
          return other && `${other.id} got an answer to something else`
        }
      },
      {
        name: "an id is used once",
        check: ({ questions }) => {
          const used = questions.map(({ id }) => id)
          return new Set(used).size === used.length ? undefined : `ids: ${used}`
        }
      },
      {
        name: "refused only when too many wait",
        check: (model, step) =>
          step !== undefined && model.refused > step.before.refused && open(step.before) < pendingMax
            ? `refused with ${open(step.before)} waiting`
            : undefined
      },
      {
        name: "nothing is left",
        check: (model) =>
          model.pending.waiting.size === open(model)
            ? undefined
            : `${model.pending.waiting.size} are kept, ${open(model)} wait`
      }
    ],
    isGoal: ({ pending }) => pending.waiting.size === 0
  })

const bounds = { depthMax: 10 }

describe("every order of questions and answers", () => {
  it("gives each question its own answer, once, under an id of its own", () => {
    assert.isTrue(holds(machine(PendingRequests), bounds, 300).isExhausted)
  })

  it("is found out where an answer does not end the waiting", () => {
    const settle: typeof PendingRequests.settle = ({ waiting }, answer) =>
      waiting.get(answeredId(answer) ?? "")?.(answer)
    assert.deepStrictEqual(broken(machine({ ...PendingRequests, settle }), bounds), ["nothing is left", 2])
  })

  it("is found out where an answer goes to whoever waits longest", () => {
    const settle: typeof PendingRequests.settle = (pending, answer) => {
      const [oldest] = pending.waiting.keys()
      if (oldest === undefined) return
      pending.waiting.get(oldest)?.(answer)
      pending.waiting.delete(oldest)
    }
    assert.deepStrictEqual(broken(machine({ ...PendingRequests, settle }), bounds), ["its own answer", 2])
  })

  it("is found out where ids come again", () => {
    const begin: typeof PendingRequests.begin = (pending, onAnswer) => {
      pending.nextId = pending.waiting.size + 1
      return PendingRequests.begin(pending, onAnswer)
    }
    assert.deepStrictEqual(broken(machine({ ...PendingRequests, begin }), bounds), ["an id is used once", 3])
  })
})
