/**
 * What a client answers when a server asks it something: forms, visits, messages of a model, roots. A script is played by a
 * test client (`McpTest`), which declares what the script can answer and nothing else. A question that it has no answer to
 * fails with what was asked, and again when the script is looked back on; so does a line that was never reached.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Elicitation from "../client/answering/Elicitation.ts"
import * as Roots from "../client/answering/Roots.ts"
import * as Sampling from "../client/answering/Sampling.ts"
import * as SamplingMessages from "../contract/SamplingMessages.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { Root } from "../schema/Roots.ts"
import type { CreateMessageResult } from "../schema/Sampling.ts"

/**
 * What a server asked, by its kind.
 *
 * @category models
 * @since 0.1.0
 */
export type Question =
  | { readonly _tag: "Form"; readonly form: Elicitation.FormQuestion }
  | { readonly _tag: "Visit"; readonly visit: Elicitation.VisitQuestion }
  | { readonly _tag: "Sample"; readonly sample: Sampling.Question }
  | { readonly _tag: "Roots" }

/**
 * Which questions a line is for, by their text: the message of a form or a visit, the last text that a model is given. A
 * string is the whole of it.
 *
 * @category models
 * @since 0.1.0
 */
export type About<Q> = string | RegExp | ((question: Q) => boolean)

/** An answer, or how it is found out. */
type Answering<Q, A> = A | ((question: Q) => A | Effect.Effect<A, unknown>)

/**
 * A line of a script.
 *
 * @category models
 * @since 0.1.0
 */
export interface Line {
  readonly kind: Question["_tag"]
  /** What it is about, for people. */
  readonly about: string
  readonly fits: (question: Question) => boolean
  /** Its answer is of the question's kind. */
  readonly answer: (question: Question) => Effect.Effect<unknown, unknown>
}

/**
 * Something was asked that the script has no answer to, or not all of it was asked.
 *
 * @category errors
 * @since 0.1.0
 */
export class ScriptError extends Schema.TaggedError<ScriptError>()("ScriptError", { message: Schema.String }) {}

/**
 * A script that is played.
 *
 * @category models
 * @since 0.1.0
 */
export interface Script {
  /** Answers as services: those that its lines are about, and no others. */
  readonly context: Context.Context<never>
  /** What was asked so far, in order. */
  readonly asked: () => ReadonlyArray<Question>
  /** Fails when something had no answer, or a line was never reached. */
  readonly finished: Effect.Effect<void, ScriptError>
}

/**
 * How a script is played.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * `inOrder`: each line once, one after the other. `byMatch`: whichever line fits first, as often as it is asked for.
   * Default: `inOrder`.
   */
  readonly play?: "inOrder" | "byMatch"
  /** Whether the model can use tools. Default: no. */
  readonly tools?: boolean
}

const isAbout = <Q>(about: About<Q>, question: Q, text: string): boolean => {
  if (typeof about === "string") return about === text
  // Unlike `test`, this does not go on from where it was last.
  return about instanceof RegExp ? text.search(about) !== -1 : about(question)
}

const aboutText = <Q>(about: About<Q>): string => typeof about === "function" ? "a question that fits" : String(about)

const answering = <Q, A extends object>(answer: Answering<Q, A>, question: Q): Effect.Effect<A, unknown> => {
  const found = typeof answer === "function" ? answer(question) : answer
  return Effect.isEffect(found) ? found : Effect.succeed(found)
}

/**
 * Answers a form.
 *
 * @example
 * ```ts
 * import { Elicitation } from "@parley/mcp"
 * import * as Script from "@parley/mcp/testing/Script"
 *
 * export const script = Script.make([
 *   Script.form("Delete 3 files?", Elicitation.accept({ sure: true })),
 *   Script.form(/^How many/, ({ defaults }) => Elicitation.accept(defaults))
 * ])
 * ```
 *
 * @category lines
 * @since 0.1.0
 */
export const form = (
  about: About<Elicitation.FormQuestion>,
  answer: Answering<Elicitation.FormQuestion, Elicitation.Answer>
): Line => ({
  kind: "Form",
  about: aboutText(about),
  fits: (question) => question._tag === "Form" && isAbout(about, question.form, question.form.message),
  answer: (question) => question._tag === "Form" ? answering(answer, question.form) : Effect.undefined
})

/**
 * Answers the wish that the user visits a URL.
 *
 * @category lines
 * @since 0.1.0
 */
export const visit = (
  about: About<Elicitation.VisitQuestion>,
  answer: Answering<Elicitation.VisitQuestion, Elicitation.Answer>
): Line => ({
  kind: "Visit",
  about: aboutText(about),
  fits: (question) => question._tag === "Visit" && isAbout(about, question.visit, question.visit.message),
  answer: (question) => question._tag === "Visit" ? answering(answer, question.visit) : Effect.undefined
})

const lastText = ({ messages }: Sampling.Question): string => {
  const last = messages.at(-1)
  if (last === undefined) return ""
  return SamplingMessages.blocksOf(last).map((block) => block.type === "text" ? block.text : "").join("")
}

/**
 * What the model says to a message that ends with this text. A string is a message with that text.
 *
 * @category lines
 * @since 0.1.0
 */
export const sample = (
  about: About<Sampling.Question>,
  answer: string | Answering<Sampling.Question, CreateMessageResult>
): Line => ({
  kind: "Sample",
  about: aboutText(about),
  fits: (question) => question._tag === "Sample" && isAbout(about, question.sample, lastText(question.sample)),
  answer: (question) =>
    question._tag !== "Sample"
      ? Effect.undefined
      : answering(typeof answer === "string" ? said(answer) : answer, question.sample)
})

const said = (text: string): CreateMessageResult => ({
  role: "assistant",
  content: { type: "text", text },
  model: "script",
  stopReason: "endTurn"
})

/**
 * Which places there are.
 *
 * @category lines
 * @since 0.1.0
 */
export const roots = (list: ReadonlyArray<Root>): Line => ({
  kind: "Roots",
  about: "the roots",
  fits: ({ _tag }) => _tag === "Roots",
  answer: () => Effect.succeed(list)
})

/**
 * A question in a few words.
 *
 * @category rendering
 * @since 0.1.0
 */
export const describe = (question: Question): string => {
  switch (question._tag) {
    case "Form":
      return `the form ${JSON.stringify(question.form.message)} (${
        Object.keys(question.form.requestedSchema.properties).join(", ")
      })`
    case "Visit":
      return `the visit ${JSON.stringify(question.visit.message)} (${question.visit.url})`
    case "Sample":
      return `a message after ${JSON.stringify(lastText(question.sample))}`
    case "Roots":
      return "the roots"
  }
}

interface Playing {
  readonly lines: ReadonlyArray<Line>
  readonly isInOrder: boolean
  readonly asked: Array<Question>
  readonly unanswered: Array<string>
  readonly reached: Set<Line>
  next: number
}

const lineFor = (playing: Playing, question: Question): Line | undefined => {
  const line = playing.isInOrder ? playing.lines[playing.next] : playing.lines.find(({ fits }) => fits(question))
  if (line === undefined || !line.fits(question)) return undefined
  playing.next += 1
  playing.reached.add(line)
  return line
}

const lineText = ({ about, kind }: Line): string => kind === "Roots" ? about : `${kind} ${about}`

const noAnswer = (playing: Playing, question: Question): string => {
  const next = playing.isInOrder ? playing.lines[playing.next] : undefined
  const instead = next === undefined ? "has no answer to it" : `has ${lineText(next)} next`
  return `The server asked for ${describe(question)}, and the script ${instead}`
}

const play = (playing: Playing, question: Question): Effect.Effect<unknown, unknown> =>
  Effect.suspend(() => {
    playing.asked.push(question)
    const why = noAnswer(playing, question)
    const line = lineFor(playing, question)
    if (line !== undefined) return line.answer(question)
    playing.unanswered.push(why)
    // Said to the server, so that a handler that is not answered fails with the reason.
    return Effect.fail(Rpc.internalError(why))
  })

const finish = ({ lines, reached, unanswered }: Playing): Effect.Effect<void, ScriptError> =>
  Effect.suspend(() => {
    const missed = lines.filter((line) => !reached.has(line)).map((line) => `Nobody asked for ${lineText(line)}`)
    const wrong = [...unanswered, ...missed]
    return wrong.length === 0 ? Effect.void : Effect.fail(new ScriptError({ message: wrong.join("\n") }))
  })

const contextOf = (playing: Playing, { tools = false }: Options): Context.Context<never> => {
  const has = (kind: Question["_tag"]): boolean => playing.lines.some((line) => line.kind === kind)
  // Each line answers questions of its kind with what answers them.
  const asking = (question: Question) => play(playing, question) as Effect.Effect<never, unknown>
  let context: Context.Context<never> = Context.empty()
  if (has("Form") || has("Visit")) {
    context = Context.add(context, Elicitation.Elicitation, {
      form: has("Form") ? (form) => asking({ _tag: "Form", form }) : undefined,
      url: has("Visit") ? (visit) => asking({ _tag: "Visit", visit }) : undefined,
      goOn: undefined,
      fillDefaults: true,
      visitTimeoutMillis: 600_000
    })
  }
  if (has("Sample")) {
    const createMessage = (sample: Sampling.Question) => asking({ _tag: "Sample", sample })
    context = Context.add(context, Sampling.Sampling, { createMessage, tools, context: false })
  }
  return has("Roots")
    ? Context.add(context, Roots.Roots, { list: asking({ _tag: "Roots" }), changes: undefined })
    : context
}

/**
 * A script, from its beginning.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (lines: ReadonlyArray<Line>, options: Options = {}): Script => {
  const isInOrder = options.play !== "byMatch"
  const playing: Playing = { lines, isInOrder, asked: [], unanswered: [], reached: new Set(), next: 0 }
  return {
    context: contextOf(playing, options),
    asked: () => playing.asked.slice(),
    finished: finish(playing)
  }
}
