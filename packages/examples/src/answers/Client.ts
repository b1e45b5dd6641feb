/**
 * A client that answers what servers ask. Each answer is a service of its own; the client declares those that it is
 * given, and none of them knows in which era the question has come. What is shown to the user here goes to the console.
 */
import { Elicitation, McpClient, Roots, Sampling } from "@parley/mcp"
import type { Revision } from "@parley/mcp/revision/Revision"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** A user who fills in what has no default. */
const User = Elicitation.layer({
  form: ({ defaults, from, message, requestedSchema }) =>
    Effect.gen(function*() {
      yield* Console.log(`${from.info?.name} asks: ${message}`)
      for (const [field, { title }] of Object.entries(requestedSchema.properties)) {
        yield* Console.log(`  ${title ?? field}: ${defaults[field] ?? "2.0"}`)
      }
      // Fields that are left out take their defaults.
      return Elicitation.accept({ version: "2.0" })
    })
})

/** A model with one thought. */
const Model = Sampling.layer({
  createMessage: ({ maxTokens, messages: [message] }) =>
    Effect.gen(function*() {
      const asked = message !== undefined && "text" in message.content ? message.content.text : ""
      yield* Console.log(`the model is asked, for at most ${maxTokens} tokens: ${asked}`)
      const text = "It is out, and it is good."
      return { role: "assistant", content: { type: "text", text }, model: "one-thought", stopReason: "endTurn" }
    })
})

const Project = Roots.layer([{ uri: "file:///home/ada/parley", name: "Parley" }])

/** A client of these revisions that can answer everything; it wants a transport. */
export const client = (revisions: ReadonlyArray<Revision>) =>
  McpClient.layer({ name: "answers", version: "1.0.0", revisions }).pipe(Layer.provide([User, Model, Project]))

/** One call, in the middle of which the server asks. The caller does not notice. */
export const program = Effect.gen(function*() {
  const { callTool, server } = yield* McpClient.McpClient
  yield* Console.log(`speaking ${server.revision.version}`)
  const { structuredContent } = yield* callTool({ name: "announce_release", arguments: {} })
  yield* Console.log(JSON.stringify(structuredContent))
  return structuredContent
})
