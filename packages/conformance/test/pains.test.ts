/** The page of pains names tests: each is there, in its file, under its title. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { titlesOf } from "../src/requirements/Titles.ts"

const packages = join(import.meta.dirname, "..", "..")

const page = readFileSync(join(packages, "docs", "pains.md"), "utf8")

/** Ids of requirements stand at the end of titles, and are not for this page. */
const withoutIds = (title: string): string => title.replace(/ \([A-Z]{2}[A-Z0-9]-\d\d[^)]*\)$/, "")

const references = Array.from(
  page.matchAll(/`([\w/-]+\.test\.ts)`: (.+?) *(?=<br>|\|)/g),
  ([, path = "", title = ""]) => ({ path, title })
)

describe("the page of pains", () => {
  it("names a test for each", () => {
    for (const row of page.split("\n").filter((line) => /^\| (?!pain |-)/.test(line))) assert.match(row, /`: /)
    assert.isAbove(references.length, 0)
  })

  it("names tests that are there", () => {
    const missing = references.filter(({ path, title }) => {
      const file = join(packages, path)
      return !existsSync(file) || !titlesOf(readFileSync(file, "utf8")).map(withoutIds).includes(title)
    })
    assert.deepStrictEqual(missing, [])
  })
})
