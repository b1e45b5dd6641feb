/**
 * Draws a whole world from a seed: how the server is reached and which revisions are spoken, who its clients are, what they
 * do, and what goes wrong. It only draws; the plan that it gives is lived through elsewhere.
 *
 * @since 0.1.0
 */
import type { Era, Revision } from "@parley/mcp/revision/Revision"
import * as Revisions from "@parley/mcp/revision/Revisions"
import type { Fault, Scheduled } from "../fault/Fault.ts"
import * as Chance from "../kernel/Chance.ts"
import type { Workload } from "../workload/Workload.ts"
import type { ServerOptions, Way } from "../world/World.ts"
import * as FaultSwarm from "./FaultSwarm.ts"
import type { Plan, PlannedClient, Step } from "./Plan.ts"

/**
 * What may be drawn.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly workload: Workload
  /** The ways in which the server may be reached. Default: all. */
  readonly ways?: ReadonlyArray<Way>
  /** The era that is spoken. Default: either, or both in one world. */
  readonly era?: Era
  /**
   * The faults that may strike: a kind, whose values are drawn with place and time; a fault with its values (of that kind, no
   * others); or one with its place and time, which strikes just so, in every world. In a drawn world the server is `server`,
   * its first client is `ada`, and the link between them `ada-server`. Default: all kinds that fit the way.
   */
  readonly faults?: ReadonlyArray<FaultSwarm.FaultKind | Fault | Scheduled>
  /** How many clients there are at most. Default: 3. */
  readonly clientsMax?: number
  /** How many things they do at most, together. Default: 16. */
  readonly stepsMax?: number
  /** How many faults strike at most. Default: 8. */
  readonly faultsMax?: number
  /**
   * On how many hosts the server runs at most, behind one balancer. They share a bus and the keys of request states; whatever
   * else they are to share, the server's layer has to bring. Default: 1.
   */
  readonly replicasMax?: number
  /** For whom clients may act, beside for nobody. Default: nobody. */
  readonly principals?: ReadonlyArray<string>
  /** When the world heals, in milliseconds of its time. Default: 10,000. */
  readonly healAtMillis?: number
  /** Whether the server speaks what the plan says. Default: no, it speaks all revisions. */
  readonly versioned?: boolean
}

const healAtMillisDefault = 10_000

/**
 * The name of the server in a drawn world.
 *
 * @category names
 * @since 0.1.0
 */
export const serverName = "server"

const names = ["ada", "ben", "cleo", "dan", "eve", "finn", "gil", "hana"] as const

const clientName = (index: number): string => names[index] ?? `client-${index + 1}`

/**
 * The hosts of a server with so many replicas.
 *
 * @category names
 * @since 0.1.0
 */
export const hostsOf = ({ replicas = 1, way = "http" }: ServerOptions): ReadonlyArray<string> =>
  replicas === 1 || way !== "http"
    ? [serverName]
    : Array.from({ length: replicas }, (_, index) => `${serverName}-${index + 1}`)

const oneOf = <A>(chance: Chance.Chance, items: ReadonlyArray<A>): A | undefined => items[chance.below(items.length)]

const someOf = <A>(chance: Chance.Chance, items: ReadonlyArray<A>): ReadonlyArray<A> => {
  const kept = items.filter(() => chance.happens(0.5))
  const instead = chance.below(items.length)
  return kept.length > 0 ? kept : items.slice(instead, instead + 1)
}

/** The revisions that may be drawn. HTTP with a stream beside it is older than all but the first of them. */
const revisionsOf = (way: Way, era: Era | undefined): ReadonlyArray<Revision> => {
  if (way === "sse") return Revisions.sessionEra
  if (era === undefined) return Revisions.all
  return era === "session" ? Revisions.sessionEra : Revisions.statelessEra
}

const versionsOf = (revisions: ReadonlyArray<Revision>): ReadonlyArray<string> =>
  revisions.map(({ version }) => version)

const drawClient = (
  chance: Chance.Chance,
  name: string,
  way: Way,
  era: Era | undefined,
  { healAtMillis = healAtMillisDefault, principals = [] }: Options
): PlannedClient => {
  const speaks = revisionsOf(way, era)
  const speaksAll = era === undefined && chance.happens(0.3)
  const principal = way === "line" || chance.happens(0.3) ? undefined : oneOf(chance, principals)
  const leaving = chance.fork("leaves")
  return {
    name,
    timeoutMillis: chance.pick(2_000, 10_000, 20_000),
    ...(speaksAll ? {} : { versions: versionsOf(someOf(chance, speaks)) }),
    ...(principal === undefined ? {} : { principal }),
    ...(leaving.happens(0.15) ? { leavesAtMillis: leaving.below(healAtMillis) } : {})
  }
}

/**
 * Versions of a server that each client can agree with: in a session a client must be met at its newest, or else the server
 * names one that the client may not have.
 */
const drawVersions = (
  chance: Chance.Chance,
  way: Way,
  clients: ReadonlyArray<PlannedClient>
): ReadonlyArray<string> => {
  const needed = clients.map(({ versions = versionsOf(Revisions.all) }) => {
    const spoken = Revisions.all.filter(({ version }) => versions.includes(version))
    const stateless = way === "sse" ? undefined : spoken.find(({ era }) => era === "stateless")
    const session = Revisions.newestSession(spoken)
    return chance.happens(0.5) ? stateless ?? session : session ?? stateless
  })
  const some = someOf(chance, revisionsOf(way, undefined))
  return versionsOf(Revisions.all.filter((revision) => some.includes(revision) || needed.includes(revision)))
}

/** What an operator may set so that everything still works, though some of it slower. */
const drawPolicy = (chance: Chance.Chance): NonNullable<ServerOptions["policy"]> => ({
  ...(chance.happens(0.4) ? { response: "sse" } : {}),
  ...(chance.happens(0.1) ? { resumable: false } : {}),
  ...(chance.happens(0.5) ? { retryMillis: chance.pick(10, 50, 500) } : {}),
  // A call is told to come back when it is looked after.
  ...(chance.happens(0.3) ? { pollMillis: chance.pick(100, 500, 3_000) } : {}),
  ...(chance.happens(0.5) ? { keepAliveMillis: chance.pick(200, 1_000, 5_000) } : {}),
  ...(chance.happens(0.4) ? { stalledMillis: chance.pick(1_000, 5_000) } : {}),
  ...(chance.happens(0.3) ? { drainMillis: chance.pick(0, 500) } : {})
})

/** Sessions that are forgotten soon, so that clients have to begin anew: when they are idle, or when there are others. */
const drawSessions = (
  chance: Chance.Chance,
  clients: ReadonlyArray<PlannedClient>
): ServerOptions["sessions"] =>
  chance.pick<ServerOptions["sessions"]>(
    undefined,
    undefined,
    // Whoever lost a stream waits a second before it comes back: a session must last longer than that.
    { sessionIdleMillis: chance.pick(2_000, 5_000), sweepIntervalMillis: chance.pick(100, 1_000) },
    // The session of a client that left with a question unanswered stays, and makes no room for whoever comes after it.
    clients.some(({ leavesAtMillis }) => leavesAtMillis !== undefined) ? undefined : { sessionsMax: clients.length }
  )

const drawServer = (
  chance: Chance.Chance,
  way: Way,
  clients: ReadonlyArray<PlannedClient>,
  { replicasMax = 1, versioned = false }: Options
): Plan["server"] => {
  const versions = versioned && chance.happens(0.5) ? { versions: drawVersions(chance, way, clients) } : {}
  if (way === "line") return { way, ...versions }
  const replicas = way === "sse" || chance.happens(0.3) ? 1 : chance.between(1, replicasMax)
  const policy = drawPolicy(chance)
  const sessions = way === "sse" ? undefined : drawSessions(chance, clients)
  return {
    way,
    ...(replicas > 1 ? { replicas } : {}),
    policy,
    ...(sessions === undefined ? {} : { sessions }),
    ...versions
  }
}

const drawSteps = (
  chance: Chance.Chance,
  workload: Workload,
  clients: ReadonlyArray<PlannedClient>,
  countMax: number,
  healAtMillis: number
): ReadonlyArray<Step> => {
  const count = chance.between(1, countMax)
  const { draw } = workload.some?.(chance.fork("some")) ?? workload
  const steps = Array.from({ length: count }, (_, index): Step => {
    const key = `step-${index + 1}`
    const own = chance.fork(key)
    const client = oneOf(own, clients)?.name ?? clientName(0)
    const atMillis = own.below(healAtMillis)
    const act = draw(own.fork("act"), key)
    const gone = own.happens(0.1) ? { interruptedAtMillis: atMillis + own.below(2_000) } : {}
    return { key, client, atMillis, ...gone, ...act }
  })
  return steps.toSorted((a, b) => a.atMillis - b.atMillis)
}

/** Over HTTP there is most that can go wrong. */
const usualWays: ReadonlyArray<Way> = ["line", "http", "http", "http", "sse"]

const waysOf = ({ era, ways = usualWays }: Options): ReadonlyArray<Way> => {
  const spoken = ways.filter((way) => way !== "sse" || era !== "stateless")
  return spoken.length > 0 ? spoken : ["http"]
}

/** What may go wrong, told apart: certainly, with known values, and of which kinds. */
const expected = (faults: Options["faults"]) => {
  const certain: Array<Scheduled> = []
  const known: Array<Fault> = []
  const kinds: Array<FaultSwarm.FaultKind> = []
  for (const fault of faults ?? []) {
    if (typeof fault === "string") kinds.push(fault)
    else if ("atMillis" in fault) certain.push(fault)
    else known.push(fault)
  }
  return { certain, known, kinds: faults === undefined ? undefined : [...kinds, ...known.map(({ _tag }) => _tag)] }
}

/**
 * Draws the world of a seed.
 *
 * @param seed any integer; its lower 32 bits count
 * @category drawing
 * @since 0.1.0
 */
export const draw = (seed: number, options: Options): Plan => {
  const { clientsMax = 3, era, faultsMax = 8, stepsMax = 16, workload } = options
  const { certain, kinds, known } = expected(options.faults)
  const healAtMillis = Math.max(
    options.healAtMillis ?? healAtMillisDefault,
    ...certain.map(({ atMillis, lastsMillis }) => atMillis + lastsMillis + 1)
  )
  const chance = Chance.make(seed).fork("plan")
  const way = oneOf(chance, waysOf(options)) ?? "http"
  const count = chance.between(1, clientsMax)
  const spoken = era ?? chance.pick<Era | undefined>("session", "stateless", undefined)
  const clients = Array.from({ length: count }, (_, index) => {
    const name = clientName(index)
    return drawClient(chance.fork(name), name, way, spoken, options)
  })
  const server = drawServer(chance.fork("server"), way, clients, options)
  const steps = drawSteps(chance.fork("steps"), workload, clients, stepsMax, healAtMillis)
  const faults = FaultSwarm.draw(chance.fork("faults"), {
    kinds: FaultSwarm.kindsOf(way).filter((kind) => kinds?.includes(kind) ?? true),
    known,
    places: { server: serverName, hosts: hostsOf(server), clients: clients.map(({ name }) => name) },
    countMax: faultsMax,
    healAtMillis,
    moments: steps
  })
  const all = [...certain, ...faults].toSorted((a, b) => a.atMillis - b.atMillis)
  return { seed, server, clients, steps, faults: all, healAtMillis }
}
