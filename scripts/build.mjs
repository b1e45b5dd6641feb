// @ts-check
/**
 * `npm run build`: compiles the packages, then proves what would be published. All are packed, installed into an empty
 * folder as a user would, every subpath is imported, and a small server made of them is type-checked and answers over a
 * pipe. The folder is removed at the end; the compiled packages stay in their `dist`.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ensureOrExit } from "./ensure.mjs"
import { nodeForSources, npmEnvironment, root, run } from "./lib/child.mjs"

const packages = ["packages/mcp", "packages/auth", "packages/node", "packages/simulation"]
const peers = ["effect", "@effect/platform-node"]
const answerMillisMax = 30_000

class BuildError extends Error {}

/** @param {string} path */
const readManifest = (path) => JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"))

/**
 * Runs a step to its end, and ends the build when it fails.
 *
 * @param {string} name
 * @param {string} command
 * @param {ReadonlyArray<string>} args
 * @param {import("./lib/child.mjs").RunOptions} [options]
 */
const step = async (name, command, args, options) => {
  const { code, stderr, stdout } = await run(command, args, { output: "capture", ...options })
  if (code !== 0) throw new BuildError(`${name} failed with exit code ${code}\n${stdout}${stderr}`)
  process.stdout.write(`build: ${name}\n`)
  return stdout
}

const node = () => /** @type {string} */ (nodeForSources())
const tsc = join(root, "node_modules", "typescript", "bin", "tsc")

/** What an earlier build left would be packed too, even where its source is gone; so it begins from nothing. */
const compile = async () => {
  for (const path of packages) rmSync(join(root, path, "dist"), { recursive: true, force: true })
  await step("packages compiled", node(), [tsc, "-b", "tsconfig.build.json"])
}

/** @param {string} folder an empty one */
const install = async (folder) => {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const env = npmEnvironment()
  const tarballs = []
  for (const path of packages) {
    const packed = await step(`${path} packed`, "npm", ["pack", "--json", "--pack-destination", folder], {
      cwd: join(root, path),
      env
    })
    tarballs.push(join(folder, packedFileOf(packed)))
  }
  const { devDependencies } = readManifest(".")
  const pinned = peers.map((name) => `${name}@${devDependencies[name]}`)
  const flags = ["--prefer-offline", "--no-engine-strict", "--no-audit", "--no-fund", "--loglevel=error"]
  await step("packages installed from their tarballs", "npm", ["install", ...flags, ...tarballs, ...pinned], {
    cwd: folder,
    env
  })
}

/** npm prints an array, and newer ones an object by package. */
const packedFileOf = (/** @type {string} */ json) => {
  const [packed] = Object.values(JSON.parse(json))
  return /** @type {{ filename: string }} */ (packed).filename
}

/** @param {string} folder where the packages are installed */
const check = async (folder) => {
  const fixture = (/** @type {string} */ name) => {
    copyFileSync(join(root, "scripts", "fixtures", name), join(folder, name))
    return join(folder, name)
  }
  const names = packages.map((path) => readManifest(path).name)
  await step("every subpath imports, nothing internal does", node(), [fixture("check-packages.mjs"), ...names], {
    cwd: folder
  })
  const server = fixture("server.ts")
  const flags = "--noEmit --strict --module NodeNext --target ES2024 --skipLibCheck --types".split(" ")
  await step("a server type-checks against the published types", node(), [tsc, ...flags, "", server], { cwd: folder })
  await converse(server, folder)
}

const conversation = [
  {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "build", version: "1" } }
  },
  { jsonrpc: "2.0", method: "notifications/initialized" },
  { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "add", arguments: { a: 1, b: 2 } } }
]

/**
 * The whole conversation is written at once and stdin closed after it: a server answers what it was asked, and ends.
 *
 * @param {string} server
 * @param {string} folder
 */
const converse = async (server, folder) => {
  const stdout = await step("a server answers over a pipe and ends with it", node(), [server], {
    cwd: folder,
    input: conversation.map((message) => `${JSON.stringify(message)}\n`).join(""),
    timeoutMillis: answerMillisMax
  })
  const answers = new Map(
    stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line)).map((one) => [one.id, one.result])
  )
  const initialized = answers.get(1)?.protocolVersion === "2025-11-25" && answers.get(1)?.serverInfo?.name === "demo"
  if (!initialized || answers.get(2)?.structuredContent?.sum !== 3) {
    throw new BuildError(`the server did not answer as expected:\n${stdout}`)
  }
}

await ensureOrExit()
const folder = mkdtempSync(join(tmpdir(), "parley-build-"))
try {
  await compile()
  await install(folder)
  await check(folder)
} catch (error) {
  if (!(error instanceof BuildError)) throw error
  process.stderr.write(`build: ${error.message}\n`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
