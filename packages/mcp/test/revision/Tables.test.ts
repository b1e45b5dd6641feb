import { assert, describe, it } from "@effect/vitest"
import * as Canonical from "./Canonical.ts"
import { notificationCases, requestCases, revisionOf, unions } from "./Cases.ts"
import { generate } from "./Generator.ts"
import { methods, official, versions } from "./Official.ts"

describe("method tables", () => {
  for (const version of versions) {
    for (const table of ["clientRequests", "serverRequests", "clientNotifications", "serverNotifications"] as const) {
      it(`${version} ${table} are the methods of the official union, no more and no fewer`, () => {
        const ours = [...revisionOf(version)[table].keys()].toSorted()
        assert.deepStrictEqual(ours, [...methods(official[version], unions(version)[table]).keys()].toSorted())
        assert.isAbove(ours.length, 0)
      })
    }
  }

  it("the canonical table of these tests has every method", () => {
    assert.deepStrictEqual(
      Object.keys(Canonical.requests).toSorted(),
      [...new Set(requestCases.map((one) => one.method))].toSorted()
    )
    assert.deepStrictEqual(
      Object.keys(Canonical.notifications).toSorted(),
      [...new Set(notificationCases.map((one) => one.method))].toSorted()
    )
  })
})

describe("the oracle", () => {
  for (const version of versions) {
    it(`${version}: every definition accepts what is generated for it`, () => {
      for (const definition of Object.keys(official[version].definitions)) {
        for (let seed = 0; seed < 4; seed++) {
          const value = generate(official[version], definition, seed)
          assert.deepStrictEqual(official[version].errors(definition, value), [], definition)
          assert.deepStrictEqual(official[version].errorsClosed(definition, value), [], definition)
          const wider = generate(official[version], definition, seed, true)
          assert.deepStrictEqual(official[version].errors(definition, wider), [], definition)
        }
      }
    })
  }

  it("refuses a block that the revision does not have, and a member that only others have", () => {
    const audio = { content: [{ type: "audio", data: "", mimeType: "audio/wav" }] }
    assert.isNotEmpty(official["2024-11-05"].errors("CallToolResult", audio))
    assert.isEmpty(official["2025-03-26"].errors("CallToolResult", audio))
    const titled = { name: "a", title: "A", inputSchema: { type: "object" } }
    assert.isEmpty(official["2025-03-26"].errors("Tool", titled))
    assert.isNotEmpty(official["2025-03-26"].errorsClosed("Tool", titled))
    assert.isEmpty(official["2025-06-18"].errorsClosed("Tool", titled))
  })
})
