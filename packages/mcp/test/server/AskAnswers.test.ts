/** What is made of answers to questions that were written out by hand, and of conversations that are put to a model. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Ask from "../../src/contract/Ask.ts"
import type { Component } from "../../src/contract/Catalog.ts"
import type { McpRequest } from "../../src/contract/McpRequest.ts"
import type * as Served from "../../src/contract/Served.ts"
import * as Tool from "../../src/contract/Tool.ts"
import type { RequestedSchema } from "../../src/schema/Elicitation.ts"
import type { CreateMessageParams } from "../../src/schema/Sampling.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { initializeParams, notification, type Received, serverInfo, textsOf } from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

const open = (tool: Served.Served<Component, McpRequest>, capabilities: object, version = "2025-11-25") =>
  Effect.gen(function*() {
    const line = yield* Line.open(yield* McpServer.make(tool, serverInfo))
    yield* line.ask("initialize", { ...initializeParams(version), capabilities })
    line.say(notification("notifications/initialized"))
    return line
  })

const requestedSchema: RequestedSchema = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 1, maxLength: 2 },
    mail: { type: "string", format: "email" },
    age: { type: "integer", minimum: 18, maximum: 99 },
    score: { type: "number" },
    sure: { type: "boolean" },
    size: { type: "string", enum: ["s", "m"] },
    plan: { type: "string", oneOf: [{ const: "free", title: "Free" }, { const: "pro", title: "Pro" }] },
    colors: { type: "array", items: { type: "string", enum: ["red", "blue"] }, minItems: 1, maxItems: 2 }
  },
  required: ["name"]
}

/** A tool that asks with a form by hand, and tells what came of it. */
const elicits = Tool.serve("elicits", {}, () =>
  Effect.match(Ask.elicit({ message: "Who?", requestedSchema }), {
    onSuccess: ({ action, content }) => `${action} ${JSON.stringify(content)}`,
    onFailure: ({ reason }) => reason._tag
  }))

const elicited = (answer: object, version?: string) =>
  Effect.gen(function*() {
    const line = yield* open(elicits, { elicitation: {} }, version)
    yield* Rounds.answering(line, () => answer)
    return textsOf(yield* line.ask("tools/call", { name: "elicits" }))[0]
  })

describe("an answer to a form by hand", () => {
  const full = {
    name: "😀😀",
    mail: "a@b.example",
    age: 18,
    score: 1.5,
    sure: false,
    size: "m",
    plan: "pro",
    colors: ["red"]
  }

  it.effect.each([{ name: "A" }, full, { name: "A", unknown: "kept" }])(
    "is given as it came: %j",
    (content) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* elicited(Rounds.accept(content)), `accept ${JSON.stringify(content)}`)
      })
  )

  const wrong = [
    {},
    { name: "" },
    { name: "ABC" },
    { name: 1 },
    { name: "A", mail: "nobody" },
    { name: "A", age: 17 },
    { name: "A", age: 100 },
    { name: "A", age: 18.5 },
    { name: "A", score: "1" },
    { name: "A", sure: "yes" },
    { name: "A", size: "l" },
    { name: "A", plan: "Pro" },
    { name: "A", colors: [] },
    { name: "A", colors: ["green"] },
    { name: "A", colors: ["red", "blue", "red"] }
  ]
  it.effect.each(wrong)("is checked against its schema: %j (ELF-06)", (content) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* elicited(Rounds.accept(content)), "InvalidAnswer")
    }))

  it.effect("is not looked for when the user declined", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* elicited({ action: "decline" }), "decline undefined")
      assert.strictEqual(yield* elicited({ action: "cancel" }), "cancel undefined")
    }))

  it.effect("may be one choice where the revision knows no other", () =>
    Effect.gen(function*() {
      const text = yield* elicited(Rounds.accept({ name: "A", colors: "blue" }), "2025-06-18")
      assert.strictEqual(text, "accept {\"name\":\"A\",\"colors\":[\"blue\"]}")
    }))

  it.effect("is checked in the stateless era too", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* McpServer.make(elicits, serverInfo))
      const converse = (content: object) =>
        Rounds.converse((params) => Rounds.send(http, "tools/call", params), { name: "elicits" }, () =>
          Rounds.accept(content))
      assert.deepStrictEqual(textsOf((yield* converse({ name: "A" })).last), ["accept {\"name\":\"A\"}"])
      assert.deepStrictEqual(textsOf((yield* converse({ name: 1 })).last), ["InvalidAnswer"])
    }))
})

type Messages = CreateMessageParams["messages"]

const text = (role: "user" | "assistant", words: string): Messages[number] => ({
  role,
  content: { type: "text", text: words }
})

const use = (id: string) => ({ type: "tool_use", id, name: "add", input: {} }) as const

const result = (toolUseId: string) => ({ type: "tool_result", toolUseId, content: [] }) as const

const isQuestion = ({ id, method }: Received) => id !== undefined && method !== undefined

/** Whether a model is asked with these messages. */
const isAsked = (messages: Messages) =>
  Effect.gen(function*() {
    const tool = Tool.serve("sample", {}, () => Effect.as(Ask.sample({ messages, maxTokens: 1, tools: [] }), "done"))
    const line = yield* open(tool, { sampling: { tools: {} } })
    yield* Rounds.answering(line, () => ({ role: "assistant", model: "m", content: { type: "text", text: "4" } }))
    const answer = yield* line.ask("tools/call", { name: "sample" })
    const asked = line.sent.some(isQuestion)
    assert.strictEqual(answer.result?.isError !== true, asked)
    return asked
  }).pipe(Effect.provide(Logger.layer([])))

describe("a conversation", () => {
  const question = text("user", "2+2?")

  const balanced: ReadonlyArray<readonly [string, Messages]> = [
    ["no tools", [question, text("assistant", "4"), question]],
    ["one use", [question, { role: "assistant", content: use("a") }, { role: "user", content: result("a") }]],
    ["several uses, in any order", [
      question,
      { role: "assistant", content: [{ type: "text", text: "Let me see" }, use("a"), use("b")] },
      { role: "user", content: [result("b"), result("a")] },
      text("assistant", "4")
    ]]
  ]
  it.effect.each(balanced)(
    "in which tools are used properly is put to the model: %s",
    ([, messages]) =>
      Effect.gen(function*() {
        assert.isTrue(yield* isAsked(messages))
      })
  )

  const unbalanced: ReadonlyArray<readonly [string, Messages]> = [
    ["results beside text", [
      question,
      { role: "assistant", content: use("a") },
      { role: "user", content: [result("a"), { type: "text", text: "there" }] }
    ]],
    ["a use without a result", [question, { role: "assistant", content: use("a") }, question]],
    ["a use at the end", [question, { role: "assistant", content: use("a") }]],
    ["one of two results", [
      question,
      { role: "assistant", content: [use("a"), use("b")] },
      { role: "user", content: result("a") }
    ]],
    ["a result later on", [
      question,
      { role: "assistant", content: use("a") },
      text("assistant", "wait"),
      { role: "user", content: result("a") }
    ]],
    ["a result without a use", [question, { role: "user", content: result("a") }]],
    ["a result of another use", [
      question,
      { role: "assistant", content: use("a") },
      { role: "user", content: [result("a"), result("b")] }
    ]],
    ["a use by the user", [{ role: "user", content: use("a") }, { role: "user", content: result("a") }]],
    ["a result by the model", [
      question,
      { role: "assistant", content: use("a") },
      { role: "assistant", content: result("a") }
    ]]
  ]
  it.effect.each(unbalanced)(
    "is not put to the model with %s (SMP-08, SMP-09, SMP-12)",
    ([, messages]) =>
      Effect.gen(function*() {
        assert.isFalse(yield* isAsked(messages))
      })
  )
})
