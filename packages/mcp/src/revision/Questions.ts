/**
 * How a client reads what servers ask it: params of their requests, which in the stateless era come in a result.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ElicitFormParams, type ElicitParams, ElicitUrlParams } from "../schema/Elicitation.ts"
import { BooleanSchema, NumberSchema, StringSchema, UntitledSingleSelectSchema } from "../schema/FormSchema.ts"
import { openRecord } from "../schema/Open.ts"
import { ListRootsParams } from "../schema/Roots.ts"
import { CreateMessageParams, SamplingMessage } from "../schema/Sampling.ts"
import { type Codec, dated, type Fields } from "./common/Dated.ts"
import * as Model from "./common/Model.ts"
import { paramsDecoder, readers, type Schemas } from "./common/Reader.ts"
import type { ServerRequests } from "./Methods.ts"

type Questions = {
  readonly [M in "sampling/createMessage" | "roots/list" | "elicitation/create"]: ServerRequests[M]["params"]
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

const elicitParams = ({ dialect, embeddedFields }: Model.Model): Codec<ElicitParams> => {
  const { elicitation, era, lacks } = dialect
  if (elicitation === "First") {
    return dated(ElicitFormParams, lacks.ElicitFormParams, { ...embeddedFields, requestedSchema: firstForm() })
  }
  // The session era identifies a URL question, to say later that it is done (ELU-03).
  const id: Fields = era === "session" ? { elicitationId: Schema.String } : {}
  return Schema.Union([
    dated(ElicitUrlParams, lacks.ElicitUrlParams, { ...embeddedFields, ...id }),
    dated(ElicitFormParams, lacks.ElicitFormParams, embeddedFields)
  ])
}

const schemas: Schemas<Model.Model, Questions> = {
  "sampling/createMessage": ({ dialect: { lacks }, embeddedFields, samplingContent, tool }) =>
    dated(CreateMessageParams, lacks.CreateMessageParams, {
      ...embeddedFields,
      messages: Schema.Array(dated(SamplingMessage, lacks.SamplingMessage, { content: samplingContent })),
      tools: Schema.optionalKey(Schema.Array(tool))
    }),
  "roots/list": ({ embeddedFields }) => dated(ListRootsParams, [], embeddedFields),
  "elicitation/create": elicitParams
}

/**
 * How questions are read in a revision, by their method.
 *
 * @category readers
 * @since 0.1.0
 */
export const of = readers((revision) => revision.serverRequests, Model.of, schemas, paramsDecoder)
