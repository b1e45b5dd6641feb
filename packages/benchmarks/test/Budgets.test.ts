/**
 * Holds what can be counted without a clock: what requests allocate and call, what sessions keep, what bundles weigh, and how
 * much the compiler has to do. The figures repeat from run to run, so a failure is no accident.
 * `UPDATE_BUDGETS=1 npm test -- --project benchmarks Budgets` sets the budgets anew.
 */
import { assert, describe, it } from "@effect/vitest"
import { budgetFor, type Figures, judgeAll, read, update } from "../src/guard/Budgets.ts"
import { countRequests } from "../src/guard/Counting.ts"
import { measureBundles, measureTypes } from "../src/guard/Sizes.ts"

const advice = `
What a request calls, before a change and after it, is told by
  npm run bench -- --explain "<part of its name>"
Where the cost is worth it, or a budget is to follow a gain:
  UPDATE_BUDGETS=1 npm test -- --project benchmarks Budgets
and say why in the commit.`

/** What is wrong, with what to do about it; empty when nothing is. */
const complaintAbout = (figures: Figures): string => {
  if (process.env["UPDATE_BUDGETS"] === "1") update(figures)
  const wrong = judgeAll(figures, read())
  return wrong.length === 0 ? "" : `${wrong.join("\n")}\n${advice}`
}

/** Compilers take a second or two, and far longer when other tests run beside them. */
const compilationMillisMax = 60_000

describe("the budgets", () => {
  it("hold what requests allocate and call, and what an idle session keeps", async () => {
    assert.strictEqual(complaintAbout(await countRequests()), "")
  })

  it("hold what bundles of programs weigh", { timeout: compilationMillisMax }, async () => {
    assert.strictEqual(complaintAbout(await measureBundles()), "")
  })

  it("hold how much work a tool is for the compiler", { timeout: compilationMillisMax }, async () => {
    assert.strictEqual(complaintAbout(await measureTypes()), "")
  })

  it("are a little above the figure, in three digits", () => {
    assert.deepStrictEqual([7, 375, 12_354, 97_462].map(budgetFor), [8, 383, 12_700, 99_500])
  })

  it("tell what exceeds them, what has none, what is gone, and what has become too generous", () => {
    const wrong = judgeAll({ bytes: { heavy: 103, fits: 99, fresh: 1, light: 79 } }, {
      bytes: { heavy: 100, fits: 100, light: 100, gone: 100 },
      other: { unasked: 1 }
    })
    assert.deepStrictEqual(wrong, [
      "heavy: bytes 103, 3.0 % over the budget of 100",
      "fresh: bytes (1) has no budget",
      "light: bytes 79, so its budget of 100 holds nothing any more",
      "gone: bytes has a budget, and is not counted any more"
    ])
  })
})
