/** What goes wrong around a call: what it sends gets lost or goes astray, an odd tool hides the others, one breaks all. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Ask from "../../src/contract/Ask.ts"
import * as ClientLog from "../../src/contract/ClientLog.ts"
import * as Progress from "../../src/contract/Progress.ts"
import * as Registry from "../../src/contract/Registry.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { heldBytes } from "../support/Heap.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import * as Messages from "../support/Messages.ts"
import * as Tools from "../support/Tools.ts"

type Heard = ReadonlyArray<Messages.Received>

/** All that one call hears, its answer last. */
const roads: {
  readonly [name: string]: (made: Parameters<typeof Http.make>[0], params: Messages.Params) => Effect.Effect<Heard>
} = {
  "a line": (server, params) =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(server)
      const before = line.sent.length
      yield* line.ask("tools/call", params)
      return line.sent.slice(before)
    }).pipe(Effect.scoped),
  "an HTTP session": (server, params) =>
    Effect.gen(function*() {
      const http = yield* Http.make(server)
      return (yield* http.post(Messages.request(1, "tools/call", params), yield* http.initialize())).messages()
    }).pipe(Effect.scoped),
  "HTTP without a session": (server, params) =>
    Effect.gen(function*() {
      const http = yield* Http.make(server)
      const { _meta, ...rest } = params
      const claimed = Messages.claimed(rest, _meta as Messages.Params)
      const headers = Http.modernHeaders("tools/call", String(params.name))
      return (yield* http.post(Messages.request(1, "tools/call", claimed), headers)).messages()
    }).pipe(Effect.scoped)
}

describe.each(Object.entries(roads))("over %s", (_, road) => {
  it.effect("a thousand steps of progress arrive, all of them, in order, before the answer", () =>
    Effect.gen(function*() {
      const steps = Array.from({ length: 1_000 }, (_, index) => index + 1)
      const work = Tool.serve(
        "work",
        {},
        () => Effect.as(Effect.forEach(steps, (progress) => Progress.report({ progress }), { discard: true }), "done")
      )
      const server = yield* McpServer.make(work, Messages.serverInfo)
      const heard = yield* road(server, { name: "work", _meta: { progressToken: "t" } })
      assert.deepStrictEqual(heard.slice(0, -1).map(({ params }) => params?.progress), steps)
      assert.deepStrictEqual(Messages.textsOf(heard.at(-1) ?? assert.fail("nothing")), ["done"])
    }))
})

describe("two clients that use the same ids and tokens", () => {
  it.effect("never hear of each other's calls", () =>
    Effect.gen(function*() {
      let gates = { a: yield* Deferred.make<void>(), b: yield* Deferred.make<void>() }
      const tell = Tool.serve("tell", { parameters: { who: Schema.Literals(["a", "b"]) } }, ({ who }) =>
        Effect.gen(function*() {
          yield* Progress.report({ progress: 1, message: who })
          yield* ClientLog.warning(who)
          yield* Deferred.await(gates[who])
          yield* Progress.report({ progress: 2, message: who })
          return who
        }))
      const http = yield* Http.make(yield* McpServer.make(tell, Messages.serverInfo))
      const call = (who: "a" | "b", headers: Http.Headers, claim: boolean) => {
        const params = { name: "tell", arguments: { who } }
        const meta = { progressToken: "same" }
        return http.start(
          "POST",
          { "content-type": "application/json", ...headers },
          Messages.request(
            "same",
            "tools/call",
            claim
              ? Messages.claimed(params, { ...meta, "io.modelcontextprotocol/logLevel": "debug" })
              : { ...params, _meta: meta }
          )
        )
      }
      const modern = Http.modernHeaders("tools/call", "tell")
      for (const claim of [false, true]) {
        gates = { a: yield* Deferred.make<void>(), b: yield* Deferred.make<void>() }
        const a = call("a", claim ? modern : yield* http.initialize(), claim)
        const b = call("b", claim ? modern : yield* http.initialize(), claim)
        yield* a.arrived(2)
        yield* b.arrived(2)
        yield* Deferred.succeed(gates.b, undefined)
        yield* b.over
        yield* Deferred.succeed(gates.a, undefined)
        yield* a.over
        assert.notInclude(a.text(), "\"b\"")
        assert.notInclude(b.text(), "\"a\"")
        assert.deepStrictEqual(
          [a, b].map((one) =>
            one.messages().length
          ),
          [4, 4]
        )
      }
    }))
})

describe("arguments that are left out", () => {
  const some = Tool.serve("some", {
    parameters: { a: Schema.optionalKey(Schema.String), b: Schema.optional(Schema.Number) }
  }, ({ a, b }) => Effect.succeed(`${a} ${b}`))
  const none = Tool.serve("none", {}, () => Effect.succeed("none"))

  it.effect("are not missed when all may be: no object, an empty one, null for a value that may be undefined", () =>
    Effect.gen(function*() {
      const line = yield* Tools.open([some, none])
      for (const args of [undefined, {}, { b: null }]) {
        assert.deepStrictEqual(Messages.textsOf(yield* Tools.call(line, "some", args)), ["undefined undefined"])
      }
      assert.deepStrictEqual(Messages.textsOf(yield* Tools.call(line, "none")), ["none"])
      assert.deepStrictEqual(Messages.textsOf(yield* Tools.call(line, "none", { more: 1 })), ["none"])
    }))

  it.effect("are none for a tool that takes nothing and gives nothing, which is no failure", () =>
    Effect.gen(function*() {
      const line = yield* Tools.open([Tool.serve("silent", {}, () => Effect.void)])
      assert.deepStrictEqual((yield* Tools.call(line, "silent")).result, { content: [] })
    }))
})

describe("a tool with an odd schema", () => {
  const Shape = Schema.Union([
    Schema.Struct({ kind: Schema.Literal("circle"), radius: Schema.Number }),
    Schema.Struct({ kind: Schema.Literal("square"), side: Schema.Number })
  ])

  it.effect("does not lose what it says: a choice of objects inside is all there", () =>
    Effect.gen(function*() {
      const line = yield* Tools.open([Tool.serve("draw", { parameters: { shape: Shape } }, () => Effect.void)])
      const shown = JSON.stringify((yield* Tools.list(line)).get("draw")?.inputSchema)
      for (const part of ["\"circle\"", "\"square\"", "\"radius\"", "\"side\"", "\"anyOf\""]) {
        assert.include(shown, part)
      }
    }))

  it.effect("is named when the server is built, and hides no other in silence", () =>
    Effect.gen(function*() {
      const odd: ReadonlyArray<readonly [name: string, parameters: Schema.Top]> = [
        ["text", Schema.String],
        ["list", Schema.Array(Schema.String)]
      ]
      const refused: Array<string> = []
      for (const [name, parameters] of odd) {
        const tool = Tool.serve(name, { parameters: parameters as never }, () => Effect.void)
        const made = yield* Effect.result(McpServer.make([tool], Messages.serverInfo))
        if (made._tag === "Failure") refused.push(made.failure.message)
      }
      assert.lengthOf(refused, 2)
      assert.include(refused[0], "\"text\"")
      assert.include(refused[1], "\"list\"")
    }))
})

describe("a handler that breaks", () => {
  const secret = "hunter2 at /srv/app/db.ts"
  const breaking: { readonly [how: string]: () => Effect.Effect<string> } = {
    throws: () => {
      throw new Error(secret)
    },
    "dies inside": () => Effect.die(new Error(secret)),
    "has a promise that is rejected": () => Effect.promise(() => Promise.reject(new Error(secret))),
    "throws what is no error": () =>
      Effect.sync(() => {
        throw secret
      }),
    "leaves a fiber that dies": () => Effect.as(Effect.forkDetach(Effect.die(new Error(secret))), "left"),
    "overflows the stack": () =>
      Effect.sync(() => {
        const deep = (): string => `${deep()}${secret}`
        return deep()
      })
  }

  it.effect("a thousand times in every way takes nobody along, and tells no secret", () =>
    Effect.gen(function*() {
      const unhandled: Array<unknown> = []
      const note = (reason: unknown) => void unhandled.push(reason)
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("unhandledRejection", note).on("uncaughtException", note)),
        () => Effect.sync(() => process.off("unhandledRejection", note).off("uncaughtException", note))
      )
      const names = Object.keys(breaking)
      const tools = names.map((name, index) => Tool.serve(`t${index}`, {}, breaking[name] ?? assert.fail(name)))
      const line = yield* Tools.open([...tools, Tool.serve("good", {}, () => Effect.succeed("good"))])
      for (let index = 0; index < 1_000; index++) yield* Tools.call(line, `t${index % names.length}`)
      assert.deepStrictEqual(Messages.textsOf(yield* Tools.call(line, "good")), ["good"])
      assert.notInclude(JSON.stringify(line.sent), "hunter2")
      assert.deepStrictEqual(unhandled, [])
    }).pipe(Effect.provide(Logger.layer([]))))
})

describe("tools that come and go", () => {
  it.effect("leave nothing behind, ten thousand of them", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(Tool.serve("first", {}, () => Effect.void), Messages.serverInfo)
      const add = Effect.scoped(Registry.add(Tool.serve("guest", {}, () => Effect.void))).pipe(
        Effect.provideService(Registry.Registry, server.registry)
      )
      // What is weakly held is there until the turn of the event loop is over.
      const visits = (count: number) => Effect.repeat(Effect.andThen(add, Effect.yieldNow), { times: count - 1 })
      yield* visits(1_000)
      const before = heldBytes()
      yield* visits(10_000)
      // One that stayed would be some thousand bytes; what the compiler keeps for itself is less.
      assert.isBelow((heldBytes() - before) / 10_000, 500)
      const line = yield* Line.openSession(server)
      assert.deepStrictEqual(Array.from((yield* Tools.list(line)).keys()), ["first"])
    }), 30_000)
})

describe("an answer to a question, when it is broken", () => {
  const ask = Tool.serve("ask", {}, () =>
    Ask.form({ sure: Schema.Boolean }, "Sure?").pipe(
      Effect.match({ onFailure: ({ reason }) => reason._tag, onSuccess: ({ sure }) => String(sure) })
    ))

  it.effect("does not leave the handler waiting: it is told so, over HTTP too", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* McpServer.make(ask, Messages.serverInfo))
      const begin = { ...Messages.initializeParams("2025-11-25"), capabilities: { elicitation: {} } }
      const opened = yield* http.post(Messages.request(0, "initialize", begin))
      const session = { "content-type": "application/json", "mcp-session-id": opened.header("mcp-session-id") }
      const call = http.start("POST", session, Messages.request(1, "tools/call", { name: "ask" }))
      yield* call.arrived(1)
      const { id } = call.messages()[0] ?? assert.fail("no question")
      const refused = yield* http.post({ jsonrpc: "2.0", id, result: {}, error: { code: 1, message: "?" } }, session)
      assert.strictEqual(refused.status(), 400)
      assert.isUndefined(refused.messages()[0]?.id)
      yield* call.over
      assert.deepStrictEqual(Messages.textsOf(call.messages()[1] ?? assert.fail("no answer")), ["InvalidAnswer"])
    }))
})
