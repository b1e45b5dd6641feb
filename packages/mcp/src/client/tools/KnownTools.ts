/**
 * What is known of a server's tools because it has listed them: which parameters are mirrored in headers, what the
 * annotations say, what the output looks like. It is what calls go by; no call waits for a listing (XMC-13, XMC-14).
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { Tool } from "../../schema/Tool.ts"
import * as ParameterHeaders from "../../session/ParameterHeaders.ts"

/**
 * A tool as it was listed last.
 *
 * @category models
 * @since 0.1.0
 */
export interface Known {
  readonly tool: Tool
  /** The parameters that are mirrored; none where nothing is mirrored. */
  readonly mirrored: ReadonlyArray<ParameterHeaders.ParameterHeader>
}

/**
 * A tool that was left out of a list, and the rule that it breaks.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rejected {
  readonly name: string
  readonly problem: string
}

/**
 * What came of taking note of a page.
 *
 * @category models
 * @since 0.1.0
 */
export interface Noted {
  /** The tools of the page that may be used, as they came. */
  readonly kept: ReadonlyArray<Tool>
  /** Those that may not, as far as it is news. */
  readonly rejected: ReadonlyArray<Rejected>
}

/**
 * The tools of one server.
 *
 * @category models
 * @since 0.1.0
 */
export interface KnownTools {
  /** A tool of this name, if it was listed. */
  readonly get: (name: string) => Known | undefined
  /** A tool that was not listed, by what somebody says of it. Where that breaks the rules, nothing is mirrored. */
  readonly declared: (tool: Tool) => Known
  /** Takes note of a page of a listing. Where parameters are mirrored, tools that break the rules are left out (XMC-02). */
  readonly note: (page: ReadonlyArray<Tool>, mirrors: boolean) => Noted
}

/**
 * Knows nothing yet, and at most `toolsMax` tools; then those go that were not listed for longest.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (toolsMax: number): KnownTools => {
  const known = new Map<string, Known>()
  const declarations = new WeakMap<Tool, Known>()
  /** Which rule a tool was found to break, so that it is told once. */
  const problems = new Map<string, string>()
  const put = <A>(map: Map<string, A>, name: string, value: A) => {
    map.delete(name)
    map.set(name, value)
    if (map.size <= toolsMax) return
    for (const [oldest] of map) {
      map.delete(oldest)
      break
    }
  }
  const keep = (tool: Tool, mirrored: Known["mirrored"]) => {
    problems.delete(tool.name)
    put(known, tool.name, { tool, mirrored })
  }
  const note = (page: ReadonlyArray<Tool>, mirrors: boolean): Noted => {
    const kept: Array<Tool> = []
    const rejected: Array<Rejected> = []
    for (const tool of page) {
      const { name } = tool
      const parsed = mirrors ? ParameterHeaders.parse(tool.inputSchema) : Result.succeed([])
      if (Result.isSuccess(parsed)) {
        keep(tool, parsed.success)
        kept.push(tool)
        continue
      }
      if (problems.get(name) !== parsed.failure) rejected.push({ name, problem: parsed.failure })
      known.delete(name)
      put(problems, name, parsed.failure)
    }
    return { kept: kept.length === page.length ? page : kept, rejected }
  }
  const declared = (tool: Tool): Known => {
    const found = declarations.get(tool)
    if (found !== undefined) return found
    const mirrored = Result.getOrElse(ParameterHeaders.parse(tool.inputSchema), () => [])
    const made: Known = { tool, mirrored }
    declarations.set(tool, made)
    return made
  }
  return { get: (name) => known.get(name), declared, note }
}
