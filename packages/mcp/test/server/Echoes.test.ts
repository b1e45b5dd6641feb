/** Errors about what is very long: they say what is wrong, and do not send it all back. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "../support/Line.ts"
import { claimed, serverInfo } from "../support/Messages.ts"

const long = "x".repeat(60_000)

const components = [
  Tool.serve("tool", { parameters: { size: Schema.Literals(["s", "m"]) } }, () => Effect.succeed("")),
  Prompt.serve("prompt", { parameters: { size: Schema.Literals(["s", "m"]) } }, () => Effect.succeed("")),
  Resource.serveTemplate("size://{size}", { params: { size: Schema.Literals(["s", "m"]) } }, () => Effect.succeed(""))
]

const asked = [
  [`no/${long}`, {}],
  ["tools/call", { name: long }],
  ["tools/call", { name: "tool", arguments: { size: long } }],
  ["prompts/get", { name: long }],
  ["prompts/get", { name: "prompt", arguments: { size: long } }],
  ["resources/read", { uri: `test://${long}` }],
  ["resources/read", { uri: `size://${long}` }],
  ["resources/read", { uri: `size://${long}${long}` }],
  ["completion/complete", { ref: { type: "ref/prompt", name: long }, argument: { name: "size", value: "" } }],
  ["completion/complete", { ref: { type: "ref/prompt", name: "prompt" }, argument: { name: long, value: "" } }],
  ["completion/complete", { ref: { type: "ref/resource", uri: long }, argument: { name: "size", value: "" } }],
  ["subscriptions/listen", { notifications: { toolsListChanged: long } }]
] as const

describe("an error about something very long", () => {
  it.effect.each(
    asked.map(([method, params]) => ({ title: JSON.stringify([method, params]).slice(0, 80), method, params }))
  )(
    "is short itself: $title",
    ({ method, params }) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* McpServer.make(components, serverInfo))
        const answer = yield* line.ask(method, claimed(params))
        assert.isTrue(answer.error !== undefined || answer.result?.isError === true)
        assert.isAtMost(JSON.stringify(answer).length, 10_000)
      })
  )

  it.effect("is short in the session era too", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* McpServer.make(components, serverInfo))
      for (const method of ["resources/read", "resources/subscribe"]) {
        const { error } = yield* line.ask(method, { uri: `test://${long}` })
        assert.strictEqual(error?.code, -32002)
        assert.isAtMost(JSON.stringify(error).length, 10_000)
      }
    }))
})
