/** The stories of the corpus: what a client does in each. Which revisions and ways there are files for says the corpus. */
import { Elicitation } from "@parley/mcp"
import type { Client } from "@parley/mcp/client/Client"
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import type { HttpPolicy } from "@parley/mcp/session/HttpPolicy"
import type { Way } from "@parley/mcp/testing/McpTest"
import * as Script from "@parley/mcp/testing/Script"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"

/** A story. */
export interface Story {
  readonly title: string
  readonly about: string
  readonly revisions: ReadonlyArray<string>
  readonly way: Way
  readonly policy?: Partial<HttpPolicy>
  readonly script?: () => Script.Script
  readonly act: (client: Client) => Effect.Effect<unknown, McpClientError>
}

const answers = () =>
  Script.make([
    Script.form("To whom?", Elicitation.accept({ name: "Ada" })),
    Script.form("How long may Ada have it?", Elicitation.accept({ days: 14 }))
  ])

/** What is under way without anybody waiting for it comes to its end. */
const aWhile = Effect.sleep(500)

/** The stories by the names of their files. */
export const stories: { readonly [name: string]: Story } = {
  opening: {
    title: "A session is opened and closed",
    about:
      "The handshake that each session begins with, on a line. Nothing is asked; a ping shows that the session stands.",
    revisions: ["2024-11-05", "2025-06-18"],
    way: "line",
    act: (client) => client.ping
  },
  discover: {
    title: "A server without sessions is discovered",
    about: "There is no handshake: the client asks what there is, and each request says by itself who sends it.",
    revisions: ["2026-07-28"],
    way: "http",
    act: (client) => client.getPrompt({ name: "praise", arguments: { title: "Emma" } })
  },
  session: {
    title: "A session over Streamable HTTP",
    about: "The server names the session in a header, the client repeats it, and takes leave of it in the end.",
    revisions: ["2025-03-26"],
    way: "http",
    act: (client) => Effect.andThen(client.readResource("shelf://books"), aWhile)
  },
  sse: {
    title: "A session over HTTP+SSE",
    about: "The oldest way over HTTP: one stream for all that the server says, whose first event says where to post.",
    revisions: ["2024-11-05"],
    way: "sse",
    act: (client) => client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
  },
  tools: {
    title: "Tools are listed and called",
    about: "The second call fails, and says so in its result; the last names a tool that is not there.",
    revisions: ["2025-06-18", "2026-07-28"],
    way: "line",
    act: (client) =>
      Effect.gen(function*() {
        yield* client.listTools
        yield* client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
        yield* client.callTool({ name: "burn" })
        yield* Effect.ignore(client.callTool({ name: "sell" }))
      })
  },
  asking: {
    title: "A tool asks its caller",
    about: "Lending a book takes two answers, and the second question has the first answer in it.",
    revisions: ["2025-11-25", "2026-07-28"],
    way: "http",
    script: answers,
    act: (client) => Effect.andThen(client.callTool({ name: "lend", arguments: { title: "Emma" } }), aWhile)
  },
  updates: {
    title: "A resource is another",
    about: "Who listens is told that the resource is another, not what it is now.",
    revisions: ["2025-11-25", "2026-07-28"],
    way: "line",
    act: (client) =>
      Effect.gen(function*() {
        const heard = yield* Effect.forkChild(
          Stream.runCollect(Stream.take(client.resourceUpdates("shelf://books"), 2)),
          { startImmediately: true }
        )
        yield* Effect.sleep(1_500)
        yield* client.callTool({ name: "shelve" })
        yield* Fiber.join(heard)
        yield* aWhile
      })
  },
  cancelling: {
    title: "A call is given up",
    about:
      "Copying takes its time. The client has heard of two pages when it loses patience; the server says no more of it.",
    revisions: ["2025-11-25"],
    way: "line",
    act: (client) =>
      Effect.timeoutOption(
        client.callTool({ name: "copy", arguments: { pages: 5 } }, { onProgress: () => Effect.void }),
        5_000
      )
  },
  resuming: {
    title: "A stream is taken up again",
    about:
      "The server lets go of a call's stream, as it may, and the client comes back for the rest with the id of the last event that it has seen.",
    revisions: ["2025-11-25"],
    way: "http",
    policy: { pollMillis: 3_000 },
    act: (client) => client.callTool({ name: "copy", arguments: { pages: 3 } }, { onProgress: () => Effect.void })
  }
}
