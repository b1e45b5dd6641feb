import { assert, describe, it } from "@effect/vitest"
import { isAtLeast, LoggingLevel, severity } from "../../src/schema/Logging.ts"

describe("LoggingLevel", () => {
  it("is ordered from debug to emergency, without ties", () => {
    assert.deepStrictEqual(LoggingLevel.literals.map((level) => severity[level]), [0, 1, 2, 3, 4, 5, 6, 7])
  })

  it.prop("a threshold lets its own level and everything more severe pass", [LoggingLevel, LoggingLevel], ([a, b]) => {
    assert.strictEqual(isAtLeast(a, b), LoggingLevel.literals.indexOf(a) >= LoggingLevel.literals.indexOf(b))
    assert.isTrue(isAtLeast(a, b) || isAtLeast(b, a))
  })
})
