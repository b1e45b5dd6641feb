/**
 * Prompts of several messages: what the user says, what the assistant is to have answered, a document inside a message,
 * and a picture.
 */
import { Catalog, Content, McpServer, Prompt } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const ReviewCode = Prompt.make("review_code", {
  title: "Review code",
  description: "Have some code reviewed, by the rules of the house",
  parameters: {
    code: Schema.String.annotate({ description: "The code" }),
    language: Schema.optionalKey(Schema.String.annotate({ description: "Its language; TypeScript unless given" }))
  }
})

const NamePicture = Prompt.make("name_picture", {
  title: "Name a picture",
  description: "Find a title for a picture, which is a PNG image as base64",
  parameters: { picture: Schema.Uint8ArrayFromBase64 }
})

/** What the server offers. */
export const PromptsCatalog = Catalog.make("prompts").add(ReviewCode, NamePicture)

const rules = `# Rules of the house

1. Names are whole words.
2. Failures are values.
`

const Handlers = PromptsCatalog.layer({
  prompts: {
    review_code: ({ code, language = "TypeScript" }) =>
      Effect.succeed([
        Prompt.user("I am going to show you code. These are the rules that it must follow:"),
        Prompt.user(Content.resource("rules://house", rules, "text/markdown")),
        Prompt.assistant("I have read the rules. Show me the code."),
        Prompt.user(`Which rules does this ${language} break, and where?\n\n${code}`)
      ]),
    name_picture: ({ picture }) =>
      Effect.succeed([
        Prompt.user("What would you call this picture? Three words at most."),
        Prompt.user(Content.image(picture, "image/png"))
      ])
  }
})

/** The server; it wants a transport. */
export const Server = McpServer.layer(PromptsCatalog, { name: "prompts", version: "1.0.0" }).pipe(
  Layer.provide(Handlers)
)
