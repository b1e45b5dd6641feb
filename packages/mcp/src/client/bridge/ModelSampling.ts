/**
 * Sampling by a `LanguageModel` of `effect/ai`: what a server asks of the client's model, the model in the context answers.
 * Tools that a server brings are shown to the model, and its uses of them go back to the server, who runs them. The limits
 * of a question are the provider's to keep: each has its own way of setting them, so the program says which. Whether a human
 * agrees is the program's part too, and can be asked in `configure`.
 *
 * @since 0.1.0
 */
import * as LanguageModel from "effect/ai/LanguageModel"
import type * as Prompt from "effect/ai/Prompt"
import type * as Response from "effect/ai/Response"
import * as AiTool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Layer from "effect/Layer"
import { type Block, blocksOf } from "../../contract/SamplingMessages.ts"
import { isObject } from "../../jsonrpc/Message.ts"
import type { CreateMessageResult } from "../../schema/Sampling.ts"
import { type Question, Sampling } from "../answering/Sampling.ts"
import * as ModelNames from "../tools/ModelNames.ts"
import * as ModelContent from "./ModelContent.ts"

/**
 * The options of {@link layer}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The name of the model, for the server to know. */
  readonly model: string
  /**
   * Gives the settings of a question to the provider: `maxTokens`, which is to be kept (SMP-20), and as far as it has them
   * `temperature`, `stopSequences` and preferences. With OpenAI, for instance, `OpenAiLanguageModel.withConfigOverride`. It
   * may also ask somebody first, and fail with what they say: with `Sampling.rejected`, for instance (SMP-16).
   */
  readonly configure: (
    question: Question
  ) => <A, R>(generation: Effect.Effect<A, unknown, R>) => Effect.Effect<A, unknown, R>
}

/** What a tool is called here, and there. */
interface Names {
  readonly forModel: (name: string) => string
  readonly forServer: (name: string) => string
}

const namesOf = ({ messages, tools = [] }: Question): Names => {
  const used = messages.flatMap((message) =>
    blocksOf(message).flatMap((block) => block.type === "tool_use" ? [block.name] : [])
  )
  const names = ModelNames.make([...new Set([...tools.map(({ name }) => name), ...used])])
  const back = new Map([...names].map(([own, shown]) => [shown, own]))
  return { forModel: (name) => names.get(name) ?? name, forServer: (name) => back.get(name) ?? name }
}

type PlainPart = Prompt.TextPartEncoded | Prompt.FilePartEncoded

const plainPart = (block: Block): ReadonlyArray<PlainPart> => {
  switch (block.type) {
    case "text":
      return [{ type: "text", text: block.text }]
    case "image":
    case "audio":
      return [{ type: "file", mediaType: block.mimeType, data: block.data }]
    default:
      return []
  }
}

const assistantPart = (names: Names) => (block: Block): ReadonlyArray<Prompt.AssistantMessagePartEncoded> =>
  block.type === "tool_use"
    ? [{ type: "tool-call", id: block.id, name: names.forModel(block.name), params: block.input }]
    : plainPart(block)

const toolPart =
  (nameOf: ReadonlyMap<string, string>) => (block: Block): ReadonlyArray<Prompt.ToolMessagePartEncoded> => {
    if (block.type !== "tool_result") return []
    const { content, isError = false, structuredContent, toolUseId: id } = block
    const result = { content, ...(structuredContent === undefined ? {} : { structuredContent }) }
    return [{
      type: "tool-result",
      id,
      name: nameOf.get(id) ?? id,
      isFailure: isError,
      result: ModelContent.toText(result),
      modelOutput: ModelContent.toParts(result)
    }]
  }

const promptOf = ({ messages, systemPrompt }: Question, names: Names): ReadonlyArray<Prompt.MessageEncoded> => {
  const nameOf = new Map(
    messages.flatMap((message) =>
      blocksOf(message).flatMap((block) =>
        block.type === "tool_use" ? [[block.id, names.forModel(block.name)] as const] : []
      )
    )
  )
  const turns = messages.map((message): Prompt.MessageEncoded => {
    const blocks = blocksOf(message)
    if (message.role === "assistant") return { role: "assistant", content: blocks.flatMap(assistantPart(names)) }
    // Results of tools come alone (SMP-08).
    return blocks.some(({ type }) => type === "tool_result")
      ? { role: "tool", content: blocks.flatMap(toolPart(nameOf)) }
      : { role: "user", content: blocks.flatMap(plainPart) }
  })
  return systemPrompt === undefined ? turns : [{ role: "system", content: systemPrompt }, ...turns]
}

const unresolved = () => Effect.die(new Error("The tools of a server are run by the server"))

/** The server's tools, as the model sees them. Nothing here runs them. */
const toolkitOf = ({ tools = [] }: Question, names: Names) => {
  const shown = tools.map(({ description, inputSchema, name }) =>
    AiTool.dynamic(names.forModel(name), {
      parameters: inputSchema,
      ...(description === undefined ? {} : { description })
    })
  )
  const toolkit = Toolkit.make(...shown)
  const handlers = Object.fromEntries(shown.map(({ name }) => [name, unresolved]))
  return Effect.flatMap(
    // The names are known only now, so the types of the toolkit know none.
    toolkit.toHandlers(handlers as Toolkit.HandlersFrom<Toolkit.Tools<typeof toolkit>>),
    (context) => Effect.provideContext(toolkit, context)
  )
}

type Part = Response.Part<Record<string, AiTool.Any>, Response.ToolParametersMode>

const fromPart = (names: Names) => (part: Part): ReadonlyArray<Block> => {
  if (part.type === "text") return part.text === "" ? [] : [{ type: "text", text: part.text }]
  if (part.type === "tool-call") {
    const input = isObject(part.params) ? part.params : {}
    return [{ type: "tool_use", id: part.id, name: names.forServer(part.name), input }]
  }
  if (part.type !== "file" || !/^(?:image|audio)\//iu.test(part.mediaType)) return []
  const type = /^image\//iu.test(part.mediaType) ? "image" : "audio"
  return [{ type, mimeType: part.mediaType, data: Base64.encode(part.data) }]
}

const stopReasons: { readonly [Reason in Response.FinishReason]?: string } = {
  stop: "endTurn",
  length: "maxTokens",
  "tool-calls": "toolUse"
}

const resultOf = (
  model: string,
  names: Names,
  content: ReadonlyArray<Part>,
  finishReason: Response.FinishReason
): CreateMessageResult => {
  const blocks = content.flatMap(fromPart(names))
  const [first] = blocks
  return {
    role: "assistant",
    // One block goes to servers that know no more, and a message is never without.
    content: blocks.length > 1 ? blocks : first ?? { type: "text", text: "" },
    model,
    ...(finishReason === "unknown" ? {} : { stopReason: stopReasons[finishReason] ?? finishReason })
  }
}

interface Generated {
  readonly content: ReadonlyArray<unknown>
  readonly finishReason: Response.FinishReason
}

const generate = ({ configure, model }: Options, question: Question) => {
  const names = namesOf(question)
  const prompt = promptOf(question, names)
  // The toolkit says in its type which parts there are, and this one knows of none.
  const read = ({ content, finishReason }: Generated) =>
    resultOf(model, names, content as ReadonlyArray<Part>, finishReason)
  const hasTools = question.tools !== undefined && question.tools.length > 0
  return configure(question)(
    hasTools
      ? Effect.map(
        LanguageModel.generateText({
          prompt,
          toolkit: toolkitOf(question, names),
          toolChoice: question.toolChoice?.mode ?? "auto",
          disableToolCallResolution: true
        }),
        read
      )
      : Effect.map(LanguageModel.generateText({ prompt }), read)
  )
}

/**
 * Answers questions to the model with the `LanguageModel` in the context, tools included.
 *
 * @example
 * ```ts
 * import { McpClient } from "@parley/mcp"
 * import * as ModelSampling from "@parley/mcp/client/bridge/ModelSampling"
 * import * as Layer from "effect/Layer"
 *
 * // A model with a fixed setting; one that takes settings gets `question.maxTokens` here.
 * const Model = ModelSampling.layer({ model: "tiny-1", configure: () => (generation) => generation })
 *
 * export const ClientLive = McpClient.layer({ name: "me", version: "1.0.0" }).pipe(Layer.provide(Model))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<Sampling, never, LanguageModel.LanguageModel> =>
  Layer.effect(
    Sampling,
    Effect.map(LanguageModel.LanguageModel, (model) => ({
      createMessage: (question: Question) =>
        Effect.provideService(generate(options, question), LanguageModel.LanguageModel, model),
      tools: true,
      context: false
    }))
  )
