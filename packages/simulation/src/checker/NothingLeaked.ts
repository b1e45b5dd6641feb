/**
 * Who has gone has left nothing behind: no fiber, no timer, no line, no session, no listener.
 *
 * @since 0.1.0
 */
import type { Checker, Remains } from "./Checker.ts"

const leaks = ({ left }: Remains): ReadonlyArray<string> =>
  Object.entries(left).flatMap(([host, counts]) =>
    Object.entries(counts).flatMap(([what, count]) => count === 0 ? [] : [`${host} has left ${what}: ${count}`])
  )

/**
 * The checker.
 *
 * @category checkers
 * @since 0.1.0
 */
export const nothingLeaked: Checker = {
  name: "NothingLeaked",
  make: () => ({ see: () => undefined, end: leaks })
}
