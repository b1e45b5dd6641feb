/**
 * The tools of the fixture server that ask the client in the middle of a call: its model, and its user through forms.
 * The fixtures for input-required results are in `InputRequired.ts`.
 */
import { Ask, Catalog, Form, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Sampling = Tool.make("test_sampling", {
  description: "Asks the client's model",
  parameters: { prompt: Schema.String.annotate({ description: "What to ask" }) }
})

const Elicitation = Tool.make("test_elicitation", {
  description: "Asks the user for a name and an address",
  parameters: { message: Schema.String.annotate({ description: "What to tell the user" }) }
})

const Defaults = Tool.make("test_elicitation_sep1034_defaults", {
  description: "Asks the user with a form whose fields have defaults"
})

const Enums = Tool.make("test_elicitation_sep1330_enums", {
  description: "Asks the user with a form that has every kind of choice"
})

/** The tools. */
export const Questions = Catalog.make("conformance-questions").add(Sampling, Elicitation, Defaults, Enums)

type RequestedSchema = Extract<
  Parameters<typeof Ask.elicit>[0],
  { readonly requestedSchema: unknown }
>["requestedSchema"]

const completed = (action: string, content: unknown) =>
  `Elicitation completed: action=${action}, content=${JSON.stringify(content)}`

const askForm = (message: string, form: Form.Form<unknown>) =>
  Ask.form(form, message).pipe(
    Effect.map((content) => completed("accept", content)),
    Effect.catchReasons("AskError", {
      Declined: () => Effect.succeed(completed("decline", {})),
      Cancelled: () => Effect.succeed(completed("cancel", {}))
    })
  )

/** The old way of naming choices has no place in our forms, so this one is written out. */
const askEnums = (message: string, requestedSchema: RequestedSchema) =>
  Effect.map(Ask.elicit({ message, requestedSchema }), ({ action, content = {} }) => completed(action, content))

const sample = (prompt: string) =>
  Effect.map(
    Ask.sample({ messages: [{ role: "user", content: { type: "text", text: prompt } }], maxTokens: 100 }),
    ({ content }) => `LLM response: ${"text" in content ? content.text : JSON.stringify(content)}`
  )

const person = Form.make({
  username: Schema.String.annotate({ description: "The name to use" }),
  email: Schema.String.annotate({ description: "Where to write to" })
})

const defaults = Form.make({
  name: Schema.String.annotate({ default: "John Doe" }),
  age: Schema.Int.annotate({ default: 30 }),
  score: Schema.Number.annotate({ default: 95.5 }),
  status: Schema.Literals(["active", "inactive", "pending"]).annotate({ default: "active" }),
  verified: Schema.Boolean.annotate({ default: true })
})

const options = ["option1", "option2", "option3"]

const titled = [
  { const: "value1", title: "The first" },
  { const: "value2", title: "The second" },
  { const: "value3", title: "The third" }
]

const enums: RequestedSchema = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: options },
    titledSingle: { type: "string", oneOf: titled },
    legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["One", "Two", "Three"] },
    untitledMulti: { type: "array", items: { type: "string", enum: options } },
    titledMulti: { type: "array", items: { anyOf: titled } }
  }
}

/** Their handlers. */
export const QuestionsLive = Questions.layer({
  tools: {
    test_sampling: ({ prompt }) => sample(prompt),
    test_elicitation: ({ message }) => askForm(message, person),
    test_elicitation_sep1034_defaults: () => askForm("Please check these values", defaults),
    test_elicitation_sep1330_enums: () => askEnums("Please choose", enums)
  }
})
