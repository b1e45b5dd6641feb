/**
 * The requests of clients, each as a function from a model to a codec; a revision calls those that it has.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import {
  CompleteParams,
  CompleteResult,
  Completion,
  PromptReference,
  ResourceTemplateReference
} from "../../schema/Completion.ts"
import type { InputRequiredResult, InputResponses } from "../../schema/InputRequired.ts"
import { DiscoverResult, InitializeParams, InitializeResult } from "../../schema/Lifecycle.ts"
import { SetLevelParams } from "../../schema/Logging.ts"
import { EmptyResult, RequestParams } from "../../schema/Message.ts"
import { JsonObject } from "../../schema/Open.ts"
import { PaginatedParams } from "../../schema/Pagination.ts"
import { GetPromptParams, GetPromptResult, ListPromptsResult, PromptMessage } from "../../schema/Prompt.ts"
import {
  ListResourcesResult,
  ListResourceTemplatesResult,
  ReadResourceParams,
  ReadResourceResult,
  SubscribeParams,
  UnsubscribeParams
} from "../../schema/Resource.ts"
import { ListenParams, ListenResult } from "../../schema/Subscription.ts"
import { CallToolParams, CallToolResult, ListToolsResult } from "../../schema/Tool.ts"
import { type Codec, dated, type Fields, request } from "./Dated.ts"
import type { Model } from "./Model.ts"

/**
 * How a revision asks inside a result: the answers that come back with the request, and the result that asks.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asking {
  readonly responses: Codec<InputResponses>
  readonly result: Codec<InputRequiredResult>
}

const answers = (asking: Asking | undefined): Fields =>
  asking === undefined ? {} : { inputResponses: Schema.optionalKey(asking.responses) }

const orAsking = <A>(result: Codec<A>, asking: Asking | undefined): Codec<A | InputRequiredResult> =>
  asking === undefined ? result : Schema.Union([asking.result, result])

const empty = (model: Model) => dated(EmptyResult, [], model.resultFields)

const paginated = (model: Model) => dated(PaginatedParams, [], model.requestFields)

/** Members of every list result. */
const listFields = (model: Model): Fields => ({ ...model.resultFields, ...model.cacheFields })

/** `initialize`. @category requests @since 0.1.0 */
export const initialize = (model: Model) =>
  request(
    "initialize",
    dated(InitializeParams, [], {
      ...model.requestFields,
      capabilities: model.clientCapabilities,
      clientInfo: model.implementation
    }),
    dated(InitializeResult, [], {
      ...model.resultFields,
      capabilities: model.serverCapabilities,
      serverInfo: model.implementation
    })
  )

/** `ping`. @category requests @since 0.1.0 */
export const ping = (model: Model) => request("ping", dated(RequestParams, [], model.requestFields), empty(model))

/** `server/discover`. @category requests @since 0.1.0 */
export const discover = (model: Model) =>
  request(
    "server/discover",
    dated(RequestParams, [], model.requestFields),
    dated(DiscoverResult, [], { ...listFields(model), capabilities: model.serverCapabilities })
  )

/** `tools/list`. @category requests @since 0.1.0 */
export const listTools = (model: Model) =>
  request(
    "tools/list",
    paginated(model),
    dated(ListToolsResult, [], { ...listFields(model), tools: Schema.Array(model.tool) })
  )

/** `tools/call`. @category requests @since 0.1.0 */
export const callTool = (model: Model, asking?: Asking) => {
  const { lacks, structuredOutput } = model.dialect
  const result = dated(CallToolResult, lacks.CallToolResult, {
    ...model.resultFields,
    content: Schema.Array(model.content),
    ...(structuredOutput === "Object" ? { structuredContent: Schema.optionalKey(JsonObject) } : {})
  })
  const params = dated(CallToolParams, lacks.CallToolParams, { ...model.requestFields, ...answers(asking) })
  return request("tools/call", params, orAsking(result, asking))
}

/** `resources/list`. @category requests @since 0.1.0 */
export const listResources = (model: Model) =>
  request(
    "resources/list",
    paginated(model),
    dated(ListResourcesResult, [], { ...listFields(model), resources: Schema.Array(model.resource) })
  )

/** `resources/templates/list`. @category requests @since 0.1.0 */
export const listResourceTemplates = (model: Model) =>
  request(
    "resources/templates/list",
    paginated(model),
    dated(ListResourceTemplatesResult, [], {
      ...listFields(model),
      resourceTemplates: Schema.Array(model.resourceTemplate)
    })
  )

/** `resources/read`. @category requests @since 0.1.0 */
export const readResource = (model: Model, asking?: Asking) =>
  request(
    "resources/read",
    dated(ReadResourceParams, model.dialect.lacks.ReadResourceParams, { ...model.requestFields, ...answers(asking) }),
    orAsking(dated(ReadResourceResult, [], { ...listFields(model), contents: Schema.Array(model.contents) }), asking)
  )

/** `resources/subscribe`. @category requests @since 0.1.0 */
export const subscribe = (model: Model) =>
  request("resources/subscribe", dated(SubscribeParams, [], model.requestFields), empty(model))

/** `resources/unsubscribe`. @category requests @since 0.1.0 */
export const unsubscribe = (model: Model) =>
  request("resources/unsubscribe", dated(UnsubscribeParams, [], model.requestFields), empty(model))

/** `prompts/list`. @category requests @since 0.1.0 */
export const listPrompts = (model: Model) =>
  request(
    "prompts/list",
    paginated(model),
    dated(ListPromptsResult, [], { ...listFields(model), prompts: Schema.Array(model.prompt) })
  )

/** `prompts/get`. @category requests @since 0.1.0 */
export const getPrompt = (model: Model, asking?: Asking) => {
  const messages = Schema.Array(dated(PromptMessage, [], { content: model.content }))
  return request(
    "prompts/get",
    dated(GetPromptParams, model.dialect.lacks.GetPromptParams, { ...model.requestFields, ...answers(asking) }),
    orAsking(dated(GetPromptResult, [], { ...model.resultFields, messages }), asking)
  )
}

/** The bound on the number of completions is in the schema of the stateless era only. */
const completion = (model: Model): Fields =>
  model.dialect.era === "session"
    ? { completion: dated(Completion, [], { values: Schema.Array(Schema.String) }) }
    : {}

/** `completion/complete`. @category requests @since 0.1.0 */
export const complete = (model: Model) => {
  const { lacks } = model.dialect
  const ref = Schema.Union([dated(PromptReference, lacks.PromptReference), ResourceTemplateReference])
  return request(
    "completion/complete",
    dated(CompleteParams, lacks.CompleteParams, { ...model.requestFields, ref }),
    dated(CompleteResult, [], { ...model.resultFields, ...completion(model) })
  )
}

/** `logging/setLevel`. @category requests @since 0.1.0 */
export const setLevel = (model: Model) =>
  request("logging/setLevel", dated(SetLevelParams, [], model.requestFields), empty(model))

/** `subscriptions/listen`. @category requests @since 0.1.0 */
export const listen = (model: Model) =>
  request(
    "subscriptions/listen",
    dated(ListenParams, [], model.requestFields),
    dated(ListenResult, [], { resultType: model.resultFields.resultType })
  )
