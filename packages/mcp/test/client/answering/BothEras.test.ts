/** Handlers that ask, in Parley's own server, and the same answers of a client in every revision and over each transport. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Elicitation from "../../../src/client/answering/Elicitation.ts"
import * as Roots from "../../../src/client/answering/Roots.ts"
import * as Sampling from "../../../src/client/answering/Sampling.ts"
import * as McpClient from "../../../src/client/McpClient.ts"
import * as Ask from "../../../src/contract/Ask.ts"
import * as Form from "../../../src/contract/Form.ts"
import * as Prompt from "../../../src/contract/Prompt.ts"
import * as Tool from "../../../src/contract/Tool.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import { v2024_11_05 } from "../../../src/revision/v2024_11_05.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import * as McpServer from "../../../src/server/McpServer.ts"
import * as InMemoryTransport from "../../../src/testing/InMemoryTransport.ts"
import * as McpTest from "../../../src/testing/McpTest.ts"
import * as WireRecorder from "../../../src/testing/WireRecorder.ts"

const Contact = Form.make({
  name: Schema.String,
  plan: Form.choice({ free: "Free", pro: "Everything" }).annotate({ default: "free" }),
  seats: Schema.Int.annotate({ default: 3 })
})

const contact = Ask.form(Contact, "Who are you?")

const sample = Ask.sample({ messages: [{ role: "user", content: { type: "text", text: "2+2?" } }], maxTokens: 10 })

const tools = [
  Tool.serve("contact", {}, () => Effect.map(contact, ({ name, plan, seats }) => `${name} ${plan} ${seats}`)),
  Tool.serve("sure", {}, () =>
    Ask.form({ sure: Schema.Boolean }, "Sure?").pipe(
      Effect.map(({ sure }) => String(sure)),
      Effect.catchReason("AskError", "Declined", () => Effect.succeed("declined"))
    )),
  Tool.serve("visit", {}, () => Effect.as(Ask.url({ message: "Pay", url: "https://pay.example/" }), "agreed")),
  Tool.serve("sample", {}, () => Effect.map(sample, ({ content }) => JSON.stringify(content))),
  Tool.serve("roots", {}, () => Effect.map(Ask.roots, ({ roots }) => roots.map(({ uri }) => uri).join())),
  // One question after two others at once, with a step that must happen once.
  Tool.serve("all", {}, () =>
    Effect.gen(function*() {
      const receipt = yield* Ask.once("charge", Effect.sync(() => `receipt ${++charges}`), Schema.String)
      const [{ name }, { roots }] = yield* Effect.all([contact, Ask.roots], { concurrency: 2 })
      const { content } = yield* sample
      return `${receipt} ${name} ${roots.length} ${JSON.stringify(content)}`
    }))
]

let charges = 0

const greet = Prompt.serve("greet", {}, () => Effect.map(contact, ({ name }) => `Greet ${name}`))

const server = (revisions: ReadonlyArray<Revision>) =>
  McpServer.layer([...tools, greet], { name: "asks", version: "1.0.0", revisions })

const Answers = Layer.mergeAll(
  Elicitation.layer({
    form: ({ message }) =>
      Effect.succeed(message === "Sure?" ? Elicitation.decline : Elicitation.accept({ name: "Ada" })),
    url: () => Effect.succeed(Elicitation.accept())
  }),
  Sampling.layer({
    createMessage: ({ maxTokens }) =>
      Effect.succeed({ role: "assistant", content: { type: "text", text: `4 of ${maxTokens}` }, model: "m" })
  }),
  Roots.layer([{ uri: "file:///home/ada" }])
)

const connected = (revisions: ReadonlyArray<Revision>, options: McpTest.ServerOptions & McpTest.ClientOptions) =>
  Layer.provide(McpTest.layer(server(revisions), options), Answers)

const said = Effect.fnUntraced(function*(name: string) {
  const client = yield* McpClient.McpClient
  const { content, isError } = yield* client.callTool({ name })
  const [block] = content
  return `${isError === true ? "error: " : ""}${block?.type === "text" ? block.text : ""}`
})

const four = JSON.stringify({ type: "text", text: "4 of 10" })

for (const way of ["line", "http"] as const) {
  describe(`a client over ${way}`, () => {
    for (const revision of [v2025_11_25, v2026_07_28]) {
      it.effect(`all questions of a server are answered in ${revision.version} (SDK-12)`, () =>
        Effect.gen(function*() {
          charges = 0
          assert.strictEqual(yield* said("contact"), "Ada free 3")
          assert.strictEqual(yield* said("sure"), "declined")
          assert.strictEqual(yield* said("visit"), "agreed")
          assert.strictEqual(yield* said("sample"), four)
          assert.strictEqual(yield* said("roots"), "file:///home/ada")
          assert.strictEqual(yield* said("all"), `receipt 1 Ada 1 ${four}`)
          const client = yield* McpClient.McpClient
          const { messages } = yield* client.getPrompt({ name: "greet" })
          assert.deepStrictEqual(messages[0]?.content, { type: "text", text: "Greet Ada" })
        }).pipe(Effect.provide(connected([revision], { way }))))
    }

    it.effect(`what ${v2025_06_18.version} and ${v2024_11_05.version} can ask is answered`, () =>
      Effect.gen(function*() {
        const first = Effect.gen(function*() {
          assert.strictEqual(yield* said("contact"), "Ada free 3")
          assert.strictEqual(yield* said("sample"), four)
          assert.strictEqual(yield* said("roots"), "file:///home/ada")
        })
        yield* Effect.provide(first, connected([v2025_06_18], { way }))
        const oldest = Effect.gen(function*() {
          assert.strictEqual(yield* said("sample"), four)
          assert.match(yield* said("contact"), /^error: /u)
        })
        yield* Effect.provide(oldest, connected([v2024_11_05], { way }))
      }))
  })
}

it.effect.each([v2025_11_25, v2026_07_28])(
  "no URL but the server's own is ever fetched (ELU-19): $version",
  (revision) =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const client = connected([revision], { way: "http", recorder })
      assert.strictEqual(yield* Effect.provide(said("visit"), client), "agreed")
      const seen = recorder.transcript().flatMap((entry) =>
        entry._tag === "Said" && entry.head !== undefined && "url" in entry.head ? [entry.head.url] : []
      )
      assert.deepStrictEqual([...new Set(seen)], ["http://localhost/mcp"])
    })
)

it.effect("a visit that a request needs is made, told of, and the request sent again (ELU-09)", () =>
  Effect.gen(function*() {
    const seen: Array<string | undefined> = []
    let isPaid = false
    const Pay = Tool.serve("pay", {}, () =>
      Effect.gen(function*() {
        if (!isPaid) yield* Ask.urlRequired([{ message: "Pay", url: "https://pay.example/1", elicitationId: "p1" }])
        return "paid"
      }))
    const Paid = Tool.serve("paid", {}, () =>
      Effect.gen(function*() {
        isPaid = true
        yield* Ask.visited("p1")
        return "told"
      }))
    // The user pays in the background, elsewhere; here that is another call.
    const Payer = Elicitation.layer({
      url: ({ elicitationId }) => Effect.sync(() => (seen.push(elicitationId), Elicitation.accept())),
      goOn: () => Effect.never
    })
    const both = McpClient.layer({ name: "payer", version: "1.0.0", revisions: [v2025_11_25] }).pipe(
      Layer.provide(Payer),
      Layer.provideMerge(McpServer.layer([Pay, Paid], { name: "pays", version: "1.0.0" })),
      Layer.provide(InMemoryTransport.layer)
    )
    const program = Effect.gen(function*() {
      const paying = yield* Effect.forkChild(said("pay"))
      for (let turn = 0; turn < 1_000 && seen.length === 0; turn++) yield* Effect.yieldNow
      assert.strictEqual(yield* said("paid"), "told")
      assert.strictEqual(yield* Fiber.join(paying), "paid")
      assert.deepStrictEqual(seen, ["p1"])
    })
    yield* Effect.provide(program, both)
  }))
