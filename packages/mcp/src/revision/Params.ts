/**
 * How the requests of clients are read as a whole. Servers take what they need of theirs by hand, and refuse in their own
 * words; this is for whoever wants to know whether a request is one.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { CompleteParams, PromptReference, ResourceTemplateReference } from "../schema/Completion.ts"
import { InitializeParams } from "../schema/Lifecycle.ts"
import { SetLevelParams } from "../schema/Logging.ts"
import { RequestParams } from "../schema/Message.ts"
import { PaginatedParams } from "../schema/Pagination.ts"
import { GetPromptParams } from "../schema/Prompt.ts"
import { ReadResourceParams, SubscribeParams, UnsubscribeParams } from "../schema/Resource.ts"
import { ListenParams } from "../schema/Subscription.ts"
import { CancelTaskParams, GetTaskParams, GetTaskPayloadParams, ListTasksParams } from "../schema/Task.ts"
import { CallToolParams } from "../schema/Tool.ts"
import * as Answers from "./Answers.ts"
import { dated, type Fields } from "./common/Dated.ts"
import * as Model from "./common/Model.ts"
import { paramsDecoder, perRevision, readers, type Schemas } from "./common/Reader.ts"
import type { ClientRequests } from "./Methods.ts"

type Params = { readonly [M in keyof ClientRequests]: ClientRequests[M]["params"] }

/** The blocks of a model, and the answers that come back with a request, where the revision asks in results. */
interface ParamsModel extends Model.Model {
  readonly answers: Fields
}

const answers = (readers: ReturnType<typeof Answers.of>): Fields => {
  const kinds = ["elicitation/create", "sampling/createMessage", "roots/list"] as const
  const known = kinds.flatMap((method) => {
    const schema = readers.get(method)?.schema
    return schema === undefined ? [] : [schema as Schema.Codec<object, unknown>]
  })
  return { inputResponses: Schema.optionalKey(Schema.Record(Schema.String, Schema.Union(known))) }
}

const model = perRevision((revision): ParamsModel => ({
  ...Model.of(revision),
  answers: revision.era === "session" ? {} : answers(Answers.of(revision))
}))

const bare = ({ requestFields }: ParamsModel) => dated(RequestParams, [], requestFields)

const paginated = ({ requestFields }: ParamsModel) => dated(PaginatedParams, [], requestFields)

const schemas: Schemas<ParamsModel, Params> = {
  initialize: ({ clientCapabilities, implementation, requestFields }) =>
    dated(InitializeParams, [], { ...requestFields, capabilities: clientCapabilities, clientInfo: implementation }),
  ping: bare,
  "server/discover": bare,
  "tools/list": paginated,
  "tools/call": ({ answers, dialect: { lacks }, requestFields }) =>
    dated(CallToolParams, lacks.CallToolParams, { ...requestFields, ...answers }),
  "resources/list": paginated,
  "resources/templates/list": paginated,
  "resources/read": ({ answers, dialect: { lacks }, requestFields }) =>
    dated(ReadResourceParams, lacks.ReadResourceParams, { ...requestFields, ...answers }),
  "resources/subscribe": ({ requestFields }) => dated(SubscribeParams, [], requestFields),
  "resources/unsubscribe": ({ requestFields }) => dated(UnsubscribeParams, [], requestFields),
  "prompts/list": paginated,
  "prompts/get": ({ answers, dialect: { lacks }, requestFields }) =>
    dated(GetPromptParams, lacks.GetPromptParams, { ...requestFields, ...answers }),
  "completion/complete": ({ dialect: { lacks }, requestFields }) =>
    dated(CompleteParams, lacks.CompleteParams, {
      ...requestFields,
      ref: Schema.Union([dated(PromptReference, lacks.PromptReference), ResourceTemplateReference])
    }),
  "logging/setLevel": ({ requestFields }) => dated(SetLevelParams, [], requestFields),
  "subscriptions/listen": ({ requestFields }) => dated(ListenParams, [], requestFields),
  "tasks/get": ({ requestFields }) => dated(GetTaskParams, [], requestFields),
  "tasks/result": ({ requestFields }) => dated(GetTaskPayloadParams, [], requestFields),
  "tasks/cancel": ({ requestFields }) => dated(CancelTaskParams, [], requestFields),
  "tasks/list": ({ requestFields }) => dated(ListTasksParams, [], requestFields)
}

/**
 * How the params of clients' requests are read in a revision, by method.
 *
 * @category readers
 * @since 0.1.0
 */
export const of = readers((revision) => revision.clientRequests, model, schemas, paramsDecoder)
