/**
 * What a session, or a request without one, has built for itself: services by key, in a scope that is made when the
 * first of them is.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { SessionBuild, SessionMemo } from "../contract/McpRequest.ts"

/**
 * A memo that can be closed.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClosableMemo extends SessionMemo {
  /** Releases everything that was built; nothing, when nothing was. */
  readonly close: Effect.Effect<void>
  /** The same, for whoever would do nothing where there is nothing to do. */
  readonly closing: () => Effect.Effect<void> | undefined
}

interface Contents {
  readonly scope: Scope.Closeable
  /** How the building of each has ended, once it has. */
  readonly built: Map<object, Deferred.Deferred<Exit.Exit<unknown, unknown>>>
}

/** Must not be interrupted between noting that somebody builds, and seeing to it that the end of that is noted. */
const build = <A, E>(contents: Contents, key: object, make: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  const deferred = Deferred.makeUnsafe<Exit.Exit<unknown, unknown>>()
  contents.built.set(key, deferred)
  return Effect.onExit(make, (exit) => {
    if (Exit.isFailure(exit)) contents.built.delete(key)
    return Deferred.succeed(deferred, exit)
  })
}

/**
 * An empty memo.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): ClosableMemo => {
  let contents: Contents | undefined
  const get = <A, E>(key: object, make: SessionBuild<A, E>): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore): Effect.Effect<A, E> => {
      const current: Contents = contents ??= { scope: Scope.makeUnsafe(), built: new Map() }
      const known = current.built.get(key)
      if (known === undefined) return build(current, key, restore(Effect.suspend(() => make(current.scope))))
      return restore(Effect.flatMap(Deferred.await(known), (exit): Effect.Effect<A, E> =>
        // Who began to build was cancelled; who waits for it was not, and builds anew.
        Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
          ? get(key, make)
          // What is kept under a key was built by the builder of that key, so it has its type.
          : exit as Exit.Exit<A, E>))
    })
  const closing = (): Effect.Effect<void> | undefined => contents && Scope.close(contents.scope, Exit.void)
  return { get, closing, close: Effect.suspend(() => closing() ?? Effect.void) }
}
