/** Names for the tools of many servers. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import * as Namespace from "../../../src/client/servers/Namespace.ts"

const namesOf = (places: ReadonlyArray<readonly [string, string]>) =>
  Array.from(
    Namespace.names(
      places.map(([server, tool]) => ({ server, tool })),
      Namespace.prefixes(new Set(places.map(([server]) => server)))
    ).keys()
  )

describe("names", () => {
  it("say whose the tool is, in letters that models take", () =>
    assert.deepStrictEqual(namesOf([["git hub", "search"], ["git.hub", "search"], ["日本", "x"], ["", "y"]]), [
      "git_hub__search",
      "git_hub_2__search",
      "server__x",
      "server_2__y"
    ]))

  it("are marked where the tool's own name is none for models, or too long", () => {
    const long = "x".repeat(100)
    const names = namesOf([["a", "b.c"], ["a", "b/c"], ["a", "b_c"], ["a", long], ["a", `${long}y`]])
    assert.strictEqual(names[2], "a__b_c")
    assert.strictEqual(new Set(names).size, 5)
    for (const name of names) assert.match(name, /^a__[bx][A-Za-z0-9_-]{1,60}$/)
    // Whatever else there is.
    assert.deepStrictEqual(
      names.toReversed(),
      namesOf([["a", `${long}y`], ["a", long], ["a", "b_c"], ["a", "b/c"], ["a", "b.c"]])
    )
  })

  it("leave room for the tool, however long the name of the server", () => {
    const [name = "", other = ""] = namesOf([["s".repeat(100), "tool"], ["s".repeat(101), "tool"]])
    assert.strictEqual(name, `${"s".repeat(32)}__tool`)
    assert.strictEqual(other, `${"s".repeat(32)}_2__tool`)
  })

  it("do not change because another server has come", () => {
    const servers = ["a", "a__b", "a_b"]
    const places = [["a", "b__c"], ["a__b", "c"], ["a_b", "c"]] as const
    const prefixes = Namespace.prefixes(servers)
    const all = Namespace.names(places.map(([server, tool]) => ({ server, tool })), prefixes)
    assert.deepStrictEqual([...all.keys()], ["a__b__c", "a_b__c", "a_b_2__c"])
    for (const [name, place] of all) assert.deepStrictEqual([...Namespace.names([place], prefixes).keys()], [name])
  })

  it("lead to a tool that no list has", () => {
    const prefixes = Namespace.prefixes(["a", "a__b"])
    assert.deepStrictEqual(Namespace.guess("a__b__c", prefixes), { server: "a", tool: "b__c" })
    assert.deepStrictEqual(Namespace.guess("a_b__c", prefixes), { server: "a__b", tool: "c" })
    for (const name of ["a", "a__", "b__c", "", "__", "x"]) assert.isUndefined(Namespace.guess(name, prefixes))
  })

  const Part = Schema.Array(Schema.Literals(["a", "_", "__", ".", "b", "constructor", "x".repeat(40)]))
  const Places = Schema.Array(Schema.Tuple([Part, Part]))
  it.prop(
    "are never the same, lead back to each tool, and are taken by models",
    { parts: Arbitrary.schema(Places) },
    ({ parts }) => {
      const places = new Map(parts.map(([server, tool]) => {
        const place = { server: server.join(""), tool: tool.join("") }
        return [JSON.stringify(place), place] as const
      }))
      const prefixes = Namespace.prefixes(new Set(Array.from(places.values(), ({ server }) => server)))
      const named = Namespace.names(places.values(), prefixes)
      assert.deepStrictEqual(Array.from(named.values()), Array.from(places.values()))
      for (const [name, { server, tool }] of named) {
        assert.match(name, /^[A-Za-z0-9_-]{1,64}$/)
        const isOwn = name === `${prefixes.get(server)}__${tool}` && tool !== ""
        if (isOwn) assert.deepStrictEqual(Namespace.guess(name, prefixes), { server, tool })
      }
    }
  )
})
