/**
 * The word that something is about to stop, so that what stands open can be ended in good order: a server that drains
 * answers its listen requests before their streams are closed (SUB-06). It stops nothing by itself.
 *
 * @since 0.1.0
 */
/**
 * A drain, begun once at most.
 *
 * @category models
 * @since 0.1.0
 */
export interface Drain {
  /** Begins it: whoever asked is called back. What they then do may take longer. */
  readonly begin: () => void
  /** Calls back when it begins, at once if it has begun. The result takes the wish back. */
  readonly onBegin: (callback: () => void) => () => void
}

const nothing = (): void => undefined

/**
 * A drain that has not begun.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Drain => {
  const waiting = new Set<() => void>()
  let begun = false
  return {
    begin: () => {
      begun = true
      const callbacks = Array.from(waiting)
      waiting.clear()
      for (const callback of callbacks) callback()
    },
    onBegin: (callback) => {
      if (begun) {
        callback()
        return nothing
      }
      // Wrapped, so that one function that asks twice is called twice.
      const own = (): void => callback()
      waiting.add(own)
      return () => void waiting.delete(own)
    }
  }
}
