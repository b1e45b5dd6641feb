/**
 * Our client and the reference server that has a bit of everything (`@modelcontextprotocol/server-everything`).
 */
import { assert, describe, layer, type Vitest } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import * as ClientToolkit from "@parley/mcp/client/bridge/ClientToolkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { client, failing, installed, live, overHttp, overStdio, saying, type Trials, tryTools } from "./Servers.ts"

const program = installed("@modelcontextprotocol/server-everything")

const trials: Trials = {
  "echo": { arguments: { message: "hello" }, check: saying("Echo: hello") },
  "get-annotated-message": {
    arguments: { messageType: "error", includeImage: true },
    check: ({ content }) => {
      assert.deepStrictEqual(content.map(({ type }) => type), ["text", "image"])
      assert.deepStrictEqual(content[0]?.annotations, { priority: 1, audience: ["user", "assistant"] })
    }
  },
  "get-env": { check: saying(/"PATH"/) },
  "get-resource-links": {
    arguments: { count: 2 },
    check: ({ content }) =>
      assert.deepStrictEqual(content.map(({ type }) => type), ["text", "resource_link", "resource_link"])
  },
  "get-resource-reference": {
    arguments: { resourceType: "Blob", resourceId: 7 },
    check: ({ content }) => {
      const [, block] = content
      assert.strictEqual(block?.type, "resource")
      assert.property(block?.type === "resource" ? block.resource : {}, "blob")
    }
  },
  "get-structured-content": {
    arguments: { location: "Chicago" },
    check: ({ structuredContent }) =>
      assert.deepStrictEqual(structuredContent, { temperature: 36, conditions: "Light rain / drizzle", humidity: 82 })
  },
  "get-sum": { arguments: { a: 2, b: 3 }, check: saying("The sum of 2 and 3 is 5.") },
  "get-tiny-image": {
    check: ({ content }) => assert.deepStrictEqual(content.map(({ type }) => type), ["text", "image", "text"])
  },
  "gzip-file-as-resource": {
    arguments: { name: "zipped", data: "data:text/plain,hello", outputType: "resource" },
    check: ({ content: [block] }) => {
      const resource = block?.type === "resource" && "blob" in block.resource ? block.resource : undefined
      assert.strictEqual(resource?.uri, "demo://resource/session/zipped")
    }
  },
  "simulate-research-query": { arguments: { topic: "tea" }, check: failing(/task/i) },
  "toggle-simulated-logging": { check: saying("Started simulated") },
  "toggle-subscriber-updates": { check: saying("Started simulated") },
  "trigger-long-running-operation": { arguments: { duration: 0.1, steps: 2 }, check: saying("completed") }
}

const prompts: { readonly [name: string]: { readonly [name: string]: string } } = {
  "simple-prompt": {},
  "args-prompt": { city: "Ulm" },
  "completable-prompt": { department: "Sales", name: "Eve" },
  "resource-prompt": { resourceType: "Text", resourceId: "3" }
}

type Method = Vitest.MethodsNonLive<McpClient.McpClient>

const readsAndGets = (it: Method): void => {
  it.effect("reads every resource, and one of every template", () =>
    Effect.gen(function*() {
      const { listResourceTemplates, listResources, readResource } = yield* McpClient.McpClient
      const resources = yield* listResources
      const templates = yield* listResourceTemplates
      assert.isNotEmpty(resources)
      assert.lengthOf(templates, 2)
      const uris = [
        ...resources.map(({ uri }) => uri),
        ...templates.map(({ uriTemplate }) => uriTemplate.replace("{resourceId}", "7"))
      ]
      for (const uri of uris) {
        const [contents] = (yield* readResource(uri)).contents
        assert.strictEqual(contents?.uri, uri)
      }
    }))

  it.effect("gets every prompt", () =>
    Effect.gen(function*() {
      const { getPrompt, listPrompts } = yield* McpClient.McpClient
      assert.sameMembers((yield* listPrompts).map(({ name }) => name), Object.keys(prompts))
      for (const [name, args] of Object.entries(prompts)) {
        assert.isNotEmpty((yield* getPrompt({ name, arguments: args })).messages)
      }
    }))

  it.effect("completes arguments, with what is known of others", () =>
    Effect.gen(function*() {
      const { complete } = yield* McpClient.McpClient
      const ref = { type: "ref/prompt", name: "completable-prompt" } as const
      const departments = yield* complete({ ref, argument: { name: "department", value: "S" } })
      assert.deepStrictEqual(departments.values, ["Sales", "Support"])
      const context = { arguments: { department: "Sales" } }
      const names = yield* complete({ ref, argument: { name: "name", value: "" }, context })
      assert.deepStrictEqual(names.values, ["David", "Eve", "Frank"])
    }))

  it.effect("hears why a prompt or a resource cannot be had", () =>
    Effect.gen(function*() {
      const { getPrompt, readResource } = yield* McpClient.McpClient
      const arguments_ = { resourceType: "None", resourceId: "1" }
      for (
        const refused of [
          yield* Effect.flip(getPrompt({ name: "resource-prompt", arguments: arguments_ })),
          yield* Effect.flip(getPrompt({ name: "no-such-prompt" })),
          yield* Effect.flip(readResource("demo://resource/dynamic/text/zero"))
        ]
      ) assert.strictEqual(refused.reason._tag, "RpcError")
    }))
}

const listens = (it: Method): void => {
  it.effect("hears progress, in order", () =>
    Effect.gen(function*() {
      const { callTool } = yield* McpClient.McpClient
      const heard: Array<number> = []
      yield* callTool({ name: "trigger-long-running-operation", arguments: { duration: 0.1, steps: 4 } }, {
        onProgress: ({ progress }) => Effect.sync(() => heard.push(progress))
      })
      assert.deepStrictEqual(heard, [1, 2, 3, 4])
    }))

  it.effect("hears log messages, and of resources that it has subscribed to", () =>
    Effect.gen(function*() {
      const { callTool, notifications, request, setLoggingLevel } = yield* McpClient.McpClient
      const uri = "demo://resource/dynamic/text/1"
      const heard = yield* notifications.pipe(
        Stream.map(({ method, params }) => "uri" in params ? params.uri : method),
        Stream.filter((what) => what === uri || what === "notifications/message"),
        Stream.takeUntil((what) => what === uri),
        Stream.runCollect,
        Effect.forkScoped({ startImmediately: true })
      )
      yield* setLoggingLevel("debug")
      yield* request("resources/subscribe", { uri })
      // Off, in case that an earlier test has turned it on, and on: then it tells at once.
      const { content: [said] } = yield* callTool({ name: "toggle-subscriber-updates" })
      if (said?.type === "text" && said.text.startsWith("Stopped")) {
        yield* callTool({ name: "toggle-subscriber-updates" })
      }
      const messages = yield* Fiber.join(heard)
      assert.includeMembers(messages, [uri, "notifications/message"])
      yield* request("resources/unsubscribe", { uri })
      yield* callTool({ name: "toggle-subscriber-updates" })
    }))
}

const bridges = (it: Method): void => {
  it.effect("is a toolkit for a model, pictures included", () =>
    Effect.gen(function*() {
      const toolkit = yield* ClientToolkit.make(yield* McpClient.McpClient)
      // What can only be called as a task is left out.
      assert.sameMembers(
        Object.keys(toolkit.tools),
        Object.keys(trials).filter((name) => name !== "simulate-research-query")
      )
      const [result] = yield* Stream.runCollect(yield* toolkit.handle("get-tiny-image", {}))
      assert.deepStrictEqual(result?.modelOutput?.map(({ type }) => type), ["text", "file", "text"])
      const [wrong] = yield* Stream.runCollect(yield* toolkit.handle("get-sum", { a: "two" }))
      assert.isTrue(wrong?.isFailure)
    }))
}

describe.each([
  ["stdio", overStdio({ program })],
  ["Streamable HTTP", overHttp({ program, args: ["streamableHttp"] })],
  // The client finds out that there is nothing else.
  ["HTTP+SSE", overHttp({ program, args: ["sse"] }, "/sse")]
])("the everything server over %s", (_, transport) => {
  layer(Layer.provideMerge(client, transport), live)((it) => {
    it.effect("tells who it is", () =>
      Effect.gen(function*() {
        const { ping, server } = yield* McpClient.McpClient
        assert.strictEqual(server.info?.name, "mcp-servers/everything")
        assert.strictEqual(server.revision.version, "2025-11-25")
        assert.isString(server.instructions)
        yield* ping
      }))
    tryTools(it, trials)
    readsAndGets(it)
    listens(it)
    bridges(it)
  })
})
