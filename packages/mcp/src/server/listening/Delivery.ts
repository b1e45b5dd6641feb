/**
 * Handing on to one peer what it wants to hear, as fast as it takes it. Events go into the machine of `Subscriptions.ts`
 * and come out one by one; while the consumer is busy they coalesce there, so nothing is queued.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { ServerEvent } from "../../session/NotificationBus.ts"
import * as Subscriptions from "../../session/Subscriptions.ts"

/**
 * A delivery to one consumer.
 *
 * @category models
 * @since 0.1.0
 */
export interface Delivery {
  /** Takes an event; it never waits. */
  readonly offer: (event: ServerEvent) => void
  /** Ends the delivery: what waits is not told any more. */
  readonly end: () => void
  /** Hands events on until the delivery is ended, or its consumer was too slow for it. */
  readonly run: (tell: (event: ServerEvent) => Effect.Effect<void>) => Effect.Effect<void>
}

interface State {
  subscription: Subscriptions.Subscription
  ended: boolean
  /** Wakes the consumer, while it waits. */
  wake: (() => void) | undefined
}

const isOver = (state: State): boolean => state.ended || state.subscription._tag === "Overrun"

const wake = (state: State): void => {
  const resume = state.wake
  state.wake = undefined
  resume?.()
}

/** Waits for something to tell, or the end. It goes on a turn later: what is published in one turn is told together. */
const untilWoken = (state: State): Effect.Effect<void> =>
  Effect.withFiber((fiber) =>
    Effect.callback<void>((resume) => {
      state.wake = () => fiber.currentDispatcher.scheduleTask(() => resume(Effect.void), 0)
      return Effect.sync(() => {
        state.wake = undefined
      })
    })
  )

const isIdle = (state: State): boolean => !isOver(state) && state.subscription.pending.size === 0

const takeNext = (state: State): ServerEvent | undefined => {
  if (isOver(state)) return undefined
  const [event, next] = Subscriptions.take(state.subscription)
  state.subscription = next
  return event
}

/**
 * A delivery of what a filter lets through.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (filter: Subscriptions.Filter, bounds: Subscriptions.Bounds): Delivery => {
  const state: State = { subscription: Subscriptions.make(filter, bounds), ended: false, wake: undefined }
  const round = (tell: (event: ServerEvent) => Effect.Effect<void>): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (isIdle(state)) return untilWoken(state)
      const event = takeNext(state)
      return event === undefined ? Effect.void : tell(event)
    })
  return {
    offer: (event) => {
      state.subscription = Subscriptions.step(state.subscription, event)
      if (!isIdle(state)) wake(state)
    },
    end: () => {
      state.ended = true
      wake(state)
    },
    run: (tell) => Effect.whileLoop({ while: () => !isOver(state), body: () => round(tell), step: () => undefined })
  }
}
