// @ts-check
/**
 * Compiles the code that the documentation shows, and runs what of it can be run: the fences of README.md and
 * packages/docs, and those in the docstrings of the library. All are compiled together, against the sources.
 *
 * A fence opens with `ts` and may go on with words:
 * - `file=server.ts` gives it a name, by which other fences import it: those of its page as `./server.ts`, those of a page
 *   beside it as `../page/server.ts`;
 * - `no-run` says that it is compiled and not run, which needs no saying where it is seen to serve until stopped;
 * - `fragment` says that it is no whole module; it is left alone.
 *
 * A fence of text that opens with `output=check.ts` is what that one prints by `console.log`. In it `…` stands for whatever is
 * left out: alone on a line, for any number of lines. With `--update` what is printed now is written there, with lines that
 * are long cut short.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join, relative } from "node:path"
import { ensureOrExit } from "./ensure.mjs"
import { isCommand, nodeForSources, root, run } from "./lib/child.mjs"

const runMillisMax = 60_000

/**
 * @typedef {object} Example
 * @property {string} page the file it stands in, relative to the project
 * @property {number} line the line of its first line of code
 * @property {string} file where it goes, relative to the folder that all go to
 * @property {string} code
 * @property {boolean} run
 * @property {{ readonly line: number, readonly text: string }} [output] what the page says that it prints
 */

const typescript = /^( *)(```+)(?:ts|typescript)\b([^\n]*)\n([^]*?)^ *\2 *$/gm
const others = /^( *)(```+)(?!ts\b|typescript\b)\w+\b([^\n]*)\n([^]*?)^ *\2 *$/gm

/**
 * The fences of a text.
 *
 * @param {string} text
 * @param {RegExp} kind
 * @returns {ReadonlyArray<{ readonly words: ReadonlyArray<string>, readonly line: number, readonly code: string }>}
 */
const fencesOf = (text, kind) =>
  [...text.matchAll(kind)].map((match) => ({
    words: /** @type {string} */ (match[3]).trim().split(/\s+/),
    line: text.slice(0, match.index).split("\n").length + 1,
    code: /** @type {string} */ (match[4]).split("\n").map((line) =>
      line.startsWith(/** @type {string} */ (match[1])) ? line.slice(/** @type {string} */ (match[1]).length) : line
    ).join("\n")
  }))

/** A source file with everything but the text of its docstrings blanked, line by line. */
const docstringsOf = (/** @type {string} */ text) => {
  const lines = text.split("\n").map(() => "")
  for (const match of text.matchAll(/^[ \t]*\/\*\*[^]*?\*\//gm)) {
    const first = text.slice(0, match.index).split("\n").length - 1
    match[0].split("\n").forEach((line, index) => lines[first + index] = line.replace(/^\s*\*(?!\/) ?/, ""))
  }
  return lines.join("\n")
}

/**
 * @param {ReadonlyArray<string>} words
 * @param {string} name
 */
const wordOf = (words, name) => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)

const servesUntilStopped = /\b(?:runMain|launch|layerStdio|layerHttp)\b/

/**
 * @param {string} page
 * @param {string} text
 * @returns {ReadonlyArray<Example>}
 */
export const examplesOf = (page, text) => {
  const folder = page.replace(/\.\w+$/, "")
  const markdown = page.endsWith(".md") ? text : docstringsOf(text)
  const outputs = new Map(
    fencesOf(markdown, others).flatMap(({ code, line, words }) => {
      const name = wordOf(words, "output")
      return name === undefined ? [] : [[name, { line, text: code }]]
    })
  )
  return fencesOf(markdown, typescript).flatMap(({ code, line, words }) => {
    if (words.includes("fragment")) return []
    const name = wordOf(words, "file") ?? `line-${line}.ts`
    const run = !words.includes("no-run") && !servesUntilStopped.test(code)
    const output = outputs.get(name)
    return [{ page, line, file: join(folder, name), code, run, ...output === undefined ? {} : { output } }]
  })
}

/**
 * @param {string} project
 * @returns {ReadonlyArray<string>} the files that may hold examples
 */
const pagesOf = (project) => {
  const below = (/** @type {string} */ folder, /** @type {string} */ extension) =>
    existsSync(join(project, folder))
      ? readdirSync(join(project, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(extension)).map((path) => join(folder, path)).toSorted()
      : []
  return [
    ...existsSync(join(project, "README.md")) ? ["README.md"] : [],
    ...below("packages/docs", ".md"),
    ...below("packages/mcp/src", ".ts"),
    ...below("packages/auth/src", ".ts"),
    ...below("packages/node/src", ".ts"),
    ...below("packages/simulation/src", ".ts")
  ]
}

/** @param {string} folder where the examples lie */
const configuration = (folder) => ({
  extends: join(root, "tsconfig.base.json"),
  include: ["**/*.ts"],
  compilerOptions: {
    rootDir: root,
    noEmit: true,
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    noUnusedLocals: false,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: false,
    lib: ["ES2024", "ESNext.Disposable", "DOM"],
    typeRoots: [join(root, "node_modules", "@types")],
    types: ["node"],
    tsBuildInfoFile: null
  },
  exclude: [join(folder, "node_modules")]
})

/**
 * @param {string} folder
 * @param {ReadonlyMap<string, Example>} examples by the path of their file
 * @returns {Promise<ReadonlyArray<string>>} the compiler's errors, at the places where the examples stand
 */
const compile = async (folder, examples) => {
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration(folder)))
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc")
  const { code, stderr, stdout } = await run(
    /** @type {string} */ (nodeForSources()),
    [tsc, "-p", folder, "--pretty", "false"],
    { cwd: folder, output: "capture" }
  )
  if (code === 0) return []
  const errors = (stdout + stderr).split("\n").filter((line) => line !== "").map((line) => {
    const [, path = "", at = "0", rest = ""] = /^([^()]+)\((\d+),\d+\): (.*)$/.exec(line) ?? []
    const example = examples.get(join(folder, path))
    if (path === "") return line
    if (example === undefined) return `${relative(root, join(folder, path))}:${at} ${rest}`
    return `${example.page}:${example.line + Number(at) - 1} ${rest}`
  })
  return errors.length > 0 ? errors : [`tsc ended with exit code ${code}`]
}

/**
 * @param {string} shown what the page says, with `…` for what is left out
 * @param {string} printed
 */
const isOutput = (shown, printed) => {
  const lines = shown.trimEnd().split("\n").map((line) => {
    if (line.trim() === "…") return "(?:.*\n)*"
    return `${line.split("…").map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".*")}\n`
  })
  return new RegExp(`^${lines.join("")}$`).test(`${printed.trimEnd()}\n`)
}

const shownWidth = 150

/**
 * What a page shows of what is printed.
 *
 * @param {string} printed
 */
const shownOf = (printed) =>
  `${printed.trimEnd()}\n`.split("\n").map((line) =>
    line.length <= shownWidth ? line : `${line.slice(0, shownWidth - 1)}…`
  ).join("\n")

/**
 * @param {string} folder
 * @param {ReadonlyMap<string, Example>} examples
 * @param {(page: string, before: string, after: string) => void} [update] has a page show what is printed
 * @returns {Promise<ReadonlyArray<string>>} what went wrong when the runnable ones ran
 */
const runAll = async (folder, examples, update) => {
  const files = [...examples].filter(([, example]) => example.run).map(([path]) => path)
  if (files.length === 0) return []
  const report = join(folder, "report.json")
  const { code, stderr } = await run(
    /** @type {string} */ (nodeForSources()),
    ["--conditions=@parley/source", join(root, "scripts", "fixtures", "run-examples.mjs"), report, ...files],
    { output: "capture", timeoutMillis: runMillisMax }
  )
  const { current, failures, outputs } =
    /** @type {{ current?: string, failures: Array<{ module?: string, error: string }>, outputs: Record<string, string> }} */ (
      existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : { failures: [], outputs: {} }
    )
  const place = (/** @type {string | undefined} */ path) => {
    const example = examples.get(path ?? "")
    return example === undefined ? "an example" : `${example.page}:${example.line}`
  }
  const failed = failures.map(({ error, module }) => `${place(module)} failed: ${error}`)
  for (const [path, { output, page, run }] of examples) {
    if (output === undefined || run && isOutput(output.text, outputs[path] ?? "")) continue
    if (update !== undefined && run) update(page, output.text, shownOf(outputs[path] ?? ""))
    else failed.push(`${page}:${output.line} is not what is printed:\n${run ? outputs[path] ?? "" : "it is not run"}`)
  }
  if (code === 0 && current === undefined || failed.length > 0) return failed
  return [`${place(current)} did not end (exit code ${code}) ${stderr}`]
}

/**
 * @param {string} [project] whose documentation to read
 * @param {boolean} [isUpdate] whether pages are to show what is printed now
 * @returns {Promise<{ readonly compiled: number, readonly run: number, readonly failures: ReadonlyArray<string> }>}
 */
export const doctest = async (project = root, isUpdate = false) => {
  const all = pagesOf(project).flatMap((page) => examplesOf(page, readFileSync(join(project, page), "utf8")))
  if (all.length === 0) return { compiled: 0, run: 0, failures: [] }
  // Inside the project, so that the examples find the packages; not in node_modules, where Node strips no types.
  mkdirSync(join(root, ".cache"), { recursive: true })
  const folder = mkdtempSync(join(root, ".cache", "doctest-"))
  try {
    const examples = new Map(/** @type {Array<[string, Example]>} */ ([]))
    const failures = /** @type {Array<string>} */ ([])
    for (const example of all) {
      const path = join(folder, example.file)
      if (examples.has(path)) {
        failures.push(`${example.page}:${example.line} a second ${basename(example.file)} on this page`)
        continue
      }
      examples.set(path, example)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, example.code)
    }
    failures.push(...await compile(folder, examples))
    const update = (/** @type {string} */ page, /** @type {string} */ before, /** @type {string} */ after) => {
      const path = join(project, page)
      writeFileSync(path, readFileSync(path, "utf8").replace(before, () => after))
    }
    if (failures.length === 0) failures.push(...await runAll(folder, examples, isUpdate ? update : undefined))
    return { compiled: all.length, run: all.filter((example) => example.run).length, failures }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (isCommand(import.meta.url)) {
  await ensureOrExit()
  const { compiled, failures, run: ran } = await doctest(root, process.argv.includes("--update"))
  for (const failure of failures) process.stdout.write(`${failure}\n`)
  process.stdout.write(`doctest: ${compiled} examples compiled, ${ran} run, ${failures.length} failures\n`)
  process.exitCode = failures.length === 0 ? 0 : 1
}
