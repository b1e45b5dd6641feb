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
import { type Deferred, request } from "./Codec.ts"
import { type Codec, dated, type Fields } from "./Dated.ts"
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

const answers = (asking: Deferred<Asking> | undefined): Fields =>
  asking === undefined ? {} : { inputResponses: Schema.optionalKey(asking().responses) }

const orAsking = <A>(result: Codec<A>, asking: Deferred<Asking> | undefined): Codec<A | InputRequiredResult> =>
  asking === undefined ? result : Schema.Union([asking().result, result])

const empty = (model: Model) => dated(EmptyResult, [], model.resultFields)

const paginated = (model: Model) => dated(PaginatedParams, [], model.requestFields)

/** Members of every list result. */
const listFields = (model: Model): Fields => ({ ...model.resultFields, ...model.cacheFields })

/** The bound on the number of completions is in the schema of the stateless era only. */
const completion = (model: Model): Fields =>
  model.dialect.era === "session"
    ? { completion: dated(Completion, [], { values: Schema.Array(Schema.String) }) }
    : {}

/** `initialize`, which opens a session (INI-02, INI-04). @category requests @since 0.1.0 */
export const initialize = (model: Deferred<Model>) =>
  request("initialize", model, (m) => [
    dated(InitializeParams, [], {
      ...m.requestFields,
      capabilities: m.clientCapabilities,
      clientInfo: m.implementation
    }),
    dated(InitializeResult, [], {
      ...m.resultFields,
      capabilities: m.serverCapabilities,
      serverInfo: m.implementation
    })
  ])

/** `ping`, in either direction (PNG-01). @category requests @since 0.1.0 */
export const ping = (model: Deferred<Model>) =>
  request("ping", model, (m) => [dated(RequestParams, [], m.requestFields), empty(m)])

/** `server/discover` (VER-04). @category requests @since 0.1.0 */
export const discover = (model: Deferred<Model>) =>
  request("server/discover", model, (m) => [
    dated(RequestParams, [], m.requestFields),
    dated(DiscoverResult, [], { ...listFields(m), capabilities: m.serverCapabilities })
  ])

/** `tools/list`. @category requests @since 0.1.0 */
export const listTools = (model: Deferred<Model>) =>
  request("tools/list", model, (m) => [
    paginated(m),
    dated(ListToolsResult, [], { ...listFields(m), tools: Schema.Array(m.tool) })
  ])

/** `tools/call`; with `asking`, its result may ask. @category requests @since 0.1.0 */
export const callTool = (model: Deferred<Model>, asking?: Deferred<Asking>) =>
  request("tools/call", model, (m) => {
    const { lacks, structuredOutput } = m.dialect
    const result = dated(CallToolResult, lacks.CallToolResult, {
      ...m.resultFields,
      content: Schema.Array(m.content),
      ...(structuredOutput === "Object" ? { structuredContent: Schema.optionalKey(JsonObject) } : {})
    })
    const params = dated(CallToolParams, lacks.CallToolParams, { ...m.requestFields, ...answers(asking) })
    return [params, orAsking(result, asking)]
  })

/** `resources/list`. @category requests @since 0.1.0 */
export const listResources = (model: Deferred<Model>) =>
  request("resources/list", model, (m) => [
    paginated(m),
    dated(ListResourcesResult, [], { ...listFields(m), resources: Schema.Array(m.resource) })
  ])

/** `resources/templates/list`. @category requests @since 0.1.0 */
export const listResourceTemplates = (model: Deferred<Model>) =>
  request("resources/templates/list", model, (m) => [
    paginated(m),
    dated(ListResourceTemplatesResult, [], {
      ...listFields(m),
      resourceTemplates: Schema.Array(m.resourceTemplate)
    })
  ])

/** `resources/read`; with `asking`, its result may ask. @category requests @since 0.1.0 */
export const readResource = (model: Deferred<Model>, asking?: Deferred<Asking>) =>
  request("resources/read", model, (m) => [
    dated(ReadResourceParams, m.dialect.lacks.ReadResourceParams, { ...m.requestFields, ...answers(asking) }),
    orAsking(dated(ReadResourceResult, [], { ...listFields(m), contents: Schema.Array(m.contents) }), asking)
  ])

/** `resources/subscribe` (session era). @category requests @since 0.1.0 */
export const subscribe = (model: Deferred<Model>) =>
  request("resources/subscribe", model, (m) => [dated(SubscribeParams, [], m.requestFields), empty(m)])

/** `resources/unsubscribe` (session era). @category requests @since 0.1.0 */
export const unsubscribe = (model: Deferred<Model>) =>
  request("resources/unsubscribe", model, (m) => [dated(UnsubscribeParams, [], m.requestFields), empty(m)])

/** `prompts/list`. @category requests @since 0.1.0 */
export const listPrompts = (model: Deferred<Model>) =>
  request("prompts/list", model, (m) => [
    paginated(m),
    dated(ListPromptsResult, [], { ...listFields(m), prompts: Schema.Array(m.prompt) })
  ])

/** `prompts/get`; with `asking`, its result may ask. @category requests @since 0.1.0 */
export const getPrompt = (model: Deferred<Model>, asking?: Deferred<Asking>) =>
  request("prompts/get", model, (m) => {
    const messages = Schema.Array(dated(PromptMessage, [], { content: m.content }))
    return [
      dated(GetPromptParams, m.dialect.lacks.GetPromptParams, { ...m.requestFields, ...answers(asking) }),
      orAsking(dated(GetPromptResult, [], { ...m.resultFields, messages }), asking)
    ]
  })

/** `completion/complete`. @category requests @since 0.1.0 */
export const complete = (model: Deferred<Model>) =>
  request("completion/complete", model, (m) => {
    const { lacks } = m.dialect
    const ref = Schema.Union([dated(PromptReference, lacks.PromptReference), ResourceTemplateReference])
    return [
      dated(CompleteParams, lacks.CompleteParams, { ...m.requestFields, ref }),
      dated(CompleteResult, [], { ...m.resultFields, ...completion(m) })
    ]
  })

/** `logging/setLevel` (session era). @category requests @since 0.1.0 */
export const setLevel = (model: Deferred<Model>) =>
  request("logging/setLevel", model, (m) => [dated(SetLevelParams, [], m.requestFields), empty(m)])

/** `subscriptions/listen` (stateless era). @category requests @since 0.1.0 */
export const listen = (model: Deferred<Model>) =>
  request("subscriptions/listen", model, (m) => [
    dated(ListenParams, [], m.requestFields),
    dated(ListenResult, [], { resultType: m.resultFields.resultType })
  ])
