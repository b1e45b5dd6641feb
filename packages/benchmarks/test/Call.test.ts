/** What counts as the right answer to a call: nothing else does, and a likeness of the right one is no other. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { add, type Answer, bodyOf, firstId, makeLikeness, report, verify } from "../src/load/Call.ts"
import { session, stateless } from "../src/load/Dialect.ts"
import { answer, events } from "../src/servers/floor.ts"

const right = {
  jsonrpc: "2.0",
  id: 1,
  result: { content: [{ type: "text" }], structuredContent: { sum: 2 }, resultType: "complete" }
}

const check = (...messages: ReadonlyArray<Answer>) => () => verify(messages, add, stateless, 1)

const Id = Schema.Int.check(Schema.isBetween({ minimum: firstId, maximum: 9_999_998 }))

describe("the verification of an answer", () => {
  it("accepts the right answer and nothing else", () => {
    check(right)()
    const wrong: ReadonlyArray<Answer> = [
      { ...right, jsonrpc: "1.0" },
      { ...right, id: 2 },
      { ...right, id: "1" },
      { jsonrpc: "2.0", id: 1, error: { code: -32603, message: "no" } },
      { ...right, result: { ...right.result, isError: true } },
      { ...right, result: { ...right.result, structuredContent: { sum: 3 } } },
      { ...right, result: { ...right.result, content: [] } },
      { ...right, result: { ...right.result, resultType: "inputRequired" } }
    ]
    for (const one of wrong) assert.throws(check(one), "wrong answer to call 1")
    assert.throws(check(right, right), "wrong answer to call 1")
    assert.throws(check(), "wrong answer to call 1")
  })

  it("wants every report, in order", () => {
    const texts = events(bodyOf(report, session)(firstId)) ?? []
    const messages = texts.map((text) => JSON.parse(text) as Answer)
    verify(messages, report, session, firstId)
    for (
      const some of [messages.slice(1), messages.slice(0, -1), [
        ...messages.slice(0, -1).toReversed(),
        ...messages.slice(-1)
      ]]
    ) {
      assert.throws(() => verify(some, report, session, firstId), "wrong answer to call")
    }
  })
})

describe("a likeness", () => {
  it.prop("knows the answers to other calls, and only to them", [Id, Id], ([one, other]) => {
    const likeness = makeLikeness()
    const answerTo = (id: number) => answer(bodyOf(add, stateless)(id)) ?? ""
    assert.isFalse(likeness.isAlike(answerTo(one), one))
    likeness.learn(answerTo(one), one)
    assert.isTrue(likeness.isAlike(answerTo(other), other))
    assert.isFalse(likeness.isAlike(answerTo(other), other + 1))
    assert.isFalse(likeness.isAlike(answerTo(other).replace("complete", "completed"), other))
  })
})
