/** Middleware of a client: what passes it on its way out and on its way in, in both eras. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Elicitation from "../../src/client/answering/Elicitation.ts"
import type { ServerNotification } from "../../src/client/Client.ts"
import { ClientLimits, defaultLimits } from "../../src/client/ClientLimits.ts"
import * as McpClient from "../../src/client/McpClient.ts"
import * as McpClientError from "../../src/client/McpClientError.ts"
import * as Middleware from "../../src/client/Middleware.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import { connect, type Heard, make, opening, type Reply, type Script, sent } from "./ScriptedPeer.ts"

const text = (text: string): Reply => ({ result: { resultType: "complete", content: [{ type: "text", text }] } })

const echo: Script = { "tools/call": ({ name }) => text(String(name)) }

const revisions = [v2025_11_25, v2026_07_28]

const settle = Effect.repeat(Effect.yieldNow, { times: 10 })

/** A client of either era with this middleware, on a peer. */
const connected = Effect.fnUntraced(function*(
  middleware: ReadonlyArray<Middleware.Middleware<never>>,
  script: Script = echo,
  revision = v2026_07_28
) {
  const peer = make({ ...opening(revision), ...script })
  return { peer, client: yield* connect(peer, { middleware }) }
})

const textOf = (result: { readonly content: ReadonlyArray<{ readonly type: string }> }): unknown =>
  (result.content[0] as { readonly text?: unknown } | undefined)?.text

describe("calls", () => {
  it.effect.prop("pass all middleware, the first outermost, whatever their number", [
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8 }))
  ], ([count]) =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const middleware = Array.from({ length: count }, (_, index) =>
        Middleware.make((call, next) =>
          Effect.gen(function*() {
            seen.push(`in ${index}`)
            const result = yield* next(call)
            seen.push(`out ${index}`)
            return result
          })
        ))
      const { client } = yield* connected(middleware)
      yield* client.callTool({ name: "x" })
      const order = Array.from({ length: count }, (_, index) =>
        index)
      assert.deepStrictEqual(seen, [
        ...order.map((index) =>
          `in ${index}`
        ),
        ...order.toReversed().map((index) => `out ${index}`)
      ])
    }), { arbitrary: { runs: 10 } })

  for (const revision of revisions) {
    it.effect(`are changed on their way out, and results on their way back, in ${revision.version}`, () =>
      Effect.gen(function*() {
        const { client, peer } = yield* connected(
          [
            Middleware.make((call, next) =>
              Effect.map(
                next({ ...call, params: { ...call.params, name: "other" }, options: { meta: { "a.b/c": 1 } } }),
                (result) => ({
                  ...result as object,
                  content: [{ type: "text", text: `${call.server.revision.version}!` }]
                })
              )
            )
          ],
          echo,
          revision
        )
        assert.strictEqual(textOf(yield* client.callTool({ name: "x" })), `${revision.version}!`)
        const [{ params } = { params: undefined }] = sent(peer, "tools/call")
        assert.strictEqual(params?.name, "other")
        assert.deepInclude(params?._meta, { "a.b/c": 1 })
      }))
  }

  it.effect("are answered without the server, refused, and tried again", () =>
    Effect.gen(function*() {
      const refusal = McpClientError.make(new McpClientError.InvalidArguments({ name: "no", detail: "not today" }))
      const { client, peer } = yield* connected([
        Middleware.make((call, next) => {
          switch (call.params.name) {
            case "known":
              return Effect.succeed({ content: [{ type: "text", text: "from here" }] })
            case "no":
              return Effect.fail(refusal)
            default:
              return Effect.retry(next(call), { times: 2 })
          }
        })
      ], {
        "tools/call": (_, __, peer) => sent(peer, "tools/call").length < 3 ? { error: Rpc.make(7, "no") } : text("3")
      })
      assert.strictEqual(textOf(yield* client.callTool({ name: "known" })), "from here")
      assert.strictEqual(yield* Effect.flip(client.callTool({ name: "no" })), refusal)
      assert.lengthOf(sent(peer, "tools/call"), 0)
      assert.strictEqual(textOf(yield* client.callTool({ name: "flaky" })), "3")
    }))

  it.effect("of every kind pass, and what the client does by itself does not", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const noting = Middleware.make((call, next) => {
        seen.push(call.method)
        return next(call)
      })
      const list = { result: { tools: [] } }
      const { client } = yield* connected([noting], {
        ...echo,
        "tools/list": list,
        "logging/setLevel": { result: {} },
        "x/custom": { result: { a: 1 } }
      }, v2025_11_25)
      yield* client.listTools
      yield* client.callTool({ name: "x" })
      yield* client.setLoggingLevel("error")
      assert.deepStrictEqual(yield* client.request("x/custom", {}), { a: 1 })
      yield* Effect.flip(client.ping)
      assert.deepStrictEqual(seen, ["tools/list", "tools/call", "logging/setLevel", "x/custom", "ping"])
    }))

  it.effect("that are interrupted interrupt what the middleware does", () =>
    Effect.gen(function*() {
      const [begun, ended] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const { client } = yield* connected([
        Middleware.make(() =>
          Effect.onInterrupt(
            Effect.andThen(Deferred.succeed(begun, undefined), Effect.never),
            () => Deferred.succeed(ended, undefined)
          )
        )
      ])
      const calling = yield* Effect.forkChild(client.callTool({ name: "x" }))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(calling)
      assert.isTrue(Deferred.isDoneUnsafe(ended))
    }))
})

class Names extends Context.Service<Names, { readonly name: string }>()("test/Names") {}

class Caller extends Context.Service<Caller, string>()("test/Caller") {}

describe("a middleware that needs a service", () => {
  const naming = Middleware.make((call, next) =>
    Effect.flatMap(Names, ({ name }) => next({ ...call, params: { ...call.params, name } }))
  )

  it.effect("has it from the client's layer, which requires it", () =>
    Effect.gen(function*() {
      const peer = make({ ...opening(v2026_07_28), ...echo })
      const layer = McpClient.layer({ name: "t", version: "0", middleware: [naming] }).pipe(
        Layer.provide(peer.transport)
      )
      const needs: Layer.Layer<McpClient.McpClient, McpClientError.McpClientError, Names> = layer
      // @ts-expect-error what a middleware requires is not forgotten
      const forgotten: Layer.Layer<McpClient.McpClient, McpClientError.McpClientError> = layer
      void forgotten
      const called = Effect.flatMap(McpClient.McpClient, (client) => client.callTool({ name: "x" }))
      const result = yield* Effect.provide(called, Layer.provide(needs, Layer.succeed(Names, { name: "ann" })))
      assert.strictEqual(textOf(result), "ann")
    }))

  it.effect("sees the services of its caller too, and they come first", () =>
    Effect.gen(function*() {
      const peer = make({ ...opening(v2026_07_28), ...echo })
      const made = McpClient.make({
        name: "t",
        version: "0",
        middleware: [Middleware.make((call, next) =>
          Effect.flatMap(Effect.serviceOption(Caller), (caller) =>
            next({ ...call, params: { ...call.params, name: caller._tag === "Some" ? caller.value : "nobody" } }))
        )]
      })
      const client = yield* made.pipe(Effect.provide(peer.transport), Effect.provideService(Caller, "the maker"))
      const call = client.callTool({ name: "x" })
      assert.strictEqual(textOf(yield* Effect.provideService(call, Caller, "ann")), "ann")
      assert.strictEqual(textOf(yield* call), "the maker")
    }))
})

const form = (message: string) => ({ mode: "form", message, requestedSchema: { type: "object", properties: {} } })

const answers = Elicitation.layer({ form: () => Effect.succeed(Elicitation.accept({})) })

describe("questions of the server", () => {
  const asking = (revision: typeof v2025_11_25): Script => ({
    "tools/call": ({ inputResponses }, id, peer) => {
      if (revision.era === "session") {
        peer.send({ id: "q", method: "elicitation/create", params: form("sure?") })
        return "silence"
      }
      return inputResponses === undefined
        ? {
          result: {
            resultType: "input_required",
            inputRequests: { q: { method: "elicitation/create", params: form("sure?") } },
            requestState: `s${String(id)}`
          }
        }
        : text(JSON.stringify(inputResponses))
    }
  })

  for (const revision of revisions) {
    it.effect(`pass middleware in ${revision.version}; a call that they interrupt passes once`, () =>
      Effect.gen(function*() {
        const seen: Array<string> = []
        const noting = Middleware.from({
          call: (call, next) => {
            seen.push(call.method)
            return next(call)
          },
          request: ({ from, method, params }, next) => {
            seen.push(`${method} ${String("message" in params && params.message)} ${String(from?.name)}`)
            return Effect.map(next({ from, method, params }), () => ({ action: "decline" }))
          }
        })
        const peer = make({ ...opening(revision), ...asking(revision) })
        const client = yield* Effect.provide(connect(peer, { middleware: [noting] }), answers)
        yield* Effect.forkChild(client.callTool({ name: "x" }), { startImmediately: true })
        yield* settle
        assert.deepStrictEqual(seen, ["tools/call", "elicitation/create sure? peer"])
        const answered = revision.era === "session"
          ? peer.heard.find(({ id }) => id === "q")?.result
          : (sent(peer, "tools/call")[1]?.params?.inputResponses as { readonly q?: unknown } | undefined)?.q
        assert.deepStrictEqual(answered, { action: "decline" })
      }))
  }

  it.effect("are refused by middleware", () =>
    Effect.gen(function*() {
      const refusing = Middleware.from({ request: () => Effect.fail(Rpc.make(-1, "nobody is asked")) })
      const peer = make({ ...opening(v2025_11_25), ...asking(v2025_11_25) })
      const client = yield* Effect.provide(connect(peer, { middleware: [refusing] }), answers)
      yield* Effect.forkChild(client.callTool({ name: "x" }), { startImmediately: true })
      yield* settle
      const answer: Heard | undefined = peer.heard.find(({ id }) => id === "q")
      assert.deepInclude(answer?.error, { code: -1, message: "nobody is asked" })
    }))

  it.effect("pass middleware also where an error asks for visits (ELU-09)", () =>
    Effect.gen(function*() {
      const visit = { mode: "url", message: "Pay", url: "https://pay.example/1", elicitationId: "1" }
      const needed: Reply = { error: { code: -32042, message: "needed", data: { elicitations: [visit] } } }
      const [seen, visited]: [Array<unknown>, Array<unknown>] = [[], []]
      const noting = Middleware.from({
        request: (request, next) => {
          seen.push([request.method, request.params, request.from?.name])
          return Effect.andThen(next(request), Effect.succeed({ action: "decline" }))
        }
      })
      const peer = make({ ...opening(v2025_11_25), "tools/call": needed })
      const visits = Elicitation.layer({
        url: ({ url }) => Effect.sync(() => (visited.push(url), Elicitation.accept()))
      })
      const client = yield* Effect.provide(connect(peer, { middleware: [noting] }), visits)
      const { reason } = yield* Effect.flip(client.callTool({ name: "x" }))
      assert.deepInclude(reason, { _tag: "RpcError", code: -32042 })
      assert.deepStrictEqual(seen, [["elicitation/create", visit, "peer"]])
      assert.deepStrictEqual(visited, [visit.url])
      assert.lengthOf(sent(peer, "tools/call"), 1)
    }))
})

describe("notifications", () => {
  const log = (data: string) => ({ method: "notifications/message", params: { level: "error", data } })

  const hearing = Effect.fnUntraced(function*(notification: NonNullable<Middleware.Hooks<never>["notification"]>) {
    const { client, peer } = yield* connected([Middleware.from({ notification })], echo, v2025_11_25)
    const heard: Array<unknown> = []
    yield* client.notifications.pipe(
      Stream.runForEach((one: ServerNotification) =>
        Effect.sync(() => heard.push("data" in one.params ? one.params.data : one.method))
      ),
      Effect.forkChild({ startImmediately: true })
    )
    return { client, heard, peer }
  })

  it.effect("are changed, held back, and heard in order", () =>
    Effect.gen(function*() {
      const { heard, peer } = yield* hearing((notification, next) => {
        if (notification.method !== "notifications/message" || notification.params === undefined) {
          return next(notification)
        }
        const { data } = notification.params as { readonly data: string }
        return data === "secret"
          ? Effect.void
          : next({ ...notification, params: { ...notification.params, data: `${data}!` } } as typeof notification)
      })
      for (const data of ["a", "secret", "b"]) peer.send(log(data))
      peer.send({ method: "notifications/tools/list_changed" })
      yield* settle
      assert.deepStrictEqual(heard, ["a!", "b!", "notifications/tools/list_changed"])
    }))

  it.effect("wait for one that takes its time, keep their order, and hold up no call", () =>
    Effect.gen(function*() {
      const { client, heard, peer } = yield* hearing((notification, next) =>
        Effect.delay(next(notification), "1 seconds")
      )
      for (const data of ["a", "b", "c"]) peer.send(log(data))
      assert.strictEqual(textOf(yield* client.callTool({ name: "x" })), "x")
      assert.deepStrictEqual(heard, [])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(heard, ["a", "b"])
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(heard, ["a", "b", "c"])
    }))

  it.effect("beyond the bound the oldest of those that wait are lost", () =>
    Effect.gen(function*() {
      const { heard, peer } = yield* hearing((notification, next) => Effect.delay(next(notification), "1 seconds"))
      for (const data of ["a", "b", "c", "d", "e"]) peer.send(log(data))
      yield* settle
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(heard, ["a", "d", "e"])
    }).pipe(Effect.provideService(ClientLimits, { ...defaultLimits, notificationsPendingMax: 2 })))

  it.effect("of a middleware that breaks are lost, and those after them are not", () =>
    Effect.gen(function*() {
      let broken = true
      const { heard, peer } = yield* hearing((notification, next) => {
        const die = broken
        broken = false
        return die ? Effect.die("bug") : next(notification)
      })
      peer.send(log("a"))
      peer.send(log("b"))
      yield* settle
      assert.deepStrictEqual(heard, ["b"])
    }).pipe(Effect.provide(Logger.layer([]))))

  it.effect("progress reaches its call whatever middleware make of it", () =>
    Effect.gen(function*() {
      const { client } = yield* connected([Middleware.from({ notification: () => Effect.void })], {
        "tools/call": ({ _meta }, _, peer) => {
          const { progressToken } = _meta as { readonly progressToken: number }
          peer.send({ method: "notifications/progress", params: { progressToken, progress: 1 } })
          return text("x")
        }
      }, v2025_11_25)
      const heard: Array<number> = []
      yield* client.callTool({ name: "x" }, {
        onProgress: ({ progress }) => Effect.sync(() => heard.push(progress))
      })
      assert.deepStrictEqual(heard, [1])
    }))
})
