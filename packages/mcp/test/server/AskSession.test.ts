/** Asking in the session era: which questions a client is asked at all, URLs, and questions that take too long. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Ask from "../../src/contract/Ask.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { all } from "../../src/revision/Revisions.ts"
import * as Asking from "../../src/server/asking/Asking.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as PendingRequests from "../../src/session/PendingRequests.ts"
import * as Line from "../support/Line.ts"
import { errorOf, initializeParams, notification, type Received, serverInfo, textsOf } from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

const sampled = { messages: [{ role: "user", content: { type: "text", text: "2+2?" } }], maxTokens: 10 } as const

const visit = { message: "Sign in there", url: "https://sign-in.example/" }

const Colors = Schema.Array(Schema.Literals(["red", "blue"]))

const questions = {
  form: Ask.form({ name: Schema.String }, "Name?"),
  url: Ask.url(visit),
  sample: Ask.sample(sampled),
  tools: Ask.sample({ ...sampled, tools: [], toolChoice: { mode: "auto" } }),
  context: Ask.sample({ ...sampled, includeContext: "thisServer" }),
  roots: Ask.roots,
  colors: Ask.form({ colors: Colors }, "Colors?")
}

/** Each asks, and tells what came of it. */
const tools = Object.entries(questions).map(([name, question]) =>
  Tool.serve(
    name,
    {},
    () => Effect.match(question, { onSuccess: () => "answered", onFailure: ({ reason }) => reason._tag })
  )
)

const open = (server: Parameters<typeof Line.open>[0], capabilities: object, version = "2025-11-25") =>
  Effect.gen(function*() {
    const line = yield* Line.open(server)
    yield* line.ask("initialize", { ...initializeParams(version), capabilities })
    line.say(notification("notifications/initialized"))
    return line
  })

const answers: Rounds.Answer = ({ method }) => {
  switch (method) {
    case "sampling/createMessage":
      return { role: "assistant", model: "m", content: { type: "text", text: "4" } }
    case "roots/list":
      return { roots: [] }
    default:
      return Rounds.accept({ name: "Ada" })
  }
}

/** What each tool says to a client with these capabilities. */
const survey = (names: ReadonlyArray<string>, capabilities: object, version?: string) =>
  Effect.gen(function*() {
    const line = yield* open(yield* McpServer.make(tools, serverInfo), capabilities, version)
    yield* Rounds.answering(line, answers)
    return yield* Effect.forEach(
      names,
      (name) => Effect.map(line.ask("tools/call", { name }), (all) => textsOf(all)[0])
    )
  })

const isQuestion = ({ id, method }: Received) => method !== undefined && id !== undefined

describe("a client", () => {
  it.effect("is asked what it has declared, and nothing else (ELI-03, ELI-05, SMP-04, SMP-07)", () =>
    Effect.gen(function*() {
      const [yes, no] = ["answered", "Unsupported"]
      const all = ["form", "url", "sample", "tools", "context", "roots"]
      assert.deepStrictEqual(yield* survey(all, {}), [no, no, no, no, no, no])
      assert.deepStrictEqual(yield* survey(all, { elicitation: {} }), [yes, no, no, no, no, no])
      assert.deepStrictEqual(yield* survey(all, { elicitation: { form: {} } }), [yes, no, no, no, no, no])
      assert.deepStrictEqual(yield* survey(all, { elicitation: { url: {} } }), [no, yes, no, no, no, no])
      assert.deepStrictEqual(yield* survey(all, { sampling: {} }), [no, no, yes, no, no, no])
      assert.deepStrictEqual(yield* survey(all, { sampling: { tools: {} }, roots: {} }), [no, no, yes, yes, no, yes])
      assert.deepStrictEqual(yield* survey(all, Rounds.everything), [yes, yes, yes, yes, yes, yes])
    }))

  it.effect("of an older revision is asked what that has", () =>
    Effect.gen(function*() {
      const all = ["form", "url", "sample", "tools", "context"]
      const declared = { elicitation: {}, sampling: {} }
      assert.deepStrictEqual(
        yield* survey(all, declared, "2025-06-18"),
        ["answered", "Unsupported", "answered", "Unsupported", "answered"]
      )
      assert.deepStrictEqual(yield* survey(["form", "sample"], declared, "2025-03-26"), ["Unsupported", "answered"])
    }))

  it.effect("that knows one choice only may give one where several are possible", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(
        Tool.serve("colors", {}, () => Effect.map(questions.colors, ({ colors }) => colors.join())),
        serverInfo
      )
      const line = yield* open(server, { elicitation: {} }, "2025-06-18")
      yield* Rounds.answering(line, () => Rounds.accept({ colors: "blue" }))
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "colors" })), ["blue"])
    }))
})

describe("a question without an answer", () => {
  it.effect("is told to the model, and fails a prompt", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make([
        Tool.serve("tool", {}, () => Effect.as(questions.form, "done")),
        Prompt.serve("prompt", {}, () => Effect.as(questions.form, "done"))
      ], serverInfo)
      const line = yield* open(server, { elicitation: {} })
      yield* Rounds.answering(line, () => ({ action: "decline" }))
      const { result } = yield* line.ask("tools/call", { name: "tool" })
      assert.deepStrictEqual(result, { content: [{ type: "text", text: "The user declined" }], isError: true })
      assert.strictEqual(errorOf(yield* line.ask("prompts/get", { name: "prompt" })), "-32603 The user declined")
    }))

  it.effect("is withdrawn when its time is up", () =>
    Effect.gen(function*() {
      const slow = questions.form.pipe(
        Effect.provideService(Ask.Timeout, "10 seconds"),
        Effect.match({ onSuccess: () => "answered", onFailure: ({ message }) => message })
      )
      const server = yield* McpServer.make(Tool.serve("slow", {}, () => slow), serverInfo)
      const line = yield* open(server, { elicitation: {} })
      line.say({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "slow" } })
      const question = yield* line.hear(isQuestion)
      yield* TestClock.adjust("10 seconds")
      const answer = yield* line.hear(({ id, method }) => id === 1 && method === undefined)
      assert.deepStrictEqual(textsOf(answer), ["There was no answer within 10000 ms"])
      const withdrawn = yield* line.hear(({ method }) => method === "notifications/cancelled")
      assert.deepStrictEqual(withdrawn.params, { requestId: question.id })
    }))
})

describe("a question that is over", () => {
  const [revision] = all.filter(({ era }) => era === "session")

  const channelOf = (pending: PendingRequests.PendingRequests, send: (text: string) => Effect.Effect<void>) => {
    if (revision === undefined) throw new Error("no revision of the session era")
    return { revision, clientCapabilities: { roots: {} }, pending, send }
  }

  const ends = [
    ["that cannot be sent", () => Effect.die("gone"), 2],
    ["that is interrupted", () => Effect.interrupt, 2],
    ["that has found no place", () => Effect.never, 0]
  ] as const
  it.effect.each(ends)("is waited for no more: one %s", ([, send, max]) =>
    Effect.gen(function*() {
      const pending = PendingRequests.make(max)
      yield* Effect.exit(Asking.over(channelOf(pending, send))("roots/list", {}))
      assert.strictEqual(pending.waiting.size, 0)
    }))
})

describe("a visit", () => {
  it.effect("has an id of its own, and can be said to be over (ELU-01, ELU-03, ELU-05, ELU-06)", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make([
        Tool.serve("twice", {}, () => Effect.as(Effect.andThen(Ask.url(visit), Ask.url(visit)), "done")),
        Tool.serve("over", {}, () =>
          Effect.gen(function*() {
            yield* Ask.url({ ...visit, elicitationId: "visit-1" })
            yield* Ask.visited("visit-1")
            return "done"
          }))
      ], serverInfo)
      const line = yield* open(server, { elicitation: { url: {} } })
      yield* Rounds.answering(line, () => ({ action: "accept" }))
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "twice" })), ["done"])
      const asked = line.sent.filter(isQuestion).map(({ params }) => params ?? {})
      assert.deepStrictEqual(asked.map(({ mode, url }) => [mode, url]), [["url", visit.url], ["url", visit.url]])
      assert.strictEqual(new Set(asked.map(({ elicitationId }) => elicitationId)).size, 2)
      yield* line.ask("tools/call", { name: "over" })
      const complete = yield* line.hear(({ method }) => method === "notifications/elicitation/complete")
      assert.deepStrictEqual(complete.params, { elicitationId: "visit-1" })
    }))

  it.effect("that must come first fails the request, where there is an error for it (ELU-09 to ELU-11)", () =>
    Effect.gen(function*() {
      let visited = false
      const required = { ...visit, elicitationId: "visit-1" }
      const tool = Tool.serve("gated", {}, () =>
        Effect.gen(function*() {
          if (!visited) yield* Ask.urlRequired([required])
          return "in"
        }))
      const line = yield* open(yield* McpServer.make(tool, serverInfo), { elicitation: { url: {} } })
      const { error } = yield* line.ask("tools/call", { name: "gated" })
      assert.strictEqual(error?.code, -32042)
      assert.deepStrictEqual(error?.data, { elicitations: [{ mode: "url", ...required }] })
      visited = true
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "gated" })), ["in"])
    }))
})
