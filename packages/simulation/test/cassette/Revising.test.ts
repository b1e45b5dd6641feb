/** Old archives with new conversations: for whatever was said, the prose stays, and the rest is what is said now. */
import { assert, describe, it } from "@effect/vitest"
import * as Archive from "@parley/simulation/cassette/Archive"
import * as Cassette from "@parley/simulation/cassette/Cassette"
import * as Revising from "@parley/simulation/cassette/Revising"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const read = (...lines: ReadonlyArray<string>): Cassette.Cassette =>
  Result.getOrThrow(Archive.parse(lines.map((line) => `${line}\n`).join("")))

const proseOf = ({ parts }: Cassette.Cassette) => parts.filter(({ _tag }) => _tag === "Prose")

const conversation = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.map((word, index) => `${index % 2 === 0 ? "→" : "←"} {"say":"${word}"}`)

const Words = Schema.Array(Schema.Literals(["a", "b", "c", "d"])).check(Schema.isMaxLength(8))

describe("revisions", () => {
  it.prop("say what is said now, and keep each line of prose", [Words, Words], ([before, after]) => {
    const old = read("# Title", ...conversation(before).flatMap((line) => ["```text", line, "```", "", "So."]))
    const now = read(...conversation(after))
    const revised = Revising.revise(old, now)
    assert.deepStrictEqual(Cassette.played(revised), Cassette.played(now))
    assert.deepStrictEqual(proseOf(revised), proseOf(old))
  })

  it("put what is new where it was said", () => {
    const revised = Revising.revise(
      read("One", ...conversation(["a", "b"]), "Two", ...conversation(["c", "d"]), "Three"),
      read(...conversation(["a", "b", "x", "y", "c", "d", "z"]))
    )
    const [a, b, x, y, c, d, z] = conversation(["a", "b", "x", "y", "c", "d", "z"])
    assert.strictEqual(Archive.print(revised), ["One", a, b, "Two", x, y, c, d, z, "Three", ""].join("\n"))
  })

  it("agree with what stays: ids, exchanges and placeholders", () => {
    const old = read(
      "---",
      "varies: ids",
      "<ticket>:",
      "<gone>:",
      "---",
      "→1 POST /mcp",
      "  {\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"a\"}",
      "←1 200",
      "  {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"cursor\":\"<ticket>\"}}",
      "→2 POST /mcp",
      "  {\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"old\",\"params\":{\"x\":\"<gone>\"}}"
    )
    const now = read(
      "---",
      "varies: ids",
      "<cursor>:",
      "---",
      "→1 POST /mcp",
      "  {\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"new\"}",
      "→2 POST /mcp",
      "  {\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"a\"}",
      "←2 200",
      "  {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"cursor\":\"<cursor>\"}}",
      "←1 200",
      "  {\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{\"again\":\"<cursor>\"}}"
    )
    assert.strictEqual(
      Archive.print(Revising.revise(old, now)),
      [
        "---",
        "varies: ids",
        "<ticket>:",
        "---",
        "→2 POST /mcp",
        "  {\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"new\"}",
        "→1 POST /mcp",
        "  {\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"a\"}",
        "←1 200",
        "  {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"cursor\":\"<ticket>\"}}",
        "←2 200",
        "  {\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{\"again\":\"<ticket>\"}}",
        ""
      ].join("\n")
    )
  })
})
