/**
 * The requests of servers, each as a function from a model to a codec, and the result that carries them in the
 * stateless era. A revision calls those that it has.
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
import { defer, type Deferred, request } from "./Codec.ts"
import { type Codec, dated, type Fields } from "./Dated.ts"
import type { Model } from "./Model.ts"

/** `sampling/createMessage`. @category requests @since 0.1.0 */
export const createMessage = (model: Deferred<Model>) =>
  request("sampling/createMessage", model, (m) => {
    const { lacks, samplingBlocks } = m.dialect
    const block = m.samplingContent
    const content = samplingBlocks === "One" ? block : Schema.Union([block, Schema.Array(block)])
    const params = dated(CreateMessageParams, lacks.CreateMessageParams, {
      ...m.embeddedFields,
      messages: Schema.Array(dated(SamplingMessage, lacks.SamplingMessage, { content })),
      tools: Schema.optionalKey(Schema.Array(m.tool))
    })
    return [params, dated(CreateMessageResult, [], { content })]
  })

/** `roots/list`. @category requests @since 0.1.0 */
export const listRoots = (model: Deferred<Model>) =>
  request("roots/list", model, (m) => {
    const { lacks } = m.dialect
    return [
      dated(ListRootsParams, [], m.embeddedFields),
      dated(ListRootsResult, lacks.ListRootsResult, { roots: Schema.Array(dated(Root, lacks.Root)) })
    ]
  })

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
export const elicit = (model: Deferred<Model>) =>
  request("elicitation/create", model, (m) => {
    const { elicitation, lacks } = m.dialect
    const scalar = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])
    const content: Fields = elicitation === "First"
      ? { content: Schema.optionalKey(Schema.Record(Schema.String, scalar)) }
      : {}
    return [elicitParams(m), dated(ElicitResult, lacks.ElicitResult, content)]
  })

/**
 * How the stateless era asks: the three requests above as values of a result.
 *
 * @category constructors
 * @since 0.1.0
 */
export const asking = (model: Deferred<Model>): Deferred<Asking> =>
  defer(() => {
    const sampling = createMessage(model)
    const roots = listRoots(model)
    const elicitation = elicit(model)
    const question = Schema.Union([
      open({ method: Schema.Literal("elicitation/create"), params: elicitation.params }),
      open({ method: Schema.Literal("sampling/createMessage"), params: sampling.params }),
      open({ method: Schema.Literal("roots/list"), params: Schema.optionalKey(roots.params) })
    ])
    const { _meta } = model().resultFields
    return {
      responses: Schema.Record(Schema.String, Schema.Union([elicitation.result, sampling.result, roots.result])),
      result: dated(InputRequiredResult, [], {
        _meta,
        inputRequests: Schema.optionalKey(Schema.Record(Schema.String, question))
      })
    }
  })
