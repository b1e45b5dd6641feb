/** How long, and for whom, clients may keep what a server answers: by option, by resource, by handler. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { sessionEra } from "../../src/revision/Revisions.ts"
import type { CacheHint } from "../../src/schema/Caching.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "../support/Line.ts"
import { claimed, type Params, serverInfo } from "../support/Messages.ts"

const always = () => true

const components = [
  Tool.serve("tool", {}, () => Effect.succeed("")),
  Prompt.serve("prompt", {}, () => Effect.succeed("")),
  Resource.serve("memo://plain", {}, () => Effect.succeed("")),
  Resource.serve("memo://own", { caching: { ttlMs: 7, cacheScope: "public" } }, () => Effect.succeed("")),
  Resource.serve(
    "memo://ruled",
    { caching: { ttlMs: 7, cacheScope: "public" }, visible: always },
    () => Effect.succeed("")
  ),
  Resource.serveTemplate(
    "list://{id}",
    { params: { id: Schema.String }, caching: { ttlMs: 9 } },
    () => Effect.succeed("")
  )
]

const make = (caching?: McpServer.Options["caching"]) =>
  McpServer.make(components, { ...serverInfo, pageSize: 2, ...(caching === undefined ? {} : { caching }) })

const hintsOf = (line: Line.Line, method: string, params: Params = {}) =>
  Effect.map(line.ask(method, claimed(params)), ({ result }) => [result?.ttlMs, result?.cacheScope])

const requests = [
  { option: "discover", method: "server/discover", params: {} },
  { option: "tools", method: "tools/list", params: {} },
  { option: "prompts", method: "prompts/list", params: {} },
  { option: "resourceTemplates", method: "resources/templates/list", params: {} },
  { option: "reading", method: "resources/read", params: { uri: "memo://plain" } }
] as const

describe("a result that can be kept", () => {
  it.effect.each(requests)("is stale at once and private unless something else is said: $method (CAC-01, CAC-03)", (
    { method, params }
  ) =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* make())
      assert.deepStrictEqual<unknown>(yield* hintsOf(line, method, params), [0, "private"])
    }))

  it.effect.each(requests)(
    "may be kept as its option says: $method (CAC-01)",
    ({ method, option, params }) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* make({ [option]: { ttlMs: 60_000, cacheScope: "public" } }))
        assert.deepStrictEqual<unknown>(yield* hintsOf(line, method, params), [60_000, "public"])
        for (const other of requests) {
          if (other.option === option) continue
          assert.deepStrictEqual<unknown>(yield* hintsOf(line, other.method, other.params), [0, "private"])
        }
      })
  )

  it.effect("says the same on every page of its list (CAC-04)", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(
        ["a", "b", "c"].map((name) => Tool.serve(name, {}, () => Effect.succeed(""))),
        { ...serverInfo, pageSize: 1, caching: { tools: { ttlMs: 5, cacheScope: "public" } } }
      )
      const line = yield* Line.open(server)
      const hints: Array<unknown> = []
      let cursor: unknown
      do {
        const { result } = yield* line.ask("tools/list", claimed(cursor === undefined ? {} : { cursor }))
        hints.push([result?.ttlMs, result?.cacheScope])
        cursor = result?.nextCursor
      } while (cursor !== undefined)
      assert.deepStrictEqual<unknown>(hints, [[5, "public"], [5, "public"], [5, "public"]])
    }))

  it.effect("has no hints in a session, which knows none", () =>
    Effect.gen(function*() {
      const server = yield* make({ tools: { ttlMs: 5, cacheScope: "public" }, reading: { ttlMs: 5 } })
      for (const { version } of sessionEra) {
        const line = yield* Line.openSession(server, version)
        const list = yield* line.ask("tools/list")
        const read = yield* line.ask("resources/read", { uri: "memo://own" })
        assert.notMatch(JSON.stringify([list, read]), /ttlMs|cacheScope|caching/)
      }
    }))
})

describe("what is read", () => {
  it.effect("may be kept as the resource says, and otherwise as the server does", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* make({ reading: { ttlMs: 3, cacheScope: "public" } }))
      const read = (uri: string) => hintsOf(line, "resources/read", { uri })
      assert.deepStrictEqual<unknown>(yield* read("memo://plain"), [3, "public"])
      assert.deepStrictEqual<unknown>(yield* read("memo://own"), [7, "public"])
      assert.deepStrictEqual<unknown>(yield* read("list://one"), [9, "private"])
    }))

  it.effect("is not shared where not everybody may read it (CAC-05)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* make())
      assert.deepStrictEqual<unknown>(yield* hintsOf(line, "resources/read", { uri: "memo://ruled" }), [7, "private"])
    }))

  it.effect("does not show its hint in the list", () =>
    Effect.gen(function*() {
      const { result } = yield* (yield* Line.open(yield* make())).ask("resources/list", claimed())
      assert.notInclude(JSON.stringify(result?.resources), "caching")
    }))
})

describe("a hint", () => {
  const wrong: ReadonlyArray<CacheHint> = [{ ttlMs: -1 }, { ttlMs: 0.5 }, { ttlMs: Number.NaN }, { ttlMs: Infinity }]

  it.effect.each(wrong)(
    "of $ttlMs is refused, for a list and for a resource (CAC-03)",
    (hint) =>
      Effect.gen(function*() {
        const list = yield* Effect.flip(make({ tools: hint }))
        const resource = Resource.serve("memo://a", { caching: hint }, () => Effect.succeed(""))
        const own = yield* Effect.flip(McpServer.make(resource, serverInfo))
        assert.include(list.message, "ttlMs must be an integer from 0")
        assert.include(own.message, "ttlMs must be an integer from 0")
      })
  )
})
