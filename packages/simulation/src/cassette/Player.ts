/**
 * Playing one side of a cassette to somebody: says what that side says, and hears the other. It knows neither lines nor HTTP;
 * a voice does. Time is that of the clock in the context, so that on a virtual one silences cost nothing.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Archive from "./Archive.ts"
import type * as Cassette from "./Cassette.ts"
import * as Tape from "./Tape.ts"

/**
 * What goes to the peer, and what comes from it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Voice {
  readonly say: (said: Cassette.Said) => Effect.Effect<void>
  readonly heard: Queue.Dequeue<Cassette.Said>
}

/**
 * How a cassette is played.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** How long the peer may take to say what is expected, in milliseconds, beyond what it took then. Default: 60 seconds. */
  readonly patienceMillis?: number
  /**
   * How long is waited for what is expected when something else has come, or may come (`update`), beyond what it took then.
   * Default: 1 second.
   */
  readonly graceMillis?: number
  /** Takes what the peer says for right, whatever the cassette has. Default: no. */
  readonly update?: boolean
}

/**
 * A peer does not say what the cassette has. The message shows where, and how it differs.
 *
 * @category errors
 * @since 0.1.0
 */
export class ReplayError extends Schema.TaggedError<ReplayError>()("ReplayError", {
  /** How many parts of the cassette were played. */
  played: Schema.Number,
  parts: Schema.Number,
  detail: Schema.String
}) {
  override get message(): string {
    return `After ${this.played} of ${this.parts} parts of the cassette: ${this.detail}`
  }
}

const patienceMillisDefault = 60_000

const graceMillisDefault = 1_000

/**
 * How long is waited for what is expected when something else has come, in milliseconds.
 *
 * @category queries
 * @since 0.1.0
 */
export const graceMillisOf = ({ graceMillis = graceMillisDefault }: Options): number => graceMillis

/** The part in front of each of its lines. */
const marked = (mark: string, part: Cassette.Said): string =>
  Archive.render(part).split("\n").map((line) => `${mark} ${line}`).join("\n")

const errorOf = (tape: Tape.Tape, detail: string): ReplayError => {
  const [played, parts] = Tape.progress(tape)
  return new ReplayError({ played, parts, detail })
}

const mismatch = (tape: Tape.Tape, said: Cassette.Said): ReplayError => {
  const found = Tape.hear(tape, said)
  const { differences, expected } = Result.isFailure(found) ? found.failure : { differences: [], expected: undefined }
  if (expected === undefined) return errorOf(tape, `nothing of this was expected\n\n${marked("+", said)}`)
  return errorOf(
    tape,
    ["something else was said", "", marked("-", expected), marked("+", said), "", ...differences].join("\n")
  )
}

const silence = (tape: Tape.Tape): ReplayError =>
  errorOf(tape, ["this was not said", "", ...Tape.missing(tape).map((part) => marked("-", part))].join("\n"))

/** What was played, and what of it was in the air when it was over. */
interface Playing {
  tape: Tape.Tape
  /** What was heard, and is not expected yet. */
  held: ReadonlyArray<Cassette.Said>
  readonly conversation: Array<Cassette.Played>
}

type Hearing = Extract<Tape.Next, { _tag: "Hear" }>

const takeHeld = (playing: Playing, { silences, tape }: Hearing): boolean => {
  for (const said of playing.held) {
    const heard = Tape.hear(tape, said)
    if (Result.isFailure(heard)) continue
    playing.tape = heard.success
    playing.held = playing.held.filter((other) => other !== said)
    playing.conversation.push(...silences, said)
    return true
  }
  return false
}

/** The peer has had its time: what it said is not what it should have, or it said nothing. */
const settle = (
  playing: Playing,
  { silences, tape }: Hearing,
  { update = false }: Options
): Effect.Effect<void, ReplayError> =>
  Effect.suspend(() => {
    const { held } = playing
    const [first] = held
    if (!update) return Effect.fail(first === undefined ? silence(playing.tape) : mismatch(playing.tape, first))
    if (first !== undefined) playing.conversation.push(...silences, ...held)
    playing.held = []
    playing.tape = Tape.accept(tape, held)
    return Effect.void
  })

const hear = Effect.fnUntraced(function*(playing: Playing, hearing: Hearing, voice: Voice, options: Options) {
  if (takeHeld(playing, hearing)) return
  const { patienceMillis = patienceMillisDefault, update = false } = options
  const isWaiting = playing.held.length === 0 && !update
  const millis = hearing.silenceMillis + (isWaiting ? patienceMillis : graceMillisOf(options))
  const said = yield* Effect.timeoutOption(Queue.take(voice.heard), millis)
  if (said._tag === "None") return yield* settle(playing, hearing, options)
  playing.held = [...playing.held, said.value]
})

/**
 * What is left to do once a cassette is at its end.
 *
 * @category models
 * @since 0.1.0
 */
export interface Played {
  /** What both sides said, as it was, without prose. */
  readonly conversation: ReadonlyArray<Cassette.Played>
  /** Hears whether the peer says more than the cassette has: to be run when the peer is done. */
  readonly rest: Effect.Effect<ReadonlyArray<Cassette.Played>, ReplayError>
}

/** What comes when all was said. */
const rest = (playing: Playing, voice: Voice, { update = false }: Options): Played["rest"] =>
  Effect.gen(function*() {
    // Whoever hangs up leaves what is still open.
    const more = [...playing.held, ...yield* Queue.clear(voice.heard)].filter((said) => said._tag !== "Over")
    const [first] = more
    if (first === undefined || update) return [...playing.conversation, ...more]
    return yield* mismatch(playing.tape, first)
  })

/**
 * Plays a cassette to its end.
 *
 * @category running
 * @since 0.1.0
 */
export const play = (
  cassette: Cassette.Cassette,
  role: Cassette.Role,
  voice: Voice,
  options: Options = {}
): Effect.Effect<Played, ReplayError> =>
  Effect.gen(function*() {
    const playing: Playing = { tape: Tape.make(cassette, role), held: [], conversation: [] }
    while (true) {
      const next = Tape.next(playing.tape)
      switch (next._tag) {
        case "Finished":
          return { conversation: playing.conversation, rest: rest(playing, voice, options) }
        case "Say":
          playing.tape = next.tape
          playing.conversation.push(next.said)
          yield* voice.say(next.said)
          break
        case "Wait":
          playing.tape = next.tape
          playing.conversation.push({ _tag: "Wait", millis: next.millis })
          yield* Effect.sleep(next.millis)
          break
        case "Hear":
          yield* hear(playing, next, voice, options)
      }
    }
  })
