/**
 * Our client and servers of others that ask: for forms and visits, for messages of a model, for roots.
 */
import { assert, describe, it, layer } from "@effect/vitest"
import { Elicitation, McpClient, Roots, Sampling } from "@parley/mcp"
import type { Root } from "@parley/mcp/schema/Roots"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { pathToFileURL } from "node:url"
import { sidesWith } from "./Libraries.ts"
import {
  client,
  clientWith,
  Folder,
  installed,
  live,
  overHttp,
  overStdio,
  saying,
  textOf,
  type Trials,
  tryTools
} from "./Servers.ts"

const uri = "file:///home/ada"

/** A user who fills in a name and agrees to visits, a model that knows one answer, and one root. */
const answers = Layer.mergeAll(
  Elicitation.layer({
    form: ({ check, defaults }) => {
      const content = { ...defaults, name: "Ada" }
      return Effect.as(Effect.fromResult(check(content)), Elicitation.accept(content))
    },
    url: () => Effect.succeed(Elicitation.accept()),
    goOn: () => Effect.succeed(true)
  }),
  Sampling.layer({
    createMessage: ({ maxTokens }) =>
      Effect.succeed({
        role: "assistant",
        model: "deep-thought",
        content: { type: "text", text: `42 in ${maxTokens} tokens` }
      })
  }),
  Roots.layer([{ uri, name: "home" }])
)

describe.each(sidesWith("ask"))("$name in $version asks", ({ foreign, revisions, without }) => {
  describe.each([
    ["stdio", overStdio(foreign)],
    ["Streamable HTTP", overHttp({ ...foreign, args: ["http"] })]
  ])("over %s", (_, transport) => {
    layer(clientWith({ revisions }).pipe(Layer.provide([transport, answers])), live)((it) => {
      const questions = [["ask", "accept: Ada"], ["sample", "42 in 10 tokens"], ["roots", uri]] as const
      it.effect.each(questions.filter(([tool]) => !without.includes(tool)))(
        "with %s",
        ([name, text]) =>
          Effect.gen(function*() {
            const { callTool } = yield* McpClient.McpClient
            assert.strictEqual(textOf(yield* callTool({ name })), text)
          })
      )

      it.effect("several calls at a time", () =>
        Effect.gen(function*() {
          const { callTool } = yield* McpClient.McpClient
          const results = yield* Effect.all(Array.from({ length: 10 }, () => callTool({ name: "ask" })), {
            concurrency: "unbounded"
          })
          assert.isTrue(results.every((result) => textOf(result) === "accept: Ada"))
        }))
    })
  })
})

const everything = { program: installed("@modelcontextprotocol/server-everything") }

const trials: Trials = {
  "trigger-elicitation-request": { check: saying(/Name: Ada[^]*"integer": 42[^]*"fish-1"/) },
  "trigger-sampling-request": { arguments: { prompt: "?", maxTokens: 7 }, check: saying("42 in 7 tokens") },
  "get-roots-list": { check: saying(uri) },
  "trigger-url-elicitation": {
    arguments: { url: "https://example.com/visit", message: "Go" },
    check: saying("completed the URL elicitation")
  }
}

/** What it lists for every client is called elsewhere. */
const forAll = [
  "echo",
  "get-annotated-message",
  "get-env",
  "get-resource-links",
  "get-resource-reference",
  "get-structured-content",
  "get-sum",
  "get-tiny-image",
  "gzip-file-as-resource",
  "simulate-research-query",
  "toggle-simulated-logging",
  "toggle-subscriber-updates",
  "trigger-long-running-operation"
]

describe.each([
  ["stdio", overStdio(everything)],
  ["Streamable HTTP", overHttp({ ...everything, args: ["streamableHttp"] })],
  ["HTTP+SSE", overHttp({ ...everything, args: ["sse"] }, "/sse")]
])("the everything server asks over %s", (_, transport) => {
  layer(client.pipe(Layer.provide([transport, answers])), live)((it) => {
    tryTools(it, trials, forAll)

    it.effect("for a visit before it goes on (-32042)", () =>
      Effect.gen(function*() {
        const { callTool } = yield* McpClient.McpClient
        const args = { url: "https://example.com/first", message: "Go", errorPath: true }
        const result = yield* callTool({ name: "trigger-url-elicitation", arguments: args })
        saying("completed the URL elicitation")(result)
      }))
  })
})

describe("the filesystem server", () => {
  const roots = (...folders: ReadonlyArray<string>): ReadonlyArray<Root> =>
    folders.map((folder) => ({ uri: pathToFileURL(folder).href }))

  it.live("stays in the roots, and follows when they change", () =>
    Effect.gen(function*() {
      const folder = Effect.map(Layer.build(Layer.fresh(Folder.layer)), (context) => Context.get(context, Folder))
      const [first, second] = [yield* folder, yield* folder]
      const ref = yield* SubscriptionRef.make(roots(first))
      const transport = overStdio({ program: installed("@modelcontextprotocol/server-filesystem") })
      const connected = client.pipe(Layer.provide([transport, Roots.layerRef(ref)]))
      yield* Effect.gen(function*() {
        const { callTool } = yield* McpClient.McpClient
        /** The server asks when it likes, so what it has heard is asked for until it has. */
        const allowed = (folder: string) =>
          callTool({ name: "list_allowed_directories" }).pipe(
            Effect.map((result) => saying(folder)(result)),
            Effect.catchDefect(Effect.fail),
            Effect.retry(Schedule.spaced("20 millis")),
            Effect.timeout("5 seconds")
          )
        yield* allowed(first)
        yield* SubscriptionRef.set(ref, roots(second))
        yield* allowed(second)
      }).pipe(Effect.provide(connected))
    }).pipe(Effect.scoped))
})
