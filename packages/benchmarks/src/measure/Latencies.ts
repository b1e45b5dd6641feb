/**
 * A growing record of durations in milliseconds. It exists because the load generator keeps one number per call and
 * should not spend its time on boxed numbers.
 */

/** Collects durations, then gives them in ascending order. */
export interface Latencies {
  readonly add: (millis: number) => void
  readonly sorted: () => Float64Array
}

/** An empty record. */
export const makeLatencies = (): Latencies => {
  let values = new Float64Array(4_096)
  let count = 0
  return {
    add: (millis) => {
      if (count === values.length) {
        const larger = new Float64Array(count * 2)
        larger.set(values)
        values = larger
      }
      values[count++] = millis
    },
    sorted: () => values.subarray(0, count).toSorted()
  }
}
