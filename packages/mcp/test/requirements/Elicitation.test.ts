/** What the specification demands of questions: which ones a client takes, what they look like, and how they end. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Ask from "../../src/contract/Ask.ts"
import type { Component } from "../../src/contract/Catalog.ts"
import type { McpRequest } from "../../src/contract/McpRequest.ts"
import type * as Served from "../../src/contract/Served.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { official } from "../revision/Official.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { initializeParams, notification, type Received, request, serverInfo, textsOf } from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

const visit = { message: "Go there", url: "https://example.com/" }

const confirm = Ask.form({ sure: Schema.Boolean }, "Sure?")

/** A tool that asks, and tells how that ended. */
const asking = <A>(name: string, effect: Effect.Effect<A, Ask.AskError, McpRequest>) =>
  Tool.serve(
    name,
    {},
    () =>
      Effect.match(effect, {
        onFailure: ({ reason }) => reason._tag,
        onSuccess: (value) => JSON.stringify(value) ?? "-"
      })
  )

const openSession = (tool: Served.Served<Component, McpRequest>, capabilities: object, version = "2025-11-25") =>
  Effect.gen(function*() {
    const line = yield* Line.open(yield* McpServer.make(tool, serverInfo))
    yield* line.ask("initialize", { ...initializeParams(version), capabilities })
    line.say(notification("notifications/initialized"))
    return line
  })

const isQuestion = ({ id, method }: Received) => id !== undefined && method !== undefined

describe("a mode", () => {
  const cases = [
    [{}, confirm, true],
    [{}, Ask.url(visit), false],
    [{ form: {} }, confirm, true],
    [{ form: {} }, Ask.url(visit), false],
    [{ url: {} }, confirm, false],
    [{ url: {} }, Ask.url(visit), true],
    [{ form: {}, url: {} }, confirm, true],
    [{ form: {}, url: {} }, Ask.url(visit), true]
  ] as const
  it.effect.each(cases)("is used where it is declared, which {} is for forms: %j (ELI-03, ELI-05)", (
    [elicitation, effect, isAsked]
  ) =>
    Effect.gen(function*() {
      const tool = asking("ask", effect as Effect.Effect<unknown, Ask.AskError, McpRequest>)
      const line = yield* openSession(tool, { elicitation })
      line.say(request(1, "tools/call", { name: "ask" }))
      assert.strictEqual(line.sent.some(isQuestion), isAsked)
      if (!isAsked) assert.deepStrictEqual(textsOf(yield* line.hear(({ id }) => id === 1)), ["Unsupported"])
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const answer = yield* Rounds.send(http, "tools/call", { name: "ask" }, { elicitation })
      assert.strictEqual(answer.result?.resultType === "input_required", isAsked)
    }))
})

describe("a question", () => {
  const fields = {
    text: Schema.String.check(Schema.isMinLength(1)),
    number: Schema.Finite,
    integer: Schema.Int,
    flag: Schema.Boolean,
    choice: Schema.Literals(["a", "b"]),
    titled: Schema.Union([
      Schema.Literal("x").annotate({ title: "Ex" }),
      Schema.Literal("y").annotate({ title: "Why" })
    ]),
    several: Schema.Array(Schema.Literals(["a", "b"])),
    optional: Schema.optionalKey(Schema.String)
  }

  it.effect.each(["2025-06-18", "2025-11-25"] as const)(
    "by form is what the official schema says, with a message and a flat schema: %s (ELI-06, ELF-01 to ELF-03)",
    (version) =>
      Effect.gen(function*() {
        const line = yield* openSession(asking("ask", Ask.form(fields, "Tell me")), { elicitation: {} }, version)
        line.say(request(1, "tools/call", { name: "ask" }))
        const { id: _, jsonrpc: _2, ...question } = yield* line.hear(isQuestion)
        const envelope = version === "2025-11-25" ? { jsonrpc: "2.0", id: 1 } : {}
        assert.deepStrictEqual(official[version].errorsClosed("ElicitRequest", { ...envelope, ...question }), [])
        assert.strictEqual(question.params?.message, "Tell me")
        assert.include(["form", undefined], question.params?.mode)
        const requested = question.params?.requestedSchema as { readonly properties: object } | undefined
        const properties = requested?.properties ?? {}
        assert.sameMembers(Object.keys(properties), Object.keys(fields))
        for (const property of Object.values(properties)) {
          assert.include(["string", "number", "integer", "boolean", "array"], property.type)
          assert.notProperty(property, "properties")
        }
      })
  )

  it.effect("by form is flat in the stateless era too (ELF-02, ELF-03)", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* McpServer.make(asking("ask", Ask.form(fields, "Tell me")), serverInfo))
      const { result } = yield* Rounds.send(http, "tools/call", { name: "ask" })
      assert.deepStrictEqual(official["2026-07-28"].errorsClosed("InputRequiredResult", result), [])
    }))

  it.effect("that is no flat form is not asked (ELF-02)", () =>
    Effect.gen(function*() {
      const deep = { inner: Schema.Struct({ a: Schema.String }) } as unknown as { readonly a: typeof Schema.String }
      const line = yield* openSession(asking("ask", Ask.form(deep, "Tell me")), { elicitation: {} })
      const answer = yield* line.ask("tools/call", { name: "ask" })
      assert.strictEqual(answer.result?.isError, true)
      assert.isFalse(line.sent.some(isQuestion))
    }))

  it.effect("by URL has a mode, a message, a URL, and an id of its own (ELU-01, ELU-03)", () =>
    Effect.gen(function*() {
      const line = yield* openSession(asking("ask", Ask.url(visit)), { elicitation: { url: {} } })
      for (const id of [1, 2, 3]) line.say(request(id, "tools/call", { name: "ask" }))
      const questions = line.sent.filter(isQuestion)
      assert.strictEqual(questions.length, 3)
      for (const question of questions) {
        assert.deepStrictEqual(official["2025-11-25"].errorsClosed("ElicitRequest", question), [])
        assert.deepInclude(question.params, { mode: "url", ...visit })
      }
      assert.strictEqual(new Set(questions.map(({ params }) => params?.elicitationId)).size, 3)
    }))

  it.effect.each(["", "somewhere", "//example.com", "http://", "https://exa mple.com/", "example.com/a"])(
    "by URL is not asked when that is none: '%s' (ELU-02)",
    (url) =>
      Effect.gen(function*() {
        const asked = [
          asking("ask", Ask.url({ ...visit, url })),
          asking("ask", Ask.elicit({ mode: "url", message: "Go there", url, elicitationId: "1" })),
          Tool.serve("ask", {}, () => Ask.urlRequired([{ ...visit, url, elicitationId: "1" }]))
        ]
        for (const tool of asked) {
          const line = yield* openSession(tool, { elicitation: { url: {} } })
          const { result } = yield* line.ask("tools/call", { name: "ask" })
          assert.strictEqual(result?.isError, true)
          assert.isFalse(line.sent.some(isQuestion))
          const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
          const answer = yield* Rounds.send(http, "tools/call", { name: "ask" })
          assert.strictEqual(answer.result?.isError, true)
        }
      }).pipe(Effect.provide(Logger.layer([])))
  )

  it.effect("to a model has messages with a role and content (SMP-18)", () =>
    Effect.gen(function*() {
      const sample = Ask.sample({
        messages: [
          { role: "user", content: { type: "text", text: "2+2?" } },
          { role: "assistant", content: [{ type: "text", text: "4" }] }
        ],
        maxTokens: 10
      })
      const http = yield* Http.make(yield* McpServer.make(asking("ask", sample), serverInfo))
      const answer = yield* Rounds.send(http, "tools/call", { name: "ask" })
      const [question] = Object.values(Rounds.questionsOf(answer) ?? {})
      assert.deepStrictEqual(official["2026-07-28"].errorsClosed("CreateMessageRequest", question), [])
      assert.lengthOf(question?.params.messages as ReadonlyArray<unknown>, 2)
    }))
})

describe("a question that is not answered as hoped", () => {
  const endings = [
    [{ result: { action: "decline" } }, "Declined"],
    [{ result: { action: "cancel" } }, "Cancelled"],
    [{ result: { action: "accept" } }, "InvalidAnswer"],
    [{ result: { action: "accept", content: { sure: "yes" } } }, "InvalidAnswer"],
    [{ result: {} }, "InvalidAnswer"],
    [{ error: { code: -32602, message: "no" } }, "Refused"],
    [{ error: { code: -1, message: "no" } }, "Refused"]
  ] as const
  it.effect.each(endings)(
    "ends the call as its handler decides: %j is %s (ELI-14)",
    ([answer, expected]) =>
      Effect.gen(function*() {
        const line = yield* openSession(asking("ask", confirm), { elicitation: {} })
        line.say(request("call", "tools/call", { name: "ask" }))
        const { id } = yield* line.hear(isQuestion)
        line.say({ jsonrpc: "2.0", id, ...answer })
        assert.deepStrictEqual(textsOf(yield* line.hear((message) => message.id === "call")), [expected])
      })
  )

  it.effect("is not answered by another session (ELS-01)", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* McpServer.make(asking("ask", confirm), serverInfo))
      const open = Effect.map(
        http.post(request(0, "initialize", { ...initializeParams("2025-11-25"), capabilities: { elicitation: {} } })),
        (exchange) => ({ "mcp-session-id": exchange.header("mcp-session-id") })
      )
      const [mine, other] = [yield* open, yield* open]
      const json = { "content-type": "application/json" }
      const exchange = http.start("POST", { ...json, ...mine }, request(1, "tools/call", { name: "ask" }))
      yield* exchange.arrived(1)
      const id = exchange.messages().find(isQuestion)?.id
      const yes = { jsonrpc: "2.0", id, result: { action: "accept", content: { sure: true } } }
      yield* http.post(yes, other)
      assert.isFalse(exchange.isOver())
      yield* http.post({ jsonrpc: "2.0", id, result: { action: "decline" } }, mine)
      yield* exchange.over
      assert.deepStrictEqual(textsOf(exchange.messages().at(-1) ?? assert.fail("no answer")), ["Declined"])
    }))
})

describe("a visit that must be made first", () => {
  const visits = [1, 2].map((number) => ({ ...visit, elicitationId: `visit ${number}` }))
  const needing = Tool.serve(
    "need",
    {},
    () =>
      Effect.as(
        Effect.catchTag(Ask.urlRequired(visits), "AskError", ({ reason }) => Effect.succeed(reason._tag)),
        "done"
      )
  )
  const open = (version: string, elicitation: object) =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* McpServer.make(needing, serverInfo))
      yield* line.ask("initialize", { ...initializeParams(version), capabilities: { elicitation } })
      return line
    })

  it.effect("is an error of its own, with all visits by URL and id (ELU-09, ELU-10, ERR-14)", () =>
    Effect.gen(function*() {
      const line = yield* open("2025-11-25", { url: {} })
      const { error } = yield* line.ask("tools/call", { name: "need" })
      assert.strictEqual(error?.code, -32042)
      assert.deepStrictEqual(error?.data, { elicitations: visits.map((one) => ({ mode: "url", ...one })) })
      assert.deepStrictEqual(
        official["2025-11-25"].errors("URLElicitationRequiredError", { jsonrpc: "2.0", id: 1, error }),
        []
      )
    }))

  it.effect("is no such error where the revision or the client has it not (ELU-11, ERR-06, ERR-14)", () =>
    Effect.gen(function*() {
      for (const [version, elicitation] of [["2025-11-25", {}], ["2025-06-18", {}], ["2024-11-05", {}]] as const) {
        const line = yield* open(version, elicitation)
        line.say(request(1, "tools/call", { name: "need" }))
        for (const { error } of line.sent) assert.notStrictEqual(error?.code, -32042)
      }
      const http = yield* Http.make(yield* McpServer.make(needing, serverInfo))
      const answer = yield* Rounds.send(http, "tools/call", { name: "need" })
      assert.strictEqual(answer.result?.resultType, "input_required")
    }))

  it.effect("is reported as done to the client that was asked, under its id (ELU-05, ELU-06)", () =>
    Effect.gen(function*() {
      const done = Tool.serve("done", {}, () => Effect.as(Ask.visited("visit 1"), "done"))
      const http = yield* Http.make(yield* McpServer.make(done, serverInfo))
      const [mine, other] = [yield* http.initialize(), yield* http.initialize()]
      const listening = http.start("GET", { accept: "text/event-stream", ...other })
      const exchange = yield* http.post(request(1, "tools/call", { name: "done" }), mine)
      const [told, answer] = exchange.messages()
      assert.deepStrictEqual([told?.method, told?.params], [
        "notifications/elicitation/complete",
        { elicitationId: "visit 1" }
      ])
      assert.strictEqual(answer?.id, 1)
      assert.deepStrictEqual(listening.messages(), [])
    }))
})
