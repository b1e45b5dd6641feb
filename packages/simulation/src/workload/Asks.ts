/**
 * Calls of tools that ask: the user for a form or a visit, the model, the roots. Whoever answers here gives each question's
 * own words back, so that a handler can tell whether the answer that it got is to its question.
 *
 * @since 0.1.0
 */
import * as Elicitation from "@parley/mcp/client/answering/Elicitation"
import * as Roots from "@parley/mcp/client/answering/Roots"
import * as Sampling from "@parley/mcp/client/answering/Sampling"
import type { ElicitValue, PrimitiveSchema } from "@parley/mcp/schema/Elicitation"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Workload from "./Workload.ts"

/**
 * Calls of tools that ask. They are judged like other calls: by what they should give when every question was answered in
 * its own words.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (tools: Workload.Callings): Workload.Workload => Workload.calls(tools, "asks")

/** A value that fits a field: text is that of the question, as far as there is room for it. */
const valueFor = (field: PrimitiveSchema, message: string): ElicitValue => {
  if ("default" in field && field.default !== undefined) return field.default
  if ("enum" in field) return field.enum[0] ?? ""
  if ("oneOf" in field) return field.oneOf[0]?.const ?? ""
  switch (field.type) {
    case "string":
      return message.slice(0, "maxLength" in field ? field.maxLength : undefined)
    case "number":
    case "integer":
      return field.minimum ?? 0
    case "boolean":
      return true
    case "array":
      return []
  }
}

const contentFor = ({ message, requestedSchema }: Elicitation.FormQuestion): Elicitation.Content =>
  Object.fromEntries(
    Object.entries(requestedSchema.properties).map(([name, field]) => [name, valueFor(field, message)])
  )

const lastWords = ({ messages }: Sampling.Question): string => {
  const content = messages.at(-1)?.content
  const block = Array.isArray(content) ? content[0] : content
  return block?.type === "text" ? block.text : ""
}

/**
 * The name of the model that answers.
 *
 * @category names
 * @since 0.1.0
 */
export const model = "echo"

/**
 * Answers all questions, after some time.
 *
 * @param millis how long somebody thinks
 * @param roots what the roots of the client are
 * @category layers
 * @since 0.1.0
 */
export const answering = (
  millis: number,
  roots: ReadonlyArray<string> = []
): Layer.Layer<Elicitation.Elicitation | Sampling.Sampling | Roots.Roots> =>
  Layer.mergeAll(
    Elicitation.layer({
      form: (question) => Effect.delay(Effect.succeed(Elicitation.accept(contentFor(question))), millis),
      url: () => Effect.delay(Effect.succeed(Elicitation.accept()), millis),
      goOn: () => Effect.succeed(true)
    }),
    Sampling.layer({
      createMessage: (question) =>
        Effect.delay(
          Effect.succeed({ role: "assistant", content: { type: "text", text: lastWords(question) }, model }),
          millis
        )
    }),
    Roots.layer(roots.map((uri) => ({ uri })))
  )
