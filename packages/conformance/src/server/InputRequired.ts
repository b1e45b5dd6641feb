/**
 * The fixtures that ask in the stateless era, by input-required results. Their handlers are written as for any era; the
 * suite demands some names of questions, and those are given.
 */
import { Ask, Catalog, Prompt, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const asksUser = Tool.make("test_input_required_result_elicitation", { description: "Asks the user for a name" })

const asksModel = Tool.make("test_input_required_result_sampling", { description: "Asks the client's model" })

const asksRoots = Tool.make("test_input_required_result_list_roots", { description: "Asks for the client's roots" })

const keepsState = Tool.make("test_input_required_result_request_state", {
  description: "Asks the user, and relies on what it sent along with the question"
})

const asksAtOnce = Tool.make("test_input_required_result_multiple_inputs", {
  description: "Asks the user, the model and for roots, all at once"
})

const asksTwice = Tool.make("test_input_required_result_multi_round", {
  description: "Asks the user for a name, and then for a color"
})

const guardsState = Tool.make("test_input_required_result_tampered_state", {
  description: "Asks the user, and refuses a state that somebody has changed"
})

const asksPossible = Tool.make("test_input_required_result_capabilities", {
  description: "Asks only what the client can answer"
})

const asksInPrompt = Prompt.make("test_input_required_result_prompt", { description: "Asks the user for a context" })

/** The tools, and a prompt. */
export const InputRequired = Catalog.make("conformance-input-required").add(
  asksUser,
  asksModel,
  asksRoots,
  keepsState,
  asksAtOnce,
  asksTwice,
  guardsState,
  asksPossible,
  asksInPrompt
)

const askName = (key: string) =>
  Ask.form({ name: Schema.String.annotate({ description: "Your name" }) }, "What is your name?", { key })

const askColor = Ask.form({ color: Schema.String }, "What is your favorite color?", { key: "step2" })

const askModel = (key: string) =>
  Effect.map(
    Ask.sample({
      messages: [{ role: "user", content: { type: "text", text: "What is the capital of France?" } }],
      maxTokens: 100
    }, { key }),
    ({ content }) => "text" in content ? content.text : JSON.stringify(content)
  )

const confirm = Ask.form({ ok: Schema.Boolean }, "Go on?", { key: "confirm" })

const twice = Effect.gen(function*() {
  const { name } = yield* askName("step1")
  const { color } = yield* askColor
  return `${name} likes ${color}`
})

const atOnce = Effect.map(
  Effect.all([askName("user_name"), askModel("greeting"), Ask.rootsWith({ key: "client_roots" })], {
    concurrency: "unbounded"
  }),
  ([{ name }, greeting, { roots }]) => `${name}: ${greeting} (${roots.length} roots)`
)

const unlessUnsupported = <A, E, R>(effect: Effect.Effect<A, E | Ask.AskError, R>) =>
  Effect.catchReason(effect, "AskError", "Unsupported", () => Effect.succeed("not supported"))

const possible = Effect.map(
  Effect.all([
    unlessUnsupported(Effect.map(askName("user_name"), ({ name }) => name)),
    unlessUnsupported(askModel("capital_question"))
  ], { concurrency: "unbounded" }),
  ([name, capital]) => `name: ${name}, capital: ${capital}`
)

/** Their handlers. */
export const InputRequiredLive = InputRequired.layer({
  tools: {
    test_input_required_result_elicitation: () => Effect.map(askName("user_name"), ({ name }) => `Hello, ${name}!`),
    test_input_required_result_sampling: () => askModel("capital_question"),
    test_input_required_result_list_roots: () =>
      Effect.map(
        Ask.rootsWith({ key: "client_roots" }),
        ({ roots }) => `Roots: ${roots.map(({ uri }) => uri).join(", ")}`
      ),
    test_input_required_result_request_state: () => Effect.map(confirm, ({ ok }) => `state-ok, confirmed: ${ok}`),
    test_input_required_result_multiple_inputs: () => atOnce,
    test_input_required_result_multi_round: () => twice,
    test_input_required_result_tampered_state: () => Effect.map(confirm, ({ ok }) => `confirmed: ${ok}`),
    test_input_required_result_capabilities: () => possible
  },
  prompts: {
    test_input_required_result_prompt: () =>
      Effect.map(
        Ask.form({ context: Schema.String }, "What is the context?", { key: "user_context" }),
        ({ context }) => `Please work in this context: ${context}`
      )
  }
})
