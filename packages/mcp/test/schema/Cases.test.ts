/**
 * Cases particular to one schema: values at the edges that must pass unchanged, and values that must not pass. Required
 * members and unknown members are covered for all schemas in `Model.test.ts`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { minimal } from "./Minimal.ts"
import { accepts, entries } from "./Schemas.ts"

interface Cases {
  readonly passes: ReadonlyArray<unknown>
  readonly fails: ReadonlyArray<unknown>
}

/** The smallest value of a schema with some members on top. */
const least = (name: string) => (members: object) => ({ ...minimal[name], ...members })

const [result, message, list, log, task] = [
  least("CallToolResult"),
  least("CreateMessageParams"),
  least("ListToolsResult"),
  least("LoggingMessageParams"),
  least("Task")
]
const text = { type: "text", text: "hi" }
const form = (properties: unknown) => ({ type: "object", properties })
const key = "io.modelcontextprotocol/"

const cases: { readonly [schema: string]: Cases } = {
  RequestId: { passes: [0, -1, "", "0", 2 ** 53 - 1], fails: [null, 1.5, true, undefined, 2 ** 53] },
  ProgressToken: { passes: [0, ""], fails: [null, 0.5] },
  Cursor: { passes: ["", "x"], fails: [null, 0] },
  Role: { passes: ["user", "assistant"], fails: ["system", ""] },
  LoggingLevel: { passes: ["debug", "emergency"], fails: ["warn", "trace", "off", 0] },
  Annotations: {
    passes: [{ audience: [] }, { audience: ["user", "assistant"], priority: 0 }, { priority: 1 }],
    fails: [{ audience: ["model"] }, { priority: 1.01 }, { priority: -0.1 }, { lastModified: 0 }]
  },
  Icon: {
    passes: [{ src: "data:image/png;base64,AA==", sizes: ["48x48", "any"], theme: "dark" }],
    fails: [{ src: "x", sizes: "any" }, { src: "x", theme: "sepia" }]
  },
  ClientCapabilities: {
    passes: [
      { elicitation: {} },
      { elicitation: { form: {}, url: {} }, roots: { listChanged: true }, sampling: { context: {}, tools: {} } },
      { tasks: { list: {}, cancel: {}, requests: { sampling: { createMessage: {} }, elicitation: { create: {} } } } },
      { extensions: { "io.example/x": {} }, experimental: { y: { z: 1 } } }
    ],
    fails: [{ elicitation: true }, { extensions: { x: true } }, { roots: { listChanged: "yes" } }, { sampling: null }]
  },
  ServerCapabilities: {
    passes: [
      { logging: {}, completions: {}, prompts: {}, resources: { subscribe: false, listChanged: true }, tools: {} },
      { tasks: { requests: { tools: { call: {} } } } }
    ],
    fails: [{ tools: [] }, { logging: true }, { resources: { subscribe: 1 } }]
  },
  RequestMeta: {
    passes: [
      { progressToken: 0 },
      { [`${key}clientCapabilities`]: {}, [`${key}protocolVersion`]: "", [`${key}logLevel`]: "debug" },
      { [`${key}related-task`]: { taskId: "t" }, traceparent: "not checked" }
    ],
    fails: [
      { progressToken: null },
      { [`${key}logLevel`]: "loud" },
      { [`${key}clientInfo`]: { name: "no version" } },
      { [`${key}clientCapabilities`]: [] }
    ]
  },
  NotificationMeta: { passes: [{ [`${key}subscriptionId`]: 1 }], fails: [{ [`${key}subscriptionId`]: 1.5 }] },
  ResultMeta: { passes: [{ [`${key}serverInfo`]: minimal["Implementation"] }], fails: [{ [`${key}serverInfo`]: {} }] },
  CacheHint: {
    passes: [{ ttlMs: 0 }, { ttlMs: -1 }, { ttlMs: 60_000, cacheScope: "private" }],
    fails: [{ ttlMs: 0.5 }, { ttlMs: "1" }, { cacheScope: "shared" }]
  },
  ContentBlock: {
    passes: [
      { type: "audio", data: "AAAA", mimeType: "audio/wav" },
      { type: "resource_link", uri: "x:", name: "x", size: 0, title: "X", icons: [] },
      { type: "resource", resource: { uri: "x:", blob: "" } }
    ],
    fails: [{ type: "video" }, { type: "tool_use", id: "1", name: "t", input: {} }, { text: "no type" }, {
      type: "resource"
    }]
  },
  ResourceContents: {
    passes: [{ uri: "x:", text: "", blob: "" }, { uri: "x:", blob: "", mimeType: "a/b" }],
    fails: [{ uri: "x:" }, { uri: "x:", text: null }]
  },
  SamplingContent: {
    passes: [
      { type: "tool_use", id: "1", name: "t", input: {} },
      { type: "tool_result", toolUseId: "1", content: [text], structuredContent: null, isError: true }
    ],
    fails: [{ type: "resource_link", uri: "x:", name: "x" }, { type: "tool_use", id: "1", name: "t", input: [] }]
  },
  Resource: { passes: [{ name: "r", uri: "not checked", size: 9 }], fails: [{ name: "r", uri: "x:", size: 0.5 }] },
  Tool: {
    passes: [
      least("Tool")({ outputSchema: { type: "array" }, annotations: { readOnlyHint: false } }),
      least("Tool")({ outputSchema: { anyOf: [{}] }, execution: { taskSupport: "optional" }, title: "" })
    ],
    fails: [
      { name: "t", inputSchema: {} },
      { name: "t", inputSchema: { type: "object", $schema: 1 } },
      { name: "t", inputSchema: { type: "object", required: "a" } },
      least("Tool")({ outputSchema: true }),
      least("Tool")({ execution: { taskSupport: "maybe" } })
    ]
  },
  CallToolParams: {
    passes: [
      { name: "t", arguments: {}, task: { ttl: 0 } },
      { name: "t", requestState: "", inputResponses: { a: { action: "decline" }, b: { roots: [] } } }
    ],
    fails: [
      { name: "t", arguments: [] },
      { name: "t", arguments: null },
      { name: "t", requestState: null },
      { name: "t", inputResponses: { a: {} } },
      { name: "t", task: true }
    ]
  },
  CallToolResult: {
    passes: [null, 0, false, "", [], {}].map((structuredContent) => result({ structuredContent })),
    fails: [result({ isError: "no" }), { content: text }, { content: [{ type: "video" }] }]
  },
  ListToolsResult: {
    passes: [list({ nextCursor: "", ttlMs: 0, cacheScope: "public", resultType: "complete" })],
    fails: [list({ nextCursor: null }), { tools: {} }]
  },
  GetPromptParams: {
    passes: [{ name: "p", arguments: { a: "" } }],
    fails: [{ name: "p", arguments: { a: 1 } }, { name: "p", arguments: [] }]
  },
  PromptMessage: { passes: [{ role: "assistant", content: text }], fails: [{ role: "user", content: [text] }] },
  CompletionReference: {
    passes: [{ type: "ref/resource", uri: "x://{y}" }, { type: "ref/prompt", name: "p", title: "P" }],
    fails: [{ type: "ref/resource", name: "x" }, { type: "ref/tool", name: "x" }]
  },
  Completion: {
    passes: [{ values: Array(100).fill("v"), total: 101, hasMore: true }],
    fails: [{ values: Array(101).fill("v") }, { values: [], total: 0.5 }]
  },
  LoggingMessageParams: {
    passes: [log({ data: 0 }), log({ data: "", logger: "" })],
    fails: [log({ level: "warn" }), log({ logger: null })]
  },
  CreateMessageParams: {
    passes: [
      message({ messages: [{ role: "user", content: [] }, { role: "user", content: [text, text] }] }),
      message({ tools: [minimal["Tool"]], toolChoice: { mode: "none" }, task: {}, includeContext: "none" }),
      message({ temperature: 0.5, metadata: { a: [] }, modelPreferences: { hints: [{}], costPriority: 1 } })
    ],
    fails: [
      message({ maxTokens: 1.5 }),
      message({ includeContext: "all" }),
      message({ modelPreferences: { speedPriority: 2 } }),
      message({ messages: [{ role: "system", content: text }] })
    ]
  },
  CreateMessageResult: {
    passes: [least("CreateMessageResult")({ stopReason: "a word of the provider", content: [text] })],
    fails: [least("CreateMessageResult")({ stopReason: null })]
  },
  PrimitiveSchema: {
    passes: [
      { type: "string", minLength: 0, maxLength: 9, format: "email", default: "" },
      { type: "integer", minimum: -0.5, default: 0 },
      { type: "boolean", default: false },
      { type: "string", enum: ["a"], enumNames: ["A"], default: "a" },
      { type: "string", oneOf: [{ const: "a", title: "A" }] },
      { type: "array", items: { type: "string", enum: ["a"] }, minItems: 0, default: [] },
      { type: "array", items: { anyOf: [{ const: "a", title: "A" }] }, maxItems: 1 }
    ],
    fails: [
      { type: "object" },
      { type: "null" },
      { type: "array", items: { type: "string" } },
      { type: "string", format: "ipv4" },
      { type: "string", minLength: 0.5 },
      { type: "boolean", default: "false" }
    ]
  },
  ElicitParams: {
    passes: [
      { mode: "form", message: "m", requestedSchema: form({ a: { type: "boolean" } }), task: { ttl: 1 } },
      { message: "m", requestedSchema: { ...form({}), required: [], $schema: "" } },
      { mode: "url", message: "m", url: "https://a.example", elicitationId: "e" }
    ],
    fails: [
      { mode: "url", message: "m", requestedSchema: form({}) },
      { mode: "voice", message: "m", requestedSchema: form({}) },
      { message: "m", requestedSchema: form({ nested: form({}) }) },
      { message: "m", requestedSchema: { properties: {} } }
    ]
  },
  ElicitResult: {
    passes: [{ action: "accept", content: { s: "", n: 0.5, b: false, l: [] } }, { action: "cancel" }],
    fails: [{ action: "accept", content: { o: {} } }, { action: "accept", content: { l: [1] } }, { action: "reject" }]
  },
  InputRequests: {
    passes: [{}, { "": { method: "roots/list" }, __proto: { method: "roots/list", params: {} } }],
    fails: [{ a: { method: "ping" } }, { a: { method: "sampling/createMessage" } }, []]
  },
  InputRequiredResult: {
    passes: [{ resultType: "input_required", requestState: "", inputRequests: {} }],
    fails: [{ resultType: "complete" }, { resultType: "input_required", requestState: 0 }]
  },
  CancelledParams: { passes: [{ requestId: 0, reason: "" }], fails: [{ requestId: null }] },
  ProgressNotificationParams: {
    passes: [{ progressToken: "", progress: 0.5, total: 1, message: "" }],
    fails: [{ progressToken: 1, progress: "1" }, { progressToken: 1, progress: Infinity }]
  },
  SubscriptionFilter: {
    passes: [{ resourceSubscriptions: [], toolsListChanged: false, taskIds: ["of an extension"] }],
    fails: [{ resourceSubscriptions: "x:" }, { promptsListChanged: 1 }]
  },
  ListenResult: { passes: [], fails: [{ _meta: {} }, { _meta: { [`${key}subscriptionId`]: null } }] },
  Task: {
    passes: [task({ ttl: 0, pollInterval: 5_000, statusMessage: "" })],
    fails: [task({ ttl: 1.5 }), task({ ttl: undefined }), task({ status: "done" })]
  },
  GetTaskPayloadResult: { passes: [{ content: [text], isError: true }], fails: [{ _meta: null }] },
  UrlElicitationRequiredData: {
    passes: [{ elicitations: [minimal["ElicitUrlParams"]] }],
    fails: [{ elicitations: [minimal["ElicitFormParams"]] }]
  }
}

describe("cases", () => {
  const byName = new Map(entries.map(({ name, schema }) => [name, schema]))
  for (const [name, { fails, passes }] of Object.entries(cases)) {
    it(`of ${name}`, () => {
      const schema = byName.get(name)
      if (schema === undefined) return assert.fail(`no schema ${name}`)
      for (const value of passes) {
        assert.deepStrictEqual(Schema.decodeUnknownSync(schema)(value), value)
        assert.deepStrictEqual(Schema.encodeUnknownSync(schema)(value), value)
      }
      for (const value of fails) assert.isFalse(accepts(schema, value), JSON.stringify(value))
    })
  }
})
