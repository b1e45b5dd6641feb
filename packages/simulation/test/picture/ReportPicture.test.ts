import { assert, describe, it } from "@effect/vitest"
import type { Plan } from "../../src/swarm/Plan.ts"
import * as ReportPicture from "../../src/swarm/ReportPicture.ts"
import { story } from "../support/PictureStory.ts"

const plan: Plan = { seed: 8123, server: {}, clients: [], steps: [], faults: [], healAtMillis: 1_000 }

describe("ReportPicture", () => {
  it("shows a world that went wrong, and where", () => {
    const violations = [{ checker: "RanOnce", what: "alice-1 ran twice", atMillis: 20_131, events: 72 }]
    const page = ReportPicture.page({ plan, history: story, violations })
    assert.include(page, "<h1>The world of seed 8123 went wrong</h1>")
    assert.include(page, "<b>RanOnce</b>alice-1 ran twice · 20.131 s")
    assert.include(page, `<g class="finding" id="v0">`)
  })

  it("shows a world that did not", () => {
    const page = ReportPicture.page({ plan, history: story, violations: [] })
    assert.include(page, "<h1>The world of seed 8123</h1>")
    assert.notInclude(page, `class="finding"`)
  })

  it("has a diagram for where Mermaid is drawn", () => {
    const report = { plan, history: story, violations: [] }
    assert.strictEqual(ReportPicture.mermaid(report, { linesMax: 3 }).split("\n").length, 1 + 4 + 3 + 1 + 1)
  })
})
