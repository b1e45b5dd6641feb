/**
 * A program on a host, from when it comes up until it goes down, as often as that happens. It goes down in good order,
 * or it crashes: then nobody hears anything of it any more, whatever it does as it ends.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { History } from "../history/History.ts"
import type { Network } from "../network/Network.ts"
import type { Host } from "./Host.ts"

/**
 * Starts something on a host, in a fiber of its own, which ends with what runs there.
 *
 * @category models
 * @since 0.1.0
 */
export type Fork = (effect: Effect.Effect<void>) => void

/**
 * What runs on a host: it is started when this completes, and ended by its scope.
 *
 * @category models
 * @since 0.1.0
 */
export type Program<E> = (fork: Fork) => Effect.Effect<void, E, Scope.Scope>

/**
 * A program on its host.
 *
 * @category models
 * @since 0.1.0
 */
export interface Daemon {
  readonly host: Host
  /** Takes it down with all that is in its memory. It stays down until it was revived as often as it crashed. */
  readonly crash: () => void
  /** Has it end its program in good order, and then go down. Until that is done it may crash, too. */
  readonly shutDown: Effect.Effect<void>
  /** Completes when it is up or down as it should be. */
  readonly revive: () => void
  readonly settled: Effect.Effect<void>
  /** Ends the program in good order, for good. */
  readonly stop: Effect.Effect<void>
}

/** A program that is running. */
interface Life {
  readonly scope: Scope.Closeable
  readonly running: Set<Fiber.Fiber<void>>
  /** Whether it has crashed, and is only to be cleared away. */
  isDead: boolean
}

interface State<E> {
  readonly host: Host
  readonly network: Network
  readonly history: History
  readonly program: Program<E>
  life: Life | undefined
  /** How often it crashed without being revived. */
  downs: number
  isStopped: boolean
}

const forkIn = ({ running }: Life): Effect.Effect<Fork> =>
  Effect.map(Effect.context<never>(), (context) => {
    const fork = Effect.runForkWith(context)
    return (effect) => {
      const fiber = fork(effect)
      if (fiber.pollUnsafe() !== undefined) return
      running.add(fiber)
      fiber.addObserver(() => running.delete(fiber))
    }
  })

const interrupted = ({ running }: Life): Effect.Effect<void> =>
  Effect.suspend(() => Fiber.interruptAll(Array.from(running)))

/** What works is stopped where it stands, before what would wait for it. */
const bringDown = <E>(state: State<E>, life: Life): Effect.Effect<void> =>
  Effect.suspend(() => {
    state.life = undefined
    return Effect.andThen(interrupted(life), Scope.close(life.scope, Exit.void))
  })

const bringUp = <E>(state: State<E>): Effect.Effect<void, E> =>
  Effect.gen(function*() {
    const { history, host, network, program } = state
    const life: Life = { scope: yield* Scope.make(), running: new Set(), isDead: false }
    state.life = life
    host.isUp = true
    const fork = yield* forkIn(life)
    const exit = yield* Effect.exit(Scope.provide(program(fork), life.scope))
    if (Exit.isFailure(exit)) {
      host.isUp = false
      yield* bringDown(state, life)
      return yield* exit
    }
    // It may have crashed while it was starting.
    if (life.isDead) return
    network.up(host.name)
    host.idle = { ...host.counts }
    history.add({ _tag: "Up", host: host.name })
  })

const isRight = <E>({ downs, isStopped, life }: State<E>): boolean =>
  life === undefined ? downs > 0 || isStopped : !life.isDead

/** Brings it up or down until it is as it should be: that may change while it is being done. */
const settle = <E>(state: State<E>): Effect.Effect<void, E> =>
  Effect.whileLoop({
    while: () => !isRight(state),
    body: () => state.life === undefined ? bringUp(state) : bringDown(state, state.life),
    step: () => undefined
  })

const crash = <E>(state: State<E>): void => {
  const { history, host, network } = state
  state.downs += 1
  if (state.isStopped || state.life === undefined || state.life.isDead) return
  state.life.isDead = true
  // First of all, nothing of it is heard.
  network.down(host.name)
  host.isUp = false
  history.add({ _tag: "Down", host: host.name })
}

/** Ends what runs in good order. */
const endOrderly = <E>(state: State<E>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { history, host, life, network } = state
    if (life === undefined) return Effect.void
    if (life.isDead) return bringDown(state, life)
    return Scope.close(life.scope, Exit.void).pipe(
      Effect.andThen(interrupted(life)),
      Effect.andThen(Effect.sync(() => {
        state.life = undefined
        if (life.isDead) return
        network.down(host.name)
        host.isUp = false
        history.add({ _tag: "Down", host: host.name })
      }))
    )
  })

const stop = <E>(state: State<E>): Effect.Effect<void> =>
  Effect.suspend(() => {
    state.isStopped = true
    return endOrderly(state)
  })

/**
 * Has a host run a program, from now on. A program that cannot be started again leaves its host down, and the history
 * says why.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E>(
  host: Host,
  { history, network, program }: Pick<State<E>, "network" | "history" | "program">
): Effect.Effect<Daemon, E> =>
  Effect.gen(function*() {
    const whyNot = (cause: Cause.Cause<E>): string => Cause.pretty(cause).split("\n", 1)[0] ?? ""
    const state: State<E> = { host, network, history, program, life: undefined, downs: 0, isStopped: false }
    // What starts again does so as it did for the first time, whoever has it do so.
    const context = yield* Effect.context<never>()
    const alone = yield* Semaphore.make(1)
    const inTurn = (effect: Effect.Effect<void>): Effect.Effect<void> =>
      Effect.provideContext(Effect.uninterruptible(alone.withPermit(effect)), context)
    yield* settle(state)
    return {
      host,
      crash: () => crash(state),
      shutDown: Effect.suspend(() => {
        state.downs += 1
        return inTurn(endOrderly(state))
      }),
      revive: () => void (state.downs = Math.max(0, state.downs - 1)),
      settled: inTurn(Effect.catchCause(settle(state), (cause) =>
        Effect.sync(() => {
          state.isStopped = true
          const text = `Its program could not be started again: ${whyNot(cause)}`
          history.add({ _tag: "Noted", host: host.name, text })
        }))),
      stop: inTurn(stop(state))
    }
  })
