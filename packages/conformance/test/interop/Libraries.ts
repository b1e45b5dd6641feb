/**
 * Servers made with the libraries that others use, in each era that they speak: the official SDK in both versions,
 * `fastmcp`, and the `McpServer` of `effect/ai`.
 */
import * as Revisions from "@parley/mcp/revision/Revisions"
import type { Foreign } from "./Servers.ts"

/** A library, and what the sample server made with it cannot do. */
interface Library {
  readonly name: string
  readonly foreign: Foreign
  /** The newest revision that it speaks. */
  readonly newest: "2025-11-25" | "2026-07-28"
  /** The tools of the sample servers that this one lacks. */
  readonly without: ReadonlyArray<string>
}

const library = (name: string, newest: Library["newest"], without: ReadonlyArray<string> = []): Library => ({
  name,
  foreign: { program: `conformance/src/foreign/${name}.ts` },
  newest,
  without
})

const libraries: ReadonlyArray<Library> = [
  library("sdk-v1", "2025-11-25"),
  library("sdk-v2", "2026-07-28"),
  library("fastmcp", "2025-11-25", ["touch", "sample", "roots"]),
  library("effect-ai", "2026-07-28", ["contents", "count", "log", "grow", "touch", "ask", "sample", "roots"])
]

/** A library in one era. */
export interface Side extends Omit<Library, "newest"> {
  readonly version: string
  /** What the client may speak, so that it ends up in that era. */
  readonly revisions: typeof Revisions.all
}

const session = Revisions.all.filter(({ era }) => era === "session")

/** Each library in each of its eras. */
export const sides: ReadonlyArray<Side> = libraries.flatMap(({ newest, ...rest }): ReadonlyArray<Side> => {
  const inSession = { ...rest, version: "2025-11-25", revisions: session }
  return newest === "2026-07-28" ? [inSession, { ...rest, version: newest, revisions: Revisions.all }] : [inSession]
})

/** The sides whose sample server has a tool. */
export const sidesWith = (tool: string): ReadonlyArray<Side> => sides.filter(({ without }) => !without.includes(tool))
