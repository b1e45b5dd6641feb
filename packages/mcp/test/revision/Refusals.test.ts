import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { MetaKey } from "../../src/schema/Meta.ts"
import { notificationCodec, requestCodec, revisionOf } from "./Cases.ts"
import type { Version } from "./Official.ts"
import { official } from "./Official.ts"

/** Values that the official schema of a revision refuses; ours must too. */
const refused: ReadonlyArray<readonly [string, Version, "params" | "result", string, string, unknown]> = [
  ["sound in a tool result", "2024-11-05", "result", "tools/call", "CallToolResult", {
    content: [{ type: "audio", data: "", mimeType: "audio/wav" }]
  }],
  ["a resource link", "2025-03-26", "result", "tools/call", "CallToolResult", {
    content: [{ type: "resource_link", name: "a", uri: "a:b" }]
  }],
  ["a tool use in a tool result", "2026-07-28", "result", "tools/call", "CallToolResult", {
    resultType: "complete",
    content: [{ type: "tool_use", id: "1", name: "a", input: {} }]
  }],
  ["structured content that is a list", "2025-11-25", "result", "tools/call", "CallToolResult", {
    content: [],
    structuredContent: []
  }],
  ["an output schema without an object at its root", "2025-06-18", "result", "tools/list", "ListToolsResult", {
    tools: [{ name: "a", inputSchema: { type: "object" }, outputSchema: { type: "array" } }]
  }],
  ["a boolean property schema", "2025-11-25", "result", "tools/list", "ListToolsResult", {
    tools: [{ name: "a", inputSchema: { type: "object", properties: { x: true } } }]
  }],
  ["a sampled message with several blocks", "2025-06-18", "result", "sampling/createMessage", "CreateMessageResult", {
    role: "assistant",
    model: "m",
    content: [{ type: "text", text: "a" }]
  }],
  ["several values for one field of a form", "2025-06-18", "result", "elicitation/create", "ElicitResult", {
    action: "accept",
    content: { a: ["b"] }
  }],
  ["a hundred and one completions", "2026-07-28", "result", "completion/complete", "CompleteResult", {
    resultType: "complete",
    completion: { values: Array.from({ length: 101 }, String) }
  }]
]

const decodes = (version: Version, side: "params" | "result", method: string, value: unknown): boolean => {
  const revision = revisionOf(version)
  const codec = requestCodec(revision, method)
  return Result.isSuccess(side === "params" ? codec.decodeParams(value) : codec.decodeResult(value))
}

describe("what the official schema refuses", () => {
  for (const [label, version, side, method, definition, value] of refused) {
    it(`${version}: ${label}`, () => {
      assert.isNotEmpty(official[version].errors(definition, value))
      assert.isFalse(decodes(version, side, method, value))
    })
  }

  it("2025-06-18: a URL question, and a choice of several", () => {
    const url = { mode: "url", message: "m", url: "a:b" }
    const several = {
      message: "m",
      requestedSchema: { type: "object", properties: { a: { type: "array", items: { type: "string", enum: [] } } } }
    }
    for (const params of [url, several]) {
      assert.isNotEmpty(official["2025-06-18"].errors("ElicitRequest", { method: "elicitation/create", params }))
      assert.isFalse(decodes("2025-06-18", "params", "elicitation/create", params))
    }
  })

  it("2025-11-25: a URL question without an id (ELU-03)", () => {
    const params = { mode: "url", message: "m", url: "a:b" }
    const request = { jsonrpc: "2.0", id: 1, method: "elicitation/create", params }
    assert.isNotEmpty(official["2025-11-25"].errors("ElicitRequest", request))
    assert.isFalse(decodes("2025-11-25", "params", "elicitation/create", params))
    assert.isTrue(decodes("2026-07-28", "params", "elicitation/create", params))
  })

  it("2026-07-28: a request that does not say its version or capabilities (MET-01, MET-02)", () => {
    const version = { [MetaKey.protocolVersion]: "2026-07-28" }
    const capabilities = { [MetaKey.clientCapabilities]: {} }
    for (const params of [undefined, {}, { _meta: {} }, { _meta: version }, { _meta: capabilities }]) {
      assert.isFalse(decodes("2026-07-28", "params", "tools/list", params))
    }
    assert.isTrue(decodes("2026-07-28", "params", "tools/list", { _meta: { ...version, ...capabilities } }))
    assert.isTrue(decodes("2025-11-25", "params", "tools/list", undefined))
  })

  it("a cancellation that does not say of what, except where tasks may be meant", () => {
    const decodesCancelled = (version: Version) =>
      Result.isSuccess(
        notificationCodec(revisionOf(version), "clientNotifications", "notifications/cancelled").decodeParams({})
      )
    assert.isFalse(decodesCancelled("2025-06-18"))
    assert.isTrue(decodesCancelled("2025-11-25"))
    assert.isFalse(decodesCancelled("2026-07-28"))
  })
})

describe("what is read although the official schema would not have it", () => {
  it("2026-07-28: a result without type, and without caching, is complete and stale (RES-04)", () => {
    const codec = requestCodec(revisionOf("2026-07-28"), "tools/list")
    const decoded = codec.decodeResult({ tools: [], ttlMs: -5 })
    assert.deepStrictEqual(Result.getOrThrow(decoded), {
      tools: [],
      resultType: "complete",
      ttlMs: -5,
      cacheScope: "private"
    })
  })
})

describe("members of other revisions", () => {
  it("survive when they fit the model, and are left out when they do not", () => {
    const { decodeResult } = requestCodec(revisionOf("2024-11-05"), "tools/list")
    const inputSchema = { type: "object" as const }
    const tools = [{ name: "a", inputSchema, title: "A", vendor: 1 }, { name: "b", inputSchema, title: 5, icons: {} }]
    assert.deepStrictEqual(Result.getOrThrow(decodeResult({ tools })) as unknown, {
      tools: [tools[0], { name: "b", inputSchema }]
    })
    assert.isTrue(Result.isFailure(
      requestCodec(revisionOf("2025-06-18"), "tools/list").decodeResult({ tools })
    ))
  })
})

describe("what the other era means by a word", () => {
  it("a session-era result type is not read", () => {
    for (const version of ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] as const) {
      const codec = requestCodec(revisionOf(version), "tools/call")
      const decoded = codec.decodeResult({ content: [], resultType: "input_required", vendor: 1 })
      assert.deepStrictEqual(Result.getOrThrow(decoded) as unknown, { content: [], vendor: 1 })
    }
  })

  it("2026-07-28 tells a result that asks from one that answers", () => {
    const codec = requestCodec(revisionOf("2026-07-28"), "tools/call")
    const asks = Result.getOrThrow(codec.decodeResult({ resultType: "input_required", requestState: "" }))
    assert.deepStrictEqual(asks as unknown, { resultType: "input_required", requestState: "" })
    assert.isTrue(Result.isFailure(codec.decodeResult({ resultType: "complete" })))
  })
})
