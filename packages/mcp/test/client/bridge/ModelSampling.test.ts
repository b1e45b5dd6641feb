/** What a language model of `effect/ai` is given when a server samples, and what the server gets of it. */
import { assert, describe, it } from "@effect/vitest"
import * as AiError from "effect/ai/AiError"
import * as LanguageModel from "effect/ai/LanguageModel"
import type * as Response from "effect/ai/Response"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Sampling from "../../../src/client/answering/Sampling.ts"
import * as ModelSampling from "../../../src/client/bridge/ModelSampling.ts"
import * as ModelNames from "../../../src/client/tools/ModelNames.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { ask, done, input, scripted, silently } from "../answering/Asking.ts"
import { sent } from "../ScriptedPeer.ts"

const method = "sampling/createMessage"

/** Under which name a model knows of `math/add`. */
const mathAdd = ModelNames.make(["math/add"]).get("math/add") ?? ""

const finish = (reason: Response.FinishReason): Response.PartEncoded => ({
  type: "finish",
  reason,
  usage: {
    inputTokens: { uncached: undefined, total: 1, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 1, text: undefined, reasoning: undefined }
  },
  response: undefined
})

/** A setting that a provider has, and this one shows. */
const MaxTokens: Context.Reference<number> = Context.Reference<number>("test/MaxTokens", { defaultValue: () => 0 })

const answering = (parts: ReadonlyArray<Response.PartEncoded>) => {
  const given: Array<LanguageModel.ProviderOptions & { readonly maxTokens: number }> = []
  const model = Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({
      generateText: (options) =>
        Effect.map(MaxTokens, (maxTokens) => {
          given.push({ ...options, maxTokens })
          return [...parts]
        }),
      streamText: () => Stream.empty
    })
  )
  const services = ModelSampling.layer({
    model: "tiny-1",
    configure: ({ maxTokens }) => Effect.provideService(MaxTokens, maxTokens)
  }).pipe(Layer.provide(model))
  return { given, services }
}

const add = { name: "math/add", description: "Adds", inputSchema: { type: "object", properties: { a: {} } } }

const use = { type: "tool_use", id: "u1", name: "math/add", input: { a: 1 } }

describe("a question to the model", () => {
  it.effect("becomes a prompt with its settings, and the text comes back (SMP-01, SMP-03)", () =>
    Effect.gen(function*() {
      const { given, services } = answering([{ type: "text", text: "4" }, finish("stop")])
      const { peer } = yield* scripted(v2025_11_25, services)
      assert.deepStrictEqual(sent(peer, "initialize")[0]?.params?.capabilities, { sampling: { tools: {} } })
      const { result } = yield* ask(peer, 1, method, {
        systemPrompt: "Be brief",
        maxTokens: 17,
        messages: [
          { role: "user", content: { type: "text", text: "2+2?" } },
          { role: "assistant", content: { type: "text", text: "Why?" } },
          {
            role: "user",
            content: [{ type: "image", data: "AQID", mimeType: "image/png" }, { type: "text", text: "So" }]
          }
        ]
      })
      assert.deepStrictEqual<unknown>(result, {
        role: "assistant",
        content: { type: "text", text: "4" },
        model: "tiny-1",
        stopReason: "endTurn"
      })
      assert.strictEqual(given[0]?.maxTokens, 17)
      const [system, ...turns] = given[0]?.prompt.content ?? []
      assert.deepInclude(system, { role: "system", content: "Be brief" })
      assert.deepStrictEqual(turns.map(({ role }) => role), ["user", "assistant", "user"])
      const last = turns[2]?.content
      assert.deepInclude(Array.isArray(last) ? last[0] : undefined, {
        type: "file",
        mediaType: "image/png",
        data: "AQID"
      })
    }))

  it.effect("shows its tools, and their uses go back under their own names", () =>
    Effect.gen(function*() {
      const { given, services } = answering([
        { type: "text", text: "Let me see" },
        { type: "tool-call", id: "u9", name: mathAdd, params: { a: 2 } },
        finish("tool-calls")
      ])
      const { peer } = yield* scripted(v2025_11_25, services)
      const { error, result } = yield* ask(peer, 1, method, {
        maxTokens: 1,
        tools: [add],
        toolChoice: { mode: "required" },
        messages: [
          { role: "user", content: { type: "text", text: "1+?" } },
          { role: "assistant", content: [use] },
          {
            role: "user",
            content: [{ type: "tool_result", toolUseId: "u1", content: [{ type: "text", text: "3" }], isError: true }]
          }
        ]
      })
      assert.isUndefined(error)
      assert.deepStrictEqual<unknown>(result, {
        role: "assistant",
        content: [
          { type: "text", text: "Let me see" },
          { type: "tool_use", id: "u9", name: "math/add", input: { a: 2 } }
        ],
        model: "tiny-1",
        stopReason: "toolUse"
      })
      const [options] = given
      assert.deepStrictEqual(options?.tools.map(({ description, name }) => [name, description]), [[mathAdd, "Adds"]])
      assert.strictEqual(options?.toolChoice, "required")
      const [, assistant, tool] = options?.prompt.content ?? []
      assert.deepInclude(assistant?.content[0], { type: "tool-call", id: "u1", name: mathAdd, params: { a: 1 } })
      assert.strictEqual(tool?.role, "tool")
      assert.deepInclude(tool?.content[0], {
        type: "tool-result",
        id: "u1",
        name: mathAdd,
        isFailure: true,
        result: "3"
      })
    }))

  it.effect("is answered with what the model makes, whatever it is", () =>
    Effect.gen(function*() {
      const cases: ReadonlyArray<readonly [ReadonlyArray<Response.PartEncoded>, object]> = [
        [[finish("length")], { content: { type: "text", text: "" }, stopReason: "maxTokens" }],
        [[{ type: "text", text: "x" }, finish("content-filter")], {
          content: { type: "text", text: "x" },
          stopReason: "content-filter"
        }],
        [[{ type: "file", mediaType: "image/png", data: "AQID" }, finish("unknown")], {
          content: { type: "image", mimeType: "image/png", data: "AQID" }
        }]
      ]
      for (const [parts, expected] of cases) {
        const { services } = answering(parts)
        const { peer } = yield* scripted(v2025_11_25, services)
        const { result } = yield* ask(peer, 1, method, {
          maxTokens: 1,
          messages: [{ role: "user", content: { type: "text", text: "?" } }]
        })
        assert.deepStrictEqual<unknown>(result, { role: "assistant", model: "tiny-1", ...expected })
      }
    }))

  it.effect("is not put to the model when the user says no, and the server hears why (SMP-16)", () =>
    Effect.gen(function*() {
      const given: Array<unknown> = []
      const model = Layer.effect(
        LanguageModel.LanguageModel,
        LanguageModel.make({
          generateText: (options) => Effect.sync(() => (given.push(options), [finish("stop")])),
          streamText: () => Stream.empty
        })
      )
      const refusing = ModelSampling.layer({
        model: "m",
        configure: ({ maxTokens }) => (generation) => maxTokens > 10 ? Effect.fail(Sampling.rejected) : generation
      })
      const { peer } = yield* scripted(v2025_11_25, Layer.provide(refusing, model))
      const messages = [{ role: "user", content: { type: "text", text: "?" } }]
      assert.deepInclude((yield* ask(peer, 1, method, { maxTokens: 11, messages })).error, { code: -1 })
      assert.lengthOf(given, 0)
      assert.isDefined((yield* ask(peer, 2, method, { maxTokens: 10, messages })).result)
    }))

  it.effect("is answered in the stateless era too, and fails the call when the model fails (SMP-32)", () =>
    Effect.gen(function*() {
      const question = {
        method,
        params: { maxTokens: 1, messages: [{ role: "user", content: { type: "text", text: "?" } }] }
      }
      const script = {
        "tools/call": ({ inputResponses }: { readonly inputResponses?: unknown }) =>
          inputResponses === undefined ? input({ q: question }) : done(JSON.stringify(inputResponses))
      }
      const { services } = answering([{ type: "text", text: "4" }, finish("stop")])
      const { client } = yield* scripted(v2026_07_28, services, script)
      const [block] = (yield* client.callTool({ name: "x" })).content
      assert.include(block?.type === "text" ? block.text : "", "\"4\"")
      const failing = Layer.effect(
        LanguageModel.LanguageModel,
        LanguageModel.make({
          generateText: () =>
            Effect.fail(
              AiError.make({ module: "test", method: "generateText", reason: new AiError.UnknownError({}) })
            ),
          streamText: () => Stream.empty
        })
      )
      const broken = ModelSampling.layer({ model: "m", configure: () => (generation) => generation })
      const other = yield* scripted(v2026_07_28, Layer.provide(broken, failing), script)
      const { reason } = yield* Effect.flip(other.client.callTool({ name: "x" }))
      assert.deepInclude(reason, { _tag: "InputRequired", problem: "NotAnswered" })
    }).pipe(silently))
})
