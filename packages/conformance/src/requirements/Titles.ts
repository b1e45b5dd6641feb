/**
 * Finds the ids of requirements in the titles of tests. Only titles count (the first argument of `it`, `describe` and
 * their kind), not comments and not other strings: a title is a claim that the test fails when the requirement is broken.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { scan } from "../../../../scripts/lib/source.mjs"
import type { Side } from "./Requirement.ts"

/** An id, and the test file that names it in a title. */
export interface Claim {
  readonly id: string
  readonly path: string
}

/** What the titles of some files claim, and what is wrong with them. */
export interface Claims {
  readonly claims: ReadonlyArray<Claim>
  readonly complaints: ReadonlyArray<string>
}

const call = /(?<![\w$.])(?:it|test|describe)(?<chain>(?:\.\w+)*)(?=[(<])/g

/** The position after the bracket that closes the one at `at`. */
const afterBrackets = (code: string, at: number, open: string, close: string): number => {
  let depth = 0
  for (let index = at; index < code.length; index++) {
    if (code[index] === open) depth++
    else if (code[index] === close && --depth === 0) return index + 1
  }
  return code.length
}

/** Where the title of a call stands, given where its type arguments or arguments begin. */
const titleAt = (code: string, text: string, at: number, isTable: boolean): number => {
  let index = code[at] === "<" ? afterBrackets(code, at, "<", ">") : at
  if (isTable) index = afterBrackets(code, index, "(", ")")
  if (code[index] !== "(") return -1
  index++
  while (/\s/.test(text[index] ?? "x")) index++
  return index
}

const literal = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[^])*`/y

/** The titles in a test file that are written out, as they stand between their quotes. */
export const titlesOf = (text: string): ReadonlyArray<string> => {
  const { code } = scan("", text)
  return Array.from(code.matchAll(call)).flatMap((match) => {
    const isTable = /\.(?:each|for)$/.test(match.groups?.chain ?? "")
    const at = titleAt(code, text, match.index + match[0].length, isTable)
    literal.lastIndex = Math.max(0, at)
    const title = at === -1 ? null : literal.exec(text)
    return title === null ? [] : [title[0].slice(1, -1)]
  })
}

const mention = /\b([A-Z][A-Z0-9]{2})-(\d{2})\b(?: to ([A-Z][A-Z0-9]{2})-(\d{2})\b)?/g

const idOf = (prefix: string, number: number): string => `${prefix}-${String(number).padStart(2, "0")}`

/** The ids in a title; `A to B` names all from A to B. `undefined` stands for a range that is none. */
export const idsOf = (title: string): ReadonlyArray<string | undefined> =>
  Array.from(title.matchAll(mention)).flatMap(([, prefix = "", first = "", lastPrefix, last]) => {
    if (last === undefined) return [idOf(prefix, Number(first))]
    const count = Number(last) - Number(first) + 1
    if (lastPrefix !== prefix || count < 2) return [undefined]
    return Array.from({ length: count }, (_, index) => idOf(prefix, Number(first) + index))
  })

/** Reads the claims off the text of test files. */
export const claimsOf = (files: ReadonlyArray<{ readonly path: string; readonly text: string }>): Claims => {
  const found = files.flatMap(({ path, text }) =>
    titlesOf(text).flatMap((title) => idsOf(title).map((id) => ({ id, path, title })))
  )
  return {
    claims: found.flatMap(({ id, path }) => id === undefined ? [] : [{ id, path }]),
    complaints: found.flatMap(({ id, path, title }) => id === undefined ? [`${path}: no range of ids: ${title}`] : [])
  }
}

const packages = join(import.meta.dirname, "..", "..", "..")

/** The folders of tests that are about clients: whole clients, their links, and how they get tokens. */
const aboutClients = /^(?:client|transport|grant|protocol|metadata|http|token|store)[/\\]/

/** The folders of tests that are about what both sides are made of, and of either side beside other people's programs. */
const aboutBoth = /^(?:jsonrpc|schema|revision|dpop|attacks|interop)[/\\]/

/** Whether a test file, by its path in a folder of tests, may say something of a side: the other one's deeds prove nothing. */
export const isAbout = (side: Side, path: string): boolean =>
  aboutBoth.test(path) || aboutClients.test(path) === (side === "client")

/** The test files of all packages that may say something of a side. */
export const testsOf = (side: Side): ReadonlyArray<{ readonly path: string; readonly text: string }> =>
  readdirSync(packages).flatMap((name) => {
    const folder = join(packages, name, "test")
    return listing(folder).filter((path) => path.endsWith(".test.ts") && isAbout(side, path))
      .map((path) => ({ path: `packages/${name}/test/${path}`, text: readFileSync(join(folder, path), "utf8") }))
  })

const listing = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()
  } catch {
    // Not every package has tests.
    return []
  }
}
