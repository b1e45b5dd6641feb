/**
 * Asking in the stateless era: a handler runs against the answers that are known. When it asks for more, it is stopped
 * there, its finalizers run, and what it asked for, in all its branches, becomes an input-required result; the client's
 * next request runs it again from the beginning. A handler runs in a fiber of its own, so that stopping it is interrupting
 * it, which it cannot refuse, and interrupts nobody else.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Ask from "../../contract/AskError.ts"
import type { RequestInfo } from "../../contract/McpRequest.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import * as Answers from "../../revision/Answers.ts"
import type { Reader } from "../../revision/common/Reader.ts"
import type { ServerRequests } from "../../revision/Methods.ts"
import type { Revision } from "../../revision/Revision.ts"
import type { ClientCapabilities } from "../../schema/Capabilities.ts"
import * as RequestState from "../../session/RequestState.ts"
import * as AskCapability from "./AskCapability.ts"
import { unsupported } from "./Asking.ts"

/** A step that is under way; one that waits for answers itself is not waited for. */
interface Step {
  readonly name: string
  questions: number
}

/** The step that a question is asked in. */
const CurrentStep: Context.Reference<Step | undefined> = Context.Reference<Step | undefined>(
  "@parley/mcp/server/asking/Replay/CurrentStep",
  { defaultValue: () => undefined }
)

interface Question {
  readonly method: Ask.Method
  readonly params: object
  readonly fingerprint: string
  readonly askedMillis: number
}

/**
 * One run of a handler.
 *
 * @category models
 * @since 0.1.0
 */
export interface Run {
  readonly state: RequestState.State
  readonly revision: Revision
  readonly clientCapabilities: ClientCapabilities
  /** How long questions wait for steps, in milliseconds. */
  readonly stepMillis: number
  /** Names given to questions and steps so far. */
  readonly named: Set<string>
  /** Answers that were taken in this run. */
  readonly taken: Map<string, RequestState.Answered>
  /** Outcomes of steps that ran in this run. */
  readonly outcomes: Map<string, unknown>
  readonly questions: Map<string, Question>
  readonly steps: Set<Step>
  /** Why the request cannot be served at all. */
  error: RpcError | undefined
  isStopped: boolean
  /** Called when there may be something to decide. */
  wake: () => void
}

/**
 * What comes of a run: the handler has ended, or it needs answers, and this is what to take into the next round.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome<A, E> = Exit.Exit<A, E> | Needed

/**
 * What a handler needs to go on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Needed {
  readonly _tag: "Needed"
  readonly inputRequests: { readonly [key: string]: { readonly method: Ask.Method; readonly params: object } }
  readonly state: RequestState.State
}

const make = (
  state: RequestState.State,
  revision: Revision,
  clientCapabilities: ClientCapabilities,
  stepMillis: number
): Run => ({
  state,
  revision,
  clientCapabilities,
  stepMillis,
  named: new Set(),
  taken: new Map(),
  outcomes: new Map(),
  questions: new Map(),
  steps: new Set(),
  error: undefined,
  isStopped: false,
  wake: () => undefined
})

/** Two of one name are told apart by their order; questions and steps do not share names. */
const nameOf = ({ named }: Run, kind: "question" | "step", name: string): string => {
  let unique = name
  for (let count = 2; named.has(`${kind} ${unique}`); count++) unique = `${name}#${count}`
  named.add(`${kind} ${unique}`)
  return unique
}

const failed = (reason: Ask.AskError["reason"]): Effect.Effect<never, Ask.AskError> =>
  Effect.fail(new Ask.AskError({ reason }))

/** Waits to be interrupted, which must not be put off: nothing else will happen here. */
const stop = Effect.interruptible(Effect.never)

const halt = (run: Run, error: RpcError): Effect.Effect<never> => {
  run.error ??= error
  run.wake()
  return stop
}

/**
 * Fails for the lack of a capability, in a way that says which.
 *
 * @category asking
 * @since 0.1.0
 */
export const missing = (revision: Revision, method: Ask.Method, params: object): Effect.Effect<never, Ask.AskError> => {
  const needs = AskCapability.required(revision, method, params)
  return failed(new Ask.Unsupported({ method, requiredCapabilities: revision.encode.clientCapabilities(needs) }))
}

const take = <A>(
  run: Run,
  key: string,
  answer: RequestState.Answered,
  { method, reader }: { readonly method: Ask.Method; readonly reader: Reader<A> },
  timeoutMillis: number | undefined
): Effect.Effect<A, Ask.AskError> => {
  const decoded = reader.decode(answer.response)
  if (Result.isFailure(decoded)) {
    return halt(run, Rpc.invalidParams(`The input response "${key}" is not an answer to ${method}`))
  }
  run.taken.set(key, answer)
  return timeoutMillis !== undefined && answer.waitedMillis > timeoutMillis
    ? failed(new Ask.TimedOut({ timeoutMillis }))
    : Effect.succeed(decoded.success)
}

/** Puts a question, and takes it back when the branch that asks is interrupted by the handler itself. */
const put = (run: Run, key: string, question: Omit<Question, "askedMillis">): Effect.Effect<never> =>
  Effect.withFiber((fiber) =>
    Effect.flatMap(Clock.currentTimeMillis, (askedMillis) => {
      const step = fiber.getRef(CurrentStep)
      if (step !== undefined) step.questions += 1
      run.questions.set(key, { ...question, askedMillis })
      run.wake()
      return Effect.onInterrupt(stop, () =>
        Effect.sync(() => {
          if (run.isStopped) return
          if (step !== undefined) step.questions -= 1
          run.questions.delete(key)
          run.wake()
        }))
    })
  )

const kinds: { readonly [M in Ask.Method]: string } = {
  "sampling/createMessage": "sample",
  "elicitation/create": "elicit",
  "roots/list": "roots"
}

const ask = <M extends Ask.Method>(
  run: Run,
  method: M,
  params: ServerRequests[M]["params"],
  options: Ask.SendOptions = {}
): Effect.Effect<ServerRequests[M]["result"], Ask.AskError> =>
  Effect.suspend(() => {
    const { clientCapabilities, revision, state } = run
    const reader = Answers.to(revision, method)
    if (reader === undefined) return unsupported(method, params)
    const wire = revision.encode.requestParams(method, params)
    const fingerprint = RequestState.fingerprint(JSON.stringify([method, wire]))
    const key = nameOf(run, "question", options.key ?? `${kinds[method]}-${fingerprint}`)
    const answer = RequestState.answerTo(state, key, fingerprint)
    if (answer !== undefined) {
      return take(run, key, { ...answer, fingerprint }, { method, reader }, options.timeoutMillis)
    }
    return AskCapability.isDeclared(AskCapability.required(revision, method, params), clientCapabilities)
      ? put(run, key, { method, params, fingerprint })
      : missing(revision, method, params)
  })

const stale = (): RpcError =>
  Rpc.invalidParams("The requestState is of another version of this server; send the request again without it")

const outcomeOf = <A, E>(exit: Exit.Exit<A, E>): Result.Result<A, E> | undefined => {
  if (Exit.isSuccess(exit)) return Result.succeed(exit.value)
  const error = Exit.findError(exit)
  return Result.isSuccess(error) ? Result.fail(error.success) : undefined
}

const once = <A, E, R>(
  run: Run,
  key: string,
  effect: Effect.Effect<A, E, R>,
  codec: Ask.StepCodec<A, E>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const name = nameOf(run, "step", key)
    if (run.state.steps.has(name)) {
      const outcome = codec.decode(run.state.steps.get(name))
      return outcome === undefined ? halt(run, stale()) : Effect.fromResult(outcome)
    }
    const step: Step = { name, questions: 0 }
    run.steps.add(step)
    return Effect.onExit(Effect.provideService(effect, CurrentStep, step), (exit) =>
      Effect.sync(() => {
        run.steps.delete(step)
        const outcome = outcomeOf(exit)
        if (outcome !== undefined) run.outcomes.set(name, codec.encode(outcome))
        run.wake()
      }))
  })

/**
 * How the handler of a request asks. The run is made when it first does, because most handlers never do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Questions extends Pick<RequestInfo, "ask" | "once" | "round"> {
  /** What has come of it so far. */
  readonly run: () => Run
}

/**
 * Questions that are answered from a state, where they can be. A step that is under way may hold up the others for so many
 * milliseconds.
 *
 * @category asking
 * @since 0.1.0
 */
export const questions = (
  state: RequestState.State,
  revision: Revision,
  clientCapabilities: ClientCapabilities,
  stepMillis: number
): Questions => {
  let made: Run | undefined
  const run = (): Run => made ??= make(state, revision, clientCapabilities, stepMillis)
  return {
    run,
    round: { index: state.round, isAsking: () => made?.isStopped === true },
    ask: (method, params, options) => ask(run(), method, params, options),
    once: (key, effect, codec) => once(run(), key, effect, codec)
  }
}

/** Whether there is nothing more to wait for: the handler has ended, or is to be ended. */
const isOver = (run: Run, fiber: Fiber.Fiber<unknown, unknown>): boolean =>
  fiber.pollUnsafe() !== undefined || run.error !== undefined

/** The steps that questions wait for. A step that is not interrupted may yet do what cannot be undone. */
const unfinished = ({ steps }: Run): ReadonlyArray<Step> => Array.from(steps).filter((step) => step.questions === 0)

const isDecidable = (run: Run, fiber: Fiber.Fiber<unknown, unknown>): boolean =>
  isOver(run, fiber) || run.questions.size > 0 && unfinished(run).length === 0

const until = (run: Run, holds: () => boolean): Effect.Effect<void> =>
  Effect.callback((resume) => {
    run.wake = () => {
      if (holds()) resume(Effect.void)
    }
    run.wake()
  })

/** Nobody can see whether a step waits for an answer itself, through another branch; but then it would wait for ever. */
const giveUp = (run: Run): Effect.Effect<void> =>
  Effect.suspend(() => {
    const steps = unfinished(run).map(({ name }) => name)
    run.error ??= Rpc.internalError(
      `A question of this request could not be asked: a step beside it had not ended after ${run.stepMillis} ms`
    )
    return Effect.logError("Questions were held up by steps (Ask.once) that did not end", { steps })
  })

/** Waits until the handler stands still for questions, or has ended. */
const decidable = (run: Run, fiber: Fiber.Fiber<unknown, unknown>): Effect.Effect<void> =>
  Effect.andThen(
    until(run, () => isOver(run, fiber) || run.questions.size > 0),
    Effect.suspend(() =>
      isDecidable(run, fiber) ? Effect.void : Effect.timeoutOrElse(
        until(run, () => isDecidable(run, fiber) || run.questions.size === 0),
        { duration: run.stepMillis, orElse: () => giveUp(run) }
      )
    )
  )

/** Gives branches that run side by side the time to reach their questions. */
const breath = Effect.andThen(Effect.yieldNow, Effect.yieldNow)

/** Waits until the handler has ended, or all its branches stand still, as far as can be seen. */
const settled = (run: Run, fiber: Fiber.Fiber<unknown, unknown>): Effect.Effect<void> =>
  Effect.flatMap(decidable(run, fiber), () => {
    const { named } = run
    const seen = named.size
    return Effect.flatMap(
      breath,
      () =>
        isOver(run, fiber) || (named.size === seen && isDecidable(run, fiber))
          ? Effect.void
          : settled(run, fiber)
    )
  })

const nextState = ({ outcomes, questions, state, taken }: Run): RequestState.State => {
  const known = Array.from(state.answers).filter((entry) => entry[1].fingerprint !== undefined)
  const asked = Array.from(questions, ([key, { askedMillis, fingerprint, method }]) => {
    const before = state.asked.get(key)
    return [key, before?.fingerprint === fingerprint ? before : { method, fingerprint, askedMillis }] as const
  })
  return {
    round: state.round + 1,
    answers: new Map([...known, ...taken]),
    steps: new Map([...state.steps, ...outcomes]),
    asked: new Map(asked)
  }
}

/** Ends the handler, waits for its finalizers, and says what it needs. */
const stopped = (run: Run, fiber: Fiber.Fiber<unknown, unknown>): Effect.Effect<Needed> =>
  Effect.suspend(() => {
    run.isStopped = true
    const inputRequests = Object.fromEntries(
      Array.from(run.questions, ([key, { method, params }]) => [key, { method, params }] as const)
    )
    return Effect.map(Fiber.interrupt(fiber), () => ({ _tag: "Needed", inputRequests, state: nextState(run) }) as const)
  })

/**
 * Waits for what comes of a handler that runs in the fiber. Interrupting this interrupts the handler.
 *
 * @category running
 * @since 0.1.0
 */
export const outcome = <A, E>(run: Run, fiber: Fiber.Fiber<A, E>): Effect.Effect<Outcome<A, E>, RpcError> =>
  Effect.suspend(() => {
    fiber.addObserver(() => run.wake())
    const ended = Effect.flatMap(settled(run, fiber), (): Effect.Effect<Outcome<A, E>, RpcError> => {
      if (run.error !== undefined) return Effect.andThen(Fiber.interrupt(fiber), Effect.fail(run.error))
      const exit = fiber.pollUnsafe()
      return exit === undefined ? stopped(run, fiber) : Effect.succeed(exit)
    })
    return Effect.onInterrupt(ended, () => Fiber.interrupt(fiber))
  })

/**
 * Whether a run needs answers.
 *
 * @category guards
 * @since 0.1.0
 */
export const isNeeded = <A, E>(outcome: Outcome<A, E>): outcome is Needed => Predicate.isTagged(outcome, "Needed")
