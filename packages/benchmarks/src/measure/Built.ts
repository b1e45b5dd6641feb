/**
 * Compiles the packages, so that programs run, and are type-checked, against what users get: JavaScript and
 * declarations, not sources. Where nothing has changed since the last time it takes a moment.
 */
import { spawn } from "node:child_process"
import * as Path from "node:path"
import process from "node:process"

const root = Path.join(import.meta.dirname, "..", "..", "..", "..")

/** Brings `dist` of each package up to date. */
export const build = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const compiler = Path.join(root, "node_modules", "typescript", "bin", "tsc")
    const child = spawn(process.execPath, [compiler, "-b", "tsconfig.build.json"], { cwd: root, stdio: "inherit" })
    child.once("error", reject)
    child.once("exit", (code) => code === 0 ? resolve() : reject(new Error(`tsc -b ended with code ${code}`)))
  })
