import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { Client } from "../../src/client/Client.ts"
import { ClientLimits, defaultLimits } from "../../src/client/ClientLimits.ts"
import { defaultLimits as defaultMessageLimits, JsonRpcLimits } from "../../src/jsonrpc/Limits.ts"
import type { Revision } from "../../src/revision/Revision.ts"
import * as Revisions from "../../src/revision/Revisions.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import { connect, make, opening, type Reply, type Script, sent } from "./ScriptedPeer.ts"

const page = (tools: ReadonlyArray<string>, nextCursor?: string): Reply => ({
  result: {
    resultType: "complete",
    ttlMs: 0,
    cacheScope: "private",
    tools: tools.map((name) => ({ name, inputSchema: { type: "object" } })),
    ...(nextCursor === undefined ? {} : { nextCursor })
  }
})

const text = (text: string): Reply => ({ result: { resultType: "complete", content: [{ type: "text", text }] } })

/** Each test runs on the newest revision of either era. */
const eras = (run: (revision: Revision) => void) => {
  for (const revision of [v2025_11_25, v2026_07_28]) {
    describe(`in ${revision.version}`, () => {
      run(revision)
    })
  }
}

const scripted = (revision: Revision, script: Script) => {
  const peer = make({ ...opening(revision), ...script })
  return Effect.map(connect(peer), (client) => ({ peer, client }))
}

/** Waits for the second `Connected` of the client's status. */
const reconnected = (client: Client) =>
  client.status.pipe(
    Stream.filter(({ _tag }) => _tag === "Connected"),
    Stream.take(2),
    Stream.runDrain,
    (waiting) => Effect.forkChild(waiting, { startImmediately: true })
  )

describe("listings", () => {
  it.effect("go on until there is no cursor; the empty string is one (PAG-05, PAG-09)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28, {
        "tools/list": ({ cursor }) =>
          cursor === undefined ? page(["a"], "") : cursor === "" ? page(["b", "c"], "last") : page(["d"])
      })
      const tools = yield* client.listTools
      assert.deepStrictEqual(tools.map(({ name }) => name), ["a", "b", "c", "d"])
      assert.deepStrictEqual(sent(peer, "tools/list").map(({ params }) => params?.cursor), [undefined, "", "last"])
    }))

  it.effect("a cursor that comes back is the end", () =>
    Effect.gen(function*() {
      const { client } = yield* scripted(v2025_11_25, {
        "tools/list": ({ cursor }) => page(["a"], cursor === "x" ? "y" : "x")
      })
      const error = yield* Effect.flip(client.listTools)
      assert.deepInclude(error.reason, { _tag: "EndlessListing", problem: "CursorRepeated", method: "tools/list" })
    }))

  it.effect("pages and items are bounded", () =>
    Effect.gen(function*() {
      const endless: Script = { "tools/list": ({ cursor }) => page(["a", "b"], `${String(cursor)}x`) }
      const limited = (limits: Partial<typeof defaultLimits>) =>
        scripted(v2025_11_25, endless).pipe(
          Effect.flatMap(({ client, peer }) =>
            Effect.map(
              Effect.flip(client.listTools),
              ({ reason }) => ({ reason, pages: sent(peer, "tools/list").length })
            )
          ),
          Effect.provideService(ClientLimits, { ...defaultLimits, ...limits })
        )
      const pages = yield* limited({ pagesMax: 5 })
      assert.deepInclude(pages.reason, { problem: "TooManyPages" })
      assert.strictEqual(pages.pages, 5)
      assert.deepInclude((yield* limited({ itemsMax: 5 })).reason, { problem: "TooManyItems" })
    }))
})

describe("methods", () => {
  eras((revision) => {
    it.effect("each sends its own request and reads its own result", () =>
      Effect.gen(function*() {
        const common = { resultType: "complete", ttlMs: 0, cacheScope: "private" }
        const { client, peer } = yield* scripted(revision, {
          "tools/call": ({ arguments: args, name }) => text(`${String(name)} ${JSON.stringify(args)}`),
          "resources/list": { result: { ...common, resources: [{ uri: "a://b", name: "b" }] } },
          "resources/templates/list": {
            result: { ...common, resourceTemplates: [{ uriTemplate: "a://{b}", name: "b" }] }
          },
          "resources/read": ({ uri }) => ({ result: { ...common, contents: [{ uri, text: "hello" }] } }),
          "prompts/list": { result: { ...common, prompts: [{ name: "p" }] } },
          "prompts/get": ({ arguments: args }) => ({
            result: {
              ...common,
              messages: [{ role: "user", content: { type: "text", text: JSON.stringify(args) } }]
            }
          }),
          "completion/complete": { result: { ...common, completion: { values: ["one"], hasMore: false } } }
        })
        const called = yield* client.callTool({ name: "add", arguments: { a: 1 } })
        assert.deepStrictEqual(called.content, [{ type: "text", text: "add {\"a\":1}" }])
        assert.deepStrictEqual((yield* client.listResources).map(({ uri }) => uri), ["a://b"])
        assert.deepStrictEqual((yield* client.listResourceTemplates).map(({ name }) => name), ["b"])
        assert.deepStrictEqual((yield* client.readResource("a://b")).contents, [{ uri: "a://b", text: "hello" }])
        assert.deepStrictEqual((yield* client.listPrompts).map(({ name }) => name), ["p"])
        const prompt = yield* client.getPrompt({ name: "p", arguments: { x: "1" } })
        assert.deepStrictEqual(prompt.messages, [{ role: "user", content: { type: "text", text: "{\"x\":\"1\"}" } }])
        const completion = yield* client.complete({
          ref: { type: "ref/prompt", name: "p" },
          argument: { name: "x", value: "o" }
        })
        assert.deepStrictEqual(completion, { values: ["one"], hasMore: false })
        // Every stateless request says who asks and in which version; no session request does (MET-01 to MET-03).
        const claims = {
          "io.modelcontextprotocol/protocolVersion": revision.version,
          "io.modelcontextprotocol/clientInfo": { name: "test", version: "0" },
          "io.modelcontextprotocol/clientCapabilities": {}
        }
        for (const { id, method, params } of peer.heard) {
          if (id === undefined || method === "server/discover") continue
          assert.deepStrictEqual(params?._meta, revision.era === "stateless" ? claims : undefined)
        }
      }))

    it.effect("a tool that failed is a result", () =>
      Effect.gen(function*() {
        const { client } = yield* scripted(revision, {
          "tools/call": { result: { resultType: "complete", content: [], isError: true } }
        })
        assert.isTrue((yield* client.callTool({ name: "x" })).isError)
      }))

    it.effect("an error of the server arrives as it was sent; one of our own never looks like it (ERR-08)", () =>
      Effect.gen(function*() {
        const { client } = yield* scripted(revision, {
          "tools/call": { error: { code: -32602, message: "Unknown tool", data: { name: "x" } } },
          "resources/read": { result: { contents: "none" } }
        })
        const refused = yield* Effect.flip(client.callTool({ name: "x" }))
        assert.deepInclude(refused.reason, { _tag: "RpcError", code: -32602, message: "Unknown tool" })
        assert.deepStrictEqual(refused.reason._tag === "RpcError" ? refused.reason.data : undefined, { name: "x" })
        const invalid = yield* Effect.flip(client.readResource("a://b"))
        assert.deepInclude(invalid.reason, { _tag: "InvalidResult", method: "resources/read" })
        assert.notProperty(invalid.reason, "code")
        const caught = yield* client.callTool({ name: "x" }).pipe(
          Effect.catchReason("McpClientError", "RpcError", ({ code }) => Effect.succeed(code))
        )
        assert.strictEqual(caught, -32602)
      }))

    it.effect("a method that MCP does not have goes as it is, and comes back as it is", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "acme/do": { result: { done: [1, null] } } })
        assert.deepStrictEqual(yield* client.request("acme/do", { it: "now" }), { done: [1, null] })
        assert.deepInclude(sent(peer, "acme/do")[0]?.params, { it: "now" })
      }))

    it.effect("a method that the other era has is not sent", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, {})
        const method = revision.era === "session" ? "server/discover" : "resources/subscribe"
        const before = peer.heard.length
        const error = yield* Effect.flip(client.request(method, { uri: "a://b" }))
        assert.deepInclude(error.reason, { _tag: "Unavailable", lacking: "Method", method, version: revision.version })
        assert.lengthOf(peer.heard, before)
      }))

    it.effect("a capability that was not declared is not used (INI-18)", () =>
      Effect.gen(function*() {
        const bare = opening(revision)[revision.era === "session" ? "initialize" : "server/discover"]
        const reply = bare as { readonly result: object }
        const { client, peer } = yield* scripted(revision, {
          "server/discover": revision.era === "stateless"
            ? { result: { ...reply.result, capabilities: {} } }
            : { error: { code: -32601, message: "no" } },
          initialize: { result: { ...reply.result, capabilities: {} } }
        })
        const before = peer.heard.length
        for (
          const attempt of [
            client.listTools,
            client.callTool({ name: "x" }),
            client.listResources,
            client.listResourceTemplates,
            client.readResource("a://b"),
            client.listPrompts,
            client.getPrompt({ name: "p" }),
            client.setLoggingLevel("info")
          ]
        ) {
          const { reason } = yield* Effect.flip(attempt as Effect.Effect<unknown, Effect.Error<typeof attempt>>)
          assert.deepInclude(reason, { _tag: "Unavailable", lacking: "Capability" })
        }
        assert.lengthOf(peer.heard, before)
      }))
  })
})

describe("only in one era", () => {
  it.effect("ping (PNG-01)", () =>
    Effect.gen(function*() {
      const session = yield* scripted(v2025_11_25, { ping: { result: {} } })
      yield* session.client.ping
      const stateless = yield* scripted(v2026_07_28, {})
      assert.deepInclude((yield* Effect.flip(stateless.client.ping)).reason, { _tag: "Unavailable", lacking: "Method" })
    }))

  it.effect("the logging level is a request in a session, and part of every request without one", () =>
    Effect.gen(function*() {
      const session = yield* scripted(v2025_11_25, { "logging/setLevel": { result: {} }, "tools/call": text("") })
      yield* session.client.setLoggingLevel("warning")
      assert.deepStrictEqual(sent(session.peer, "logging/setLevel")[0]?.params, { level: "warning" })
      const stateless = yield* scripted(v2026_07_28, { "tools/call": text("") })
      yield* stateless.client.setLoggingLevel("warning")
      yield* stateless.client.callTool({ name: "x" })
      assert.lengthOf(sent(stateless.peer, "logging/setLevel"), 0)
      const meta = sent(stateless.peer, "tools/call")[0]?.params?._meta
      assert.deepInclude(meta, { "io.modelcontextprotocol/logLevel": "warning" })
    }))

  it.effect("a server that asks for input fails the call with what it asks", () =>
    Effect.gen(function*() {
      const { client } = yield* scripted(v2026_07_28, {
        "tools/call": { result: { resultType: "input_required", requestState: "" } }
      })
      const { reason } = yield* Effect.flip(client.callTool({ name: "x" }))
      assert.strictEqual(reason._tag, "InputRequired")
      assert.strictEqual(reason._tag === "InputRequired" ? reason.result.requestState : undefined, "")
    }))

  it.effect("an unknown resultType is invalid (RES-03), a missing one is complete (RES-04, ERA-13)", () =>
    Effect.gen(function*() {
      const { client } = yield* scripted(v2026_07_28, {
        "tools/call": ({ name }) => ({
          result: { content: [], ...(name === "odd" ? { resultType: "odd" } : {}) }
        })
      })
      assert.strictEqual((yield* Effect.flip(client.callTool({ name: "odd" }))).reason._tag, "InvalidResult")
      assert.deepStrictEqual((yield* client.callTool({ name: "plain" })).content, [])
    }))
})

describe("giving up", () => {
  eras((revision) => {
    it.effect("after the time limit the request is cancelled (TMO-01, TMO-02, STD-08)", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": "silence" })
        const calling = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "slow" })))
        yield* TestClock.adjust("59999 millis")
        assert.lengthOf(sent(peer, "notifications/cancelled"), 0)
        yield* TestClock.adjust("1 millis")
        const { reason } = yield* Fiber.join(calling)
        assert.deepInclude(reason, { _tag: "RequestTimeout", method: "tools/call", timeoutMillis: 60_000 })
        const [{ params } = {}] = sent(peer, "notifications/cancelled")
        assert.strictEqual(params?.requestId, sent(peer, "tools/call")[0]?.id)
      }))

    it.effect("each request may have its own time limit, or none (TMO-03)", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": "silence" })
        const short = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "x" }, { timeout: "1 seconds" })))
        const endless = yield* Effect.forkChild(client.callTool({ name: "x" }, { timeout: "Infinity" }))
        yield* TestClock.adjust("1 seconds")
        assert.strictEqual((yield* Fiber.join(short)).reason._tag, "RequestTimeout")
        yield* TestClock.adjust("30 days")
        const id = sent(peer, "tools/call")[1]?.id
        peer.send({ id, ...(text("at last") as object) })
        assert.deepStrictEqual((yield* Fiber.join(endless)).content, [{ type: "text", text: "at last" }])
      }))

    it.effect("an interrupted call is cancelled, and its late answer dropped (CAN-01, CAN-12)", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": "silence", "tools/list": page(["a"]) })
        const calling = yield* Effect.forkChild(client.callTool({ name: "x" }), { startImmediately: true })
        yield* Effect.yieldNow
        const exit = yield* Effect.andThen(Fiber.interrupt(calling), Fiber.await(calling))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
        const id = sent(peer, "tools/call")[0]?.id
        assert.isDefined(id)
        assert.deepStrictEqual(sent(peer, "notifications/cancelled").map(({ params }) => params?.requestId), [id])
        peer.send({ id, ...(text("late") as object) })
        assert.lengthOf(yield* client.listTools, 1)
      }))

    it.effect("a call that was answered is not cancelled", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": text("done") })
        yield* client.callTool({ name: "x" })
        yield* TestClock.adjust("1 hours")
        assert.lengthOf(sent(peer, "notifications/cancelled"), 0)
      }))
  })
})

describe("progress", () => {
  eras((revision) => {
    it.effect("is heard in order before the call ends, and never goes back (PRG-02, PRG-03)", () =>
      Effect.gen(function*() {
        const { client } = yield* scripted(revision, {
          "tools/call": ({ _meta }, _id, peer) => {
            const progressToken = (_meta as { readonly progressToken: number }).progressToken
            for (const progress of [1, 2, 2, 1, 3]) {
              peer.send({ method: "notifications/progress", params: { progressToken, progress, total: 3 } })
            }
            peer.send({ method: "notifications/progress", params: { progressToken: "other", progress: 9 } })
            return text("done")
          }
        })
        const heard: Array<number> = []
        const result = yield* client.callTool({ name: "x" }, {
          onProgress: ({ progress }) => Effect.andThen(Effect.yieldNow, Effect.sync(() => heard.push(progress)))
        })
        assert.deepStrictEqual(heard, [1, 2, 3])
        assert.deepStrictEqual(result.content, [{ type: "text", text: "done" }])
      }))

    it.effect("is not asked for unless somebody listens", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": text("") })
        yield* client.callTool({ name: "x" }, { meta: { "acme.dev/trace": 1 } })
        const meta = sent(peer, "tools/call")[0]?.params?._meta
        assert.deepInclude(meta, { "acme.dev/trace": 1 })
        assert.notProperty(meta, "progressToken")
      }))

    it.effect("a slow listener loses the oldest", () =>
      Effect.gen(function*() {
        const { client } = yield* scripted(revision, {
          "tools/call": ({ _meta }, _id, peer) => {
            const progressToken = (_meta as { readonly progressToken: number }).progressToken
            for (let progress = 1; progress <= 10; progress++) {
              peer.send({ method: "notifications/progress", params: { progressToken, progress } })
            }
            return text("done")
          }
        })
        const heard: Array<number> = []
        yield* client.callTool({ name: "x" }, { onProgress: ({ progress }) => Effect.sync(() => heard.push(progress)) })
        assert.deepStrictEqual(heard, [8, 9, 10])
      }).pipe(Effect.provideService(ClientLimits, { ...defaultLimits, progressPendingMax: 3 })))
  })
})

describe("what the server sends unasked", () => {
  eras((revision) => {
    const changed = { method: "notifications/tools/list_changed" }

    it.effect("notifications are a stream, those that are none left out; it ends with the client, not with a line", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.fork(yield* Effect.scope)
        const { client, peer } = yield* Scope.provide(scripted(revision, {}), scope)
        const collecting = yield* Effect.forkChild(Stream.runCollect(client.notifications), { startImmediately: true })
        yield* Effect.yieldNow
        peer.send(changed)
        peer.send({ method: "notifications/unheard/of" })
        peer.send({ method: "notifications/message", params: { level: "shouting", data: 1 } })
        peer.send({ method: "notifications/message", params: { level: "info", data: { a: [null] } } })
        const again = yield* reconnected(client)
        peer.hangUp()
        yield* Fiber.join(again)
        peer.send({ method: "notifications/prompts/list_changed" })
        yield* Scope.close(scope, Exit.void)
        const notifications = yield* Fiber.join(collecting)
        assert.deepStrictEqual(notifications.map(({ method }) => method), [
          "notifications/tools/list_changed",
          "notifications/message",
          "notifications/prompts/list_changed"
        ])
        assert.deepInclude(notifications[1]?.params, { level: "info", data: { a: [null] } })
        assert.strictEqual(peer.links(), 2)
      }))

    it.effect("a reader that does not keep up loses the oldest", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.fork(yield* Effect.scope)
        const { client, peer } = yield* Scope.provide(scripted(revision, {}), scope)
        const gate = yield* Queue.unbounded<void>()
        const slow = client.notifications.pipe(
          Stream.mapEffect((notification) => Effect.as(Queue.take(gate), notification)),
          Stream.map(({ params }) => (params as { readonly data?: unknown }).data),
          Stream.runCollect
        )
        const collecting = yield* Effect.forkChild(slow, { startImmediately: true })
        yield* Effect.yieldNow
        for (let data = 0; data < 20; data++) {
          peer.send({ method: "notifications/message", params: { level: "info", data } })
        }
        yield* Scope.close(scope, Exit.void)
        for (let i = 0; i < 20; i++) yield* Queue.offer(gate, undefined)
        const heard = yield* Fiber.join(collecting)
        assert.deepStrictEqual(heard.slice(-4), [16, 17, 18, 19])
        // One more was taken before the others came.
        assert.isAtMost(heard.length, 5)
      }).pipe(Effect.provideService(ClientLimits, { ...defaultLimits, notificationsPendingMax: 4 })))

    it.effect("requests are answered in a session only (RPC-19)", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/list": page([]) })
        peer.send({ id: "p", method: "ping" })
        peer.send({ id: 7, method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } })
        yield* client.listTools
        const answers = peer.heard.filter(({ method }) => method === undefined)
        if (revision.era === "stateless") assert.deepStrictEqual(answers, [])
        else {
          assert.deepStrictEqual(answers.map(({ error, id, result }) => [id, result, error?.code]), [
            ["p", {}, undefined],
            [7, undefined, -32601]
          ])
        }
      }))

    it.effect("a line that is no message harms nobody", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, {
          "tools/list": (_params, _id, peer) => {
            peer.sendLine("Server listening on port 3000")
            peer.sendLine("{\"jsonrpc\":\"2.0\"}")
            peer.sendLine("[]")
            peer.send({ id: 12345, result: {} })
            return page(["a"])
          }
        })
        assert.lengthOf(yield* client.listTools, 1)
        void peer
      }))
  })
})

describe("losing the server", () => {
  eras((revision) => {
    it.effect("what may have run fails; the server is dialled again for what comes next", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": "hang up", "tools/list": page(["a"]) })
        const { mayHaveRun, reason } = yield* Effect.flip(client.callTool({ name: "x" }))
        assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "ConnectionClosed")
        assert.isTrue(mayHaveRun)
        assert.lengthOf(yield* client.listTools, 1)
        assert.lengthOf(sent(peer, "tools/call"), 1)
        assert.strictEqual(peer.links(), 2)
      }))

    it.effect("with the scope, requests in flight fail too", () =>
      Effect.gen(function*() {
        const { client } = yield* Effect.scoped(scripted(revision, { "tools/call": "silence" }))
        const { reason } = yield* Effect.flip(client.callTool({ name: "x" }))
        assert.strictEqual(reason._tag, "TransportError")
      }))
  })
})

describe("batches (BAT-01, STD-15)", () => {
  it.effect("are taken apart", () =>
    Effect.gen(function*() {
      const revision = Revisions.fromVersion("2025-03-26") ?? v2025_11_25
      const { client } = yield* scripted(revision, {
        "tools/list": (_params, id, peer) => {
          const answer = { jsonrpc: "2.0", id, ...(page(["a"]) as object) }
          peer.sendLine(JSON.stringify([{ jsonrpc: "2.0", method: "notifications/tools/list_changed" }, 1, answer]))
          return "silence"
        }
      })
      assert.lengthOf(yield* client.listTools, 1)
    }))
})

describe("messages that nest too deeply", () => {
  it.effect("are told to who waits for them", () =>
    Effect.gen(function*() {
      const deep = { result: { content: [], structuredContent: { a: { a: { a: { a: {} } } } } } }
      const { client } = yield* scripted(v2025_11_25, { "tools/call": deep })
      const { message } = yield* Effect.flip(client.callTool({ name: "x" }))
      assert.include(message, "Nested deeper than 6 levels")
    }).pipe(Effect.provideService(JsonRpcLimits, { ...defaultMessageLimits, nestingDepthMax: 6 })))
})
