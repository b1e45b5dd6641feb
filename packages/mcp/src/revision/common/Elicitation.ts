/**
 * Elicitation for revisions that lack parts of it: URL mode, multiple choice, titled choices, defaults. Whether to ask
 * at all is decided above, by the client's capabilities; here a question that was asked anyway is put as well as the
 * revision can.
 *
 * @since 0.1.0
 */
import { isObject } from "../../jsonrpc/Message.ts"
import type { Wire } from "../Revision.ts"
import { inRecord, omit, type Project, type Rewrite, shape } from "./Projection.ts"

const titled = (choices: ReadonlyArray<unknown>): Wire => {
  const known = choices.filter((choice) => isObject(choice))
  return {
    enum: known.map((choice) => String(choice.const)),
    enumNames: known.map((choice) => String(choice.title ?? choice.const))
  }
}

const choices = (source: Wire): Wire => {
  if (Array.isArray(source.oneOf)) return titled(source.oneOf)
  if (Array.isArray(source.anyOf)) return titled(source.anyOf)
  return Array.isArray(source.enum) ? { enum: source.enum.map(String) } : {}
}

const withoutDefault = omit("default")
const withoutChoices = omit("default", "oneOf", "items", "minItems", "maxItems")

/** A property as the first revision with elicitation has it: only booleans have defaults, and a choice is of one. */
const firstProperty: Rewrite = (property) => {
  if (!isObject(property)) return { type: "string" }
  if (property.type === "boolean") return property
  if (property.type === "array") {
    const single = choices(isObject(property.items) ? property.items : {})
    return { ...withoutChoices(property), type: "string", ...single }
  }
  return Array.isArray(property.oneOf)
    ? { ...withoutChoices(property), ...choices(property) }
    : withoutDefault(property)
}

const firstSchema: Project = shape({ omit: ["$schema"], members: { properties: inRecord(firstProperty) } })

const noQuestions = { type: "object", properties: {} }

/**
 * Params for the first revision with elicitation. A URL is put into the message, above a form without questions, and a
 * choice of several becomes a choice of one.
 *
 * @category projections
 * @since 0.1.0
 */
export const firstForm: Project = (params) => {
  const plain = omit("mode", "url", "elicitationId", "task")(params)
  if (params.mode === "url") {
    return { ...plain, message: `${String(params.message)}\n${String(params.url)}`, requestedSchema: noQuestions }
  }
  return shape({ members: { requestedSchema: (schema) => isObject(schema) ? firstSchema(schema) : noQuestions } })(
    plain
  )
}

/**
 * Gives a URL question the id that the revision demands (ELU-03). The server above chooses a unique one to be able to
 * say when the visit is over; without one the URL stands in.
 *
 * @category projections
 * @since 0.1.0
 */
export const withElicitationId: Project = (params) =>
  params.mode === "url" && typeof params.elicitationId !== "string"
    ? { ...params, elicitationId: String(params.url) }
    : params

/**
 * An answer for the first revision with elicitation: several chosen values become one text.
 *
 * @category rewrites
 * @since 0.1.0
 */
export const firstAnswers: Rewrite = inRecord((value) => Array.isArray(value) ? value.join(", ") : value)
