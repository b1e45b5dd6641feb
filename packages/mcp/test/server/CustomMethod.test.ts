/** Methods and notifications that no revision has, beside those that one has. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as CustomMethod from "../../src/contract/CustomMethod.ts"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import { all } from "../../src/revision/Revisions.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, modernVersion, notification, request, serverInfo, textsOf } from "../support/Messages.ts"

const tool = Tool.serve("a", {}, () => Effect.succeed("a"))

const Search = CustomMethod.make("acme/search", {
  params: { at: Schema.DateFromString },
  result: Schema.Struct({ next: Schema.DateFromString })
})

const tomorrow = ({ at }: { readonly at: Date }) => Effect.succeed({ next: new Date(at.getTime() + 86_400_000) })

const search = CustomMethod.serve("acme/search", { params: Search.params, result: Search.result }, tomorrow)

const params = { at: "2026-01-01T00:00:00.000Z" }
const next = "2026-01-02T00:00:00.000Z"

type Served = CustomMethod.ServedMethod<CustomMethod.Any | CustomMethod.AnyNotification, McpRequest>

const serve = (...methods: ReadonlyArray<Served>) => McpServer.make(tool, { ...serverInfo, methods })

const sessions = all.filter(({ era }) => era === "session").map(({ version }) => [version] as const)

describe("a custom method", () => {
  it.effect.each(sessions)("is served in a session of %s", ([version]) =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* serve(search), version)
      assert.deepStrictEqual<unknown>((yield* line.ask("acme/search", params)).result, { next })
    }))

  it.effect("is served without a session, on a line and over HTTP", () =>
    Effect.gen(function*() {
      const server = yield* serve(search)
      const line = yield* Line.open(server)
      const expected = { next, resultType: "complete", _meta: { "io.modelcontextprotocol/serverInfo": serverInfo } }
      assert.deepStrictEqual<unknown>((yield* line.ask("acme/search", claimed(params))).result, expected)
      const http = yield* Http.make(server)
      const exchange = yield* http.post(request(1, "acme/search", claimed(params)), Http.modernHeaders("acme/search"))
      assert.strictEqual(exchange.status(), 200)
      assert.deepStrictEqual<unknown>(exchange.messages()[0]?.result, expected)
    }))

  it.effect("may have its handler in a layer", () =>
    Effect.gen(function*() {
      const server = McpServer.make(tool, { ...serverInfo, methods: [Search] })
      const line = yield* Line.openSession(
        yield* Effect.provide(server, CustomMethod.layer(Search, tomorrow))
      )
      assert.deepStrictEqual<unknown>((yield* line.ask("acme/search", params)).result, { next })
    }))

  it.effect("answers wrong params before its handler is asked", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* serve(search))
      assert.match(errorOf(yield* line.ask("acme/search", { at: 1 })), /^-32602 /)
      assert.match(errorOf(yield* line.ask("acme/search")), /^-32602 /)
    }))

  it.effect("without params and result takes anything and gives an empty object", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* serve(CustomMethod.serve("acme/nothing", {}, () => Effect.void)))
      assert.deepStrictEqual<unknown>((yield* line.ask("acme/nothing")).result, {})
      assert.deepStrictEqual<unknown>((yield* line.ask("acme/nothing", { a: 1 })).result, {})
    }))

  it.effect("fails with protocol errors of its own, and is masked otherwise", () =>
    Effect.gen(function*() {
      const failing = CustomMethod.serve("acme/fail", {}, () => Effect.fail(Rpc.make(7, "no")))
      const dying = CustomMethod.serve("acme/die", {}, () => Effect.die("hunter2"))
      const line = yield* Line.openSession(yield* serve(failing, dying))
      assert.strictEqual(errorOf(yield* line.ask("acme/fail")), "7 no")
      assert.match(errorOf(yield* line.ask("acme/die")), /^-32603 Internal error \(reference [0-9a-f]{8}\)$/)
    }).pipe(Effect.provide(Logger.layer([]))))

  it.effect("is not there where nobody serves it (-32601)", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* serve(search))
      assert.strictEqual(errorOf(yield* line.ask("acme/other")), "-32601 Method not found: acme/other")
      // A notification is no request.
      const server = yield* serve(CustomMethod.onNotification(CustomMethod.notification("acme/n"), () => Effect.void))
      const other = yield* Line.openSession(server)
      assert.strictEqual(errorOf(yield* other.ask("acme/n")), "-32601 Method not found: acme/n")
    }))

  it.effect("does not bring along what a revision lacks", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* serve(search))
      assert.match(errorOf(yield* line.ask("subscriptions/listen", {})), /^-32601 /)
    }))
})

describe("the name of a custom method", () => {
  const names = all.flatMap((revision) => [
    ...revision.clientRequests.keys(),
    ...revision.serverRequests.keys(),
    ...revision.clientNotifications.keys(),
    ...revision.serverNotifications.keys()
  ])

  it.effect("is none that the protocol has, or that JSON-RPC keeps", () =>
    Effect.gen(function*() {
      for (const name of new Set([...names, "rpc.x", ""])) {
        // The compiler refuses these names; programs in JavaScript have none.
        const taken = CustomMethod.serve(name as "acme/x", {}, () => Effect.void)
        const error = yield* Effect.flip(serve(taken))
        assert.strictEqual(error.message, `The protocol has a method "${name}" already`)
      }
    }))

  it.effect("is given once", () =>
    Effect.gen(function*() {
      const notification = CustomMethod.onNotification(CustomMethod.notification("acme/search"), () => Effect.void)
      for (const twice of [[search, search], [search, notification]]) {
        assert.strictEqual((yield* Effect.flip(serve(...twice))).message, "Two methods are named \"acme/search\"")
      }
    }))
})

describe("a custom notification", () => {
  const Changed = CustomMethod.notification("notifications/acme/changed", { params: { at: Schema.DateFromString } })

  it.effect("is sent on the stream of the request", () =>
    Effect.gen(function*() {
      const telling = Tool.serve("tell", {}, () => Effect.as(CustomMethod.notify(Changed, { at: new Date(0) }), "told"))
      const server = yield* McpServer.make(telling, serverInfo)
      const expected = notification(Changed.name, { at: "1970-01-01T00:00:00.000Z" })
      for (const [version] of sessions) {
        const line = yield* Line.openSession(server, version)
        assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "tell" })), ["told"])
        assert.deepStrictEqual<unknown>(line.sent.find(({ method }) => method === Changed.name), expected)
      }
      const http = yield* Http.make(server)
      const message = request(1, "tools/call", claimed({ name: "tell" }))
      const exchange = yield* http.post(message, Http.modernHeaders("tools/call", "tell"))
      assert.deepStrictEqual<unknown>(exchange.messages()[0], expected)
      assert.strictEqual(exchange.messages()[1]?.id, 1)
    }))

  it.effect("is heard, with what is known of its sender, and dropped when its params are wrong", () =>
    Effect.gen(function*() {
      const heard: Array<unknown> = []
      const listener = CustomMethod.onNotification(
        Changed,
        ({ at }, { clientInfo, meta, protocolVersion }) =>
          Effect.sync(() => void heard.push([at.getTime(), clientInfo?.name, protocolVersion, meta.a]))
      )
      const line = yield* Line.openSession(yield* serve(listener))
      const at = "1970-01-01T00:00:00.001Z"
      line.say(notification(Changed.name, { at, _meta: { a: 1 } }))
      line.say(notification(Changed.name, { at: 1 }), notification(Changed.name))
      line.say(notification(Changed.name, claimed({ at })))
      yield* line.ask("ping")
      assert.deepStrictEqual(heard, [[1, "test", "2025-11-25", 1], [1, "test", modernVersion, undefined]])
    }))

  it.effect("that breaks its handler harms nobody", () =>
    Effect.gen(function*() {
      const listener = CustomMethod.onNotification(Changed, () => Effect.die("hunter2"))
      const line = yield* Line.openSession(yield* serve(listener))
      line.say(notification(Changed.name, { at: params.at }))
      assert.deepStrictEqual<unknown>((yield* line.ask("ping")).result, {})
    }).pipe(Effect.provide(Logger.layer([]))))

  it.effect("is dropped while too many are being heard", () =>
    Effect.gen(function*() {
      const started = { count: 0 }
      const listener = CustomMethod.onNotification(Changed, () =>
        Effect.andThen(Effect.sync(() => void (started.count += 1)), Effect.never))
      const line = yield* Line.openSession(yield* serve(listener))
      for (let i = 0; i < 2000; i++) {
        line.say(notification(Changed.name, { at: params.at }))
      }
      yield* line.ask("ping")
      assert.strictEqual(started.count, 1024)
      yield* line.hangUp
    }).pipe(Effect.provide(Logger.layer([]))))

  it.effect("is interrupted when its line is gone", () =>
    Effect.gen(function*() {
      let ended = false
      const listener = CustomMethod.onNotification(Changed, () =>
        Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (ended = true))))
      const line = yield* Line.openSession(yield* serve(listener))
      line.say(notification(Changed.name, { at: params.at }))
      yield* line.hangUp
      assert.isTrue(ended)
    }))
})

describe("extensions and experiments", () => {
  const extensions = { "com.acme/search": { depth: 3 } }
  const experimental = { dreams: {} }

  it.effect("are declared on revisions that have them", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(tool, { ...serverInfo, extensions, experimental })
      const line = yield* Line.open(server)
      const { result } = yield* line.ask("server/discover", claimed())
      const modern = result?.capabilities as { readonly [name: string]: unknown }
      assert.deepStrictEqual<unknown>([modern.extensions, modern.experimental], [extensions, experimental])
      for (const [version] of sessions) {
        const old = yield* Line.open(server)
        const answer = yield* old.ask("initialize", {
          protocolVersion: version,
          capabilities: {},
          clientInfo: { name: "test", version: "1" }
        })
        const capabilities = answer.result?.capabilities as { readonly [name: string]: unknown }
        assert.deepStrictEqual<unknown>([capabilities.extensions, capabilities.experimental], [undefined, experimental])
      }
    }))

  it.effect("of the client are known to handlers", () =>
    Effect.gen(function*() {
      const asking = CustomMethod.serve(
        "acme/ask",
        { result: Schema.Struct({ has: Schema.Boolean }) },
        () => Effect.map(McpRequest, ({ clientCapabilities }) => ({ has: clientCapabilities.extensions !== undefined }))
      )
      const line = yield* Line.open(yield* serve(asking))
      const withExtension = { "io.modelcontextprotocol/clientCapabilities": { extensions } }
      assert.isTrue((yield* line.ask("acme/ask", claimed({}, withExtension))).result?.has)
      assert.isFalse((yield* line.ask("acme/ask", claimed())).result?.has)
    }))
})
