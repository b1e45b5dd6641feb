/**
 * The servers' side of the channel to the benchmark: says that the server is ready (and where), reports CPU time and
 * memory when asked, and ends the process when the benchmark is gone. Started by hand, an HTTP server prints its address
 * instead.
 */
import process from "node:process"

/** What the benchmark may ask. */
export type Question = "cpu" | "memory"

/** What a process holds, in bytes. */
export interface Memory {
  readonly heapUsed: number
  readonly rss: number
}

const cpuMicros = (): number => {
  const { system, user } = process.cpuUsage()
  return user + system
}

const memory = (): Memory => {
  // Twice, because finalizers of the first collection may let go of more.
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsed, rss }
}

/** Announces the server; `url` is empty for stdio. */
export const ready = (url: string): void => {
  if (process.send === undefined) {
    if (url !== "") console.log(url)
    return
  }
  process.on("disconnect", () => process.exit())
  process.on("message", (question: Question) => {
    process.send?.(question === "memory" ? memory() : cpuMicros())
  })
  process.send(url)
}
