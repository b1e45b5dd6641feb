// @ts-check
/**
 * `npm run tidy`: the rules of the house that neither the compiler nor the linter knows, one line for each place that
 * breaks one. It needs nothing installed. What the rules are is in `lib/rules.mjs`; here is what they are applied to.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { isCommand, root } from "./lib/child.mjs"
import { circles, codeRules, deadExports, textRule } from "./lib/rules.mjs"
import { scan } from "./lib/source.mjs"

/**
 * @typedef {import("./lib/source.mjs").Source} Source
 * @typedef {import("./lib/rules.mjs").Violation} Violation
 */

const ignoredFolders = new Set([".git", ".cache", "node_modules", "dist", "coverage"])
const ignoredFiles = /(?:^package-lock\.json|\.log|\.tsbuildinfo)$/
const isCode = (/** @type {string} */ path) => /\.(?:ts|mts|mjs)$/.test(path)

/**
 * @param {string} project
 * @returns {ReadonlyArray<string>} the files and folders (these end in `/`) that are, or would be, committed
 */
const listing = (project) => {
  const found = /** @type {Array<string>} */ ([])
  const visit = (/** @type {string} */ folder) => {
    for (const entry of readdirSync(join(project, folder), { withFileTypes: true })) {
      const path = `${folder}${entry.name}`
      if (entry.isDirectory() && !ignoredFolders.has(entry.name)) {
        found.push(`${path}/`)
        visit(`${path}/`)
      } else if (entry.isFile() && !ignoredFiles.test(entry.name)) found.push(path)
    }
  }
  visit("")
  return found.toSorted()
}

/**
 * @param {string} project
 * @param {string} path
 * @returns {Source | undefined} undefined for what is no text
 */
const read = (project, path) => {
  const text = readFileSync(join(project, path), "utf8")
  if (text.includes("\0")) return undefined
  return isCode(path) ? scan(path, text) : { path, text, code: text, uncommented: text }
}

/**
 * Modules in a folder `internal` are closed to users by a line of `exports`; one star matches any depth below it.
 *
 * @param {ReadonlyArray<string>} paths
 * @param {ReadonlyArray<Source>} sources
 * @returns {ReadonlyArray<Violation>}
 */
const internalRule = (paths, sources) =>
  paths.flatMap((path) => {
    const [, folder, inside] = /^(packages\/[^/]+)\/src\/(.*\binternal)\/$/.exec(path) ?? []
    if (folder === undefined) return []
    const manifest = sources.find((source) => source.path === `${folder}/package.json`)
    const { exports, private: isPrivate } = JSON.parse(manifest?.text ?? "{}")
    if (isPrivate === true || exports?.[`./${inside}/*`] === null) return []
    return [{
      path: `${folder}/package.json`,
      line: 1,
      rule: "internal",
      message: `exports lacks "./${inside}/*": null`
    }]
  })

/**
 * Applies every rule to a project.
 *
 * @param {string} [project] its root folder
 * @returns {ReadonlyArray<Violation>} ordered by place
 */
export const tidy = (project = root) => {
  const paths = listing(project)
  const sources = paths.filter((path) => !path.endsWith("/")).flatMap((path) => read(project, path) ?? [])
  const code = sources.filter(({ path }) => isCode(path))
  const prose = sources.filter(({ path }) => path.endsWith(".md"))
  return [
    ...sources.flatMap(textRule),
    ...code.flatMap((source) => codeRules.flatMap((rule) => rule(source))),
    ...deadExports([...code, ...prose]),
    ...circles(code),
    ...internalRule(paths, sources)
  ].toSorted((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line)
}

if (isCommand(import.meta.url)) {
  const violations = tidy()
  for (const { line, message, path, rule } of violations) process.stdout.write(`${path}:${line} ${rule} ${message}\n`)
  if (violations.length === 0) process.stdout.write("tidy: clean\n")
  process.exitCode = violations.length === 0 ? 0 : 1
}
