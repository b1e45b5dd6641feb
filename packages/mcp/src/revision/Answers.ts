/**
 * How a server reads the answers to what it asks clients: results of its requests, which in the stateless era come back
 * with the request that asked.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ElicitResult } from "../schema/ElicitResult.ts"
import { ListRootsResult, Root } from "../schema/Roots.ts"
import { CreateMessageResult } from "../schema/SamplingMessage.ts"
import * as ContentModel from "./common/ContentModel.ts"
import { dated } from "./common/Dated.ts"
import { type Reader, readers, type Schemas } from "./common/Reader.ts"
import type { ServerRequests } from "./Methods.ts"
import type { Revision } from "./Revision.ts"

type Answers = {
  readonly [M in "sampling/createMessage" | "roots/list" | "elicitation/create"]: ServerRequests[M]["result"]
}

const schemas: Schemas<ContentModel.ContentModel, Answers> = {
  "sampling/createMessage": ({ samplingContent }) => dated(CreateMessageResult, [], { content: samplingContent }),
  "roots/list": ({ dialect: { lacks } }) =>
    dated(ListRootsResult, lacks.ListRootsResult, { roots: Schema.Array(dated(Root, lacks.Root)) }),
  "elicitation/create": ({ dialect: { elicitation, lacks } }) => {
    const scalar = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])
    return dated(
      ElicitResult,
      lacks.ElicitResult,
      elicitation === "First" ? { content: Schema.optionalKey(Schema.Record(Schema.String, scalar)) } : {}
    )
  }
}

/**
 * How answers are read in a revision, by the method of the question.
 *
 * @category readers
 * @since 0.1.0
 */
export const of = readers((revision) => revision.serverRequests, ContentModel.of, schemas)

/**
 * How the answer to a question is read in a revision; `undefined` where the revision does not have the question.
 *
 * @category readers
 * @since 0.1.0
 */
export const to = <M extends keyof ServerRequests>(
  revision: Revision,
  method: M
): Reader<ServerRequests[M]["result"]> | undefined =>
  // Readers are typed by method; with the method still a variable, the compiler cannot follow.
  of(revision).get(method) as Reader<ServerRequests[M]["result"]> | undefined
