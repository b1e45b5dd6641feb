/**
 * The end of a child's process tree together with this process: a program that ends without closing its scopes
 * (`process.exit`, an uncaught error) has no time left to wait for anybody. A child whose scope is closed needs none of
 * this.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { spawn, spawnSync } from "node:child_process"
import * as WindowsCommand from "./WindowsCommand.ts"

/** How often the group is looked at after it was told to leave, in seconds, as a shell has it. */
const lookSeconds = 0.1

/** Waits for a group to leave, and kills who is left of it: `$0` is the group, `$1` the number of looks. */
const lastResort = `i=0
while kill -s 0 -- "-$0" && [ $i -lt $1 ]; do sleep ${lookSeconds}; i=$((i+1)); done
kill -s KILL -- "-$0"`

/**
 * Tells a tree to leave, in a process that is about to be gone itself and cannot wait: on systems with process groups a
 * small shell outlives it, which makes those leave that do not. A tree that is gone already is no error.
 */
const endTree = (pid: number, graceMillis: number): void => {
  if (process.platform === "win32") {
    const { args, command } = WindowsCommand.killTree(pid, process.env)
    spawnSync(command, args, { windowsHide: true, stdio: "ignore" })
  } else if (Result.isSuccess(Result.try(() => process.kill(-pid, "SIGTERM")))) {
    const looks = String(Math.ceil(graceMillis / 1_000 / lookSeconds))
    const shell = spawn("/bin/sh", ["-c", lastResort, String(pid), looks], { detached: true, stdio: "ignore" })
    // There is nobody left to tell that it could not be started.
    shell.on("error", () => undefined).unref()
  }
}

/** Each child adds a listener, so the number from which on Node warns of a leak has to grow with them. */
const allowListeners = (change: number): void => {
  const allowed = process.getMaxListeners()
  if (allowed > 0) process.setMaxListeners(allowed + change)
}

/**
 * Tells the tree of a child to leave when this process ends within the scope. `pid` is that of the child, and of its
 * process group where there are such; who stays for longer than `graceMillis` is made to leave.
 *
 * @category operations
 * @since 0.1.0
 */
export const endWithProcess = (pid: number, graceMillis: number): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.sync(() => {
      const onExit = (): void => endTree(pid, graceMillis)
      allowListeners(1)
      process.on("exit", onExit)
      return onExit
    }),
    (onExit) =>
      Effect.sync(() => {
        process.off("exit", onExit)
        allowListeners(-1)
      })
  ))
