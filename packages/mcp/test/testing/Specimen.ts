/** A server for the harness's own tests: it adds, asks the four questions, and says how far it is. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ask from "../../src/contract/Ask.ts"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"

const add = Tool.serve(
  "add",
  { parameters: { a: Schema.Number, b: Schema.Number }, success: Schema.Struct({ sum: Schema.Number }) },
  ({ a, b }) => Effect.succeed({ sum: a + b })
)

/** What became of a question, as text. */
const told = <A, R>(question: Effect.Effect<A, { readonly message: string }, R>, text: (answer: A) => string) =>
  Effect.match(question, { onSuccess: text, onFailure: ({ message }) => message })

const name = Tool.serve(
  "name",
  {},
  () => told(Ask.form({ name: Schema.String }, "Who are you?"), ({ name }) => `Hello, ${name}!`)
)

const visit = Tool.serve(
  "visit",
  {},
  () => told(Ask.url({ message: "Sign in", url: "https://example.com/" }), () => "signed in")
)

const think = Tool.serve("think", {}, () =>
  told(
    Ask.sample({ messages: [{ role: "user", content: { type: "text", text: "6*7?" } }], maxTokens: 10 }),
    (answer) => JSON.stringify([answer.content].flat()[0])
  ))

const places = Tool.serve("places", {}, () => told(Ask.roots, ({ roots }) => roots.map(({ uri }) => uri).join()))

const long = Tool.serve("long", {}, () =>
  Effect.as(
    Effect.forEach([1, 2], (progress) => Progress.report({ progress, total: 2 }), { discard: true }),
    "done"
  ))

const never = Tool.serve("never", {}, () => Effect.never)

export const Server = McpServer.layer([add, name, visit, think, places, long, never], {
  name: "specimen",
  version: "1.0.0"
})
