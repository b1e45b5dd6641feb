/** How the answers to a batch are put together; `Batches.test.ts` shows batches on a line. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { defaultLimits } from "../../src/jsonrpc/Limits.ts"
import * as Message from "../../src/jsonrpc/Message.ts"
import * as Batch from "../../src/server/Batch.ts"

const itemsOf = (texts: ReadonlyArray<unknown>): ReadonlyArray<Message.Message | Message.Malformed> => {
  const parsed = Message.parse(JSON.stringify(texts), defaultLimits)
  return parsed._tag === "Batch" ? parsed.items : []
}

const Kind = Schema.Literals(["request", "notification", "response", "malformed"])
const Fate = Schema.Literals(["answered", "silent", "twice"])
const Plan = Schema.Array(Schema.Struct({ kind: Kind, fate: Fate, order: Schema.Int })).check(Schema.isMaxLength(20))

const messageOf = (kind: typeof Kind.Type, index: number) => {
  switch (kind) {
    case "request":
      return { jsonrpc: "2.0", id: index, method: "ping" }
    case "notification":
      return { jsonrpc: "2.0", method: "notifications/initialized" }
    case "response":
      return { jsonrpc: "2.0", id: index, result: {} }
    case "malformed":
      return { jsonrpc: "2.0", id: index, method: 1 }
  }
}

describe("the answer to a batch", () => {
  it.prop("goes out once, with the last of its parts, in the order of the requests (BAT-01)", [Plan], ([plan]) => {
    const sent: Array<string> = []
    const items = Batch.collect(itemsOf(plan.map(({ kind }, index) => messageOf(kind, index))), (text) => {
      sent.push(text)
    })
    const isAnswered = (kind: typeof Kind.Type) => kind === "request" || kind === "malformed"
    const expected = plan.flatMap(({ fate, kind }, index) => isAnswered(kind) && fate !== "silent" ? [index] : [])
    const turns = plan.map((step, index) => ({ ...step, index })).toSorted((a, b) => a.order - b.order)
    let left = plan.filter(({ kind }) => isAnswered(kind)).length
    for (const { fate, index, kind } of turns) {
      assert.deepStrictEqual(sent.length, left === 0 && expected.length > 0 ? 1 : 0)
      items[index]?.settle(fate === "silent" ? undefined : String(index))
      if (fate === "twice") items[index]?.settle("again")
      if (isAnswered(kind)) left -= 1
    }
    assert.deepStrictEqual(sent, expected.length === 0 ? [] : [`[${expected.join(",")}]`])
    return true
  })

  it("waits for all of it even when parts are settled while it is set up", () => {
    const sent: Array<string> = []
    const [first, second] = Batch.collect(itemsOf([messageOf("request", 1), messageOf("request", 2)]), (text) => {
      sent.push(text)
    })
    first?.settle("1")
    assert.deepStrictEqual(sent, [])
    second?.settle("2")
    assert.deepStrictEqual(sent, ["[1,2]"])
  })
})
