/** How a client asks its model for servers: what it lets through, and what it sends back. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Sampling from "../../../src/client/answering/Sampling.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import type { CreateMessageResult } from "../../../src/schema/Sampling.ts"
import { sent } from "../ScriptedPeer.ts"
import { ask, done, info, input, sampling, scripted, silently } from "./Asking.ts"

const method = "sampling/createMessage"

const text: CreateMessageResult = { role: "assistant", content: { type: "text", text: "4" }, model: "m" }

const use = { type: "tool_use", id: "u1", name: "add", input: { a: 1 } } as const
const using: CreateMessageResult = { role: "assistant", content: [use], model: "m", stopReason: "toolUse" }

const answering = (
  result: CreateMessageResult,
  settings: { readonly tools?: boolean; readonly context?: boolean } = {},
  seen: Array<Sampling.Question> = []
) => Sampling.layer({ createMessage: (question) => Effect.sync(() => (seen.push(question), result)), ...settings })

const tools = [{ name: "add", inputSchema: { type: "object" } }]

const user = (content: unknown) => ({ role: "user", content })
const assistant = (content: unknown) => ({ role: "assistant", content })
const toolResult = (toolUseId: string) => ({ type: "tool_result", toolUseId, content: [] })

describe("what a client declares", () => {
  const declared = (services: Layer.Layer<Sampling.Sampling>, revision = v2025_11_25) =>
    Effect.map(
      scripted(revision, services, {}, { revisions: [revision] }),
      ({ peer }) => sent(peer, "initialize")[0]?.params?.capabilities
    )

  it.effect("is sampling, and tools and context where it has them (SMP-01, SMP-03)", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* declared(answering(text)), { sampling: {} })
      assert.deepStrictEqual(yield* declared(answering(text, { tools: true })), { sampling: { tools: {} } })
      assert.deepStrictEqual(yield* declared(answering(text, { context: true, tools: true })), {
        sampling: { context: {}, tools: {} }
      })
      assert.deepStrictEqual(yield* declared(answering(text, { tools: true }), v2025_06_18), { sampling: {} })
    }))

  it.effect("is on each request of the stateless era (SMP-02)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28, answering(text, { tools: true }), {
        "tools/call": done("")
      })
      yield* client.callTool({ name: "x" })
      assert.deepInclude(sent(peer, "tools/call")[0]?.params?._meta, {
        "io.modelcontextprotocol/clientCapabilities": { sampling: { tools: {} } }
      })
    }))
})

describe("a question to the model", () => {
  it.effect("comes as it was sent, with who asks, and its bound (SMP-29)", () =>
    Effect.gen(function*() {
      const seen: Array<Sampling.Question> = []
      const { peer } = yield* scripted(v2025_11_25, answering(text, {}, seen))
      const params = {
        ...sampling,
        systemPrompt: "Be brief",
        temperature: 0.5,
        stopSequences: ["\n"],
        includeContext: "thisServer",
        modelPreferences: { hints: [{ name: "sonnet" }], costPriority: 0.3 },
        metadata: { a: 1 }
      }
      assert.deepStrictEqual((yield* ask(peer, 1, method, params)).result, text)
      const { from, ...rest } = seen[0] ?? {}
      assert.deepStrictEqual<unknown>(rest, params)
      assert.deepStrictEqual(from?.info, info)
    }))

  it.effect("with tools is refused where none were declared (SMP-05)", () =>
    Effect.gen(function*() {
      const seen: Array<Sampling.Question> = []
      const { peer } = yield* scripted(v2025_11_25, answering(text, {}, seen))
      for (const extra of [{ tools }, { toolChoice: { mode: "none" } }, { tools: [] }]) {
        const { error } = yield* ask(peer, JSON.stringify(extra), method, { ...sampling, ...extra })
        assert.deepInclude(error, { code: -32602 })
      }
      assert.lengthOf(seen, 0)
    }))

  it.effect.each([
    ["a use without a result", [user(sampling.messages[0].content), assistant(use)]],
    ["a result of nothing", [user([toolResult("u1")])]],
    ["results mixed with text", [
      assistant([use]),
      user([toolResult("u1"), { type: "text", text: "and" }])
    ]],
    ["a result of something else", [assistant([use]), user([toolResult("u2")])]]
  ])(
    "whose tool results do not add up is -32602: %s (SMP-12, SMP-17, SMP-28)",
    ([, messages]) =>
      Effect.gen(function*() {
        const seen: Array<Sampling.Question> = []
        const { peer } = yield* scripted(v2025_11_25, answering(text, { tools: true }, seen))
        const { error } = yield* ask(peer, 1, method, { messages, tools, maxTokens: 1 })
        assert.deepInclude(error, { code: -32602 })
        assert.lengthOf(seen, 0)
      })
  )

  it.effect("whose tool results do add up is asked, `_meta` of blocks included (SMP-14)", () =>
    Effect.gen(function*() {
      const seen: Array<Sampling.Question> = []
      const { peer } = yield* scripted(v2025_11_25, answering(using, { tools: true }, seen))
      const messages = [
        assistant([{ ...use, _meta: { "example.com/a": 1 } }]),
        user([{ ...toolResult("u1"), _meta: { "example.com/b": 2 } }])
      ]
      assert.deepStrictEqual((yield* ask(peer, 1, method, { messages, tools, maxTokens: 1 })).result, using)
      assert.deepStrictEqual<unknown>(seen[0]?.messages, messages)
    }))

  it.effect("is answered in the way that it asks to choose tools (SMP-11)", () =>
    Effect.gen(function*() {
      const said = (result: CreateMessageResult, mode: string) =>
        Effect.gen(function*() {
          const { peer } = yield* scripted(v2025_11_25, answering(result, { tools: true }))
          const { error } = yield* ask(peer, 1, method, { ...sampling, tools, toolChoice: { mode } })
          return error?.code
        })
      assert.strictEqual(yield* said(text, "required"), -32603)
      assert.strictEqual(yield* said(using, "none"), -32603)
      assert.isUndefined(yield* said(using, "required"))
      assert.isUndefined(yield* said(text, "none"))
      assert.isUndefined(yield* said(text, "auto"))
    }).pipe(silently))

  it.effect("that the user rejects is the error -1 (SMP-16)", () =>
    Effect.gen(function*() {
      const services = Sampling.layer({ createMessage: () => Effect.fail(Sampling.rejected) })
      const { peer } = yield* scripted(v2025_11_25, services)
      assert.deepInclude((yield* ask(peer, 1, method, sampling)).error, { code: -1 })
    }))

  it.effect("is answered with one block where a revision knows no more (SMP-34)", () =>
    Effect.gen(function*() {
      const many = { ...text, content: [{ type: "text", text: "4" }, { type: "text", text: "2" }] } as const
      const { peer } = yield* scripted(v2025_06_18, answering(many))
      const { result } = yield* ask(peer, 1, method, sampling)
      assert.deepInclude(result, { content: { type: "text", text: "4\n2" } })
    }))

  it.effect("in the stateless era gives no error: the call fails, and is not sent again (SMP-32)", () =>
    Effect.gen(function*() {
      const services = Sampling.layer({ createMessage: () => Effect.fail(Sampling.rejected) })
      const { client, peer } = yield* scripted(v2026_07_28, services, {
        "tools/call": input({ model: { method, params: sampling } }, "s")
      })
      const { reason } = yield* Effect.flip(client.callTool({ name: "x" }))
      assert.deepInclude(reason, { _tag: "InputRequired", problem: "NotAnswered" })
      assert.include(reason.message, Sampling.rejected.message)
      assert.lengthOf(sent(peer, "tools/call"), 1)
    }))
})

describe("the preferred model", () => {
  const models = ["claude-sonnet-5", "claude-haiku-5", "gpt-7"]

  it("is of the first hint that is part of a name (SMP-21, SMP-22, SMP-23)", () => {
    const hinted = (...names: ReadonlyArray<string | undefined>) =>
      Sampling.preferred({
        hints: names.map((name) => name === undefined ? {} : { name }),
        speedPriority: 1
      }, models)
    assert.strictEqual(hinted("haiku", "sonnet"), "claude-haiku-5")
    assert.strictEqual(hinted("gemini", undefined, "gpt"), "gpt-7")
    assert.strictEqual(hinted("claude"), "claude-sonnet-5")
    assert.isUndefined(hinted("gemini", ""))
    assert.isUndefined(hinted())
    assert.isUndefined(Sampling.preferred(undefined, models))
  })

  it.prop("has a hint for a part of its name", [Schema.Array(Schema.String)], ([names]) => {
    const found = Sampling.preferred({ hints: names.map((name) => ({ name })) }, models)
    const first = names.find((name) => name !== "" && models.some((model) => model.includes(name)))
    assert.strictEqual(found !== undefined && found.includes(first ?? "-"), first !== undefined)
  })
})
