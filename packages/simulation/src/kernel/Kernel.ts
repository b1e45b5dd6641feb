/**
 * What makes a world repeatable: one agenda for all fibers and all time, and chance from one seed. It runs what is ready,
 * lets promises settle, and goes on to the next time that something is due; real time plays no part in it.
 *
 * Work that neither goes through Effect nor is a promise that settles by itself (sockets, files, timers of the platform)
 * is outside of it: time goes on without it, and when it ends is its own affair. A world that is to be the same each time
 * has none of it; what a server reaches over the network is put into the world as a site.
 *
 * @since 0.1.0
 */
import { SessionId } from "@parley/mcp/session/SessionId"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as WebCrypto from "effect/crypto/WebCrypto"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Scheduler from "effect/Scheduler"
import * as Schema from "effect/Schema"
import * as Agenda from "./Agenda.ts"
import * as Chance from "./Chance.ts"
import * as SeededCrypto from "./SeededCrypto.ts"
import * as VirtualClock from "./VirtualClock.ts"

const whyStalled = {
  Nothing: "Nothing is left to happen",
  Late: "It takes longer than it may",
  Endless: "What happens makes itself happen without end, and time does not go on"
} as const

/**
 * A world has come to no end: somebody waits for what will not happen, or for too long, or goes round in circles.
 *
 * @category errors
 * @since 0.1.0
 */
export class Stalled extends Schema.TaggedError<Stalled>()("Stalled", {
  /** The time at which the world stands still, in milliseconds since it began. */
  atMillis: Schema.Number,
  why: Schema.Literals(["Nothing", "Late", "Endless"])
}) {
  override get message(): string {
    return `The world stalls at ${this.atMillis} ms: ${whyStalled[this.why]}, and something still waits`
  }
}

/**
 * A kernel.
 *
 * @category models
 * @since 0.1.0
 */
export interface Kernel {
  readonly agenda: Agenda.Agenda
  readonly chance: Chance.Chance
  readonly scheduler: Scheduler.Scheduler
  /** What is being computed outside of the agenda, for the world to wait for. */
  readonly turns: SeededCrypto.Turns
}

/**
 * What somebody who lives in a world has around him instead of the platform's.
 *
 * @category models
 * @since 0.1.0
 */
export interface Surroundings {
  readonly clock: VirtualClock.VirtualClock
  /** Clock, chance, cryptography, session ids and the scheduler, as references. */
  readonly context: Context.Context<never>
}

const schedulerOf = (agenda: Agenda.Agenda): Scheduler.Scheduler => {
  const dispatcher: Scheduler.SchedulerDispatcher = { scheduleTask: agenda.add, flush: () => void agenda.work() }
  return {
    executionMode: "async",
    shouldYield: (fiber) => fiber.currentOpCount >= 2048,
    makeDispatcher: () => dispatcher
  }
}

/**
 * A kernel at time 0.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (seed: number): Kernel => {
  const agenda = Agenda.make()
  return { agenda, chance: Chance.make(seed), scheduler: schedulerOf(agenda), turns: SeededCrypto.makeTurns() }
}

/**
 * Chance as Effect has it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const randomOf = ({ next }: Chance.Chance): Random.Random => ({
  nextDoubleUnsafe: next,
  nextIntUnsafe: () => Math.floor((next() * 2 - 1) * Number.MAX_SAFE_INTEGER)
})

/**
 * The surroundings of somebody, with a clock and chance of his own.
 *
 * @category constructors
 * @since 0.1.0
 */
export const surroundings = (kernel: Kernel, name: string): Surroundings => {
  const clock = VirtualClock.make(kernel.agenda)
  const chance = kernel.chance.fork(name)
  const crypto = SeededCrypto.make(chance.fork("crypto"), kernel.turns)
  const context = Context.make(Clock.Clock, clock).pipe(
    Context.add(Random.Random, randomOf(chance)),
    Context.add(WebCrypto.WebCrypto, crypto),
    Context.add(SessionId, crypto.randomUUID),
    Context.add(Scheduler.Scheduler, kernel.scheduler)
  )
  // All of these are references: whoever is given them needs none of them.
  return { clock, context: context as Context.Context<never> }
}

/** Does what is ready, and lets what hangs on promises come back, until neither leads to anything more. */
const settle = (kernel: Kernel): Effect.Effect<void> =>
  Effect.gen(function*() {
    do {
      kernel.agenda.work()
      yield* Effect.yieldNow
      // What comes of it may be computed on at once, or settle by way of further promises.
      for (let computed = kernel.turns.idle(); computed !== undefined; computed = kernel.turns.idle()) {
        const done = computed
        yield* Effect.promise(() => done)
        yield* Effect.yieldNow
      }
    } while (kernel.agenda.work() && !kernel.agenda.isEndless())
  })

/** How many times the world looks whether something outside has come back before it takes itself for stalled. */
const looksMax = 1_000

const stalls = Effect.fnUntraced(function*(kernel: Kernel, isOver: () => boolean) {
  for (let look = 0; look < looksMax; look++) {
    yield* settle(kernel)
    if (isOver() || kernel.agenda.nextMillis() !== undefined) return false
  }
  return true
})

type Halt = "Over" | "Until" | Stalled["why"]

/** Lets a world go on, and says why it goes on no more. Where nothing is left to happen time stands still. */
const goOn = Effect.fnUntraced(function*(
  kernel: Kernel,
  isOver: () => boolean,
  untilMillis: number
): Effect.fn.Return<Halt> {
  const { agenda } = kernel
  while (true) {
    yield* settle(kernel)
    if (isOver()) return "Over"
    if (agenda.isEndless()) return "Endless"
    const next = agenda.nextMillis()
    if (next === undefined) {
      if (yield* stalls(kernel, isOver)) return "Nothing"
    } else if (next > untilMillis) {
      agenda.advance(untilMillis)
      return "Until"
    } else {
      agenda.advance(next)
    }
  }
})

const stalled = ({ agenda }: Kernel, why: Stalled["why"]): Stalled => new Stalled({ atMillis: agenda.nowMillis(), why })

/**
 * Lets a world go on until something is over, or until a time; it runs outside of the world, on the scheduler of whoever
 * calls it.
 *
 * @category running
 * @since 0.1.0
 */
export const run: (
  kernel: Kernel,
  isOver: () => boolean,
  untilMillis?: number
) => Effect.Effect<void, Stalled> = Effect.fnUntraced(function*(kernel, isOver, untilMillis = Infinity) {
  const halt = yield* goOn(kernel, isOver, untilMillis)
  if (halt === "Nothing" && untilMillis !== Infinity) kernel.agenda.advance(untilMillis)
  else if (halt === "Nothing" || halt === "Endless") return yield* stalled(kernel, halt)
})

/** Interrupts what somebody does, and gives it time to end in the world. */
const interrupted = (
  kernel: Kernel,
  fiber: Fiber.Fiber<unknown, unknown>,
  isOver: () => boolean,
  millisMax: number
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { agenda } = kernel
    fiber.interruptUnsafe()
    // What goes round without end would not let it.
    if (agenda.isEndless()) agenda.advance(agenda.nowMillis() + 1)
    return Effect.asVoid(goOn(kernel, isOver, agenda.nowMillis() + millisMax))
  })

/**
 * Runs an effect in a world, in surroundings, and everything else that happens there meanwhile. What takes longer than it
 * may, or waits for what will not happen, is interrupted.
 *
 * @param millisMax how long it may take, in the time of the world
 * @category running
 * @since 0.1.0
 */
export const live = <A, E, R>(
  kernel: Kernel,
  { context }: Pick<Surroundings, "context">,
  effect: Effect.Effect<A, E, R>,
  millisMax = Infinity
): Effect.Effect<A, E | Stalled, R> =>
  Effect.gen(function*() {
    const outer = yield* Effect.context<R>()
    const fiber: Fiber.Fiber<A, E> = Effect.runForkWith(Context.merge(outer, context))(effect)
    const isOver = (): boolean => fiber.pollUnsafe() !== undefined
    const going = goOn(kernel, isOver, kernel.agenda.nowMillis() + millisMax)
    const halt = yield* Effect.onExit(
      going,
      () => isOver() ? Effect.void : interrupted(kernel, fiber, isOver, millisMax)
    )
    if (halt === "Until") return yield* stalled(kernel, "Late")
    if (halt !== "Over") return yield* stalled(kernel, halt)
    return yield* fiber.pollUnsafe() ?? Effect.never
  })
