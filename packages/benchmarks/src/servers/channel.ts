/**
 * The servers' side of the channel to the benchmark: says that the server is ready (and where), reports CPU time when
 * asked, and ends the process when the benchmark is gone. Started by hand, an HTTP server prints its address instead.
 */
import process from "node:process"

/** Announces the server; `url` is empty for stdio. */
export const ready = (url: string): void => {
  if (process.send === undefined) {
    if (url !== "") console.log(url)
    return
  }
  process.on("disconnect", () => process.exit())
  process.on("message", () => {
    const { system, user } = process.cpuUsage()
    process.send?.(String(user + system))
  })
  process.send(url)
}
