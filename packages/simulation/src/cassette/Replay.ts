/**
 * Plays a cassette to somebody: as its client to a server, or as its server to a client. Whatever differs from what was
 * recorded, but for what may, is an error that shows both; or, with `update`, what the cassette is to have from now on.
 *
 * @since 0.1.0
 */
import type * as Transcript from "@parley/mcp/testing/Transcript"
import type { Connection } from "@parley/mcp/transport/Connection"
import * as InMemory from "@parley/mcp/transport/InMemory"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Cassette from "./Cassette.ts"
import * as HttpClientVoice from "./HttpClientVoice.ts"
import * as HttpServerVoice from "./HttpServerVoice.ts"
import * as LineVoice from "./LineVoice.ts"
import * as Player from "./Player.ts"
import * as Recording from "./Recording.ts"
import * as Revising from "./Revising.ts"
import * as Variance from "./Variance.ts"

/**
 * How a cassette is played.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Player.Options {
  /** What varies, beside what always does: for an update. */
  readonly varies?: ReadonlyArray<Variance.Rule>
}

/**
 * A server to which a cassette is played: the client's end of a line to it, or an HTTP client that reaches it.
 *
 * @category models
 * @since 0.1.0
 */
export type ServerEnd =
  | { readonly _tag: "Line"; readonly connection: Connection }
  | { readonly _tag: "Http"; readonly endpoint: HttpClientVoice.Endpoint }

/**
 * What a client is given to reach the server of a cassette: over a line, or over HTTP at any URL.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientEnd {
  /** The client's end of a line. Of no use where the cassette is one of HTTP. */
  readonly connection: Connection
  /** An HTTP client for the client's transport. Of no use where the cassette is one of a line. */
  readonly httpClient: HttpClient.HttpClient
}

/** How long after the end of a cassette a server may still say something that is not in it. */
const quietMillis = 100

const updated = (
  cassette: Cassette.Cassette,
  conversation: ReadonlyArray<Cassette.Played>,
  { update = false, varies = [] }: Options,
  shown: Transcript.Headers = {}
): Cassette.Cassette => {
  if (!update) return cassette
  const rules = [Variance.shown(shown), ...varies]
  const now = Recording.fromPlayed(Recording.renumbered(conversation), { title: "", varies: rules })
  return Revising.revise(cassette, now)
}

/**
 * Plays the client of a cassette to a server. Gives the cassette, brought up to date where that is asked for.
 *
 * @category running
 * @since 0.1.0
 */
export const toServer = (
  cassette: Cassette.Cassette,
  server: ServerEnd,
  options: Options = {}
): Effect.Effect<Cassette.Cassette, Player.ReplayError> =>
  Effect.scoped(Effect.gen(function*() {
    const voice = yield* server._tag === "Line"
      ? LineVoice.make(server.connection, "client")
      : HttpClientVoice.make(server.endpoint)
    const { rest } = yield* Player.play(cassette, "client", voice, options)
    yield* Effect.sleep(quietMillis)
    const shown = server._tag === "Http" ? server.endpoint.headers : undefined
    return updated(cassette, yield* rest, options, shown)
  }))

/** The two ends of whatever the cassette goes over. */
const makeEnds = Effect.fnUntraced(function*(cassette: Cassette.Cassette) {
  const pair = yield* InMemory.makePair
  const hasExchanges = cassette.parts.some((part) => part._tag === "Spoken" && part.exchange !== undefined)
  const over = Cassette.frontOf(cassette, "over") ?? (hasExchanges ? "http" : "line")
  const http = yield* HttpServerVoice.make(over === "sse")
  const voice = over === "line" ? yield* LineVoice.make(pair.server, "server") : http.voice
  const end: ClientEnd = { connection: pair.client, httpClient: http.client }
  return { voice, end, close: pair.close }
})

/**
 * What a program with a client made of it, and the cassette, brought up to date where that is asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome<A> {
  readonly value: A
  readonly cassette: Cassette.Cassette
}

/**
 * Plays the server of a cassette to a client, which a program makes and uses. The program ends what it has opened; when it
 * has ended, the cassette must be at its end. When it fails by itself, that is the failure, with what was not as recorded.
 *
 * @category running
 * @since 0.1.0
 */
export const toClient = <A, E, R>(
  cassette: Cassette.Cassette,
  use: (server: ClientEnd) => Effect.Effect<A, E, R>,
  options: Options = {}
): Effect.Effect<Outcome<A>, E | Player.ReplayError, R> =>
  Effect.scoped(Effect.gen(function*() {
    const { close, end, voice } = yield* makeEnds(cassette)
    const player = Player.play(cassette, "server", voice, options)
    const playing = yield* Effect.forkScoped(player, { startImmediately: true })
    // A client whose server has nothing right to say to it need not wait for its own patience to end.
    const using = yield* Effect.forkScoped(use(end), { startImmediately: true })
    const ended = yield* Effect.raceFirst(Fiber.await(using), failed(playing))
    yield* close
    if (ended !== undefined && Exit.isFailure(ended)) {
      // That comes first; what was not as in the cassette may tell why.
      const replayed = yield* Effect.timeoutOption(Fiber.await(playing), Player.graceMillisOf(options) + 1)
      // It may have been played to its end, and then something more was said that nobody answers.
      const heard: Exit.Exit<unknown, Player.ReplayError> = Option.isSome(replayed)
        ? yield* Effect.exit(Effect.flatMap(replayed.value, ({ rest }) => rest))
        : Exit.void
      return yield* Effect.failCause(Cause.combine(ended.cause, Exit.isFailure(heard) ? heard.cause : Cause.empty))
    }
    const played = yield* Fiber.join(playing)
    const value = yield* Fiber.join(using)
    return { value, cassette: updated(cassette, yield* played.rest, options) }
  }))

/** Completes when playing has failed. */
const failed = (playing: Fiber.Fiber<Player.Played, Player.ReplayError>): Effect.Effect<undefined> =>
  Effect.flatMap(Fiber.await(playing), (exit) => Exit.isFailure(exit) ? Effect.undefined : Effect.never)
