/** What a refusal of a handler, a policy or a middleware is over HTTP: a status, and headers such as a challenge. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Progress from "../../../src/contract/Progress.ts"
import * as Tool from "../../../src/contract/Tool.ts"
import { RpcError } from "../../../src/jsonrpc/RpcError.ts"
import * as McpServer from "../../../src/server/McpServer.ts"
import * as Middleware from "../../../src/server/Middleware.ts"
import type { HttpPolicy } from "../../../src/session/HttpPolicy.ts"
import * as Http from "../../support/Http.ts"
import * as Line from "../../support/Line.ts"
import { claimed, errorOf, initializeParams, type Params, request, serverInfo } from "../../support/Messages.ts"

const challenge = "Bearer error=\"insufficient_scope\", scope=\"write\""

const refusal = new RpcError({
  code: -32600,
  message: "More is needed",
  http: { status: 403, headers: { "www-authenticate": challenge } }
})

const write = Tool.serve("write", {}, () => Effect.fail(refusal))
const late = Tool.serve("late", {}, () => Effect.andThen(Progress.report({ progress: 1 }), Effect.fail(refusal)))
const guarded = Middleware.make((message, next) =>
  message.params?.name === "guarded" || message.method === "ping" ? Effect.fail(refusal) : next(message)
)

const makeServer = McpServer.make([write, late], { ...serverInfo, middleware: [guarded] })

const endpoint = (policy: Partial<HttpPolicy> = {}) => Effect.flatMap(makeServer, (server) => Http.make(server, policy))

const capable = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } }

const modern = (name: string, meta: Params = {}) => request(1, "tools/call", claimed({ name }, meta))
const called = (name: string) => Http.modernHeaders("tools/call", name)
const inSession = (name: string, meta: Params = {}) => request(1, "tools/call", { name, _meta: meta })

/** The status, the challenge, and the error: which never tells of HTTP. */
const outcome = ({ header, messages, status }: Http.Exchange) => {
  const last = messages().at(-1)
  assert.deepStrictEqual(last?.error, { code: -32600, message: "More is needed" })
  return [status(), header("www-authenticate"), header("content-type")]
}

const shown = [403, challenge, "application/json"]

const policies: ReadonlyArray<readonly [string, Partial<HttpPolicy>]> = [
  ["JSON until something streams", {}],
  ["always JSON", { response: "json" }],
  ["always a stream", { response: "sse" }],
  ["no sessions", { sessions: "stateless" }]
]

describe.each(policies)("a refusal over HTTP, %s", (_, policy) => {
  it.effect("has its status and headers, in both eras", () =>
    Effect.gen(function*() {
      const { initialize, post } = yield* endpoint(policy)
      const session = yield* initialize()
      const answers = [
        yield* post(inSession("write"), session),
        yield* post(inSession("guarded"), session),
        yield* post(modern("write"), called("write")),
        yield* post(modern("guarded"), called("guarded")),
        // Here the handler runs in a fiber of its own.
        yield* post(modern("write", capable), called("write"))
      ]
      assert.deepStrictEqual(answers.map(outcome), answers.map(() => shown))
    }))
})

describe("a refusal over HTTP", () => {
  it.effect("of a client that takes nothing but streams has them too", () =>
    Effect.gen(function*() {
      const { post } = yield* endpoint()
      const answer = yield* post(modern("write"), { ...called("write"), accept: "text/event-stream" })
      assert.deepStrictEqual(outcome(answer), shown)
    }))

  it.effect("of a handshake has them", () =>
    Effect.gen(function*() {
      const refusing = Middleware.make(() => Effect.fail(refusal))
      const { post } = yield* Http.make(yield* McpServer.make(write, { ...serverInfo, middleware: [refusing] }))
      const answer = yield* post(request(0, "initialize", initializeParams("2025-11-25")))
      assert.deepStrictEqual(outcome(answer), shown)
      assert.isUndefined(answer.header("mcp-session-id"))
    }))

  it.effect("that comes after something else is the last event of the stream", () =>
    Effect.gen(function*() {
      const { initialize, post } = yield* endpoint()
      const token = { progressToken: "t" }
      const answers = [
        yield* post(inSession("late", token), yield* initialize()),
        yield* post(modern("late", token), called("late"))
      ]
      assert.deepStrictEqual(
        answers.map((answer) => [...outcome(answer), answer.messages().length]),
        answers.map(() => [200, undefined, "text/event-stream", 2])
      )
    }))

  it.effect("is one of many in a batch, and plain on a line", () =>
    Effect.gen(function*() {
      const { initialize, post } = yield* endpoint()
      const batch = yield* post([inSession("write")], yield* initialize("2025-03-26"))
      assert.deepStrictEqual(outcome(batch), [200, undefined, "application/json"])
      const line = yield* Line.open(yield* makeServer)
      line.say(modern("write"))
      assert.strictEqual(errorOf(yield* line.hear(() => true)), "-32600 More is needed")
    }))

  it("is a refusal: no other status can be said", () => {
    for (const status of [200, 302, 399, 600, 404.5]) {
      const made = Effect.runSyncExit(
        Effect.sync(() => new RpcError({ code: 1, message: "", http: { status, headers: {} } }))
      )
      assert.isTrue(Exit.isFailure(made), String(status))
    }
  })
})
