/**
 * The link between a client and a server: which faults are in force on it, and what they mean for what goes over it. It
 * moves nothing itself; pipes ask it, and are told when something has changed.
 *
 * Chance is drawn by name, from a part of its own for each question, so that a fault that is taken out leaves what others
 * do alone. Without faults nothing is drawn.
 *
 * @since 0.1.0
 */
import { type Direction, type Distribution, type LinkFault, linkName } from "../fault/Fault.ts"
import type { Chance } from "../kernel/Chance.ts"

/**
 * Something that is open on a link.
 *
 * @category models
 * @since 0.1.0
 */
export interface Member {
  /** Breaks it, and says why. */
  readonly cut: (why: string) => void
  /** Has it look again what the link lets through. */
  readonly wake: () => void
}

/**
 * What becomes of a message or a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fate {
  /** Where it gets lost, if it does: on its way, or its answer is. */
  readonly lost?: Direction
  readonly isDoubled: boolean
  /** How much later than others it comes. */
  readonly delayMillis: number
}

/**
 * A link.
 *
 * @category models
 * @since 0.1.0
 */
export interface Link {
  readonly name: string
  readonly client: string
  readonly server: string
  readonly chance: Chance
  /** Lets a fault strike; calling what it gives ends it. */
  readonly strike: (fault: LinkFault) => () => void
  /** Ends all faults. */
  readonly heal: () => void
  /** Puts something on the link; calling what it gives takes it off. */
  readonly join: (member: Member) => () => void
  /** A number for the next line, exchange or message on this link. */
  readonly next: (what: "line" | "exchange" | Direction) => number
  /** Whether any fault is in force. */
  readonly isStruck: () => boolean
  readonly isRefusing: () => boolean
  /** Whether nothing arrives in this direction. */
  readonly isHeld: (direction: Direction) => boolean
  /** How many characters a second whoever receives takes: one at least, and any number without a fault. */
  readonly rate: (direction: Direction) => number
  /** The longest piece, in characters. */
  readonly pieceMax: () => number
  /** How long something takes to the other side. */
  readonly latencyMillis: (name: string) => number
  /** What becomes of something with this name. `direction` is the way of a message; of a request, both ways count. */
  readonly fate: (name: string, direction?: Direction) => Fate
}

/** How long anything takes without faults, in milliseconds. */
const usualMillis = 1

const draw = (chance: Chance, { leastMillis, mostMillis, tail }: Distribution): number =>
  tail !== undefined && chance.fork("tail").happens(tail.probability)
    ? tail.millis
    : leastMillis + chance.next() * (mostMillis - leastMillis)

const untouched: Fate = { isDoubled: false, delayMillis: 0 }

type Loss = Extract<LinkFault, { readonly _tag: "Loss" }>

/** A message is lost on its own way only; of a request and its answer, one is. */
const lostTo = (fault: Loss, chance: Chance, direction: Direction | undefined): Direction | undefined => {
  if (direction !== undefined) {
    const isHit = (fault.direction ?? direction) === direction && chance.happens(fault.probability)
    return isHit ? direction : undefined
  }
  if (!chance.happens(fault.probability)) return undefined
  return fault.direction ?? chance.pick<Direction>("toServer", "toClient")
}

const fateOf = (faults: Iterable<LinkFault>, chance: Chance, direction: Direction | undefined): Fate => {
  let { lost, isDoubled, delayMillis } = untouched
  for (const fault of faults) {
    if (fault._tag === "Loss") lost ??= lostTo(fault, chance.fork("loss"), direction)
    else if (fault._tag === "Duplication") isDoubled ||= chance.fork("duplication").happens(fault.probability)
    else if (fault._tag === "Reordering" && chance.fork("reordering").happens(fault.probability)) {
      delayMillis = Math.max(delayMillis, fault.millis)
    }
  }
  return { isDoubled, delayMillis, ...(lost === undefined ? {} : { lost }) }
}

const leastOf = (faults: Iterable<LinkFault>, amount: (fault: LinkFault) => number | undefined): number => {
  let least = Infinity
  for (const fault of faults) least = Math.min(least, amount(fault) ?? Infinity)
  return least
}

/** Milliseconds to the microsecond: times add up the same way whatever they are added to. */
const rounded = (millis: number): number => Math.round(millis * 1000) / 1000

const latencyOf = (faults: Iterable<LinkFault>, chance: Chance): number => {
  let longest: number | undefined
  for (const fault of faults) {
    if (fault._tag === "Latency") longest = Math.max(longest ?? 0, draw(chance.fork("latency"), fault.millis))
  }
  return rounded(longest ?? usualMillis)
}

/**
 * A link without faults.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (client: string, server: string, chance: Chance): Link => {
  // A fault may be in force twice; each time it is struck makes an entry of its own.
  const inForce = new Set<{ readonly fault: LinkFault }>()
  const members = new Set<Member>()
  const counts = { line: 0, exchange: 0, toServer: 0, toClient: 0 }
  let faults: ReadonlyArray<LinkFault> = []
  const change = (): void => {
    faults = Array.from(inForce, ({ fault }) => fault)
    for (const member of Array.from(members)) member.wake()
  }
  return {
    name: linkName(client, server),
    client,
    server,
    chance,
    strike: (fault) => {
      if (fault._tag === "Cut") {
        for (const member of Array.from(members)) member.cut("the link was cut")
        return () => undefined
      }
      const entry = { fault }
      inForce.add(entry)
      change()
      return () => {
        if (inForce.delete(entry)) change()
      }
    },
    heal: () => {
      if (inForce.size === 0) return
      inForce.clear()
      change()
    },
    join: (member) => {
      members.add(member)
      return () => void members.delete(member)
    },
    next: (what) => ++counts[what],
    isStruck: () => faults.length > 0,
    isRefusing: () => faults.some(({ _tag }) => _tag === "Refusal"),
    isHeld: (direction) => faults.some((fault) => fault._tag === "HalfOpen" && fault.direction === direction),
    rate: (direction) =>
      leastOf(
        faults,
        (fault) =>
          fault._tag === "SlowConsumer" && fault.direction === direction
            ? Math.max(1, fault.charactersPerSecond)
            : undefined
      ),
    pieceMax: () => leastOf(faults, (fault) => fault._tag === "Chunking" ? fault.charactersMax : undefined),
    latencyMillis: (of) => faults.length === 0 ? usualMillis : latencyOf(faults, chance.fork(of)),
    fate: (of, direction) => faults.length === 0 ? untouched : fateOf(faults, chance.fork(of), direction)
  }
}
