/**
 * What waits for a reader, where only the newest of a kind matters: a second value under the same key takes the place of
 * the first, so that a reader who is slow misses no key and makes nobody hold more than the keys there are. How many keys
 * there can be is the writer's to bound.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"

/**
 * A mailbox with one reader. Only the functions of this file write to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Mailbox<A, E> {
  /** What waits, oldest first. */
  readonly waiting: Map<string, A>
  /** How it ended, which the reader learns after what waits. */
  end: Exit.Exit<void, E> | undefined
  wake: (() => void) | undefined
}

/**
 * An empty mailbox.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <A, E>(): Mailbox<A, E> => ({ waiting: new Map(), end: undefined, wake: undefined })

const wakeUp = <A, E>(mailbox: Mailbox<A, E>): void => {
  const { wake } = mailbox
  mailbox.wake = undefined
  wake?.()
}

/**
 * Puts a value down. One that waits under the same key keeps its place in the order.
 *
 * @category operations
 * @since 0.1.0
 */
export const put = <A, E>(mailbox: Mailbox<A, E>, key: string, value: A): void => {
  if (mailbox.end !== undefined) return
  mailbox.waiting.set(key, value)
  wakeUp(mailbox)
}

/**
 * Nothing more comes: the reader gets what waits, and then the end or the failure.
 *
 * @category operations
 * @since 0.1.0
 */
export const end = <A, E>(mailbox: Mailbox<A, E>, exit: Exit.Exit<void, E>): void => {
  mailbox.end ??= exit
  wakeUp(mailbox)
}

const pull = <A, E>(mailbox: Mailbox<A, E>): Pull.Pull<readonly [A], E> =>
  Effect.suspend((): Pull.Pull<readonly [A], E> => {
    for (const [key, value] of mailbox.waiting) {
      mailbox.waiting.delete(key)
      return Effect.succeed([value])
    }
    if (mailbox.end !== undefined) {
      return Exit.isSuccess(mailbox.end)
        ? Cause.done()
        : Effect.failCause(mailbox.end.cause)
    }
    const woken = Effect.callback<void>((resume) => {
      mailbox.wake = () => resume(Effect.void)
      return Effect.sync(() => {
        mailbox.wake = undefined
      })
    })
    return Effect.andThen(woken, pull(mailbox))
  })

/**
 * What is put down, one at a time.
 *
 * @category streams
 * @since 0.1.0
 */
export const stream = <A, E>(mailbox: Mailbox<A, E>): Stream.Stream<A, E> =>
  Stream.fromPull(Effect.succeed(pull(mailbox)))
