/**
 * What a request that asks takes with it from round to round, and what is decided by it: which question has an answer
 * already. Pure; sealing, and running handlers again, is done on the floor of servers.
 *
 * An answer belongs to the question that was shown: to its name, and to its words, of which a fingerprint is kept. A
 * question that has changed in the meantime is asked again.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isObject, type Params } from "../jsonrpc/Message.ts"
import { ownerOf, type Sender } from "./Caller.ts"

/**
 * Bounds of what a request may take with it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** Most characters of a sealed state, both when one is made and when one comes. */
  readonly charactersMax: number
  /** How long a state is good, in milliseconds. */
  readonly lifetimeMillis: number
  /** How long questions wait for steps (`Ask.once`) that are under way beside them, in milliseconds. */
  readonly stepMillis: number
}

/**
 * The limits in force unless others are provided: 65,536 characters, 10 minutes, 1 minute for steps.
 *
 * @category references
 * @since 0.1.0
 */
export const RequestStateLimits: Context.Reference<Limits> = Context.Reference<Limits>(
  "@parley/mcp/session/RequestStateLimits",
  { defaultValue: () => ({ charactersMax: 65_536, lifetimeMillis: 600_000, stepMillis: 60_000 }) }
)

/**
 * A question that the client was asked: what to decode the answer by, which question it was, and when it was first asked.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked {
  readonly method: string
  readonly fingerprint: string
  readonly askedMillis: number
}

/**
 * An answer, as it came from the client, and how long it took.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answered {
  /** Absent where the answer came before its question, and nobody knows what was shown. */
  readonly fingerprint: string | undefined
  readonly response: unknown
  readonly waitedMillis: number
}

/**
 * The state of a request: answers and outcomes of steps so far, and the questions that are open.
 *
 * @category models
 * @since 0.1.0
 */
export interface State {
  /** How many times the request was answered with questions. */
  readonly round: number
  readonly answers: ReadonlyMap<string, Answered>
  readonly steps: ReadonlyMap<string, unknown>
  readonly asked: ReadonlyMap<string, Asked>
}

/**
 * The state of a request that comes for the first time.
 *
 * @category constants
 * @since 0.1.0
 */
export const empty: State = { round: 0, answers: new Map(), steps: new Map(), asked: new Map() }

const AnswerEntry = Schema.Tuple([Schema.String, Schema.NullOr(Schema.String), Schema.Unknown, Schema.Finite])
const StepEntry = Schema.Tuple([Schema.String, Schema.Unknown])
const AskedEntry = Schema.Tuple([Schema.String, Schema.String, Schema.String, Schema.Finite])

/** What is sealed: arrays rather than objects, so that no name is a special one. */
const Written = Schema.Struct({
  expiresMillis: Schema.Finite,
  round: Schema.Natural,
  answers: Schema.Array(AnswerEntry),
  steps: Schema.Array(StepEntry),
  asked: Schema.Array(AskedEntry)
})

const WrittenText = Schema.fromJsonString(Written)

const decodeWritten = Schema.decodeUnknownResult(WrittenText)

/**
 * The text to seal.
 *
 * @category codecs
 * @since 0.1.0
 */
export const write = (state: State, expiresMillis: number): string => {
  const written: typeof Written.Type = {
    expiresMillis,
    round: state.round,
    answers: Array.from(
      state.answers,
      ([key, { fingerprint = null, response, waitedMillis }]) => [key, fingerprint, response, waitedMillis] as const
    ),
    // An outcome that JSON writes as nothing is written as null.
    steps: Array.from(state.steps, ([key, outcome]) => [key, outcome ?? null] as const),
    asked: Array.from(
      state.asked,
      ([key, { askedMillis, fingerprint, method }]) => [key, method, fingerprint, askedMillis] as const
    )
  }
  return JSON.stringify(written)
}

/**
 * Why a state is of no use.
 *
 * @category models
 * @since 0.1.0
 */
export type Unusable = "Expired" | "Unreadable"

/**
 * The state in an opened text.
 *
 * @category codecs
 * @since 0.1.0
 */
export const read = (text: string, nowMillis: number): Result.Result<State, Unusable> => {
  const decoded = decodeWritten(text)
  if (Result.isFailure(decoded)) return Result.fail("Unreadable")
  const { answers, asked, expiresMillis, round, steps } = decoded.success
  if (nowMillis >= expiresMillis) return Result.fail("Expired")
  return Result.succeed({
    round,
    answers: new Map(
      answers.map(([key, fingerprint, response, waitedMillis]) =>
        [key, { fingerprint: fingerprint ?? undefined, response, waitedMillis }] as const
      )
    ),
    steps: new Map(steps),
    asked: new Map(
      asked.map(([key, method, fingerprint, askedMillis]) => [key, { method, fingerprint, askedMillis }] as const)
    )
  })
}

/** JSON with the members of objects in the order of their names, so that two spellings of one value are one text. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (!isObject(value)) return value
  const entries = Object.keys(value).toSorted().map((key) => [key, canonical(value[key])] as const)
  return Object.fromEntries(entries)
}

/**
 * What a state is bound to: who asked, the method, its target and its arguments (MRS-11, MRS-13). `_meta` is no part of it.
 *
 * @category binding
 * @since 0.1.0
 */
export const binding = (sender: Sender, method: string, params: Params | undefined): string => {
  const { name = null, uri = null } = params ?? {}
  return JSON.stringify(canonical([1, ownerOf(sender) ?? null, method, name, uri, params?.arguments ?? {}]))
}

const mix = (text: string, seed: number, factor: number): string => {
  let hash = seed
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), factor)
  return ((hash ^ (hash >>> 15)) >>> 0).toString(36)
}

/**
 * A short text that tells questions apart. It is no secret and nothing hangs on its strength: who could forge a
 * question's answer is the one who gives it.
 *
 * @category binding
 * @since 0.1.0
 */
export const fingerprint = (question: string): string =>
  `${mix(question, 0x811c_9dc5, 0x0100_0193)}.${mix(question, 0x9e37_79b9, 0x85eb_ca6b)}`

/**
 * The answer to a question, if there is one. One that came before its question is taken by name alone.
 *
 * @category decisions
 * @since 0.1.0
 */
export const answerTo = (state: State, key: string, fingerprint: string): Answered | undefined => {
  const answer = state.answers.get(key)
  return answer === undefined || answer.fingerprint === undefined || answer.fingerprint === fingerprint
    ? answer
    : undefined
}

/**
 * Judges the answers that came with a request, and adds them to its state. With a state, only what was asked is taken, and
 * extra entries are passed over (MRS-19); without one, everything is taken, for questions that may come. `isAnswer` says
 * whether a response can be one to a method at all; where it cannot, that is the client's mistake (MRS-17, MRS-18).
 *
 * @category decisions
 * @since 0.1.0
 */
export const withResponses = (
  state: State,
  responses: unknown,
  nowMillis: number,
  isAnswer: (method: string, response: unknown) => boolean
): Result.Result<State, string> => {
  if (responses === undefined) return Result.succeed(state)
  if (!isObject(responses)) return Result.fail("\"inputResponses\" must be an object")
  const answers = new Map(state.answers)
  for (const [key, response] of Object.entries(responses)) {
    const asked = state.asked.get(key)
    if (state.round > 0 && asked === undefined) continue
    if (asked !== undefined && !isAnswer(asked.method, response)) {
      return Result.fail(`The input response "${key}" is not an answer to ${asked.method}`)
    }
    const waitedMillis = asked === undefined ? 0 : Math.max(0, nowMillis - asked.askedMillis)
    answers.set(key, { fingerprint: asked?.fingerprint, response, waitedMillis })
  }
  return Result.succeed({ ...state, answers })
}
