/**
 * Draws what goes wrong in a world, and when: faults of every kind that fits the way in which the server is reached, with
 * values from the harmless to the harsh. Whatever is drawn is over when the world heals.
 *
 * @since 0.1.0
 */
import { type Direction, type Fault, linkName, type Scheduled } from "../fault/Fault.ts"
import type { Chance } from "../kernel/Chance.ts"
import type { Way } from "../world/World.ts"

/**
 * The kinds of faults.
 *
 * @category models
 * @since 0.1.0
 */
export type FaultKind = Fault["_tag"]

type FaultOf<K extends FaultKind> = Extract<Fault, { readonly _tag: K }>

const directionOf = (chance: Chance): Direction => chance.pick("toServer", "toClient")

const latencyOf = (chance: Chance): FaultOf<"Latency"> => {
  const leastMillis = chance.pick(0, 1, 5, 50)
  const mostMillis = leastMillis + chance.pick(0, 5, 50, 500)
  return {
    _tag: "Latency",
    millis: chance.happens(0.3)
      ? { leastMillis, mostMillis, tail: { probability: 0.1, millis: chance.pick(500, 2_000) } }
      : { leastMillis, mostMillis }
  }
}

const values: { readonly [K in FaultKind]: (chance: Chance) => FaultOf<K> } = {
  Latency: latencyOf,
  Loss: (chance) => {
    const probability = chance.pick(0.05, 0.2, 0.5)
    return chance.happens(0.5)
      ? { _tag: "Loss", probability, direction: directionOf(chance) }
      : { _tag: "Loss", probability }
  },
  Duplication: (chance) => ({ _tag: "Duplication", probability: chance.pick(0.1, 0.5) }),
  Reordering: (chance) => ({
    _tag: "Reordering",
    probability: chance.pick(0.1, 0.5),
    millis: chance.pick(10, 100, 1_000)
  }),
  Chunking: (chance) => ({ _tag: "Chunking", charactersMax: chance.pick(1, 7, 64, 500) }),
  SlowConsumer: (chance) => ({
    _tag: "SlowConsumer",
    charactersPerSecond: chance.pick(500, 5_000, 50_000),
    direction: directionOf(chance)
  }),
  Cut: () => ({ _tag: "Cut" }),
  HalfOpen: (chance) => ({ _tag: "HalfOpen", direction: directionOf(chance) }),
  Refusal: () => ({ _tag: "Refusal" }),
  Restart: (chance) => chance.happens(0.4) ? { _tag: "Restart", isOrderly: true } : { _tag: "Restart" },
  ClockJump: (chance) => ({ _tag: "ClockJump", millis: chance.pick(-3_600_000, -5_000, 60_000, 3_600_000) })
}

/**
 * The kinds that fit a way. A pipe or a socket neither loses a message, nor brings one twice, nor lets one overtake
 * another while it holds; HTTP does all that to whole requests.
 *
 * @category lookups
 * @since 0.1.0
 */
export const kindsOf = (way: Way): readonly [FaultKind, ...ReadonlyArray<FaultKind>] => {
  const anywhere = [
    "Latency",
    "Chunking",
    "SlowConsumer",
    "Cut",
    "HalfOpen",
    "Refusal",
    "Restart",
    "ClockJump"
  ] as const
  return way === "line" ? anywhere : [...anywhere, "Loss", "Duplication", "Reordering"]
}

/**
 * Where faults may strike.
 *
 * @category models
 * @since 0.1.0
 */
export interface Places {
  readonly server: string
  /** The hosts of the server. */
  readonly hosts: ReadonlyArray<string>
  readonly clients: ReadonlyArray<string>
}

const placeOf = (chance: Chance, kind: FaultKind, { clients, hosts, server }: Places): string => {
  const one = (names: ReadonlyArray<string>): string => names[chance.below(names.length)] ?? server
  if (kind === "Restart") return one(hosts)
  if (kind === "ClockJump") return one(chance.happens(0.5) ? hosts : clients)
  return linkName(one(clients), server)
}

/** Nothing is the harder to survive the longer it lasts; what is over soon and what lasts long are both likely. */
const lengthOf = (chance: Chance, mostMillis: number): number =>
  Math.round(mostMillis * chance.pick(0.01, 0.1, 0.3, 1) * chance.next())

/**
 * Most faults strike shortly after something begins, and where it does: what happens while nobody does anything seldom
 * matters.
 */
const timeOf = (
  chance: Chance,
  moments: ReadonlyArray<Moment>,
  healAtMillis: number
): { readonly atMillis: number; readonly client?: string } => {
  const moment = moments[chance.below(moments.length)]
  const after = chance.below(chance.pick(10, 100, 1_000, 3_000))
  const anytime = chance.below(healAtMillis)
  return moment === undefined || chance.happens(0.3)
    ? { atMillis: anytime }
    : { atMillis: Math.min(healAtMillis, moment.atMillis + after), client: moment.client }
}

/**
 * When somebody begins something.
 *
 * @category models
 * @since 0.1.0
 */
export interface Moment {
  readonly atMillis: number
  readonly client: string
}

/**
 * What faults are drawn for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Weather {
  /** Those that may be drawn. */
  readonly kinds: ReadonlyArray<FaultKind>
  /** Faults with their values. Of a kind of which there are some, only these are drawn. */
  readonly known?: ReadonlyArray<Fault>
  readonly places: Places
  readonly countMax: number
  /** When all of them are over. */
  readonly healAtMillis: number
  /** When somebody begins something. */
  readonly moments: ReadonlyArray<Moment>
}

/** What slows a connection down, or holds it up, and often ends with its breaking: much is on its way by then. */
const strained: ReadonlyArray<FaultKind> = ["Latency", "HalfOpen", "SlowConsumer"]

/** When a connection breaks under a strain, if it does. */
const breakOf = (chance: Chance, { atMillis, fault, lastsMillis, on }: Scheduled): ReadonlyArray<Scheduled> =>
  strained.includes(fault._tag) && chance.happens(0.5)
    ? [{ fault: { _tag: "Cut" }, on, atMillis: atMillis + chance.below(lastsMillis + 1), lastsMillis: 0 }]
    : []

/** Some worlds are wide: whatever breaks in them takes with it what is on its way. */
const distance = (
  chance: Chance,
  { clients, server }: Places,
  healAtMillis: number
): ReadonlyArray<Scheduled> => {
  if (!chance.happens(0.4)) return []
  const leastMillis = chance.pick(20, 100, 300)
  const fault: Fault = { _tag: "Latency", millis: { leastMillis, mostMillis: leastMillis * 2 } }
  return clients.map((client) => ({ fault, on: linkName(client, server), atMillis: 0, lastsMillis: healAtMillis }))
}

/** What may happen again and again without an end of it: connections break, and hosts go down. */
const repeated: ReadonlyArray<FaultKind> = ["Cut", "Restart", "HalfOpen", "Refusal"]

/**
 * The kinds that a world knows: all of them, a few, or one that comes again and again. Where all may strike none strikes
 * often, and one can hide what another would show.
 */
const kindsOfWorld = (chance: Chance, kinds: ReadonlyArray<FaultKind>): ReadonlyArray<FaultKind> => {
  const often = kinds.filter((kind) => repeated.includes(kind))
  const moods = {
    all: () => kinds,
    few: () => kinds.filter(() => chance.happens(0.4)),
    one: () => often.slice(0, 1).map((first) => often[chance.below(often.length)] ?? first)
  }
  const some = moods[chance.pick("all", "few", "one")]()
  return some.length === 0 ? kinds : some
}

const valueOf = (chance: Chance, kind: FaultKind, known: ReadonlyArray<Fault>): Fault => {
  const fitting = known.filter(({ _tag }) => _tag === kind)
  return fitting[chance.below(fitting.length)] ?? values[kind](chance)
}

/**
 * Draws faults, in the order in which they strike.
 *
 * @category drawing
 * @since 0.1.0
 */
export const draw = (
  chance: Chance,
  { countMax, healAtMillis, kinds, known = [], moments, places }: Weather
): ReadonlyArray<Scheduled> => {
  const faults: Array<Scheduled> = []
  const count = kinds.length === 0 ? 0 : chance.between(0, countMax)
  const expected = kindsOfWorld(chance.fork("kinds"), kinds)
  const isWide = kinds.includes("Latency") && !known.some(({ _tag }) => _tag === "Latency")
  if (isWide) faults.push(...distance(chance.fork("distance"), places, healAtMillis).slice(0, count))
  while (faults.length < count) {
    const own = chance.fork(`fault ${faults.length}`)
    const kind = expected[own.below(expected.length)] ?? "Cut"
    const { atMillis, client } = timeOf(own.fork("time"), moments, healAtMillis)
    const lastsMillis = kind === "Cut" ? 0 : lengthOf(own, healAtMillis - atMillis)
    const on = placeOf(own, kind, client === undefined ? places : { ...places, clients: [client] })
    const fault: Scheduled = { fault: valueOf(own, kind, known), on, atMillis, lastsMillis }
    const breaks = kinds.includes("Cut") ? breakOf(own.fork("break"), fault) : []
    faults.push(fault, ...breaks.slice(0, count - faults.length - 1))
  }
  return faults.toSorted((a, b) => a.atMillis - b.atMillis)
}
