import { assert, describe, it } from "@effect/vitest"
import { v2024_11_05 } from "../../src/revision/v2024_11_05.ts"
import { v2025_03_26 } from "../../src/revision/v2025_03_26.ts"
import { v2025_06_18 } from "../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import type { CallToolResult, Tool } from "../../src/schema/Tool.ts"

const text = (value: string) => ({ type: "text" as const, text: value })

describe("content that a revision lacks", () => {
  const audio = { type: "audio" as const, data: "AAAA", mimeType: "audio/wav", annotations: { priority: 1 } }
  const link = { type: "resource_link" as const, name: "log", uri: "file:///log", description: "The log" }
  const result: CallToolResult = { content: [text("a"), audio, link] }

  it("becomes text that says what it was", () => {
    assert.deepStrictEqual(v2024_11_05.encode.callToolResult(result).content, [
      text("a"),
      { type: "text", text: "[audio: audio/wav]", annotations: { priority: 1 } },
      text("log: file:///log\nThe log")
    ])
    assert.deepStrictEqual(v2025_03_26.encode.callToolResult(result).content, [
      text("a"),
      audio,
      text("log: file:///log\nThe log")
    ])
  })

  it("stays where the revision has it, by reference", () => {
    assert.strictEqual<unknown>(v2025_06_18.encode.callToolResult(result), result)
    assert.strictEqual<unknown>(v2025_11_25.encode.callToolResult(result), result)
    assert.strictEqual<unknown>(v2026_07_28.encode.callToolResult(result).content, result.content)
  })

  it("loses `_meta`, and annotations their date, where those are unknown", () => {
    const content = [{ ...text("a"), _meta: { x: 1 }, annotations: { priority: 0.5, lastModified: "2025-01-01" } }]
    assert.deepStrictEqual(v2025_03_26.encode.callToolResult({ content }).content, [
      { ...text("a"), annotations: { priority: 0.5 } }
    ])
    assert.strictEqual<unknown>(v2025_06_18.encode.callToolResult({ content }).content, content)
  })

  it("is rewritten in prompts too", () => {
    const prompt = {
      messages: [{ role: "user" as const, content: link }, { role: "user" as const, content: text("b") }]
    }
    assert.deepStrictEqual(v2024_11_05.encode.getPromptResult(prompt).messages, [
      { role: "user", content: text("log: file:///log\nThe log") },
      prompt.messages[1]
    ])
  })
})

describe("structured output", () => {
  const object: CallToolResult = { content: [text("{}")], structuredContent: { sum: 3 } }

  it("is dropped before 2025-06-18, and the text stays", () => {
    assert.deepStrictEqual(v2024_11_05.encode.callToolResult(object), { content: [text("{}")] })
    assert.deepStrictEqual(v2025_03_26.encode.callToolResult(object), { content: [text("{}")] })
  })

  it("is put into text when there is none", () => {
    const silent: CallToolResult = { content: [], structuredContent: { sum: 3 } }
    assert.deepStrictEqual(v2025_03_26.encode.callToolResult(silent), { content: [text("{\"sum\":3}")] })
    assert.strictEqual<unknown>(v2025_06_18.encode.callToolResult(silent), silent)
  })

  for (const value of [null, 0, "", false, [1, 2], "text"]) {
    it(`${JSON.stringify(value)} is wrapped where only objects are allowed (TOC-07)`, () => {
      const result: CallToolResult = { content: [], structuredContent: value }
      const wrapped = { content: [text(JSON.stringify(value))], structuredContent: { result: value } }
      assert.deepStrictEqual(v2025_06_18.encode.callToolResult(result), wrapped)
      assert.deepStrictEqual(v2025_11_25.encode.callToolResult(result), wrapped)
      assert.deepStrictEqual(v2026_07_28.encode.callToolResult(result), { ...result, resultType: "complete" })
    })
  }

  it("an object is wrapped when the schema that clients were shown is", () => {
    const outputSchema = { anyOf: [{ type: "object" }, { type: "string" }] }
    assert.deepStrictEqual(v2025_11_25.encode.callToolResult(object, outputSchema), {
      content: [text("{}")],
      structuredContent: { result: { sum: 3 } }
    })
    assert.strictEqual<unknown>(v2025_11_25.encode.callToolResult(object, { type: "object" }), object)
    assert.strictEqual<unknown>(v2025_11_25.encode.callToolResult(object), object)
  })

  it("references follow a wrapped schema to its new place", () => {
    const outputSchema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "array",
      items: { anyOf: [{ $ref: "#/$defs/item" }, { $ref: "#" }, { $ref: "#anchor" }, { $ref: "other.json#/x" }] },
      $defs: {
        item: { properties: { $ref: { type: "string" }, default: { $ref: "#" } }, const: { $ref: "#" } },
        own: { $id: "https://example.com/own", items: { $ref: "#" } }
      }
    }
    const tool: Tool = { name: "list", inputSchema: { type: "object" }, outputSchema }
    const expected = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: {
        result: {
          $schema: "https://json-schema.org/draft/2020-12/schema",
          type: "array",
          items: {
            anyOf: [
              { $ref: "#/properties/result/$defs/item" },
              { $ref: "#/properties/result" },
              { $ref: "#anchor" },
              { $ref: "other.json#/x" }
            ]
          },
          $defs: {
            item: {
              properties: { $ref: { type: "string" }, default: { $ref: "#/properties/result" } },
              const: { $ref: "#" }
            },
            own: { $id: "https://example.com/own", items: { $ref: "#" } }
          }
        }
      },
      required: ["result"]
    }
    assert.deepStrictEqual(v2025_11_25.encode.tool(tool).outputSchema, expected)
    assert.deepStrictEqual(v2025_06_18.encode.tool(tool).outputSchema, expected)
    assert.strictEqual<unknown>(v2026_07_28.encode.tool(tool), tool)
    assert.deepStrictEqual(v2025_03_26.encode.tool(tool), { name: "list", inputSchema: { type: "object" } })
  })

  it("boolean property schemas are spelled out where properties had to be objects", () => {
    const inputSchema = { type: "object" as const, properties: { a: true, b: false, c: { type: "string" } } }
    assert.deepStrictEqual(v2025_11_25.encode.tool({ name: "t", inputSchema }).inputSchema, {
      type: "object",
      properties: { a: {}, b: { not: {} }, c: { type: "string" } }
    })
    const tool: Tool = { name: "t", inputSchema }
    assert.strictEqual<unknown>(v2026_07_28.encode.tool(tool), tool)
  })
})

describe("results", () => {
  it("say that they are complete, how long they keep and for whom, where that is asked for (RES-01, CAC-03)", () => {
    assert.deepStrictEqual(v2026_07_28.encode.listToolsResult({ tools: [] }), {
      resultType: "complete",
      ttlMs: 0,
      cacheScope: "private",
      tools: []
    })
    const said = { tools: [], resultType: "complete", ttlMs: 5, cacheScope: "public" as const }
    assert.strictEqual(v2026_07_28.encode.listToolsResult(said), said)
    assert.strictEqual(v2026_07_28.encode.listToolsResult({ ...said, ttlMs: -1 }).ttlMs, 0)
    assert.deepStrictEqual(v2025_11_25.encode.listToolsResult(said), { tools: [] })
  })

  it("name their server in `_meta` in the stateless era only", () => {
    const _meta = { [MetaKey.serverInfo]: { name: "s", version: "1" }, "com.example/x": 1 }
    const result: CallToolResult = { content: [], _meta }
    assert.strictEqual<unknown>(v2026_07_28.encode.callToolResult(result)._meta, _meta)
    assert.deepStrictEqual(v2025_11_25.encode.callToolResult(result), { content: [], _meta: { "com.example/x": 1 } })
  })

  it("of a client carry neither a result type nor, but for a model's message, `_meta` (RES-05)", () => {
    const roots = { roots: [], _meta: { x: 1 } }
    assert.deepStrictEqual(v2026_07_28.encode.result("roots/list", roots), { roots: [] })
    assert.strictEqual(v2025_11_25.encode.result("roots/list", roots), roots)
    const message = { role: "assistant", content: text("hi"), model: "m", _meta: { x: 1 } }
    assert.strictEqual(v2026_07_28.encode.result("sampling/createMessage", message), message)
  })

  it("of methods without a rule keep their value", () => {
    const value = { vendor: true }
    assert.strictEqual(v2025_11_25.encode.result("com.example/do", value), value)
    assert.deepStrictEqual(v2026_07_28.encode.result("com.example/do", value), { resultType: "complete", vendor: true })
    assert.strictEqual(v2025_11_25.encode.result("toString", value), value)
  })

  it("that ask have their questions rewritten, and say nothing of keeping them (CAC-02)", () => {
    const asking = {
      resultType: "input_required" as const,
      inputRequests: {
        visit: {
          method: "elicitation/create" as const,
          params: { mode: "url" as const, message: "m", url: "https://a.example/", elicitationId: "1" }
        }
      },
      requestState: ""
    }
    assert.deepStrictEqual(v2026_07_28.encode.result("tools/call", asking), {
      resultType: "input_required",
      inputRequests: {
        visit: { method: "elicitation/create", params: { mode: "url", message: "m", url: "https://a.example/" } }
      },
      requestState: ""
    })
  })
})

describe("requests", () => {
  it("claim their revision in the stateless era, unless they do already", () => {
    assert.deepStrictEqual(v2026_07_28.encode.requestParams("tools/list", {}), {
      _meta: { [MetaKey.protocolVersion]: "2026-07-28", [MetaKey.clientCapabilities]: {} }
    })
    const params = {
      name: "add",
      _meta: { [MetaKey.protocolVersion]: "2026-07-28", [MetaKey.clientCapabilities]: { roots: {} } }
    }
    assert.strictEqual(v2026_07_28.encode.requestParams("tools/call", params), params)
  })

  it("claim nothing in a session", () => {
    const _meta = {
      progressToken: 1,
      [MetaKey.protocolVersion]: "2026-07-28",
      [MetaKey.clientCapabilities]: {},
      [MetaKey.clientInfo]: { name: "c", version: "1" },
      [MetaKey.logLevel]: "debug"
    }
    for (const revision of [v2024_11_05, v2025_03_26, v2025_06_18, v2025_11_25]) {
      assert.deepStrictEqual(revision.encode.requestParams("tools/list", { _meta }), { _meta: { progressToken: 1 } })
    }
  })

  it("keep members that only look inherited", () => {
    const params = JSON.parse("{\"name\":\"a\",\"task\":{},\"__proto__\":{\"x\":1}}")
    const encoded = v2025_06_18.encode.requestParams("tools/call", params)
    assert.strictEqual(JSON.stringify(encoded), "{\"name\":\"a\",\"__proto__\":{\"x\":1}}")
  })
})

describe("sampling before tools", () => {
  const blocks = [
    text("a"),
    { type: "tool_use" as const, id: "1", name: "add", input: { a: 1 } },
    { type: "tool_result" as const, toolUseId: "1", content: [text("3")] }
  ]

  it("messages with several blocks become several messages", () => {
    const params = {
      maxTokens: 1,
      messages: [{ role: "user", content: blocks }, { role: "user", content: [] }],
      tools: []
    }
    assert.deepStrictEqual(v2025_06_18.encode.requestParams("sampling/createMessage", params), {
      maxTokens: 1,
      messages: [
        { role: "user", content: text("a") },
        { role: "user", content: text("[tool call 1: add {\"a\":1}]") },
        { role: "user", content: text("[tool result 1]\n3") }
      ]
    })
  })

  it("results with several blocks become one text", () => {
    const result = { role: "assistant", model: "m", content: blocks }
    assert.deepStrictEqual(v2025_06_18.encode.result("sampling/createMessage", result), {
      role: "assistant",
      model: "m",
      content: text("a\n[tool call 1: add {\"a\":1}]\n[tool result 1]\n3")
    })
    assert.strictEqual(v2025_11_25.encode.result("sampling/createMessage", result), result)
  })
})

describe("elicitation", () => {
  it("of its first revision has no URLs, and choices of one", () => {
    const { encode } = v2025_06_18
    const url = { mode: "url", message: "Sign in", url: "https://a.example/", elicitationId: "1" }
    assert.deepStrictEqual(encode.requestParams("elicitation/create", url), {
      message: "Sign in\nhttps://a.example/",
      requestedSchema: { type: "object", properties: {} }
    })
    const properties = {
      name: { type: "string", default: "x", title: "Name" },
      sure: { type: "boolean", default: true },
      one: { type: "string", oneOf: [{ const: "a", title: "A" }], default: "a" },
      some: { type: "array", items: { anyOf: [{ const: "a", title: "A" }] }, minItems: 1 },
      plain: { type: "array", items: { type: "string", enum: ["a", "b"] } }
    }
    const form = { mode: "form", message: "m", requestedSchema: { type: "object", properties, required: ["name"] } }
    assert.deepStrictEqual(encode.requestParams("elicitation/create", form), {
      message: "m",
      requestedSchema: {
        type: "object",
        properties: {
          name: { type: "string", title: "Name" },
          sure: { type: "boolean", default: true },
          one: { type: "string", enum: ["a"], enumNames: ["A"] },
          some: { type: "string", enum: ["a"], enumNames: ["A"] },
          plain: { type: "string", enum: ["a", "b"] }
        },
        required: ["name"]
      }
    })
    const answer = { action: "accept", content: { some: ["a", "b"], n: 1 } }
    assert.deepStrictEqual(encode.result("elicitation/create", answer).content, { some: "a, b", n: 1 })
  })

  it("identifies a URL question in the session era only", () => {
    const url = { mode: "url", message: "m", url: "https://a.example/" }
    assert.deepStrictEqual(v2025_11_25.encode.requestParams("elicitation/create", url), {
      ...url,
      elicitationId: "https://a.example/"
    })
    const identified = { ...url, elicitationId: "7" }
    assert.strictEqual(v2025_11_25.encode.requestParams("elicitation/create", identified), identified)
    assert.deepStrictEqual(v2026_07_28.encode.requestParams("elicitation/create", identified), url)
  })
})

describe("capabilities", () => {
  it("that a revision lacks are not declared", () => {
    const server = { tools: {}, completions: {}, extensions: { "a/b": {} }, tasks: {} }
    assert.deepStrictEqual(v2024_11_05.encode.serverCapabilities(server), { tools: {} })
    assert.deepStrictEqual(v2025_06_18.encode.serverCapabilities(server), { tools: {}, completions: {} })
    assert.deepStrictEqual(v2025_11_25.encode.serverCapabilities(server), { tools: {}, completions: {}, tasks: {} })
    assert.deepStrictEqual(v2026_07_28.encode.serverCapabilities(server), {
      tools: {},
      completions: {},
      extensions: { "a/b": {} }
    })
  })

  it("elicitation is declared to mean forms only by a client that has forms", () => {
    const { clientCapabilities } = v2025_06_18.encode
    assert.deepStrictEqual(clientCapabilities({ elicitation: { form: {}, url: {} } }), { elicitation: {} })
    assert.deepStrictEqual(clientCapabilities({ elicitation: {} }), { elicitation: {} })
    assert.deepStrictEqual(clientCapabilities({ elicitation: { url: {} } }), {})
  })

  it("of initialize are rewritten with it", () => {
    const params = {
      protocolVersion: "2024-11-05",
      capabilities: { roots: { listChanged: true }, elicitation: {} },
      clientInfo: { name: "c", version: "1", title: "C" }
    }
    assert.deepStrictEqual(v2024_11_05.encode.requestParams("initialize", params), {
      protocolVersion: "2024-11-05",
      capabilities: { roots: { listChanged: true } },
      clientInfo: { name: "c", version: "1" }
    })
    assert.deepStrictEqual(v2026_07_28.encode.clientCapabilities({ roots: { listChanged: true } }), { roots: {} })
  })
})

describe("notifications", () => {
  it("that a revision does not have are not sent", () => {
    assert.isUndefined(v2026_07_28.encode.notification("notifications/initialized", {}))
    assert.isUndefined(v2025_06_18.encode.notification("notifications/tasks/status", {}))
    assert.isUndefined(v2025_11_25.encode.notification("notifications/subscriptions/acknowledged", {}))
    assert.isUndefined(v2025_11_25.encode.notification("toString", {}))
  })

  it("a cancellation that does not say of what is sent only where that means something", () => {
    const anonymous = { reason: "done" }
    assert.isUndefined(v2025_06_18.encode.notification("notifications/cancelled", anonymous))
    assert.isUndefined(v2026_07_28.encode.notification("notifications/cancelled", anonymous))
    assert.strictEqual(v2025_11_25.encode.notification("notifications/cancelled", anonymous), anonymous)
  })

  it("progress has a message since 2025-03-26", () => {
    const params = { progressToken: 1, progress: 1, message: "m" }
    assert.deepStrictEqual(v2024_11_05.encode.notification("notifications/progress", params), {
      progressToken: 1,
      progress: 1
    })
    assert.strictEqual(v2025_03_26.encode.notification("notifications/progress", params), params)
  })

  it("name their subscription in the stateless era only", () => {
    const params = { uri: "a:b", _meta: { [MetaKey.subscriptionId]: 1, x: 1 } }
    assert.strictEqual(v2026_07_28.encode.notification("notifications/resources/updated", params), params)
    assert.deepStrictEqual(v2025_11_25.encode.notification("notifications/resources/updated", params), {
      uri: "a:b",
      _meta: { x: 1 }
    })
  })
})
