/**
 * Our client and servers made with the libraries that others use, over stdio and over HTTP, in each era that they speak:
 * what they have, what they tell while the client listens, and what becomes of calls when they end. One server does for
 * all of it, and another for its end.
 */
import { assert, describe, layer, type Vitest } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import type { CallToolResult } from "@parley/mcp/schema/Tool"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { contents, greeting, greetingUri, review } from "../../src/foreign/Samples.ts"
import { type Side, sides } from "./Libraries.ts"
import {
  clientWith,
  failing,
  type Foreign,
  hears,
  isLost,
  live,
  overHttp,
  overStdio,
  Process,
  saying,
  started,
  type Trials,
  tryTools
} from "./Servers.ts"

type Methods = Vitest.MethodsNonLive<McpClient.McpClient>

const asSent = ({ content }: CallToolResult): void => assert.deepStrictEqual<unknown>(content, contents)

const allTrials: Trials = {
  add: { arguments: { a: 2, b: 3 }, check: saying("5") },
  contents: { check: asSent },
  fail: { check: failing(/It is broken/) },
  count: { check: saying("three") },
  log: { check: saying("logged") },
  touch: { check: saying("touched") }
}

/** Tools that do more than answer: they ask, change the list, or end the server. */
const elsewhere = ["grow", "leave", "ask", "sample", "roots"]

const trialsOf = ({ without }: Side): Trials =>
  Object.fromEntries(Object.entries(allTrials).filter(([name]) => !without.includes(name)))

const agrees = (it: Methods, { name, version }: Side): void => {
  it.effect("agrees on the newest revision", () =>
    Effect.gen(function*() {
      const { server } = yield* McpClient.McpClient
      assert.strictEqual(server.revision.version, version)
      assert.strictEqual(server.info?.name, name)
      assert.strictEqual(server.instructions, "Be kind")
    }))
}

const readsAndGets = (it: Methods): void => {
  it.effect("reads and gets", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      assert.deepStrictEqual((yield* client.listResources).map(({ uri }) => uri), [greetingUri])
      assert.lengthOf(yield* client.listResourceTemplates, 1)
      for (const [uri, text] of [[greetingUri, greeting("you")], [`${greetingUri}/Ada`, greeting("Ada")]] as const) {
        assert.deepInclude((yield* client.readResource(uri)).contents[0], { uri, text })
      }
      assert.deepStrictEqual((yield* client.listPrompts).map((prompt) => prompt.name), ["review"])
      const { messages } = yield* client.getPrompt({ name: "review", arguments: { code: "x" } })
      assert.deepStrictEqual<unknown>(messages, [{ role: "user", content: { type: "text", text: review("x") } }])
    }))

  it.effect("hears why something cannot be had", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      for (
        const refused of [
          yield* Effect.flip(client.readResource("other://thing")),
          yield* Effect.flip(client.getPrompt({ name: "no-such-prompt" })),
          yield* Effect.flip(client.request("no/such/method", {}))
        ]
      ) assert.strictEqual(refused.reason._tag, "RpcError")
    }))
}

const cannotBeAsked = (it: Methods, { without }: Side): void => {
  it.effect("is not asked what it cannot answer", () =>
    Effect.gen(function*() {
      const { callTool } = yield* McpClient.McpClient
      for (const name of ["ask", "sample", "roots"].filter((tool) => !without.includes(tool))) {
        const answer = yield* Effect.result(callTool({ name }))
        if (answer._tag === "Success") assert.isTrue(answer.success.isError, name)
        else assert.strictEqual(answer.failure.reason._tag, "RpcError", name)
      }
    }))

  it.effect("hears that arguments are wrong", () =>
    Effect.gen(function*() {
      const { callTool } = yield* McpClient.McpClient
      const answer = yield* Effect.result(callTool({ name: "add", arguments: { a: "two" } }))
      if (answer._tag === "Success") assert.isTrue(answer.success.isError)
      else assert.strictEqual(answer.failure.reason._tag, "RpcError")
    }))
}

const tells = (it: Methods, { without }: Side): void => {
  it.effect("progress is heard, and then the result", () =>
    Effect.gen(function*() {
      const { callToolStream } = yield* McpClient.McpClient
      const events = yield* Stream.runCollect(callToolStream({ name: "count" }))
      assert.deepStrictEqual(
        events.map((event) => event._tag === "Progress" ? event.progress.progress : event._tag),
        [1, 2, 3, "Result"]
      )
    }))

  it.effect("log messages are heard", () =>
    Effect.gen(function*() {
      const { callTool, logs, setLoggingLevel } = yield* McpClient.McpClient
      yield* setLoggingLevel("info")
      const logged = yield* logs.pipe(Stream.take(1), Stream.runCollect, Effect.forkScoped({ startImmediately: true }))
      yield* callTool({ name: "log" })
      const [message] = yield* Fiber.join(logged)
      assert.strictEqual(message?.level, "warning")
      assert.include(JSON.stringify(message?.data), "logged")
    }))

  it.effect("a new tool is heard of, and can be called", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const { callTool, listChanges, listTools } = client
      assert.notInclude((yield* listTools).map(({ name }) => name), "grown")
      const tools = Stream.filter(listChanges, ({ cause, kind }) => kind === "tools" && cause === "Changed")
      const changed = yield* Effect.forkScoped(Stream.runHead(tools), { startImmediately: true })
      // Nobody knows when the server has begun to tell; it is told to grow until it has been heard.
      yield* Effect.raceFirst(
        Fiber.join(changed),
        Effect.forever(Effect.delay(callTool({ name: "grow" }), "50 millis"))
      )
      assert.isTrue(client.lastKnown.tools?.stale)
      assert.include((yield* listTools).map(({ name }) => name), "grown")
      assert.notStrictEqual((yield* callTool({ name: "grown" })).isError, true)
    }))

  if (without.includes("touch")) return
  it.effect("an updated resource is heard of", () =>
    Effect.gen(function*() {
      const { callTool, resourceUpdates } = yield* McpClient.McpClient
      const updates = resourceUpdates(greetingUri)
      const [update] = yield* hears(updates, ({ cause }) => cause !== "Changed", callTool({ name: "touch" }))
      assert.strictEqual(update?.uri, greetingUri)
    }))
}

const add = { name: "add", arguments: { a: 2, b: 3 } }

const endsOnStdio = (it: Methods): void => {
  it.effect("is started again when its process has ended in the middle of a call", () =>
    Effect.gen(function*() {
      const { callTool } = yield* McpClient.McpClient
      yield* isLost(callTool({ name: "leave" }))
      saying("5")(yield* callTool(add))
    }))
}

const endsBehindUrl = (it: Vitest.MethodsNonLive<McpClient.McpClient | Process>, foreign: Foreign): void => {
  it.effect("is found again when its process has ended behind its URL", () =>
    Effect.gen(function*() {
      const { callTool, listTools } = yield* McpClient.McpClient
      const { url } = yield* Process
      yield* isLost(callTool({ name: "leave" }))
      assert.strictEqual((yield* Effect.flip(callTool(add))).reason._tag, "TransportError")
      yield* started(foreign, Number(new URL(url).port))
      assert.isNotEmpty(yield* listTools)
      saying("5")(yield* callTool(add))
    }))
}

const all = (it: Methods, side: Side): void => {
  agrees(it, side)
  tryTools(it, trialsOf(side), elsewhere.filter((tool) => !side.without.includes(tool)))
  readsAndGets(it)
  cannotBeAsked(it, side)
  if (!side.without.includes("grow")) tells(it, side)
}

describe.each(sides)("$name in $version", (side) => {
  const { foreign, revisions } = side
  // It warns of servers that have ended, which is what these do at last.
  const client = Layer.provide(clientWith({ revisions }), Logger.layer([]))
  describe("over stdio", () => {
    layer(Layer.provide(client, overStdio(foreign)), live)((it) => {
      all(it, side)
      endsOnStdio(it)
    })
  })
  describe("over Streamable HTTP", () => {
    const program = { ...foreign, args: ["http"] }
    layer(Layer.provideMerge(client, overHttp(program)), live)((it) => {
      all(it, side)
      endsBehindUrl(it, program)
    })
  })
})
