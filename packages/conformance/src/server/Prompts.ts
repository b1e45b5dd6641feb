/**
 * The prompts of the fixture server: plain, with arguments, with a resource, with an image.
 */
import { Catalog, Content, Prompt } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { png } from "./Media.ts"

const Simple = Prompt.make("test_simple_prompt", { description: "A prompt without arguments" })

const WithArguments = Prompt.make("test_prompt_with_arguments", {
  description: "A prompt that repeats its arguments",
  parameters: {
    arg1: Schema.String.annotate({ description: "The first argument" }),
    arg2: Schema.String.annotate({ description: "The second argument" })
  }
})

const WithEmbeddedResource = Prompt.make("test_prompt_with_embedded_resource", {
  description: "A prompt with a resource inside",
  parameters: { resourceUri: Schema.String.annotate({ description: "The URI of the resource" }) }
})

const WithImage = Prompt.make("test_prompt_with_image", { description: "A prompt with an image" })

/** The prompts. */
export const Prompts = Catalog.make("conformance-prompts").add(Simple, WithArguments, WithEmbeddedResource, WithImage)

/** What the first argument is completed from. */
const words = ["paris", "park", "party", "test", "testing"]

/** Their handlers. */
export const PromptsLive = Prompts.layer({
  prompts: {
    test_simple_prompt: () => Effect.succeed("This is a simple prompt for testing."),
    test_prompt_with_arguments: {
      handle: ({ arg1, arg2 }) => Effect.succeed(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
      complete: { arg1: (value) => Effect.succeed(words.filter((word) => word.startsWith(value))) }
    },
    test_prompt_with_embedded_resource: ({ resourceUri }) =>
      Effect.succeed([
        Prompt.user(Content.resource(resourceUri, "Embedded resource content for testing.", "text/plain")),
        Prompt.user("Please process the embedded resource above.")
      ]),
    test_prompt_with_image: () =>
      Effect.succeed([
        Prompt.user(Content.image(png, "image/png")),
        Prompt.user("Please analyze the image above.")
      ])
  }
})
