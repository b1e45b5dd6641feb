/** When the structured content of tools is checked, and what comes of it. What checks it is `@parley/node`'s. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { OutputValidator, type Verdict } from "../../../src/client/tools/OutputValidator.ts"
import { v2025_03_26 } from "../../../src/revision/v2025_03_26.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { connect, make, opening, type Reply } from "../ScriptedPeer.ts"

const common = { resultType: "complete", ttlMs: 0, cacheScope: "private" }

const outputSchema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] }

const listed: Reply = {
  result: {
    ...common,
    tools: [
      { name: "count", inputSchema: { type: "object" }, outputSchema },
      { name: "free", inputSchema: { type: "object" } }
    ]
  }
}

const called = (result: object): Reply => ({ result: { resultType: "complete", content: [], ...result } })

/** Keeps what it was asked; what is no even number of `n` is not valid. */
const makeValidator = () => {
  const asked: Array<readonly [unknown, unknown]> = []
  const check = (schema: unknown, value: unknown): Effect.Effect<Verdict> =>
    Effect.sync(() => {
      asked.push([schema, value])
      const { n } = value as { readonly n?: number }
      return n === undefined
        ? { _tag: "Undecided", detail: "too hard" }
        : n % 2 === 0
        ? { _tag: "Valid" }
        : { _tag: "Invalid", detail: "it is odd" }
    })
  return { asked, check }
}

const scripted = (result: Reply, revision = v2026_07_28) =>
  Effect.gen(function*() {
    const validator = makeValidator()
    const peer = make({ ...opening(revision), "tools/list": listed, "tools/call": result })
    const client = yield* Effect.provideService(connect(peer), OutputValidator, { check: validator.check })
    return { client, asked: validator.asked }
  })

describe("structured content", () => {
  for (const revision of [v2025_06_18, v2025_11_25, v2026_07_28]) {
    it.effect(`is held against the schema that was listed last (TOC-09, TOC-22, JSC-12) (${revision.version})`, () =>
      Effect.gen(function*() {
        const { asked, client } = yield* scripted(called({ structuredContent: { n: 2 } }), revision)
        yield* client.listTools
        const result = yield* client.callTool({ name: "count" })
        assert.deepStrictEqual(result.structuredContent, { n: 2 })
        assert.deepStrictEqual(asked, [[outputSchema, { n: 2 }]])
      }))

    it.effect(`that does not fit is a typed error, which has the result (TOC-09) (${revision.version})`, () =>
      Effect.gen(function*() {
        const { client } = yield* scripted(called({ structuredContent: { n: 1 } }), revision)
        yield* client.listTools
        const error = yield* Effect.flip(client.callTool({ name: "count" }))
        assert.deepInclude(error.reason, { _tag: "InvalidOutput", tool: "count", problem: "Invalid" })
        assert.include(error.message, "it is odd")
        assert.isTrue(error.mayHaveRun)
        const content = error.reason._tag === "InvalidOutput" ? error.reason.result.structuredContent : undefined
        assert.deepStrictEqual(content, { n: 1 })
      }))
  }

  it.effect("that is missing is an error; null is not missing", () =>
    Effect.gen(function*() {
      const { asked, client } = yield* scripted(called({}))
      yield* client.listTools
      const { reason } = yield* Effect.flip(client.callTool({ name: "count" }))
      assert.deepInclude(reason, { _tag: "InvalidOutput", problem: "Missing" })
      assert.lengthOf(asked, 0)
      const withNull = yield* scripted(called({ structuredContent: [null] }))
      yield* withNull.client.listTools
      yield* Effect.flip(withNull.client.callTool({ name: "count" }))
      assert.deepStrictEqual(withNull.asked, [[outputSchema, [null]]])
    }))

  it.effect("about which nothing can be said is no valid one (JSC-10)", () =>
    Effect.gen(function*() {
      const { client } = yield* scripted(called({ structuredContent: {} }))
      yield* client.listTools
      const { reason } = yield* Effect.flip(client.callTool({ name: "count" }))
      assert.deepInclude(reason, { _tag: "InvalidOutput", problem: "Undecided", detail: "too hard" })
    }))
})

describe("what is not looked at", () => {
  const untouched = (what: string, name: string, result: Reply, revision = v2026_07_28, lists = true) =>
    it.effect(what, () =>
      Effect.gen(function*() {
        const { asked, client } = yield* scripted(result, revision)
        if (lists) yield* client.listTools
        yield* client.callTool({ name })
        assert.lengthOf(asked, 0)
      }))

  const odd = called({ structuredContent: { n: 1 } })
  untouched("a tool that failed", "count", called({ isError: true, structuredContent: { n: 1 } }))
  untouched("a tool without a schema", "free", odd)
  untouched("a tool that was never listed", "count", odd, v2026_07_28, false)
  untouched("a revision without structured content", "count", called({}), v2025_03_26)

  it.effect("anything, without a validator", () =>
    Effect.gen(function*() {
      const client = yield* connect(make({ ...opening(v2026_07_28), "tools/list": listed, "tools/call": odd }))
      yield* client.listTools
      assert.deepStrictEqual((yield* client.callTool({ name: "count" })).structuredContent, { n: 1 })
    }))
})
