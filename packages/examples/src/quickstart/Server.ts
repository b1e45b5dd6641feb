/**
 * A first server: a tool that adds, a resource for everybody's greeting, and a prompt that asks a model for one.
 */
import { McpServer, Prompt, Resource, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const add = Tool.serve("add", {
  description: "Add two numbers",
  parameters: { a: Schema.Number, b: Schema.Number },
  success: Schema.Struct({ sum: Schema.Number })
}, ({ a, b }) => Effect.succeed({ sum: a + b }))

const greeting = Resource.serveTemplate("greeting://{name}", {
  params: { name: Schema.String },
  description: "A greeting for somebody",
  mimeType: "text/plain"
}, ({ name }) => Effect.succeed(`Hello, ${name}!`))

const requests = {
  friendly: "Write a warm, friendly greeting",
  formal: "Write a formal, professional greeting",
  casual: "Write a casual, relaxed greeting"
}

const greetUser = Prompt.serve("greet_user", {
  description: "Ask for a greeting",
  parameters: {
    name: Schema.String,
    style: Schema.optionalKey(Schema.Literals(["friendly", "formal", "casual"]))
  }
}, ({ name, style = "friendly" }) => Effect.succeed(`${requests[style]} for somebody named ${name}.`))

/** The server; it wants a transport. */
export const Server = McpServer.layer([add, greeting, greetUser], { name: "quickstart", version: "1.0.0" })
