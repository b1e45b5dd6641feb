/**
 * Prints a plan as a test: a whole file that compiles, fails as long as the world of the plan goes wrong, and passes from
 * then on, to be kept.
 *
 * @since 0.1.0
 */
import type { Plan } from "./Plan.ts"

/**
 * The words of the test that a plan does not know.
 *
 * @category models
 * @since 0.1.0
 */
export interface Source {
  /** Lines that import what the other two name. */
  readonly imports: ReadonlyArray<string>
  /** The expression of the server. */
  readonly server: string
  /** The expression of the options that the plan was drawn with. */
  readonly options: string
}

/**
 * Words for somebody who has not said what his are.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaultSource: Source = {
  imports: [`import { MyServer, workload } from "./MyServer.ts"`],
  server: "MyServer",
  options: "{ workload }"
}

const widthMax = 100

const isName = /^[A-Za-z_$][\w$]*$/

const keyOf = (key: string): string => {
  // Not computed, this one would be no member, but the prototype.
  if (key === "__proto__") return `["__proto__"]`
  return isName.test(key) ? key : JSON.stringify(key)
}

const inBrackets = (brackets: string, parts: ReadonlyArray<string>, indent: string): string => {
  const [open = "", close = ""] = brackets
  const space = open === "{" ? " " : ""
  const line = `${open}${space}${parts.join(", ")}${space}${close}`
  if (parts.length === 0) return `${open}${close}`
  if (indent.length + line.length <= widthMax && !line.includes("\n")) return line
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(",\n")}\n${indent}${close}`
}

/**
 * Plain data as an expression of TypeScript. What JSON does not have (infinity, members that are `undefined`) is kept, or
 * left out.
 *
 * @param indent what the lines after the first begin with
 * @category rendering
 * @since 0.1.0
 */
export const expression = (value: unknown, indent = ""): string => {
  const inside = `${indent}  `
  if (Array.isArray(value)) return inBrackets("[]", value.map((item) => expression(item, inside)), indent)
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    return inBrackets("{}", members.map(([key, member]) => `${keyOf(key)}: ${expression(member, inside)}`), indent)
  }
  return typeof value === "number" || value === undefined ? String(value) : JSON.stringify(value)
}

/**
 * The test.
 *
 * @param name what is wrong, in a few words
 * @category rendering
 * @since 0.1.0
 */
export const test = (plan: Plan, name: string, source: Source = defaultSource): string =>
  `import { assert, it } from "@effect/vitest"
import { Simulation } from "@parley/simulation"
import * as Effect from "effect/Effect"
${source.imports.join("\n")}

it.effect(${JSON.stringify(name)}, () =>
  Effect.gen(function*() {
    const report = yield* Simulation.replay(${source.server}, ${expression(plan, "    ")}, ${source.options})
    assert.deepStrictEqual(report.violations, [])
  }))
`
