/** Conversations in which a model has used tools. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as SamplingMessages from "../../src/contract/SamplingMessages.ts"
import type { CreateMessageParams } from "../../src/schema/Sampling.ts"

type Messages = CreateMessageParams["messages"]

const text = { type: "text", text: "words" } as const

const use = (id: string) => ({ type: "tool_use", id, name: "add", input: {} }) as const

const result = (toolUseId: string) => ({ type: "tool_result", toolUseId, content: [] }) as const

/** Turns of a model: how many tools it used, and whether the results come in the order of the uses. */
const Turns = Schema.Array(
  Schema.Struct({ uses: Schema.Literals([0, 1, 2, 3]), inOrder: Schema.Boolean })
).check(Schema.isMaxLength(5))

const conversation = (turns: typeof Turns.Type): Messages =>
  turns.flatMap(({ inOrder, uses }, turn): Messages => {
    const ids = Array.from({ length: uses }, (_, index) => `${turn}.${index}`)
    const results = (inOrder ? ids : ids.toReversed()).map(result)
    return [
      { role: "user", content: text },
      { role: "assistant", content: uses === 1 ? use(`${turn}.0`) : [text, ...ids.map(use)] },
      ...(uses === 0 ? [] : [{ role: "user", content: results } as const])
    ]
  })

describe("a conversation", () => {
  it.prop("keeps the rules when each use is answered at once, by results alone", [Turns], ([turns]) => {
    assert.isUndefined(SamplingMessages.mistakeIn(conversation(turns)))
  })

  it.prop("breaks them without any one message of those that hold uses or results", [Turns], ([turns]) => {
    const messages = conversation(turns)
    for (const [index, { content }] of messages.entries()) {
      const blocks = [content].flat() as ReadonlyArray<{ readonly type: string }>
      const without = messages.filter((_, other) => other !== index)
      assert.strictEqual(
        SamplingMessages.mistakeIn(without) !== undefined,
        blocks.some(({ type }) => type === "tool_use" || type === "tool_result")
      )
    }
  })

  it("says which message breaks which rule", () => {
    const question = { role: "user", content: text } as const
    assert.strictEqual(
      SamplingMessages.mistakeIn([question, { role: "assistant", content: use("a") }]),
      "Message 1 of the conversation: the next message has no result for the tool uses [\"a\"]"
    )
    assert.strictEqual(
      SamplingMessages.mistakeIn([question, { role: "user", content: result("a") }]),
      "Message 1 of the conversation: the message before has no tool uses [\"a\"]"
    )
  })
})
