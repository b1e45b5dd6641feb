/**
 * The connection of a client, kept alive: one is in force at a time, and when it is lost another is made, once, however
 * many ask for it. A server that is gone is dialled again by a schedule; when that ends, the next request begins anew, so
 * no client is dead for good. What to do with the requests that were lost is decided in `requests/Recovery.ts`.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as Uptime from "../../session/Uptime.ts"
import * as Interlude from "../../transport/Interlude.ts"
import * as TransportError from "../../transport/TransportError.ts"
import { make as makeError, type McpClientError } from "../McpClientError.ts"
import type { Connected } from "./Connect.ts"
import * as Outage from "./Outage.ts"
import * as OwnScope from "./OwnScope.ts"
import type { Prior } from "./Prior.ts"

/**
 * How a connection stands.
 *
 * @category models
 * @since 0.1.0
 */
export type Status =
  | { readonly _tag: "Connected"; readonly connected: Connected }
  /** The connection is lost, and another is being made. */
  | { readonly _tag: "Connecting"; readonly reason: McpClientError }
  /** Another could not be made; the next request tries again. */
  | { readonly _tag: "Disconnected"; readonly error: McpClientError }

/**
 * A connection that is made again when it is lost.
 *
 * @category models
 * @since 0.1.0
 */
export interface Connection {
  /** The connection in force; waits while one is being made. */
  readonly current: Effect.Effect<Connected, McpClientError>
  /** Gives a connection up for a reason, and makes another, unless that has been done already. */
  readonly replace: (lost: Connected, reason: McpClientError) => Effect.Effect<Connected, McpClientError>
  /** The connection that was in force last: for facts about the server, not for sending. */
  readonly latest: () => Connected
  /** The connection, if there is one: for what is not worth making another. */
  readonly inForce: () => Connected | undefined
  readonly status: SubscriptionRef.SubscriptionRef<Status>
  /**
   * How often the stream on which a session's server says things unasked was opened anew, with nothing to tell what it said
   * in between: whatever is kept of the server may have changed, on the same connection.
   */
  readonly gaps: SubscriptionRef.SubscriptionRef<number>
}

/**
 * What makes connections.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Makes one, which lives as long as the scope, with what is remembered of the server. */
  readonly dial: (prior: Prior | undefined) => Effect.Effect<Connected, McpClientError, Scope.Scope>
  /** What is remembered at the beginning. */
  readonly prior: Prior | undefined
  /** When to dial again while that fails, and how often; later where the server asks for it (`Retry-After`). */
  readonly reconnect: Schedule.Schedule<unknown, McpClientError>
  /**
   * Whether a session is only good once its server can be heard apart from any request. Servers ask there, and drop what
   * they ask before somebody listens. Default: no.
   */
  readonly listensFirst?: boolean
}

/** How long a server may take to let itself be heard before it is asked something all the same. */
const listenFirstMillis = 1_000

/** A connection that lasted as long as this was good: the schedule begins anew with the next loss. */
const stableMillis = 10_000

/** Waits until the next attempt is due; done when there is to be none. */
type Step = (reason: McpClientError) => Pull.Pull<unknown, never, unknown>

/** Another connection that is being made: what becomes of it, and the clocks of those who wait for that. */
interface Making {
  readonly done: Deferred.Deferred<Connected, McpClientError>
  readonly clocks: Interlude.Shared
}

const awaited = ({ clocks, done }: Making): Effect.Effect<Connected, McpClientError> =>
  Interlude.waiting(clocks, Deferred.await(done))

interface State {
  readonly options: Options
  /** What the client was made in; connections are made in it too, whoever asks for them. */
  readonly context: Context.Context<never>
  /** All connections, and the making of them. It ends with the client. */
  readonly scope: Scope.Scope
  readonly status: SubscriptionRef.SubscriptionRef<Status>
  readonly gaps: SubscriptionRef.SubscriptionRef<number>
  connected: Connected
  /** The scope of the connection in force; closed when it is given up. */
  own: Scope.Closeable
  openedAt: number
  /** The schedule, as far as it has got since the last stable connection. */
  step: Step | undefined
  /** While another connection is being made: what becomes of it. */
  making: Making | undefined
  /** Set while there is no connection and none is being made. */
  broken: McpClientError | undefined
  /** The client is at its end: no connection is made any more. */
  ended: boolean
}

const gone = makeError(
  TransportError.make(new TransportError.ConnectionClosed({ mayHaveRun: false }))
)

interface Dialled {
  readonly connected: Connected
  readonly own: Scope.Closeable
  /** Hears what a session's server says in the meantime; nothing without a session. */
  readonly listening: Fiber.Fiber<void, TransportError.TransportError> | undefined
}

type Gaps = State["gaps"]

/** Begins to listen, as long as the connection is in force. */
const listen = ({ listensFirst = false }: Options, gaps: Gaps, { link, server: { revision } }: Connected) =>
  Effect.gen(function*() {
    if (revision.era === "stateless") return undefined
    const heard = Deferred.makeUnsafe<void>()
    const onOpen = (missed: boolean) =>
      Effect.andThen(
        Deferred.done(heard, Exit.void),
        missed ? SubscriptionRef.update(gaps, (count) => count + 1) : Effect.void
      )
    const listening = yield* Effect.forkScoped(Effect.ensuring(link.listen(revision, onOpen), onOpen(false)))
    if (listensFirst) yield* Effect.timeoutOption(Deferred.await(heard), listenFirstMillis)
    return listening
  })

/** Dials in a scope of its own, which is closed again when that fails. */
const dial = (
  options: Options,
  gaps: Gaps,
  parent: Scope.Scope,
  prior: Prior | undefined
): Effect.Effect<Dialled, McpClientError> =>
  Effect.map(
    OwnScope.make(
      parent,
      Effect.flatMap(
        options.dial(prior),
        (connected) => Effect.map(listen(options, gaps, connected), (listening) => ({ connected, listening }))
      )
    ),
    ({ made, own }) => ({ ...made, own })
  )

const wait = (step: Step, error: McpClientError): Effect.Effect<void, McpClientError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const scheduled = Pull.catchDone(step(error), () => Effect.fail(error))
    const asked = Outage.askedMillis(error, now)
    return asked === undefined
      ? Effect.asVoid(scheduled)
      : Effect.all([scheduled, Effect.sleep(asked)], { concurrency: 2, discard: true })
  })

/**
 * What is taken for granted of a server that was lost: that it still has sessions, if it had, and if it is not its own
 * words that lost it. A server without sessions is asked: the question also shows that it is there.
 */
const remembered = ({ connected }: State, { reason }: McpClientError): Prior | undefined =>
  connected.server.revision.era === "session" && reason._tag !== "RpcError" ? connected.prior : undefined

/** Dials until there is a connection, or the schedule ends. One that broke down at once is not dialled at once. */
const redial = Effect.fnUntraced(function*(state: State, reason: McpClientError) {
  yield* Scope.close(state.own, Exit.void)
  const lasted = (yield* Uptime.millis) - state.openedAt
  const used = lasted >= stableMillis ? undefined : state.step
  const step: Step = used ?? (yield* Schedule.toStepWithSleep(state.options.reconnect))
  state.step = step
  if (used !== undefined) yield* wait(step, reason)
  const prior = remembered(state, reason)
  const attempt: Effect.Effect<Dialled, McpClientError> = Effect.catch(
    dial(state.options, state.gaps, state.scope, prior),
    (failure) => Outage.isPassing(failure) ? Effect.andThen(wait(step, failure), attempt) : Effect.fail(failure)
  )
  return yield* attempt
})

const opened = (state: State, { connected, listening, own }: Dialled): Effect.Effect<void> =>
  Effect.gen(function*() {
    state.openedAt = yield* Uptime.millis
    state.connected = connected
    state.own = own
    state.making = undefined
    yield* SubscriptionRef.set(state.status, { _tag: "Connected", connected })
    yield* watch(state, connected, listening)
  })

const failed = (state: State, error: McpClientError): Effect.Effect<void> => {
  state.making = undefined
  state.broken = error
  state.step = undefined
  return SubscriptionRef.set(state.status, { _tag: "Disconnected", error })
}

/** Makes another connection. Only the end of the client interrupts this, and then `end` tells those who wait. */
const remake = (state: State, making: Making, reason: McpClientError): Effect.Effect<void> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      yield* SubscriptionRef.set(state.status, { _tag: "Connecting", reason })
      const exit = yield* Effect.exit(restore(redial(state, reason)))
      yield* Exit.isSuccess(exit)
        ? opened(state, exit.value)
        : failed(state, Option.getOrElse(Exit.findErrorOption(exit), () => reason))
      Deferred.doneUnsafe(making.done, Exit.map(exit, ({ connected }) => connected))
    })
  )

/**
 * A connection that suits; otherwise the one that is being made, which is begun with unless somebody has. It is made in
 * the background, so that whoever asks may be interrupted. Looking and beginning are one step, and once begun it is
 * begun: nobody waits for what nobody makes.
 */
const obtain = (
  state: State,
  reason: McpClientError,
  suits: (connected: Connected) => boolean
): Effect.Effect<Connected, McpClientError> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.suspend(() => {
      if (state.ended) return Effect.fail(gone)
      if (state.making !== undefined) return restore(awaited(state.making))
      if (state.broken === undefined && suits(state.connected)) return Effect.succeed(state.connected)
      const making: Making = { done: Deferred.makeUnsafe(), clocks: Interlude.makeShared() }
      state.making = making
      state.broken = undefined
      const remaking = Effect.updateContext(
        Interlude.working(making.clocks, remake(state, making, reason)),
        (_asking: Context.Context<never>) => state.context
      )
      return Effect.andThen(Effect.forkIn(remaking, state.scope), restore(awaited(making)))
    })
  )

const replace = (state: State, lost: Connected, reason: McpClientError): Effect.Effect<Connected, McpClientError> =>
  obtain(state, reason, (connected) => connected !== lost)

const current = (state: State): Effect.Effect<Connected, McpClientError> =>
  Effect.suspend(() => {
    const { broken, connected, making } = state
    return making === undefined && broken === undefined
      ? Effect.succeed(connected)
      : obtain(state, broken ?? gone, () => true)
  })

/**
 * Nobody may hear what the server says unasked, so the connection counts as none. Another is made for whoever asks for
 * one, and not by itself: a person may have to be asked.
 */
const unheard = (state: State, connected: Connected, error: McpClientError): Effect.Effect<void> =>
  Effect.suspend(() =>
    state.ended || state.making !== undefined || state.connected !== connected ? Effect.void : failed(state, error)
  )

/** Waits beside the connection for its server to go away, or the session that is listened to. */
const watch = (state: State, connected: Connected, listening: Dialled["listening"]): Effect.Effect<void> => {
  const lost = (reason: McpClientError) => Effect.ignore(replace(state, connected, reason))
  const closed = Effect.andThen(connected.link.closed, lost(gone))
  const expired = listening && Effect.catch(
    Fiber.join(listening),
    (error) =>
      error.reason._tag === "Unauthorized"
        ? unheard(state, connected, makeError(error))
        : lost(makeError(error))
  )
  const both = expired === undefined ? closed : Effect.all([closed, expired], { concurrency: 2 })
  return Effect.asVoid(Effect.forkIn(both, state.own))
}

/** Whoever waits for a connection waits no longer. */
const end = (state: State): Effect.Effect<void> =>
  Effect.suspend(() => {
    state.ended = true
    state.broken = gone
    const { making } = state
    state.making = undefined
    return making === undefined ? Effect.void : Effect.asVoid(Deferred.fail(making.done, gone))
  })

/**
 * Dials, and keeps the connection alive as long as the scope. The first attempt is the only one: a server that is not
 * there at the beginning is an error at once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<Connection, McpClientError, Scope.Scope> {
  const scope = yield* Scope.fork(yield* Effect.scope)
  const gaps = yield* SubscriptionRef.make(0)
  const { connected, listening, own } = yield* dial(options, gaps, scope, options.prior)
  const state: State = {
    options,
    context: yield* Effect.context<never>(),
    scope,
    status: yield* SubscriptionRef.make<Status>({ _tag: "Connected", connected }),
    gaps,
    connected,
    own,
    openedAt: yield* Uptime.millis,
    step: undefined,
    making: undefined,
    broken: undefined,
    ended: false
  }
  // Before the connections are closed: what fails with them is not tried again.
  yield* Effect.addFinalizer(() => end(state))
  yield* watch(state, connected, listening)
  return {
    current: current(state),
    replace: (lost, reason) => replace(state, lost, reason),
    latest: () => state.connected,
    inForce: () => state.making === undefined && state.broken === undefined ? state.connected : undefined,
    status: state.status,
    gaps
  }
})
