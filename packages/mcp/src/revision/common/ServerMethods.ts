/**
 * The requests of servers, each as a function from a model to a codec, and the result that carries them in the stateless
 * era. A revision calls those that it has.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ElicitFormParams, type ElicitParams, ElicitResult, ElicitUrlParams } from "../../schema/Elicitation.ts"
import { BooleanSchema, NumberSchema, StringSchema, UntitledSingleSelectSchema } from "../../schema/FormSchema.ts"
import { InputRequiredResult } from "../../schema/InputRequired.ts"
import { open, openRecord } from "../../schema/Open.ts"
import { ListRootsParams, ListRootsResult, Root } from "../../schema/Roots.ts"
import { CreateMessageParams, CreateMessageResult, SamplingMessage } from "../../schema/Sampling.ts"
import type { Asking } from "./ClientMethods.ts"
import { type Codec, dated, type Fields, request } from "./Dated.ts"
import type { Model } from "./Model.ts"

/** `sampling/createMessage`. @category requests @since 0.1.0 */
export const createMessage = (model: Model) => {
  const { lacks, samplingBlocks } = model.dialect
  const block = model.samplingContent
  const content = samplingBlocks === "One" ? block : Schema.Union([block, Schema.Array(block)])
  return request(
    "sampling/createMessage",
    dated(CreateMessageParams, lacks.CreateMessageParams, {
      ...model.embeddedFields,
      messages: Schema.Array(dated(SamplingMessage, lacks.SamplingMessage, { content })),
      tools: Schema.optionalKey(Schema.Array(model.tool))
    }),
    dated(CreateMessageResult, [], { content })
  )
}

/** `roots/list`. @category requests @since 0.1.0 */
export const listRoots = (model: Model) => {
  const { lacks } = model.dialect
  return request(
    "roots/list",
    dated(ListRootsParams, [], model.embeddedFields),
    dated(ListRootsResult, lacks.ListRootsResult, { roots: Schema.Array(dated(Root, lacks.Root)) })
  )
}

/** The form of the first revision that has one: fewer kinds of fields, and a default for yes-or-no only. */
const firstForm = () =>
  openRecord({
    type: Schema.Literal("object"),
    properties: Schema.Record(
      Schema.String,
      Schema.Union([
        dated(UntitledSingleSelectSchema, ["default"]),
        dated(StringSchema, ["default"]),
        dated(NumberSchema, ["default"]),
        BooleanSchema
      ])
    ),
    required: Schema.optionalKey(Schema.Array(Schema.String))
  })

const elicitParams = (model: Model): Codec<ElicitParams> => {
  const { elicitation, era, lacks } = model.dialect
  if (elicitation === "First") {
    return dated(ElicitFormParams, lacks.ElicitFormParams, { ...model.embeddedFields, requestedSchema: firstForm() })
  }
  // The session era identifies a URL question, to say later that it is done (ELU-03).
  const id: Fields = era === "session" ? { elicitationId: Schema.String } : {}
  return Schema.Union([
    dated(ElicitUrlParams, lacks.ElicitUrlParams, { ...model.embeddedFields, ...id }),
    dated(ElicitFormParams, lacks.ElicitFormParams, model.embeddedFields)
  ])
}

/** `elicitation/create`. @category requests @since 0.1.0 */
export const elicit = (model: Model) => {
  const { elicitation, lacks } = model.dialect
  const scalar = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])
  return request(
    "elicitation/create",
    elicitParams(model),
    dated(
      ElicitResult,
      lacks.ElicitResult,
      elicitation === "First" ? { content: Schema.optionalKey(Schema.Record(Schema.String, scalar)) } : {}
    )
  )
}

/**
 * How the stateless era asks: the three requests above as values of a result.
 *
 * @category constructors
 * @since 0.1.0
 */
export const asking = (model: Model): Asking => {
  const sampling = createMessage(model)
  const roots = listRoots(model)
  const elicitation = elicit(model)
  const question = Schema.Union([
    open({ method: Schema.Literal("elicitation/create"), params: elicitation.params }),
    open({ method: Schema.Literal("sampling/createMessage"), params: sampling.params }),
    open({ method: Schema.Literal("roots/list"), params: Schema.optionalKey(roots.params) })
  ])
  const answer = Schema.Union([elicitation.result, sampling.result, roots.result])
  return {
    responses: Schema.Record(Schema.String, answer),
    result: dated(InputRequiredResult, [], {
      _meta: model.resultFields._meta,
      inputRequests: Schema.optionalKey(Schema.Record(Schema.String, question))
    })
  }
}
