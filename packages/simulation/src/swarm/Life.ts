/**
 * Lives through a plan: puts its server and clients into a world, lets them do what they do while faults strike, heals the
 * world, and sees whether everything comes right. The first violation ends it.
 *
 * @since 0.1.0
 */
import type { Revision } from "@parley/mcp/revision/Revision"
import * as Revisions from "@parley/mcp/revision/Revisions"
import type { McpServer } from "@parley/mcp/server/McpServer"
import type { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import type { Checker } from "../checker/Checker.ts"
import * as Checkers from "../checker/Checkers.ts"
import type { Scheduled } from "../fault/Fault.ts"
import type { Workload } from "../workload/Workload.ts"
import * as World from "../world/World.ts"
import * as Liveness from "./Liveness.ts"
import { perform, type Stage } from "./Performing.ts"
import type { Plan, PlannedClient, Step } from "./Plan.ts"
import type { Report } from "./Report.ts"
import { serverName } from "./Swarm.ts"
import * as Watching from "./Watching.ts"

/**
 * Puts a server into a world by hand: behind a gate, or beside other servers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Placing<E> {
  readonly _tag: "Placing"
  /**
   * @param options what the plan says of it
   * @param revisions those that it is to speak
   */
  readonly place: (
    world: World.World,
    name: string,
    options: World.ServerOptions,
    revisions: ReadonlyArray<Revision>
  ) => Effect.Effect<World.SimulatedServer, E>
}

/**
 * The server that a world is drawn around: a layer, what makes one for the revisions that it is to speak, or what puts it
 * into the world.
 *
 * @category models
 * @since 0.1.0
 */
export type Subject<E> =
  | Layer.Layer<McpServer, E, ServerTransport>
  | ((revisions: ReadonlyArray<Revision>) => Layer.Layer<McpServer, E, ServerTransport>)
  | Placing<E>

/**
 * A server that is put into the world by hand.
 *
 * @category constructors
 * @since 0.1.0
 */
export const placing = <E>(place: Placing<E>["place"]): Placing<E> => ({ _tag: "Placing", place })

/**
 * What a plan does not say, because it is no data.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly workload: Workload
  /** What must hold. Default: all checkers, and those of the workload. */
  readonly checkers?: ReadonlyArray<Checker>
  /** Further options of each client. What the plan says of it comes first. */
  readonly client?: (client: PlannedClient, plan: Plan) => World.ClientOptions
  /** How long after healing anything may take to come right, in milliseconds. Default: 120,000. */
  readonly livenessMillis?: number
  /** How many events a world may have. Default: 100,000. */
  readonly eventsMax?: number
}

const revisionsOf = (versions: ReadonlyArray<string> | undefined): ReadonlyArray<Revision> =>
  versions === undefined ? Revisions.all : Revisions.all.filter(({ version }) => versions.includes(version))

const placeServer = <E>(
  world: World.World,
  subject: Subject<E>,
  { versions, ...options }: Plan["server"]
): Effect.Effect<World.SimulatedServer, E> => {
  const revisions = revisionsOf(versions)
  if (typeof subject === "function") return world.server(serverName, subject(revisions), options)
  return "place" in subject
    ? subject.place(world, serverName, options, revisions)
    : world.server(serverName, subject, options)
}

/** Everything that lives through a plan has at hand. */
interface Life {
  readonly plan: Plan
  readonly options: Options
  readonly world: World.World
  readonly stage: Stage
}

const strikeInTime = (world: World.World, { atMillis, fault, lastsMillis, on }: Scheduled): Effect.Effect<void> =>
  Effect.gen(function*() {
    yield* Effect.sleep(atMillis)
    const over = yield* world.strike(on, fault)
    yield* Effect.sleep(lastsMillis)
    yield* over
  })

/** How long somebody waits who could not connect, before he tries again. */
const againMillis = 1_000

/** Connects a client, again and again where it fails: faults strike from the beginning. */
const arrive = (
  { options, plan, world }: Life,
  server: World.SimulatedServer,
  client: PlannedClient
): Effect.Effect<World.User> => {
  const { name, principal, timeoutMillis, versions } = client
  const connecting = world.client(name, server, {
    ...options.client?.(client, plan),
    ...(versions === undefined ? {} : { revisions: revisionsOf(versions) }),
    ...(principal === undefined ? {} : { principal }),
    ...(timeoutMillis === undefined ? {} : { timeoutMillis })
  })
  const again: Effect.Effect<World.User> = Effect.catch(connecting, (error) =>
    Effect.gen(function*() {
      yield* world.note(`${name} could not connect: ${error.message}`)
      yield* Effect.sleep(againMillis)
      return yield* again
    }))
  return again
}

/** A client that takes part, from when it is there. */
interface Guest {
  readonly name: string
  readonly user: Deferred.Deferred<World.User>
  /** When it comes, and when it has left. */
  readonly fromMillis: number
  readonly toMillis: number
}

/** A client, and whoever comes in its place when it leaves. */
const guestsOf = ({ leavesAtMillis, name }: PlannedClient): ReadonlyArray<Guest> => {
  const guest = (fromMillis: number, toMillis: number): Guest => ({
    name,
    user: Deferred.makeUnsafe<World.User>(),
    fromMillis,
    toMillis
  })
  return leavesAtMillis === undefined
    ? [guest(0, Infinity)]
    : [guest(0, leavesAtMillis), guest(leavesAtMillis, Infinity)]
}

/** Lets a client come, leave, and come back. */
const attend = (
  life: Life,
  server: World.SimulatedServer,
  client: PlannedClient,
  guests: ReadonlyArray<Guest>
): Effect.Effect<void> =>
  Effect.forEach(guests.filter(({ name }) => name === client.name), ({ toMillis, user }) =>
    Effect.gen(function*() {
      const arrived = yield* arrive(life, server, client)
      yield* Deferred.succeed(user, arrived)
      if (toMillis === Infinity) return
      yield* Effect.sleep(Math.max(0, toMillis - life.world.nowMillis()))
      yield* arrived.leave
    }), { discard: true })

/** Does a step when its time has come; one that would be given up before its client is there is left out. */
const takeStep = (life: Life, guests: ReadonlyArray<Guest>, step: Step): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { atMillis, client, interruptedAtMillis = Infinity, key } = step
    const guest = guests.find(({ fromMillis, name, toMillis }) =>
      name === client && fromMillis <= atMillis && atMillis < toMillis
    )
    if (guest === undefined) return
    yield* Effect.sleep(atMillis)
    const user = yield* Deferred.await(guest.user)
    const endsAtMillis = Math.min(interruptedAtMillis, guest.toMillis)
    if (endsAtMillis === Infinity) return void (yield* perform(life.stage, user, key, step))
    const patienceMillis = endsAtMillis - life.world.nowMillis()
    if (patienceMillis > 0) yield* perform(life.stage, user, key, step, patienceMillis)
  })

type Going = readonly [what: string, fiber: Fiber.Fiber<unknown, unknown>]

/** How long nobody does anything between healing and what must succeed: who has failed often waits before he tries again. */
const calmMillis = 10_000

/** Lets everybody arrive and do what they do, and faults strike, until the world heals and all has ended. */
const conduct = Effect.fnUntraced(function*<E>(life: Life, subject: Subject<E>) {
  // Who was cut off may wait half a minute before he listens again, and once more if his token ends just then.
  const { options: { livenessMillis = 120_000 }, plan, stage, world } = life
  const server = yield* placeServer(world, subject, plan.server)
  const guests = plan.clients.flatMap(guestsOf)
  const going: Array<Going> = []
  for (const client of plan.clients) {
    going.push([`${client.name}, who connects,`, yield* Effect.forkChild(attend(life, server, client, guests))])
  }
  for (const step of plan.steps) {
    going.push([`${step.key} (${step.action})`, yield* Effect.forkChild(takeStep(life, guests, step))])
  }
  const faults = yield* Effect.forkChild(
    Effect.forEach(plan.faults, (fault) => strikeInTime(world, fault), { concurrency: "unbounded", discard: true })
  )
  yield* Effect.sleep(plan.healAtMillis)
  yield* Fiber.interrupt(faults)
  yield* world.heal
  yield* Liveness.quiet(stage, going, livenessMillis)
  yield* Effect.sleep(calmMillis)
  const staying = guests.filter(({ toMillis }) => toMillis === Infinity)
  const users = yield* Effect.forEach(staying, ({ user }) => Deferred.await(user))
  const trying = users.map((user) => Liveness.fresh(stage, world.chance, user, livenessMillis))
  yield* Effect.all(trying, { concurrency: "unbounded", discard: true })
  yield* Effect.forEach(users, ({ leave }) => leave, { concurrency: "unbounded", discard: true })
})

/** The program of a world: its plan, up to the first violation. */
const program = <E>(life: Life, subject: Subject<E>): Effect.Effect<Exit.Exit<void, E>> =>
  Effect.raceFirst(Effect.exit(conduct(life, subject)), Effect.as(life.stage.watching.violated, Exit.void))

/**
 * Lives through a plan. Fails where the server cannot be put into the world.
 *
 * @category living
 * @since 0.1.0
 */
export const live: <E>(subject: Subject<E>, plan: Plan, options: Options) => Effect.Effect<Report, E> = Effect
  .fnUntraced(
    function*(subject, plan, options) {
      const { checkers = Checkers.all, eventsMax = 100_000, workload } = options
      const all = [...checkers, ...workload.checkers ?? []]
      const watches: Array<Watching.Watching> = []
      const { exit, history, left } = yield* World.live({ seed: plan.seed }, (world) => {
        const watching = Watching.make(world.history, all, world.nowMillis, eventsMax)
        watches.push(watching)
        return program({ plan, options, world, stage: { workload, history: world.history, watching } }, subject)
      })
      for (const watching of watches) {
        if (Exit.isSuccess(exit)) watching.end({ isHealed: true, left })
        else watching.add("Stalled", Cause.pretty(exit.cause).split("\n", 1)[0] ?? "")
      }
      if (Exit.isSuccess(exit)) yield* exit.value
      const violations = watches.flatMap(({ violations }) => violations)
      return { plan, history: history.slice(0, violations[0]?.events), violations }
    }
  )
