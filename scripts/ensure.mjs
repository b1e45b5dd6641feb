// @ts-check
/**
 * Installs the dependencies when they are missing or older than the lockfile, and says nothing otherwise. Every other
 * script begins with it, so that a fresh clone needs no set-up. It reads what npm itself recorded, so an install that
 * somebody made by hand counts too.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { isCommand, nodeForSources, npmEnvironment, root, run } from "./lib/child.mjs"

const installLockAgeMaxMillis = 15 * 60_000

/**
 * @typedef {object} LockEntry
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [link]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 */

/**
 * @param {string} path
 * @returns {Record<string, LockEntry> | undefined} the packages of a lockfile; undefined when there is none to read
 */
const packagesOf = (path) => {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages
  } catch {
    return undefined
  }
}

/**
 * Whether everything that the lockfile names is installed, in that very version. What the lockfile calls optional (the
 * builds for other machines) may be absent.
 *
 * @param {string} [project] the folder with the lockfile
 */
export const isInstalled = (project = root) => {
  const installed = packagesOf(join(project, "node_modules", ".package-lock.json"))
  if (installed === undefined) return false
  const locked = packagesOf(join(project, "package-lock.json"))
  if (locked === undefined) return true
  return Object.entries(locked).every(([place, entry]) => {
    if (place === "") return true
    const present = installed[place]
    if (present === undefined) return entry.optional === true || entry.devOptional === true
    return present.version === entry.version && present.integrity === entry.integrity && present.link === entry.link &&
      existsSync(join(project, place))
  })
}

const isReady = () => isInstalled() && nodeForSources() !== undefined

/** @param {string} line */
const say = (line) => process.stderr.write(`parley: ${line}\n`)

/**
 * Runs npm, whose output is shown only when it fails, without the complaints about this machine's older Node.
 *
 * `npm install --no-save` takes the versions of the lockfile and leaves the lockfile alone, as `npm ci` does. Unlike
 * `npm ci` it does not refuse a lockfile that lacks optional builds for other machines, which is what one gets where a
 * registry does not carry them all.
 */
const install = async () => {
  say("installing the dependencies (npm install)")
  const save = existsSync(join(root, "package-lock.json")) ? ["--no-save"] : []
  const flags = ["--include=dev", "--no-engine-strict", "--no-audit", "--no-fund", "--loglevel=warn"]
  const { code, stderr, stdout } = await run("npm", ["install", ...save, ...flags], {
    output: "capture",
    env: npmEnvironment()
  })
  const complaints = (stdout + stderr).split("\n").filter((line) =>
    !/^npm warn (EBADENGINE|Unknown \w+ config)/.test(line)
  )
  if (code !== 0) {
    process.stderr.write(complaints.join("\n"))
    say(`npm install failed with exit code ${code}`)
    return false
  }
  if (isReady()) return true
  process.stderr.write(complaints.join("\n"))
  say("the install is not complete: package.json and package-lock.json disagree (npm install mends that), or install")
  say("scripts are forbidden here, so that the pinned Node is missing (npm rebuild node, or use Node 22.19 or newer)")
  return false
}

/** The folder whose existence says that an install is under way; it is outside `node_modules`, which npm empties. */
const installLock = join(root, ".cache", "install")

/** @returns {boolean} whether this process now holds the lock */
const takeLock = () => {
  mkdirSync(dirname(installLock), { recursive: true })
  try {
    mkdirSync(installLock)
    writeFileSync(join(installLock, "pid"), String(process.pid))
    return true
  } catch {
    return false
  }
}

/** Whether the process that took the lock is gone without giving it back. */
const isLockAbandoned = () => {
  try {
    if (Date.now() - statSync(installLock).mtimeMs > installLockAgeMaxMillis) return true
    process.kill(Number(readFileSync(join(installLock, "pid"), "utf8")), 0)
    return false
  } catch (error) {
    // ENOENT: given back meanwhile, or not yet signed by its holder. Both end by asking again.
    return /** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH"
  }
}

const giveLockBack = () => rmSync(installLock, { recursive: true, force: true })

/**
 * Makes sure that the dependencies are there; only one process at a time installs.
 *
 * @returns {Promise<boolean>} false when they could not be installed; why has been printed
 */
export const ensure = async () => {
  if (isReady()) return true
  let waiting = false
  while (!takeLock()) {
    if (isLockAbandoned()) giveLockBack()
    else if (!waiting) {
      waiting = true
      say("waiting for another install to end")
    }
    await sleep(200)
  }
  process.once("exit", giveLockBack)
  try {
    return isReady() || await install()
  } finally {
    giveLockBack()
    process.off("exit", giveLockBack)
  }
}

/** Makes sure as `ensure` does, or ends this process with exit code 1. */
export const ensureOrExit = async () => {
  if (!await ensure()) process.exit(1)
}

if (isCommand(import.meta.url)) await ensureOrExit()
