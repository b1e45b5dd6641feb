/** Processes that a test starts indirectly: each leaves its id in a folder, as the name of a file. */
import * as Effect from "effect/Effect"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Whether a process runs. One that has ended but waits for `init` to take note of it does not. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !existsSync("/proc/self/stat") || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
  } catch {
    return false
  }
}

export const pidsIn = (folder: string): ReadonlyArray<number> =>
  readdirSync(folder).map(Number).filter(Number.isInteger)

/** Those of them that run. */
export const aliveIn = (folder: string): ReadonlyArray<number> => pidsIn(folder).filter(isAlive)

/** A folder in which servers leave their process ids. Whoever is alive at its end is left by a test that failed. */
export const pidFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "parley-"))),
  (folder) =>
    Effect.sync(() => {
      for (const pid of pidsIn(folder).filter(isAlive)) process.kill(pid, "SIGKILL")
      rmSync(folder, { recursive: true })
    })
)

/** Waits until nobody of those who left their ids is alive. */
export const untilGone = (folder: string) =>
  Effect.sync(() => pidsIn(folder).filter(isAlive)).pipe(
    Effect.tap(() => Effect.sleep("20 millis")),
    Effect.repeat({ until: (alive) => alive.length === 0 }),
    Effect.timeout("5 seconds")
  )
