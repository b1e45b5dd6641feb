/** What an author says of a server and its components, and what of it reaches the clients of each revision. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { sessionEra } from "../../src/revision/Revisions.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "../support/Line.ts"
import { claimed, initializeParams, modernVersion, type Params } from "../support/Messages.ts"

const icons = [{ src: "https://example.com/icon.png", mimeType: "image/png", sizes: ["48x48"] }]

const _meta = { "example.com/tag": "t" }

const link = { type: "resource_link", uri: "memo://one", name: "one", description: "A memo" } as const

const info = {
  name: "server",
  version: "1.2.3",
  title: "A server",
  description: "For tests",
  websiteUrl: "https://example.com",
  icons,
  instructions: "Be kind",
  pageSize: 100,
  caching: { tools: { ttlMs: 1 } },
  kinds: ["tools"],
  visible: () => true
} as const

const server = McpServer.make([
  Tool.serve("tool", {
    title: "A tool",
    description: "Does it",
    annotations: { readOnlyHint: true },
    icons,
    _meta,
    parameters: { when: Schema.Date.annotate({ description: "When it is" }) },
    success: Schema.Struct({ at: Schema.FiniteFromString.annotate({ description: "As text" }) })
  }, () => Effect.succeed(Tool.result({ structured: { at: 7 }, content: [link], _meta }))),
  Tool.serve(
    "no_text",
    { success: Schema.Finite },
    () => Effect.succeed(Tool.result({ structured: 1, content: [link] }))
  ),
  Tool.serve("nothing", { success: Schema.Struct({}) }, () => Effect.succeed(Tool.result({ content: [] }))),
  Tool.serve(
    "wrong",
    { success: Schema.Struct({ a: Schema.String }) },
    () => Effect.succeed(Tool.result({ structured: { a: 1 as never } }))
  ),
  Tool.serve("list", { success: Schema.Array(Schema.Date) }, () => Effect.succeed([])),
  Resource.serve(
    "memo://one",
    { name: "one", title: "One", description: "A memo", icons, _meta },
    () => Effect.succeed([{ uri: "memo://one", text: "1", _meta }])
  ),
  Prompt.serve(
    "prompt",
    { title: "A prompt", description: "Asks", icons, _meta },
    () => Effect.succeed({ messages: [Prompt.user(link)], _meta })
  )
], info)

const versions = [...sessionEra.map(({ version }) => version), modernVersion]

/** How a revision is spoken: its requests, and what it answers to its first one. */
const speak = (version: string) =>
  Effect.gen(function*() {
    const line = yield* Line.open(yield* server)
    const isModern = version === modernVersion
    const first = isModern
      ? yield* line.ask("server/discover", claimed())
      : yield* line.ask("initialize", initializeParams(version))
    const ask = (method: string, params: Params = {}) =>
      Effect.map(line.ask(method, isModern ? claimed(params) : params), ({ error, result }) => {
        if (result === undefined) return assert.fail(JSON.stringify(error))
        return result
      })
    const { result = {} } = first
    const meta = result._meta as Params | undefined
    return { ask, result, name: (isModern ? meta?.[MetaKey.serverInfo] : result.serverInfo) as Params }
  })

const since = (version: string, first: string) => version >= first

describe.each(versions)("in %s", (version) => {
  it.effect("a server is named as far as the revision can, and says no more of itself", () =>
    Effect.gen(function*() {
      const { name, result } = yield* speak(version)
      assert.deepStrictEqual<unknown>(name, {
        name: "server",
        version: "1.2.3",
        ...(since(version, "2025-06-18") ? { title: "A server" } : {}),
        ...(since(version, "2025-11-25") ? { description: "For tests", websiteUrl: "https://example.com", icons } : {})
      })
      assert.strictEqual(result.instructions, "Be kind")
    }))

  it.effect.each([
    { method: "tools/list", member: "tools" },
    { method: "resources/list", member: "resources" },
    { method: "prompts/list", member: "prompts" }
  ])("what is listed has its presentation: $method", ({ member, method }) =>
    Effect.gen(function*() {
      const { ask } = yield* speak(version)
      const items = (yield* ask(method))[member] as ReadonlyArray<Params>
      const item = items[0] ?? {}
      assert.isString(item.description)
      assert.strictEqual(typeof item.title, since(version, "2025-06-18") ? "string" : "undefined")
      assert.deepStrictEqual(item.icons, since(version, "2025-11-25") ? icons : undefined)
      assert.deepStrictEqual<unknown>(item._meta, since(version, "2025-06-18") ? _meta : undefined)
    }))

  it.effect("parameters that are decoded keep what is said of them", () =>
    Effect.gen(function*() {
      const { tools } = yield* (yield* speak(version)).ask("tools/list")
      const [tool] = tools as ReadonlyArray<{ readonly inputSchema: Params; readonly outputSchema?: Params }>
      assert.deepStrictEqual<unknown>(tool?.inputSchema.properties, {
        when: { type: "string", description: "When it is" }
      })
      assert.deepStrictEqual<unknown>(
        tool?.outputSchema?.properties,
        since(version, "2025-06-18") ? { at: { type: "string", description: "As text" } } : undefined
      )
    }))

  it.effect("a result by hand is encoded by its schema, with its _meta (TOC-07, TOC-08)", () =>
    Effect.gen(function*() {
      const { ask } = yield* speak(version)
      const result = yield* ask("tools/call", { name: "tool", arguments: { when: "2026-01-01T00:00:00.000Z" } })
      assert.deepStrictEqual<unknown>(
        result.structuredContent,
        since(version, "2025-06-18") ? { at: "7" } : undefined
      )
      assert.strictEqual((result._meta as Params)["example.com/tag"], "t")
      const [first] = result.content as ReadonlyArray<Params>
      if (since(version, "2025-06-18")) assert.deepStrictEqual<unknown>(first, link)
      else assert.notStrictEqual(first?.type, "resource_link")
    }))

  it.effect.each(["nothing", "wrong"])(
    "a result by hand that does not fit the schema is none: %s (TOC-08)",
    (name) =>
      Effect.gen(function*() {
        const { content, isError, structuredContent } = yield* (yield* speak(version)).ask("tools/call", { name })
        assert.isTrue(isError)
        assert.strictEqual(structuredContent, undefined)
        assert.match(JSON.stringify(content), /Internal error \(reference [0-9a-f]{8}\)/)
      }).pipe(Effect.provide(Logger.layer([])))
  )

  it.effect("content by hand beside what is no object has the text copy too (TOC-06)", () =>
    Effect.gen(function*() {
      const { content } = yield* (yield* speak(version)).ask("tools/call", { name: "no_text" })
      assert.deepInclude(content as ReadonlyArray<unknown>, { type: "text", text: "1" })
    }))

  it.effect("what is read and got has its _meta", () =>
    Effect.gen(function*() {
      const { ask } = yield* speak(version)
      const { contents } = yield* ask("resources/read", { uri: "memo://one" })
      const got = yield* ask("prompts/get", { name: "prompt" })
      const [content] = contents as ReadonlyArray<Params>
      assert.deepStrictEqual<unknown>(content?._meta, since(version, "2025-06-18") ? _meta : undefined)
      assert.strictEqual((got._meta as Params)["example.com/tag"], "t")
    }))

  it.effect("structured content that is no object is put as the revision has it (TOC-06, TOC-07)", () =>
    Effect.gen(function*() {
      const { ask } = yield* speak(version)
      const { content, structuredContent } = yield* ask("tools/call", { name: "list" })
      const expected = version === modernVersion ? [] : since(version, "2025-06-18") ? { result: [] } : undefined
      assert.deepStrictEqual<unknown>(structuredContent, expected)
      assert.deepStrictEqual<unknown>(content, [{ type: "text", text: "[]" }])
    }))
})
