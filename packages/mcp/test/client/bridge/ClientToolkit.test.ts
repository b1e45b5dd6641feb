/** The tools of a server in the hands of a language model that follows a script. */
import { assert, describe, it } from "@effect/vitest"
import * as Chat from "effect/ai/Chat"
import * as LanguageModel from "effect/ai/LanguageModel"
import type * as Prompt from "effect/ai/Prompt"
import type * as Response from "effect/ai/Response"
import * as AiTool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ClientToolkit from "../../../src/client/bridge/ClientToolkit.ts"
import * as McpClientError from "../../../src/client/McpClientError.ts"
import * as McpServersError from "../../../src/client/servers/McpServersError.ts"
import * as ModelNames from "../../../src/client/tools/ModelNames.ts"
import type { CallToolResult, Tool } from "../../../src/schema/Tool.ts"
import * as TransportError from "../../../src/transport/TransportError.ts"

const inputSchema = { type: "object", properties: { q: { type: "string" } }, "x-vendor": true } as const

const tools: ReadonlyArray<Tool> = [
  {
    name: "find",
    title: "Find",
    description: "Finds things",
    inputSchema,
    annotations: { readOnlyHint: true, openWorldHint: false }
  },
  { name: "draw/cat", inputSchema },
  { name: "break", inputSchema },
  { name: "lose", inputSchema },
  { name: "long", inputSchema, execution: { taskSupport: "required" } }
]

/** Under which name a model knows of `draw/cat`. */
const drawCat = ModelNames.make(["draw/cat"]).get("draw/cat") ?? ""

const results: { readonly [name: string]: CallToolResult } = {
  "find": { content: [{ type: "text", text: "found" }], structuredContent: { found: 1 } },
  "draw/cat": {
    content: [{ type: "text", text: "a cat" }, { type: "image", data: "AQID", mimeType: "image/png" }]
  },
  "break": { isError: true, content: [{ type: "text", text: "It is broken" }] }
}

const lost = McpClientError.make(TransportError.make(new TransportError.ConnectionClosed({ mayHaveRun: true })))

/** A server that is not there: what it is asked for, and its results. */
const makeSource = () => {
  const called: Array<unknown> = []
  const source: ClientToolkit.Source = {
    listTools: Effect.succeed(tools),
    callTool: (params) =>
      Effect.suspend(() => {
        called.push(params)
        const result = results[params.name]
        return result === undefined ? Effect.fail(lost) : Effect.succeed(result)
      })
  }
  return { called, source }
}

type Turn = ReadonlyArray<Response.PartEncoded>

const finish: Response.PartEncoded = {
  type: "finish",
  reason: "stop",
  usage: {
    inputTokens: { uncached: undefined, total: 1, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 1, text: undefined, reasoning: undefined }
  },
  response: undefined
}

const callOf = (name: string, params: unknown = { q: "x" }): Response.PartEncoded => ({
  type: "tool-call",
  id: `call of ${name}`,
  name,
  params
})

/** A model that says its turns in order, and keeps what it was given. */
const scripted = (turns: ReadonlyArray<Turn>) => {
  const given: Array<LanguageModel.ProviderOptions> = []
  const service = LanguageModel.make({
    generateText: (options) =>
      Effect.sync(() => {
        given.push(options)
        return [...(turns[given.length - 1] ?? []), finish]
      }),
    streamText: () => Stream.empty
  })
  return { given, provide: Effect.provideServiceEffect(LanguageModel.LanguageModel, service) }
}

/** What the model gets back of its calls, in the prompt of the turn after them. */
const toolResultsIn = (prompt: Prompt.Prompt): ReadonlyArray<Prompt.ToolResultPart> =>
  prompt.content.flatMap((message) =>
    message.role === "tool" ? message.content.filter((part) => part.type === "tool-result") : []
  )

describe("the tools of a server as a toolkit", () => {
  it.effect("are described as the server describes them, under names that providers take", () =>
    Effect.gen(function*() {
      const toolkit = yield* ClientToolkit.make(makeSource().source)
      assert.deepStrictEqual(Object.keys(toolkit.tools), ["find", drawCat, "break", "lose"])
      const { find } = toolkit.tools
      assert.isDefined(find)
      assert.strictEqual(AiTool.getDescription(find), "Finds things")
      assert.deepStrictEqual<unknown>(AiTool.getJsonSchema(find), inputSchema)
      assert.strictEqual(Context.getOrUndefined(find.annotations, AiTool.Title), "Find")
      assert.isTrue(Context.get(find.annotations, AiTool.Readonly))
      assert.isFalse(Context.get(find.annotations, AiTool.OpenWorld))
      assert.isTrue(Context.get(find.annotations, AiTool.Destructive))
    }))

  it.effect("can be chosen among, and put under approval", () =>
    Effect.gen(function*() {
      const { called, source } = makeSource()
      const toolkit = yield* ClientToolkit.make(source, {
        select: ({ name }) => name !== "lose",
        needsApproval: ({ annotations }) => annotations?.readOnlyHint !== true
      })
      assert.deepStrictEqual(Object.keys(toolkit.tools), ["find", drawCat, "break"])
      const model = scripted([[callOf("find"), callOf(drawCat)]])
      const response = yield* LanguageModel.generateText({ prompt: "go", toolkit }).pipe(model.provide)
      assert.deepStrictEqual(called, [{ name: "find", arguments: { q: "x" } }])
      assert.isTrue(response.content.some(({ type }) => type === "tool-approval-request"))
    }))
})

describe("a model that calls the tools of a server", () => {
  it.effect("is shown texts and pictures, and told of failures", () =>
    Effect.gen(function*() {
      const { called, source } = makeSource()
      const toolkit = yield* ClientToolkit.make(source)
      const names = ["find", drawCat, "break", "lose"]
      const model = scripted([names.map((name) => callOf(name)), [{ type: "text", text: "Done" }]])
      const { text } = yield* Effect.gen(function*() {
        const chat = yield* Chat.empty
        yield* chat.generateText({ prompt: "go", toolkit, concurrency: 1 })
        return yield* chat.generateText({ prompt: "and?", toolkit })
      }).pipe(model.provide)
      assert.strictEqual(text, "Done")
      assert.deepStrictEqual(called, [
        { name: "find", arguments: { q: "x" } },
        { name: "draw/cat", arguments: { q: "x" } },
        { name: "break", arguments: { q: "x" } },
        { name: "lose", arguments: { q: "x" } }
      ])
      const [find, draw, broken, gone] = toolResultsIn(model.given[1]!.prompt)
      assert.deepStrictEqual<unknown>(find?.result, results["find"])
      assert.deepStrictEqual(find?.modelOutput?.map(({ type }) => type), ["text"])
      assert.deepInclude(draw?.modelOutput?.[1], { type: "file", mediaType: "image/png" })
      assert.deepStrictEqual(
        draw?.modelOutput?.[1]?.type === "file" && draw.modelOutput[1].data,
        Uint8Array.of(1, 2, 3)
      )
      assert.deepStrictEqual<unknown>([broken?.isFailure, gone?.isFailure], [true, true])
      assert.deepInclude(broken?.result, {
        _tag: "CallFailed",
        tool: "break",
        detail: "It is broken",
        mayHaveRun: true
      })
      assert.deepInclude(gone?.result, { _tag: "CallFailed", tool: "lose", detail: lost.message, mayHaveRun: true })
    }))

  it.effect("may leave arguments out, but not give what is no object", () =>
    Effect.gen(function*() {
      const { called, source } = makeSource()
      const toolkit = yield* ClientToolkit.make(source)
      const model = scripted([[callOf("find", null), callOf("find", "x")]])
      const { toolResults } = yield* LanguageModel.generateText({ prompt: "go", toolkit }).pipe(model.provide)
      assert.deepStrictEqual(called, [{ name: "find", arguments: {} }])
      assert.sameMembers(toolResults.map(({ isFailure }) => isFailure), [false, true])
    }))

  it.effect("is stopped by a failure, where that is wanted", () =>
    Effect.gen(function*() {
      const toolkit = yield* ClientToolkit.make(makeSource().source, { failureMode: "error" })
      const run = (name: string) =>
        LanguageModel.generateText({ prompt: "go", toolkit }).pipe(
          Effect.catchTag("CallFailed", ({ detail, tool }) => Effect.succeed(`${tool}: ${detail}`)),
          scripted([[callOf(name)]]).provide
        )
      assert.strictEqual(yield* run("break"), "break: It is broken")
      assert.strictEqual(yield* run("lose"), `lose: ${lost.message}`)
    }))
})

describe("the tools of many servers as a toolkit", () => {
  it.effect("have the names that they have among all, and say which tool is unknown", () =>
    Effect.gen(function*() {
      const called: Array<string> = []
      const unknown = McpServersError.make(new McpServersError.UnknownTool({ tool: "shop__gone" }))
      const listed = ["find", "gone"].flatMap((name) =>
        tools.slice(0, 1).map((tool) => ({ name: `shop__${name}`, server: "shop", tool, stale: false }))
      )
      const find = Effect.sync((): CallToolResult => {
        called.push("shop__find")
        return { content: [] }
      })
      const many = ClientToolkit.ofMany({
        tools: Effect.succeed(listed),
        callTool: ({ name }) => name === "shop__gone" ? Effect.fail(unknown) : find
      })
      const toolkit = yield* ClientToolkit.make(many)
      assert.deepStrictEqual(Object.keys(toolkit.tools), ["shop__find", "shop__gone"])
      const [gone] = yield* Stream.runCollect(yield* toolkit.handle("shop__gone", {}))
      assert.deepInclude(gone?.encodedResult, { tool: "shop__gone", detail: unknown.message, mayHaveRun: false })
      yield* Stream.runDrain(yield* toolkit.handle("shop__find", {}))
      assert.deepStrictEqual(called, ["shop__find"])
    }))
})

describe("the parts of a toolkit", () => {
  it.effect("are merged with tools of the program", () =>
    Effect.gen(function*() {
      const { called, source } = makeSource()
      const Own = Toolkit.make(AiTool.make("own", { success: Schema.String }))
      const { handlers, toolkit } = yield* ClientToolkit.parts(source)
      const both = Toolkit.merge(Own, toolkit)
      const model = scripted([[callOf("own", {}), callOf("find")]])
      const { toolResults } = yield* LanguageModel.generateText({ prompt: "go", toolkit: both }).pipe(
        Effect.provide(handlers),
        Effect.provide(Own.toLayer({ own: () => Effect.succeed("mine") })),
        model.provide
      )
      assert.sameMembers(toolResults.map(({ name }) => name), ["own", "find"])
      assert.lengthOf(called, 1)
    }))
})
