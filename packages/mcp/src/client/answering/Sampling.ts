/**
 * Asking the client's model, as a service: what a program does when a server asks for a message. Provide it to
 * `McpClient.layer`, and the client declares it and answers in both eras. Which model answers, what it costs, and whether a
 * human sees it first, is the program's part (SMP-24 to SMP-27). Deprecated by the newest revision, but part of all five.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { CreateMessageParams, CreateMessageResult, ModelPreferences } from "../../schema/Sampling.ts"
import type { Asker } from "./Asker.ts"

/**
 * A message to make: the params as the server sent them, and who asks. Conversations that use tools are complete: each
 * use is answered (SMP-17).
 *
 * @category models
 * @since 0.1.0
 */
export interface Question extends CreateMessageParams {
  readonly from: Asker
}

/**
 * What {@link layer} is made of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Handlers<R = never> {
  /**
   * Makes a message of at most `maxTokens` (SMP-20). A failure with an `RpcError` is the answer in the session era, such as
   * {@link rejected}; any other is logged, and the server is told no more than that there is no answer.
   */
  readonly createMessage: (question: Question) => Effect.Effect<CreateMessageResult, unknown, R>
  /** Whether the model can use tools that a server brings. Default: no, and questions with tools are refused (SMP-05). */
  readonly tools?: boolean
  /** Whether the model is given the context that `includeContext` asks for. Default: no; then the handler may ignore it. */
  readonly context?: boolean
}

/**
 * How the model is asked.
 *
 * @category services
 * @since 0.1.0
 */
export class Sampling extends Context.Service<Sampling, {
  readonly createMessage: (question: Question) => Effect.Effect<CreateMessageResult, unknown>
  readonly tools: boolean
  readonly context: boolean
}>()("@parley/mcp/client/answering/Sampling") {}

/**
 * Answers the questions to the model with a handler, which runs in the context that the layer is built in.
 *
 * @example
 * ```ts
 * import { McpClient, Sampling } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const Model = Sampling.layer({
 *   createMessage: () =>
 *     Effect.succeed({ role: "assistant", content: { type: "text", text: "42" }, model: "deep-thought" })
 * })
 *
 * export const ClientLive = McpClient.layer({ name: "me", version: "1.0.0" }).pipe(Layer.provide(Model))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <R = never>(
  { context: hasContext = false, createMessage, tools = false }: Handlers<R>
): Layer.Layer<Sampling, never, R> =>
  Layer.effect(
    Sampling,
    Effect.map(Effect.context<R>(), (context) => ({
      createMessage: (question: Question) => Effect.provideContext(createMessage(question), context),
      tools,
      context: hasContext
    }))
  )

/**
 * The user does not let the model answer (SMP-16).
 *
 * @category errors
 * @since 0.1.0
 */
export const rejected: Rpc.RpcError = Rpc.make(-1, "User rejected sampling request")

/**
 * The model that a server would like best among those that there are: hints are tried in order, each as a part of a
 * model's name, and the first that fits decides (SMP-21 to SMP-23). `undefined` when none fits; then the priorities are
 * what is left to choose by.
 *
 * @category queries
 * @since 0.1.0
 */
export const preferred = (
  preferences: ModelPreferences | undefined,
  models: ReadonlyArray<string>
): string | undefined => {
  for (const { name } of preferences?.hints ?? []) {
    const found = name === undefined || name === "" ? undefined : models.find((model) => model.includes(name))
    if (found !== undefined) return found
  }
  return undefined
}
