// @ts-check
/**
 * Child processes for the scripts: where the project and its pinned Node are, and how a child is run so that it gets
 * the signals its parent gets and never outlives it. It knows nothing of what the children do.
 */
import { spawn } from "node:child_process"
import { existsSync, realpathSync } from "node:fs"
import { constants } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

/** The root folder of the project. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "")

const isWindows = process.platform === "win32"
const bin = join(root, "node_modules", ".bin")

/** Where the pinned Node lies once the dependencies are installed. */
export const pinnedNodePath = join(root, "node_modules", "node", "bin", isWindows ? "node.exe" : "node")

/** Whether the Node that runs this script could run the project too: TypeScript sources need 22.19. */
const runsSources = () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  return major > 22 || (major === 22 && minor >= 19)
}

/**
 * The Node to run sources with: the pinned one, or this one where it is new enough and the pinned one is absent
 * (npm puts it there with an install script, which some machines forbid).
 *
 * @returns {string | undefined}
 */
export const nodeForSources = () =>
  existsSync(pinnedNodePath) ? pinnedNodePath : runsSources() ? process.execPath : undefined

/**
 * The environment for children: `node` and the project's tools come first on the path.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export const childEnvironment = () => ({
  ...process.env,
  PATH: [bin, ...pathEntries().filter((entry) => entry !== bin)].join(delimiter)
})

/**
 * The environment for npm itself: without this project's `node`, which an install replaces under npm's feet, and without
 * what an outer `npm run` says about its own run.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export const npmEnvironment = () => {
  /** @type {NodeJS.ProcessEnv} */
  const environment = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (
      !/^(npm_(lifecycle|package|command|execpath|node_execpath|config_(local|global)_prefix)|INIT_CWD$|NODE$|NODE_ENV$)/
        .test(name)
    ) {
      environment[name] = value
    }
  }
  const outside = pathEntries().filter((entry) => !entry.startsWith(join(root, "node_modules")))
  return { ...environment, PATH: outside.join(delimiter) }
}

const pathEntries = () => (process.env["PATH"] ?? "").split(delimiter)

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] the folder to run in; the project's root by default
 * @property {NodeJS.ProcessEnv} [env] `childEnvironment()` by default
 * @property {"inherit" | "capture"} [output] who gets stdout and stderr: this process's own, or the result
 * @property {string} [input] the whole of stdin; without it stdin is inherited, or empty when output is captured
 * @property {number} [timeoutMillis] when to kill the child; never by default
 */

/**
 * Runs a command to its end. SIGINT, SIGTERM and SIGHUP are passed on, and a child that was killed by a signal counts as
 * exit code 128 + its number, as in a shell.
 *
 * @param {string} command
 * @param {ReadonlyArray<string>} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ readonly code: number, readonly stdout: string, readonly stderr: string }>}
 */
export const run = (command, args, options = {}) =>
  new Promise((resolve) => {
    const captured = options.output === "capture"
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? childEnvironment(),
      shell: isWindows && command === "npm",
      stdio: [
        options.input === undefined ? (captured ? "ignore" : "inherit") : "pipe",
        captured ? "pipe" : "inherit",
        captured ? "pipe" : "inherit"
      ]
    })
    let stdout = ""
    let stderr = ""
    child.stdout?.setEncoding("utf8").on("data", (text) => stdout += text)
    child.stderr?.setEncoding("utf8").on("data", (text) => stderr += text)
    child.stdin?.on("error", () => {}).end(options.input)
    const timer = options.timeoutMillis === undefined
      ? undefined
      : setTimeout(() => child.kill("SIGKILL"), options.timeoutMillis)
    const release = passSignalsTo(child)
    const end = (/** @type {number} */ code) => {
      clearTimeout(timer)
      release()
      resolve({ code, stdout, stderr })
    }
    child.on("error", (error) => {
      stderr += `${command}: ${error.message}\n`
      if (!captured) process.stderr.write(`${command}: ${error.message}\n`)
      end(127)
    })
    child.on("close", (code, signal) => end(signal === null ? code ?? 1 : 128 + constants.signals[signal]))
  })

const orphanPollMillis = 200

/**
 * Passes signals on to a child until released. On a terminal Ctrl-C reaches the whole foreground group by itself, so
 * passing it on would deliver it twice; many programs take a second one for "at once, without cleaning up".
 *
 * Under npm there is a shell in between, and some shells die of a SIGTERM without telling us: then our parent changes,
 * and that counts as the SIGTERM.
 *
 * @param {import("node:child_process").ChildProcess} child
 */
const passSignalsTo = (child) => {
  /** @type {Array<[NodeJS.Signals, () => void]>} */
  const handlers = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]).map((signal) => [signal, () => {
    if (signal === "SIGINT" && process.stdin.isTTY) return
    child.kill(signal)
  }])
  for (const [signal, handler] of handlers) process.on(signal, handler)
  const killChild = () => child.kill("SIGKILL")
  process.on("exit", killChild)
  const parent = process.ppid
  const orphanPoll = process.env["npm_lifecycle_event"] === undefined ? undefined : setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(orphanPoll)
    child.kill("SIGTERM")
  }, orphanPollMillis)
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler)
    process.off("exit", killChild)
    clearInterval(orphanPoll)
  }
}

/**
 * Runs a TypeScript source of the project on the pinned Node, with the project's packages taken from their sources too.
 *
 * @param {string} file relative to the root
 * @param {ReadonlyArray<string>} args
 * @returns {Promise<number>} its exit code
 */
export const runSource = async (file, args) => {
  const path = join(root, file)
  if (!existsSync(path)) {
    process.stderr.write(`parley: there is no ${file}\n`)
    return 1
  }
  const node = nodeForSources()
  if (node === undefined) return 1
  return (await run(node, ["--conditions=@parley/source", path, ...args])).code
}

/**
 * Whether a module is the one that was started as a command.
 *
 * @param {string} url its `import.meta.url`
 */
export const isCommand = (url) => {
  const started = process.argv[1]
  return started !== undefined && existsSync(started) && fileURLToPath(url) === realpathSync(started)
}
