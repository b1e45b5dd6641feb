/** The names under which tools are shown to a model. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as ModelNames from "../../../src/client/tools/ModelNames.ts"

describe("the names of tools for models", () => {
  it("stay as they are where they are fine", () => {
    const names = ModelNames.make(["a.b", "a_b", "a-b", "a_b", "a/b"])
    assert.strictEqual(names.get("a_b"), "a_b")
    assert.strictEqual(names.get("a-b"), "a-b")
    assert.match(names.get("a.b") ?? "", /^a_b_[a-z0-9]+$/)
    assert.match(names.get("a/b") ?? "", /^a_b_[a-z0-9]+$/)
    assert.strictEqual(new Set(names.values()).size, 4)
  })

  it("are the same whatever else there is, so that a model's call means the tool that it meant", () => {
    const odd = ["a.b", "a b", "ä", "x".repeat(65), `${"x".repeat(65)}y`, "", "__proto__"]
    const all = ModelNames.make(["a_b", ...odd])
    for (const name of odd) assert.strictEqual(ModelNames.make([name]).get(name), all.get(name))
  })

  it("are cut, and differ all the same", () => {
    const long = "x".repeat(70)
    const names = [...ModelNames.make([long, `${long}y`, `${long}z`]).values()]
    assert.strictEqual(new Set(names).size, 3)
    for (const name of names) assert.match(name, /^x{50,}_[a-z0-9]+$/)
  })

  it("are nothing that every object has", () =>
    assert.notInclude([...ModelNames.make(["__proto__", "constructor"]).values()], "__proto__"))

  it("differ also where a tool has the name that another one would get", () => {
    const marked = ModelNames.make(["a.b"]).get("a.b") ?? ""
    const both = ModelNames.make(["a.b", marked])
    assert.strictEqual(both.get(marked), marked)
    assert.notStrictEqual(both.get("a.b"), marked)
  })

  it.prop("are taken by providers, and are one for each tool", [Schema.Array(Schema.String)], ([names]) => {
    const shown = ModelNames.make(names)
    assert.deepStrictEqual(Array.from(shown.keys()), Array.from(new Set(names)))
    assert.strictEqual(new Set(shown.values()).size, shown.size)
    assert.isTrue(Array.from(shown.values()).every((name) => /^[A-Za-z0-9_-]{1,64}$/.test(name)))
  })
})
