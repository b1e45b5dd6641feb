/**
 * How a client reads the results of its requests. In the stateless era three of them may ask instead of answer (C15 of the
 * ledger's conflicts), which is read here too.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { CompleteResult, Completion } from "../schema/Completion.ts"
import { InputRequiredResult } from "../schema/InputRequired.ts"
import { DiscoverResult, InitializeResult } from "../schema/Lifecycle.ts"
import { EmptyResult } from "../schema/Message.ts"
import { JsonObject, open } from "../schema/Open.ts"
import { GetPromptResult, ListPromptsResult, PromptMessage } from "../schema/Prompt.ts"
import { ListResourcesResult, ListResourceTemplatesResult, ReadResourceResult } from "../schema/Resource.ts"
import { ListenResult } from "../schema/Subscription.ts"
import { CancelTaskResult, GetTaskPayloadResult, GetTaskResult, ListTasksResult } from "../schema/Task.ts"
import { CallToolResult, ListToolsResult } from "../schema/Tool.ts"
import { decoder } from "./common/AsIs.ts"
import { type Codec, dated, type Fields } from "./common/Dated.ts"
import * as Model from "./common/Model.ts"
import { perRevision, readers, type Schemas } from "./common/Reader.ts"
import type { ClientRequests } from "./Methods.ts"
import * as Questions from "./Questions.ts"

type Results = { readonly [M in keyof ClientRequests]: ClientRequests[M]["result"] }

/** The blocks of a model, and how its revision asks inside a result, where it does. */
interface ResultModel extends Model.Model {
  readonly asking: Codec<InputRequiredResult> | undefined
}

const asking = ({ resultFields }: Model.Model, questions: ReturnType<typeof Questions.of>) => {
  const request = (method: "sampling/createMessage" | "roots/list" | "elicitation/create") => {
    const params = questions.get(method)?.schema ?? JsonObject
    return open({
      method: Schema.Literal(method),
      params: method === "roots/list" ? Schema.optionalKey(params) : params
    })
  }
  const question = Schema.Union([
    request("elicitation/create"),
    request("sampling/createMessage"),
    request("roots/list")
  ])
  return dated(InputRequiredResult, [], {
    _meta: resultFields._meta,
    inputRequests: Schema.optionalKey(Schema.Record(Schema.String, question))
  })
}

const model = perRevision((revision): ResultModel => {
  const model = Model.of(revision)
  return { ...model, asking: revision.era === "session" ? undefined : asking(model, Questions.of(revision)) }
})

const orAsking = <A>(result: Codec<A>, { asking }: ResultModel): Codec<A | InputRequiredResult> =>
  asking === undefined ? result : Schema.Union([asking, result])

const empty = ({ resultFields }: ResultModel) => dated(EmptyResult, [], resultFields)

/** Members of every list result. */
const listFields = ({ cacheFields, resultFields }: ResultModel): Fields => ({ ...resultFields, ...cacheFields })

/** The bound on the number of completions is in the schema of the stateless era only. */
const completion = ({ dialect }: ResultModel): Fields =>
  dialect.era === "session"
    ? { completion: dated(Completion, [], { values: Schema.Array(Schema.String) }) }
    : {}

const callToolResult = (model: ResultModel) => {
  const { content, dialect: { lacks, structuredOutput }, resultFields } = model
  return dated(CallToolResult, lacks.CallToolResult, {
    ...resultFields,
    content: Schema.Array(content),
    ...(structuredOutput === "Object" ? { structuredContent: Schema.optionalKey(JsonObject) } : {})
  })
}

const getPromptResult = ({ content, resultFields }: ResultModel) =>
  dated(GetPromptResult, [], {
    ...resultFields,
    messages: Schema.Array(dated(PromptMessage, [], { content }))
  })

const schemas: Schemas<ResultModel, Results> = {
  initialize: ({ implementation, resultFields, serverCapabilities }) =>
    dated(InitializeResult, [], { ...resultFields, capabilities: serverCapabilities, serverInfo: implementation }),
  ping: empty,
  "server/discover": (model) =>
    dated(DiscoverResult, [], { ...listFields(model), capabilities: model.serverCapabilities }),
  "tools/list": (model) => dated(ListToolsResult, [], { ...listFields(model), tools: Schema.Array(model.tool) }),
  "tools/call": (model) => orAsking(callToolResult(model), model),
  "resources/list": (model) =>
    dated(ListResourcesResult, [], { ...listFields(model), resources: Schema.Array(model.resource) }),
  "resources/templates/list": (model) =>
    dated(ListResourceTemplatesResult, [], {
      ...listFields(model),
      resourceTemplates: Schema.Array(model.resourceTemplate)
    }),
  "resources/read": (model) =>
    orAsking(dated(ReadResourceResult, [], { ...listFields(model), contents: Schema.Array(model.contents) }), model),
  "resources/subscribe": empty,
  "resources/unsubscribe": empty,
  "prompts/list": (model) =>
    dated(ListPromptsResult, [], { ...listFields(model), prompts: Schema.Array(model.prompt) }),
  "prompts/get": (model) => orAsking(getPromptResult(model), model),
  "completion/complete": (model) => dated(CompleteResult, [], { ...model.resultFields, ...completion(model) }),
  "logging/setLevel": empty,
  "subscriptions/listen": ({ resultFields: { resultType } }) => dated(ListenResult, [], { resultType }),
  "tasks/get": ({ resultFields }) => dated(GetTaskResult, [], resultFields),
  "tasks/result": ({ resultFields }) => dated(GetTaskPayloadResult, [], resultFields),
  "tasks/cancel": ({ resultFields }) => dated(CancelTaskResult, [], resultFields),
  "tasks/list": ({ resultFields }) => dated(ListTasksResult, [], resultFields)
}

/**
 * How results are read in a revision, by the method of the request.
 *
 * @category readers
 * @since 0.1.0
 */
export const of = readers((revision) => revision.clientRequests, model, schemas, decoder)
