/**
 * How the right to change what is under a key goes from holder to holder: by turns within a process, and by a claim with
 * an end, written into the store itself, across processes. The claim of a holder that lives is renewed; that of one that
 * died ends by itself. What is written under the key is no affair of a lease.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as RcMap from "effect/RcMap"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as AuthError from "../AuthError.ts"
import { AuthLimits } from "../AuthLimits.ts"
import type { StoreCell, Stored } from "./StoreCell.ts"

/**
 * Who holds a lease is told by the version of what is written; this is for how long.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Claim = Schema.Struct({
  /** When it ends, in milliseconds since 1970 by the clock of its holder. */
  untilMillis: Schema.Finite,
  /** How long it was when it was written, in milliseconds. */
  forMillis: Schema.Finite
})

/**
 * Who holds a lease is told by the version of what is written; this is for how long.
 *
 * @category models
 * @since 0.1.0
 */
export type Claim = typeof Claim.Type

const ClaimText = Schema.fromJsonString(Claim)

const encode = Schema.encodeSync(ClaimText)

const decode = Schema.decodeUnknownOption(ClaimText)

/**
 * Whether a claim still counts for somebody who has seen it unchanged for a while: not after its end, and not after its
 * whole length, however wrong the clock that wrote it.
 *
 * @category decisions
 * @since 0.1.0
 */
export const isHeld = (claim: Claim, nowMillis: number, seenMillis: number): boolean =>
  nowMillis < claim.untilMillis && seenMillis < claim.forMillis

/** How long somebody who waits for another process sleeps before looking again, in milliseconds. */
const pollMillis = 50

/** How often a store may be too slow for its own `settleMillis` in one attempt to get a lease. */
const slowMax = 3

interface Terms {
  readonly name: string
  readonly leaseMillis: number
  readonly settleMillis: number
}

interface Held {
  readonly version: string
  readonly untilMillis: number
}

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

const claimOf = ({ value }: Stored, { leaseMillis }: Terms): Claim =>
  // What nobody can read is held by somebody unknown, for as long as anybody may.
  Option.getOrElse(decode(Redacted.value(value)), () => ({ untilMillis: Infinity, forMillis: leaseMillis }))

const write = (cell: StoreCell, untilMillis: number, forMillis: number, expected: string | undefined) =>
  cell.put(Redacted.make(encode({ untilMillis, forMillis })), expected)

const giveUp = (cell: StoreCell, version: string): Effect.Effect<void> =>
  // A claim that cannot be taken back ends by itself.
  Effect.ignore(write(cell, 0, 0, version))

/** Waits for the time in which others that saw the same may still be writing, and says whether the claim has stood. */
const settle = (cell: StoreCell, { version }: Held, { settleMillis }: Terms, restore: Restore) =>
  restore(Effect.andThen(Effect.sleep(settleMillis), cell.get)).pipe(
    Effect.onInterrupt(() => giveUp(cell, version)),
    Effect.map((found) => found?.version === version)
  )

const tooSlow = ({ name, settleMillis }: Terms) =>
  AuthError.make(
    new AuthError.StoreFailed({
      detail: `the lease of ${name}: the store takes longer than ${settleMillis} ms to write`
    })
  )

/** Not by the time of day: that may be put back while the claim of somebody who died is waited for. */
const millisSince = (began: bigint, now: bigint): number => Number(now - began) / 1_000_000

const take = Effect.fnUntraced(function*(cell: StoreCell, terms: Terms, restore: Restore) {
  let seen: { readonly version: string | undefined; readonly since: bigint } | undefined
  let slow = 0
  while (true) {
    const began = yield* Clock.monotonicTimeNanos
    const found = yield* restore(cell.get)
    const nowMillis = yield* Clock.currentTimeMillis
    const now = yield* Clock.monotonicTimeNanos
    if (seen === undefined || seen.version !== found?.version) seen = { version: found?.version, since: now }
    if (found !== undefined && isHeld(claimOf(found, terms), nowMillis, millisSince(seen.since, now))) {
      yield* restore(Effect.sleep(pollMillis))
      continue
    }
    const untilMillis = nowMillis + terms.leaseMillis
    const version = yield* write(cell, untilMillis, terms.leaseMillis, found?.version)
    if (version === undefined) continue
    const held: Held = { version, untilMillis }
    if (terms.settleMillis === 0) return held
    // Whoever takes longer to write than others wait has perhaps overwritten a claim that stands. Its own is then as if of
    // somebody else: it keeps all out until the other's has ended.
    if (millisSince(began, yield* Clock.monotonicTimeNanos) > terms.settleMillis) {
      if (++slow === slowMax) return yield* Effect.fail(tooSlow(terms))
    } else if (yield* settle(cell, held, terms, restore)) return held
  }
})

/** Renews a claim three times in its length, until somebody else has it. `kept` hears of each renewal. */
const renew = Effect.fnUntraced(function*(cell: StoreCell, terms: Terms, first: Held, kept: (held: Held) => void) {
  let held = first
  while (true) {
    yield* Effect.sleep(terms.leaseMillis / 3)
    const nowMillis = yield* Clock.currentTimeMillis
    if (nowMillis >= held.untilMillis) break
    const untilMillis = nowMillis + terms.leaseMillis
    const renewed = write(cell, untilMillis, terms.leaseMillis, held.version).pipe(
      Effect.tap((version) => Effect.sync(() => version !== undefined && kept({ version, untilMillis })))
    )
    // A store that fails may work again before the claim ends.
    const outcome = yield* Effect.option(Effect.uninterruptible(renewed))
    if (Option.isNone(outcome)) continue
    if (outcome.value === undefined) break
    held = { version: outcome.value, untilMillis }
  }
  yield* Effect.logWarning(`The lease of ${terms.name} was lost: this process stood still for longer than it lasts`)
})

const hold = (cell: StoreCell, terms: Terms): Effect.Effect<void, AuthError.AuthError, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      let held = yield* take(cell, terms, restore)
      const keep = (renewed: Held): void => {
        held = renewed
      }
      const renewing = yield* Effect.forkDetach(Effect.interruptible(renew(cell, terms, held, keep)))
      yield* Effect.addFinalizer(() =>
        Effect.andThen(Fiber.interrupt(renewing), Effect.suspend(() => giveUp(cell, held.version)))
      )
    })
  )

/**
 * Turns by key, within this process: one holder at a time, in the order of asking, each to the end of its scope. Keys that
 * nobody waits for are forgotten.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeTurns: Effect.Effect<
  (key: string) => Effect.Effect<void, never, Scope.Scope>,
  never,
  Scope.Scope
> = Effect.map(
  RcMap.make({ lookup: (_key: string) => Semaphore.make(1) }),
  (semaphores) => (key) =>
    Effect.asVoid(Effect.flatMap(RcMap.get(semaphores, key), (one) => Semaphore.takeScoped(one, 1)))
)

/**
 * Leases over a store whose places are given by `cellOf`. Where `put` of a cell compares and writes in one step,
 * `settleMillis` is 0, and nobody else, anywhere, holds the lease of a key while its holder's claim lasts. Where it does
 * not, `settleMillis` above 0 keeps holders apart: whoever has written a claim waits for that long and looks whether it
 * stands, and whoever took longer to write does not have it (Fischer's algorithm, with every process timing itself). That
 * holds on any store whose reads give what was written last.
 *
 * A process that stands still for longer than `leaseMillis` may lose its lease and not know it yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  cellOf: (key: string) => StoreCell,
  settleMillis: number
): Effect.Effect<
  (key: string) => Effect.Effect<void, AuthError.AuthError, Scope.Scope>,
  never,
  Scope.Scope
> =>
  Effect.map(makeTurns, (turn) => (key) =>
    Effect.gen(function*() {
      const { leaseMillis } = yield* AuthLimits
      yield* turn(key)
      yield* hold(cellOf(key), { name: key, leaseMillis, settleMillis })
    }))
