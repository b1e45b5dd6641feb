import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { PathSegment, RelativePath } from "../../src/contract/SafePath.ts"

const isSegment = Schema.is(PathSegment)
const isPath = Schema.is(RelativePath)

const elsewhere = [
  "",
  ".",
  "...",
  " ",
  ".. ",
  "a/.. /b",
  "..",
  "/",
  "/etc/passwd",
  "a/../b",
  "a/./b",
  "a//b",
  "a/",
  "\\",
  "\\\\server\\share",
  "//server/share",
  "C:",
  "C:\\x",
  "c:/x",
  "a\\..\\b",
  "a.txt:stream",
  "a\0",
  "a/\0b"
]

describe("a path that stays below its folder (RSC-22)", () => {
  it.each(elsewhere)("is not %j", (text) => {
    assert.isFalse(isPath(text))
    assert.isFalse(isSegment(text))
  })

  it.each(["a", "a.txt", "[...]", "..a", "a..", ".git", "a b", "%2e%2e", "ä🙂"])("is %j, as a segment too", (text) => {
    assert.isTrue(isPath(text))
    assert.isTrue(isSegment(text))
  })

  it.each(["a/b", "a/..b/c.txt"])("is %j, which is no segment", (text) => {
    assert.isTrue(isPath(text))
    assert.isFalse(isSegment(text))
  })

  it.prop("is segments with slashes between them", [Schema.Array(Schema.String)], ([parts]) => {
    assert.strictEqual(
      isPath(parts.join("/")),
      parts.length > 0 && parts.join("/").split("/").every((part) => isSegment(part))
    )
  })
})
