/** Who takes part: what is told of each on the page, and whether it is ours, a peer's, or what the others are measured by. */
import { readFileSync } from "node:fs"
import * as Path from "node:path"
import type { Row } from "../Trial.ts"

/** How a contestant is drawn. */
export type Kind = "reference" | "ours" | "peer"

/** A toolkit, whose contestants have names that begin with `prefix`. */
export interface Toolkit {
  readonly prefix: string
  readonly title: string
  readonly about: string
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** The pinned version of a package, as the manifest of the benchmarks has it. */
const versionOf = (name: string): string => {
  const path = Path.join(import.meta.dirname, "..", "..", "package.json")
  const { dependencies, devDependencies }: Manifest = JSON.parse(readFileSync(path, "utf8"))
  return dependencies[name] ?? devDependencies[name] ?? ""
}

const pinned = (...names: ReadonlyArray<string>): string =>
  names.map((name) => `\`${name}\` ${versionOf(name)}`).join(", ")

/** The toolkits in comparison, ours first. */
export const toolkits: ReadonlyArray<Toolkit> = [
  {
    prefix: "parley",
    title: "Parley",
    about: "every check on, every default as it is; `parley-node` is on `node:http`, `parley-router` on Effect's router"
  },
  { prefix: "mcp-lite", title: "mcp-lite", about: `${pinned("mcp-lite")}, which speaks 2025-06-18` },
  {
    prefix: "sdk-v2",
    title: "SDK v2",
    about: `the official one: ${
      pinned("@modelcontextprotocol/server", "@modelcontextprotocol/node", "@modelcontextprotocol/client")
    }`
  },
  { prefix: "sdk-v1", title: "SDK v1", about: `the official one before: ${pinned("@modelcontextprotocol/sdk")}` },
  { prefix: "effect-ai", title: "effect/ai", about: `\`McpServer\` and \`McpClient\` of ${pinned("effect")}` },
  { prefix: "fastmcp", title: "fastmcp", about: pinned("fastmcp") }
]

/** What is no toolkit: it does the least that gives the right answer, and checks nothing. */
const references: Readonly<Record<string, string>> = {
  "raw-http": "`node:http`, `JSON.parse` and `JSON.stringify`",
  "raw-http-sse": "the same, with an event stream as the answer",
  "effect-http": "the same as `raw-http` on Effect's `HttpRouter`: what anything mounted there can reach",
  "raw-stdio": "a loop over lines, `JSON.parse` and `JSON.stringify`",
  "raw-json": "`JSON.parse` of `JSON.stringify`, of a request and of its answer",
  "raw-client": "a client that writes requests to `node:http` and parses their answers",
  "raw-fetch": "the same with `fetch`",
  "raw-node": "a program that answers once, and loads nothing"
}

/** The toolkit of a contestant. */
export const toolkitOf = (contestant: string): Toolkit | undefined =>
  toolkits.find(({ prefix }) => contestant.startsWith(prefix))

/** How a contestant of a row is drawn. */
export const kindOf = (contestant: string, row: Row): Kind => {
  if (contestant.startsWith("parley")) return "ours"
  return contestant === row.reference || Object.hasOwn(references, contestant) ? "reference" : "peer"
}

/** A line for each toolkit and each reference among these contestants. */
export const introductions = (contestants: ReadonlySet<string>): ReadonlyArray<string> => {
  const present = Array.from(contestants)
  return [
    ...toolkits
      .filter(({ prefix }) => present.some((name) => name.startsWith(prefix)))
      .map(({ about, prefix, title }) => `- \`${prefix}\`, **${title}**: ${about}.`),
    ...Object.entries(references)
      .filter(([name]) => contestants.has(name))
      .map(([name, about]) => `- \`${name}\`: ${about}.`)
  ]
}
