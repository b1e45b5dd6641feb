/**
 * Whether the peer of an exchange is gone, and who wants to hear of it: what adapters need for `HttpExchange.onClose`.
 *
 * @since 0.1.0
 */

/**
 * A peer that may go away.
 *
 * @category models
 * @since 0.1.0
 */
export interface Departure {
  /** Notes that the peer is gone. */
  readonly leave: () => void
  readonly isGone: () => boolean
  /** Calls back once the peer is gone; at once, when it is gone already. The last callback that was given counts. */
  readonly onLeave: (callback: () => void) => void
}

/**
 * A peer that is there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Departure => {
  let gone = false
  let onLeave: (() => void) | undefined
  return {
    leave: () => {
      if (gone) return
      gone = true
      onLeave?.()
    },
    isGone: () => gone,
    onLeave: (callback) => {
      if (gone) callback()
      else onLeave = callback
    }
  }
}
