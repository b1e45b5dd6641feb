/**
 * Keeps this process awake while it measures another one. A process that writes to one that sleeps pays for waking it,
 * which on a virtual machine is several microseconds: as much as a whole request. A generator of load sleeps the more the
 * slower its server is, so that servers were charged for being waited for, and not for what they do.
 */

/** Turns the event loop without a pause until the result is called. */
export const stayAwake = (): () => void => {
  let isOver = false
  const turn = (): void => {
    if (!isOver) setImmediate(turn)
  }
  turn()
  return () => {
    isOver = true
  }
}
