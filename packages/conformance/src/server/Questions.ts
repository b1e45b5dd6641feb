/**
 * The tools of the fixture server that ask the client in the middle of a call: its model, and its user through forms.
 * The forms are written out, because the suite compares what reaches the wire. Asking works in the session era only, so
 * far; the fixtures for input-required results are missing on purpose.
 */
import { Ask, Catalog, Tool } from "@parley/mcp"
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

type Form = Extract<Parameters<typeof Ask.elicit>[0], { readonly requestedSchema: unknown }>["requestedSchema"]

/** That there is no answer is for the model to read. */
const orFail = Effect.mapError((error: Ask.AskError) => Tool.fail(error.message))

const elicit = (message: string, requestedSchema: Form) =>
  Ask.elicit({ message, requestedSchema }).pipe(
    Effect.map(({ action, content }) =>
      `Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`
    ),
    orFail
  )

const sample = (prompt: string) =>
  Ask.sample({ messages: [{ role: "user", content: { type: "text", text: prompt } }], maxTokens: 100 }).pipe(
    Effect.map(({ content }) => `LLM response: ${"text" in content ? content.text : JSON.stringify(content)}`),
    orFail
  )

const person: Form = {
  type: "object",
  properties: {
    username: { type: "string", description: "The name to use" },
    email: { type: "string", description: "Where to write to" }
  },
  required: ["username", "email"]
}

const defaults: Form = {
  type: "object",
  properties: {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true }
  }
}

const options = ["option1", "option2", "option3"]

const titled = [
  { const: "value1", title: "The first" },
  { const: "value2", title: "The second" },
  { const: "value3", title: "The third" }
]

const enums: Form = {
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
    test_elicitation: ({ message }) => elicit(message, person),
    test_elicitation_sep1034_defaults: () => elicit("Please check these values", defaults),
    test_elicitation_sep1330_enums: () => elicit("Please choose", enums)
  }
})
