import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as InFlight from "../../src/session/InFlight.ts"

const reasonOf = (result: Result.Result<void, { readonly code: number; readonly message: string }>) =>
  Result.isFailure(result) ? `${result.failure.code} ${result.failure.message}` : "admitted"

/** What the caller keeps with a request: an object, so that two of them are never the same. */
interface Entry {
  readonly name: string
}

describe("requests in flight", () => {
  it("have an id to themselves (RPC-05, RPC-06)", () => {
    const table = InFlight.make<Entry>(10)
    InFlight.begin(table, 1, { name: "a" })
    assert.strictEqual(reasonOf(InFlight.admits(table, 1)), "-32600 A request with this id is in progress")
    assert.strictEqual(reasonOf(InFlight.admits(table, 2)), "admitted")
  })

  it("are told apart by the type of their id (RPC-07)", () => {
    const table = InFlight.make<Entry>(10)
    const [number, text] = [{ name: "number" }, { name: "text" }]
    InFlight.begin(table, 1, number)
    assert.strictEqual(reasonOf(InFlight.admits(table, "1")), "admitted")
    InFlight.begin(table, "1", text)
    assert.strictEqual(InFlight.cancel(table, "1"), text)
    assert.isTrue(InFlight.holds(table, 1, number))
  })

  it("are bounded in number, and say so", () => {
    const table = InFlight.make<Entry>(2)
    const [a, b] = [{ name: "a" }, { name: "b" }]
    InFlight.begin(table, 1, a)
    InFlight.begin(table, 2, b)
    assert.strictEqual(reasonOf(InFlight.admits(table, 3)), "-32603 More than 2 requests in progress")
    assert.strictEqual(reasonOf(InFlight.admits(table, 1)), "-32600 A request with this id is in progress")
    InFlight.end(table, 1, a)
    assert.strictEqual(reasonOf(InFlight.admits(table, 3)), "admitted")
  })

  it("end once: after a cancellation, or a second end, there is nothing to say (CAN-11)", () => {
    const table = InFlight.make<Entry>(2)
    const [a, b] = [{ name: "a" }, { name: "b" }]
    InFlight.begin(table, 1, a)
    InFlight.begin(table, 2, b)
    assert.strictEqual(InFlight.cancel(table, 1), a)
    assert.deepStrictEqual([InFlight.end(table, 1, a), InFlight.end(table, 2, b), InFlight.end(table, 2, b)], [
      false,
      true,
      false
    ])
  })

  it("are not ended by the end of an earlier one with their id (RPC-06)", () => {
    const table = InFlight.make<Entry>(2)
    const [earlier, later] = [{ name: "same" }, { name: "same" }]
    InFlight.begin(table, 1, earlier)
    InFlight.cancel(table, 1)
    InFlight.begin(table, 1, later)
    assert.isFalse(InFlight.end(table, 1, earlier))
    assert.isTrue(InFlight.holds(table, 1, later))
    assert.isFalse(InFlight.holds(table, 1, earlier))
  })

  it("are not touched by cancelling what is not there (CAN-13, CAN-16)", () => {
    const table = InFlight.make<Entry>(2)
    const a = { name: "a" }
    InFlight.begin(table, 1, a)
    assert.strictEqual(InFlight.cancel(table, 2), undefined)
    assert.strictEqual(InFlight.cancel(table, "1"), undefined)
    assert.isTrue(InFlight.holds(table, 1, a))
  })

  it("count until they have ended, also when they were cancelled", () => {
    const table = InFlight.make<Entry>(1)
    const [a, b] = [{ name: "a" }, { name: "b" }]
    InFlight.begin(table, 1, a)
    InFlight.cancel(table, 1)
    assert.strictEqual(reasonOf(InFlight.admits(table, 1)), "-32603 More than 1 requests in progress")
    assert.deepStrictEqual(InFlight.all(table), [a])
    assert.isFalse(InFlight.end(table, 1, a))
    assert.strictEqual(reasonOf(InFlight.admits(table, 1)), "admitted")
    InFlight.begin(table, 1, b)
    assert.deepStrictEqual([InFlight.size(table), InFlight.all(table)], [1, [b]])
  })

  const Id = Schema.Literals([1, 2, 3, "1", "2"])
  const Operation = Schema.Struct({ kind: Schema.Literals(["begin", "end", "cancel", "endCancelled"]), id: Id })

  it.prop("are what a plain list of them says, whatever happens", [Schema.Array(Operation)], ([operations]) => {
    const max = 3
    const table = InFlight.make<Entry>(max)
    let model: ReadonlyArray<readonly [id: string | number, entry: Entry]> = []
    let ending: ReadonlyArray<Entry> = []
    for (const { id, kind } of operations) {
      const known = model.find(([other]) => other === id)?.[1]
      if (kind === "begin") {
        const admitted = Result.isSuccess(InFlight.admits(table, id))
        assert.strictEqual(admitted, known === undefined && model.length + ending.length < max)
        if (!admitted) continue
        const entry = { name: kind }
        InFlight.begin(table, id, entry)
        model = [...model, [id, entry]]
      } else if (kind === "endCancelled") {
        const [first] = ending
        if (first === undefined) continue
        assert.isFalse(InFlight.end(table, id, first))
        ending = ending.slice(1)
      } else {
        if (kind === "cancel") {
          assert.strictEqual(InFlight.cancel(table, id), known)
          if (known !== undefined) ending = [...ending, known]
        } else assert.strictEqual(InFlight.end(table, id, known ?? { name: kind }), known !== undefined)
        model = model.filter(([other]) => other !== id)
      }
      assert.deepStrictEqual(Array.from(table.entries), model.map(([id, entry]) => [id, entry]))
      assert.deepStrictEqual(InFlight.all(table), [...model.map(([, entry]) => entry), ...ending])
      assert.isAtMost(InFlight.size(table), max)
    }
    return true
  })
})
