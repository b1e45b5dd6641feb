/**
 * A server that asks for everything that a client may have: where it may work, what the user wants, and what a model
 * makes of it.
 */
import { Ask, Form, McpServer, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Release = Form.make({
  version: Schema.String.check(Schema.isPattern(/^\d+\.\d+$/)).annotate({ title: "Version" }),
  channel: Form.choice({ stable: "For everybody", beta: "For the curious" }).annotate({ default: "stable" })
})

const announce = Tool.serve("announce_release", {
  description: "Write the announcement of a release of the project at hand",
  success: Schema.Struct({ project: Schema.String, release: Schema.String, text: Schema.String })
}, () =>
  Effect.gen(function*() {
    const { roots: [root] } = yield* Ask.roots
    if (root === undefined) return yield* Effect.fail(Tool.fail("There is no project at hand"))
    const project = root.name ?? root.uri
    const { channel, version } = yield* Ask.form(Release, `Which release of ${project}?`)
    const { content } = yield* Ask.sample({
      messages: [{ role: "user", content: { type: "text", text: `Announce ${project} ${version} in one sentence.` } }],
      maxTokens: 100
    })
    const text = "text" in content ? content.text : ""
    return { project, release: `${version} (${channel})`, text }
  }).pipe(
    Effect.catchReason("AskError", "Declined", () => Effect.fail(Tool.fail("The user does not want a release now")))
  ))

/** The server; it wants a transport. */
export const Server = McpServer.layer(announce, { name: "answers", version: "1.0.0" })
