/**
 * One server among many, kept in view: its client is made in the background and made again while that fails, its lists are
 * read when it is connected and when it says that they have changed. What goes wrong stays here, as a status.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ClientTransport } from "../../transport/ClientTransport.ts"
import * as Interlude from "../../transport/Interlude.ts"
import type { Client, LastKnown, ListKind, ServerFacts } from "../Client.ts"
import * as Outage from "../connection/Outage.ts"
import type { Prior } from "../connection/Prior.ts"
import * as McpClient from "../McpClient.ts"
import type { McpClientError } from "../McpClientError.ts"
import * as ServerLists from "../ServerLists.ts"
import * as McpServersError from "./McpServersError.ts"

/**
 * A server, by its name here and the way to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition {
  readonly name: string
  /** Built anew for each attempt to connect. One that fails by itself is not tried again until the server is used. */
  readonly transport: Layer.Layer<ClientTransport, McpServersError.McpServersError>
  /** A server that is turned off is listed, and nothing else. */
  readonly disabled?: boolean
  /**
   * Is waited for after the server did not take this client (`Unauthorized`), and completes when it may do so by now: somebody
   * has logged in, say. Then the server is tried again, or listened to. Absent: only using the server tries again.
   */
  readonly admitted?: Effect.Effect<void>
  /** What the definition was made of: when definitions are exchanged, a server whose origin is equal stays as it is. */
  readonly origin?: unknown
}

/**
 * Why a server cannot be used.
 *
 * @category models
 * @since 0.1.0
 */
export type ServerError = McpClientError | McpServersError.McpServersError

/**
 * How a server stands.
 *
 * @category models
 * @since 0.1.0
 */
export type ServerStatus =
  | { readonly _tag: "Disabled" }
  /**
   * A connection is being made; `reason` says what became of the one before, if there was one. In an `interlude` it is not
   * the server that is waited for, but a person who is asked to log in, say.
   */
  | { readonly _tag: "Connecting"; readonly reason?: ServerError; readonly interlude?: true }
  | { readonly _tag: "Connected"; readonly server: ServerFacts }
  /** There is none. It may be tried again by itself; using the server tries at once. */
  | { readonly _tag: "Disconnected"; readonly error: ServerError }

/**
 * What all servers have in common.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly client: McpClient.Options
  /** What is remembered of servers, by the names that their transports have for them. */
  readonly priors: ReadonlyMap<string, Prior>
  readonly lists: ReadonlyArray<ServerLists.List>
  readonly retry: Schedule.Schedule<unknown, ServerError>
  /** Is told of each change. */
  readonly changed: () => void
}

/**
 * One server, kept in view.
 *
 * @category models
 * @since 0.1.0
 */
export interface Supervisor {
  readonly definition: Definition
  readonly status: () => ServerStatus
  readonly lists: () => LastKnown
  /** What to remember of the server, once it was connected. */
  readonly prior: () => Prior | undefined
  /**
   * Completes when the first attempt to connect has come to an end, good or bad, and the lists were read; or when it waits
   * for somebody else than the server.
   */
  readonly settled: Effect.Effect<void>
  /** The client; waits while it is being made, and has it made where that has failed. */
  readonly client: Effect.Effect<Client, ServerError>
  /** Ends the server, and whatever belongs to it. */
  readonly close: Effect.Effect<void>
}

const noLists: LastKnown = { tools: undefined, resources: undefined, resourceTemplates: undefined, prompts: undefined }

const listMethods: { readonly [L in ServerLists.List]: (client: Client) => Effect.Effect<unknown, McpClientError> } = {
  tools: (client) => client.listTools,
  resources: (client) => client.listResources,
  resourceTemplates: (client) => client.listResourceTemplates,
  prompts: (client) => client.listPrompts
}

const capabilityOf = (list: ServerLists.List): "tools" | "resources" | "prompts" =>
  list === "resourceTemplates" ? "resources" : list

interface State {
  readonly definition: Definition
  readonly options: Options
  readonly scope: Scope.Closeable
  readonly settled: Deferred.Deferred<void>
  status: ServerStatus
  client: Client | undefined
  /** While a client is being made: what becomes of it. */
  making: Deferred.Deferred<Client, ServerError> | undefined
  /** The server is no longer among the others. */
  ended: boolean
}

const changeNow = (state: State, status: ServerStatus): void => {
  state.status = status
  state.options.changed()
}

const change = (state: State, status: ServerStatus): Effect.Effect<void> => Effect.sync(() => changeNow(state, status))

/** A list that cannot be read leaves the last one in place. */
const readLists = (state: State, client: Client, lists: ReadonlyArray<ServerLists.List>): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { capabilities } = client.server
    const declared = lists.filter((list) => capabilities[capabilityOf(list)] !== undefined)
    yield* Effect.forEach(declared, (list) =>
      Effect.catch(
        Effect.retry(listMethods[list](client), { times: 3, schedule: Schedule.exponential("200 millis") }),
        (error) => Effect.logWarning(`The ${list} of the server ${state.definition.name} cannot be read`, error.message)
      ), { concurrency: "unbounded", discard: true })
    yield* Effect.sync(state.options.changed)
  })

/**
 * Hears which lists have changed. Where the client may not listen any more, it waits for the right to, and for the connection,
 * which reading makes again.
 */
const listen = (
  state: State,
  client: Client,
  heard: (kind: ListKind) => void
): Effect.Effect<void> =>
  Effect.catch(
    Stream.runForEach(client.listChanges, ({ kind }) => Effect.sync(() => heard(kind))),
    (error) => {
      const { definition: { admitted, name }, options: { lists } } = state
      const told = Effect.logWarning(`The server ${name} does not tell when its lists change`, error.message)
      if (admitted === undefined || !Outage.isUnauthorized(error)) return told
      const again = Effect.suspend(() => listen(state, client, heard))
      return told.pipe(Effect.andThen(admitted), Effect.andThen(readLists(state, client, lists)), Effect.andThen(again))
    }
  )

/** Follows the client for as long as it lives: its status, and what the server says of its lists. */
const follow = Effect.fnUntraced(function*(state: State, client: Client) {
  const { lists } = state.options
  // What is to be read waits here while lists are being read; more than one of a kind comes to the same.
  const due = new Set<ServerLists.List>()
  const bell = yield* Queue.sliding<void>(1)
  const ring = (changed: ReadonlyArray<ServerLists.List>): void => {
    for (const list of changed) if (lists.includes(list)) due.add(list)
    if (due.size > 0) Queue.offerUnsafe(bell, undefined)
  }
  const statuses = Stream.runForEach(client.status, (status) => {
    if (status._tag === "Connected") ring(lists)
    return change(state, status)
  })
  // In a session changes are told unasked. Without, they have to be asked for, and something may have changed before.
  const isSession = () => client.server.revision.era === "session"
  const told = Stream.runForEach(client.notifications, ({ method }) =>
    Effect.sync(() => {
      if (isSession()) ring(ServerLists.changedBy(method))
    }))
  const listening = listen(state, client, (kind) => {
    if (!isSession()) ring(ServerLists.ofKind[kind])
  })
  const reading = Effect.forever(Effect.andThen(
    Queue.take(bell),
    Effect.suspend(() => {
      const now = [...due]
      due.clear()
      return Effect.andThen(readLists(state, client, now), Deferred.succeed(state.settled, undefined))
    })
  ))
  // The statuses last: what they ring for is heard, and no change is missed meanwhile.
  for (const following of lists.length === 0 ? [statuses] : [told, listening, reading, statuses]) {
    yield* Effect.forkIn(following, state.scope, { startImmediately: true })
  }
  if (lists.length === 0) yield* Deferred.succeed(state.settled, undefined)
})

/** A mistake in the program, of a transport for example. What it is goes to the log: it may hold anything. */
const broken = ({ definition: { name } }: State, defect: unknown): Effect.Effect<never, ServerError> =>
  Effect.andThen(
    Effect.logError(`The server ${name} cannot be connected to`, defect),
    Effect.fail(McpServersError.make(
      new McpServersError.InvalidServer({
        server: name,
        problems: [{ member: "", detail: "connecting to it fails unexpectedly" }]
      })
    ))
  )

/** How long an interlude is nobody's business, in milliseconds: most are over at once. */
const interludeMillis = 1_000

/** Says that somebody else than the server is waited for, and lets those go on who wait for it to be there or not. */
const interlude = (state: State, fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>): Interlude.Begin => () => {
  const { status } = state
  // What goes on in the background later has the client's own way to tell.
  if (state.making === undefined || status._tag !== "Connecting") return () => undefined
  const telling = Effect.andThen(
    change(state, { ...status, interlude: true }),
    Deferred.succeed(state.settled, undefined)
  )
  const told = fork(Effect.asVoid(Effect.delay(telling, interludeMillis)))
  return () => {
    told.interruptUnsafe()
    if (state.making !== undefined && state.status._tag === "Connecting") changeNow(state, status)
  }
}

/** Builds the transport and connects, in a scope that is closed again when that fails. */
const connect = (state: State): Effect.Effect<Client, ServerError> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const { definition, options, scope } = state
      const own = yield* Scope.fork(scope)
      const connecting = Effect.flatMap(
        Layer.buildWithScope(definition.transport, own),
        (context) => {
          const prior = options.priors.get(Context.get(context, ClientTransport).peer)
          const client = McpClient.make({ ...options.client, ...(prior === undefined ? {} : { prior }) })
          return Effect.provide(Scope.provide(client, own), context)
        }
      )
      const fork = Effect.runForkWith(yield* Effect.context<never>())
      const telling = Interlude.stopping(connecting, interlude(state, fork))
      const exit = yield* Effect.exit(Effect.catchDefect(restore(telling), (defect) => broken(state, defect)))
      if (Exit.isFailure(exit)) yield* Scope.close(own, exit)
      return yield* exit
    })
  )

const gone = ({ definition }: State): McpServersError.McpServersError =>
  McpServersError.make(new McpServersError.UnknownServer({ server: definition.name }))

/** One attempt, however many ask for it. It goes on when those who asked are interrupted. */
const attempt = (state: State): Effect.Effect<Client, ServerError> =>
  Effect.suspend(() => {
    if (state.ended) return Effect.fail(gone(state))
    if (state.client !== undefined) return Effect.succeed(state.client)
    if (state.making !== undefined) return Deferred.await(state.making)
    const making = Deferred.makeUnsafe<Client, ServerError>()
    state.making = making
    const before = state.status._tag === "Disconnected" ? { reason: state.status.error } : {}
    const made = Effect.gen(function*() {
      yield* change(state, { _tag: "Connecting", ...before })
      const exit = yield* Effect.exit(connect(state))
      state.making = undefined
      if (Exit.isSuccess(exit)) {
        state.client = exit.value
        yield* follow(state, exit.value)
      } else {
        const error = Option.getOrUndefined(Exit.findErrorOption(exit))
        if (error !== undefined) yield* change(state, { _tag: "Disconnected", error })
        yield* Deferred.succeed(state.settled, undefined)
      }
      yield* Deferred.done(making, exit)
    })
    // When the server ends in the meantime, nobody is left waiting.
    const ensured = Effect.ensuring(made, Deferred.fail(making, gone(state)))
    return Effect.andThen(Effect.forkIn(ensured, state.scope, { startImmediately: true }), Deferred.await(making))
  })

const end = (state: State): Effect.Effect<void> =>
  Effect.suspend(() => {
    state.ended = true
    return Scope.close(state.scope, Exit.void)
  })

/** What an attempt has to wait for beside the schedule; `undefined`: another one would come to the same. */
const waitedFor = ({ definition: { admitted } }: State, error: ServerError): Effect.Effect<void> | undefined => {
  if (error._tag === "McpServersError") return undefined
  if (Outage.isUnauthorized(error)) return admitted
  return Outage.isPassing(error) ? Effect.void : undefined
}

/** Attempts by the schedule until there is a client. */
const keepTrying = Effect.fnUntraced(function*(state: State) {
  const step = yield* Schedule.toStepWithSleep(state.options.retry)
  const again: Effect.Effect<unknown> = Effect.catch(attempt(state), (error) => {
    const waiting = waitedFor(state, error)
    return waiting === undefined ? Effect.void : Pull.catchDone(
      waiting.pipe(Effect.andThen(step(error)), Effect.andThen(Effect.suspend(() => again))),
      () => Effect.void
    )
  })
  yield* again
})

/**
 * A server that begins to be kept in view; its clients get what is in the context. It is to be closed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(
  definition: Definition,
  options: Options
): Effect.fn.Return<Supervisor> {
  const state: State = {
    definition,
    options,
    scope: yield* Scope.make(),
    settled: yield* Deferred.make<void>(),
    status: definition.disabled === true ? { _tag: "Disabled" } : { _tag: "Connecting" },
    client: undefined,
    making: undefined,
    ended: false
  }
  const context = yield* Effect.context<never>()
  if (definition.disabled === true) yield* Deferred.succeed(state.settled, undefined)
  else yield* Effect.forkIn(keepTrying(state), state.scope, { startImmediately: true })
  const disabled = McpServersError.make(new McpServersError.ServerDisabled({ server: definition.name }))
  return {
    definition,
    status: () => state.status,
    lists: () => state.client?.lastKnown ?? noLists,
    prior: () => state.client?.prior,
    settled: Deferred.await(state.settled),
    client: definition.disabled === true ? Effect.fail(disabled) : Effect.provideContext(attempt(state), context),
    close: end(state)
  }
})
