/**
 * How a stateless server asks: its result names what it needs, and the client sends the request again with the
 * answers. Matching answers to questions, and opening `requestState`, is done above.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ElicitParams, ElicitResult } from "./Elicitation.ts"
import { requestFields, resultFields } from "./Message.ts"
import { open } from "./Open.ts"
import { ListRootsParams, ListRootsResult } from "./Roots.ts"
import { CreateMessageParams, CreateMessageResult } from "./Sampling.ts"

/**
 * The question to the user. No question has an id: its key in {@link InputRequests} serves.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ElicitRequest extends Schema.Opaque<ElicitRequest>()(open({
  method: Schema.Literal("elicitation/create"),
  params: ElicitParams
})) {}

/**
 * The question to the model.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CreateMessageRequest extends Schema.Opaque<CreateMessageRequest>()(open({
  method: Schema.Literal("sampling/createMessage"),
  params: CreateMessageParams
})) {}

/**
 * The question for the roots.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ListRootsRequest extends Schema.Opaque<ListRootsRequest>()(open({
  method: Schema.Literal("roots/list"),
  params: Schema.optionalKey(ListRootsParams)
})) {}

/**
 * A question to the client, told apart by `method`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const InputRequest = Schema.Union([ElicitRequest, CreateMessageRequest, ListRootsRequest])

/**
 * A question to the client.
 *
 * @category models
 * @since 0.1.0
 */
export type InputRequest = ElicitRequest | CreateMessageRequest | ListRootsRequest

/**
 * Questions by key; the answers come back under the same keys.
 *
 * @category schemas
 * @since 0.1.0
 */
export class InputRequests extends Schema.Opaque<InputRequests>()(Schema.Record(Schema.String, InputRequest)) {}

/**
 * An answer of the client. The three shapes have no member in common that would tell them apart, so read it by the
 * question that it answers.
 *
 * @category schemas
 * @since 0.1.0
 */
export const InputResponse = Schema.Union([ElicitResult, CreateMessageResult, ListRootsResult])

/**
 * An answer of the client.
 *
 * @category models
 * @since 0.1.0
 */
export type InputResponse = ElicitResult | CreateMessageResult | ListRootsResult

/**
 * Answers by key.
 *
 * @category schemas
 * @since 0.1.0
 */
export class InputResponses extends Schema.Opaque<InputResponses>()(Schema.Record(Schema.String, InputResponse)) {}

/**
 * Fields of the requests that a server may answer with questions. `requestState` comes back exactly as the server sent
 * it; the empty string is a state too.
 *
 * @category fields
 * @since 0.1.0
 */
export const inputResponseFields = {
  ...requestFields,
  inputResponses: Schema.optionalKey(InputResponses),
  requestState: Schema.optionalKey(Schema.String)
} as const

/**
 * The result that asks for input: questions, a state to bring back, or both.
 *
 * @category schemas
 * @since 0.1.0
 */
export class InputRequiredResult extends Schema.Opaque<InputRequiredResult>()(open({
  ...resultFields,
  resultType: Schema.Literal("input_required"),
  inputRequests: Schema.optionalKey(InputRequests),
  requestState: Schema.optionalKey(Schema.String)
})) {}
