import { assert, describe, it } from "@effect/vitest"
import { NotificationMeta, RequestMeta, ResultMeta } from "../../src/schema/MessageMeta.ts"
import { MetaKey } from "../../src/schema/Meta.ts"

describe("MetaKey", () => {
  it("names every declared member of _meta, in the reserved prefix or bare as the specification has it (TRC-03)", () => {
    const declared = [RequestMeta, NotificationMeta, ResultMeta].flatMap(({ schema }) => Object.keys(schema.fields))
    const named = new Set<string>(Object.values(MetaKey))
    for (const member of declared) assert.isTrue(named.has(member), member)
    const bare = [...named].filter((name) => !name.startsWith("io.modelcontextprotocol/")).toSorted()
    assert.deepStrictEqual(bare, ["baggage", "progressToken", "traceparent", "tracestate"])
  })
})
