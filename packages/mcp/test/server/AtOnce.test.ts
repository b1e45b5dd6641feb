/** Handlers whose outcome is there when they return: they are answered in the same turn, and like any other. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import * as Engine from "../../src/server/Engine.ts"
import * as Handshake from "../../src/server/Handshake.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Middleware from "../../src/server/Middleware.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, request, serverInfo, textsOf } from "../support/Messages.ts"

const Outcome = Schema.Union([
  Schema.Struct({ _tag: Schema.Literal("Output"), text: Schema.String }),
  Schema.Struct({ _tag: Schema.Literal("ToolError"), text: Schema.String }),
  Schema.Struct({ _tag: Schema.Literal("RpcError"), code: Schema.Int, text: Schema.String })
])

const exitOf = (outcome: typeof Outcome.Type): Effect.Effect<string, Tool.ToolError | Rpc.RpcError> => {
  switch (outcome._tag) {
    case "Output":
      return Effect.succeed(outcome.text)
    case "ToolError":
      return Effect.fail(Tool.fail(outcome.text))
    case "RpcError":
      return Effect.fail(Rpc.make(outcome.code, outcome.text))
  }
}

const gives = (outcome: Effect.Effect<string, Tool.ToolError | Rpc.RpcError>) =>
  McpServer.make(Tool.serve("give", {}, () => outcome), serverInfo)

const answersOf = (outcome: Effect.Effect<string, Tool.ToolError | Rpc.RpcError>) =>
  Effect.gen(function*() {
    const server = yield* gives(outcome)
    const http = yield* Http.make(server)
    const modern = yield* http.post(
      request(1, "tools/call", claimed({ name: "give" })),
      Http.modernHeaders("tools/call", "give")
    )
    const old = yield* http.post(request(1, "tools/call", { name: "give" }), yield* http.initialize())
    const line = yield* Line.openSession(server)
    return [
      modern.status(),
      modern.text(),
      old.status(),
      old.text(),
      (yield* line.ask("tools/call", { name: "give" })).result
    ]
  })

describe("an outcome that is there at once", () => {
  it.effect.prop(
    "is told like one that has to be waited for",
    [Outcome],
    ([outcome]) =>
      Effect.scoped(Effect.gen(function*() {
        const exit = exitOf(outcome)
        assert.isTrue(Exit.isExit(exit))
        assert.deepStrictEqual(
          yield* answersOf(exit),
          yield* answersOf(Effect.andThen(Effect.yieldNow, exit))
        )
      })),
    { arbitrary: { runs: 25 } }
  )

  const params = {
    "tools/call": { name: "give" },
    "resources/read": { uri: "test:give" },
    "prompts/get": { name: "give" },
    "tools/list": {}
  }
  const methods = Object.keys(params) as ReadonlyArray<keyof typeof params>

  const served = (text: Effect.Effect<string>) =>
    McpServer.make([
      Tool.serve("give", {}, () => text),
      Resource.serve("test:give", {}, () => text),
      Prompt.serve("give", {}, () => text)
    ], serverInfo)

  const answer = (server: McpServer.McpServer["Service"], method: keyof typeof params) =>
    Engine.answer(
      server.methods,
      { _tag: "Request", id: 1, method, params: params[method] },
      Handshake.origin(undefined, server.revisions, { header: () => undefined }),
      Effect.succeed
    )

  it.effect.each(methods)("leaves nothing to be run: %s", (method) =>
    Effect.gen(function*() {
      const server = yield* served(Effect.succeed("given"))
      // A list is written when it is first asked for.
      yield* answer(server, method)
      assert.isTrue(Exit.isExit(answer(server, method)))
    }))

  it.effect("is not expected of a handler that has to be run", () =>
    Effect.gen(function*() {
      const server = yield* served(Effect.sync(() => "given"))
      assert.isFalse(Exit.isExit(answer(server, "tools/call")))
    }))
})

describe("a handler", () => {
  const counting = () => {
    const calls: Array<number> = []
    const count = Tool.serve("count", {}, () => Effect.succeed(String(calls.push(calls.length))))
    return { calls, count }
  }

  it.effect("is called each time that a middleware runs what it passes on to", () =>
    Effect.gen(function*() {
      const { count } = counting()
      const again = Middleware.make((message, next) => {
        const served = next(message)
        return message.method === "tools/call" ? Effect.andThen(served, served) : served
      })
      const line = yield* Line.openSession(yield* McpServer.make(count, { ...serverInfo, middleware: [again] }))
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "count" })), ["2"])
    }))

  it.effect("is not called for a request whose id is in use", () =>
    Effect.gen(function*() {
      const { calls, count } = counting()
      const stay = Tool.serve("stay", {}, () => Effect.never)
      const line = yield* Line.openSession(yield* McpServer.make([count, stay], serverInfo))
      line.say(request("same", "tools/call", { name: "stay" }), request("same", "tools/call", { name: "count" }))
      assert.deepStrictEqual(calls, [])
      line.say(request("other", "tools/call", { name: "count" }))
      assert.deepStrictEqual(calls, [0])
    }))

  it.effect("that throws is masked like one that fails", () =>
    Effect.gen(function*() {
      const broken = Tool.serve("broken", {}, (): Effect.Effect<string> => {
        throw new Error("hunter2")
      })
      const line = yield* Line.openSession(yield* McpServer.make(broken, serverInfo))
      const { result } = yield* line.ask("tools/call", { name: "broken" })
      assert.match(JSON.stringify(result), /Internal error \(reference [0-9a-f]{8}\)/)
      assert.notInclude(JSON.stringify(result), "hunter2")
    }))
})
