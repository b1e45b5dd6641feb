/** Matching the operators of RFC 6570 beyond single variables: lists, records, queries, path parameters, fragments. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as UriTemplate from "../../src/contract/UriTemplate.ts"

type Options = Parameters<typeof UriTemplate.matcher>[1]

const template = (source: string) => Result.getOrThrow(UriTemplate.parse(source))

const match = (source: string, uri: string, options?: Options) =>
  UriTemplate.match(Result.getOrThrow(UriTemplate.matcher(template(source), options)), uri)

const roundTrip = (source: string, values: UriTemplate.Values, options?: Options) => {
  const uri = UriTemplate.expand(template(source), values)
  assert.deepStrictEqual<unknown>(match(source, uri, options), values, uri)
}

const climbs = (value: string) => value.split(/[/\\]/).includes("..") || value.includes("\0")

const isPlain = (value: string) => value.isWellFormed() && !climbs(value)

/** Any text, also an empty one, that stays in its place. */
const Text = Schema.Union([
  Schema.String,
  Schema.Literals(["", "/raw", "a/b?c#d&e=f;g", "ä 🙂", "%2F", "%", "...", "+", "="])
]).check(Schema.makeFilter(isPlain))

const Value = Text.check(Schema.isMinLength(1))

const List = Schema.Array(Value)

/** Values without the dot, which no encoding hides. */
const Word = Value.check(Schema.makeFilter((value) => !value.includes(".")))

/** Pairs of a record; the names of other variables are not among its keys. */
const Pairs = Schema.Array(
  Schema.Tuple([Value.check(Schema.makeFilter((value) => value !== "x" && value !== "__proto__")), Text])
)

describe("match undoes expand", () => {
  it.prop(
    "for lists of any values",
    [
      Schema.Literals(["a:/{/x*}", "a://b{/x*}", "a://b{/x*}/raw", "a://b{;x*}/c", "a://b{?x*}", "a://b?c=d{&x*}#e"]),
      List
    ],
    ([source, x]) => roundTrip(source, { x })
  )

  it.prop(
    "for lists that are not empty, where nothing stands before the first value",
    [Schema.Literals(["{x*}", "a://{x*}/b", "a://{x*}"]), Schema.NonEmptyArray(Value)],
    ([source, x]) => roundTrip(source, { x })
  )

  it.prop("for labels", [Schema.Array(Word), Word], ([x, y]) => roundTrip("www{.y}{.x*}:80", { y, x }))

  it.prop(
    "for a list among other variables",
    [Schema.Literals(["a://{y}{/x*}", "a:/{/y,x*}", "a:/{/x*,y}", "a:/{/x*}{/y}", "a:/{/x*}/z/{y}"]), List, Value],
    ([source, x, y]) => roundTrip(source, { x, y })
  )

  it.prop(
    "for values of a query, of path parameters and of a fragment",
    [
      Schema.Literals([
        "a://{z}{?x,y}",
        "a://{z}{;x,y}",
        "a://b{;x,y}/{z}",
        "a://b?c=d{&x,y}{#z}",
        "a://b{?x,y}{#z}",
        "a://{+z}{?x,y}"
      ]),
      Text,
      Text,
      Value.check(Schema.makeFilter((value) => !/[?#]/.test(value)))
    ],
    ([source, x, y, z]) => roundTrip(source, { x, y, z })
  )

  it.prop(
    "for several values in one expression",
    [Schema.Literals(["a://{x,y}", "a:/{/x,y}", "a://{x}{#y}"]), Value, Value],
    ([source, x, y]) => roundTrip(source, { x, y })
  )

  it.prop(
    "for records",
    [
      Schema.Literals(["a:/{/r*}", "a://{x}{;r*}", "a://{x}{?r*}", "a://b{?x,r*}", "{r*}"]),
      Pairs,
      Value
    ],
    ([source, pairs, x]) => {
      const r = Object.fromEntries(pairs)
      if (source === "{r*}" && Object.keys(r).length === 0) return
      roundTrip(source, source.includes("x") ? { r, x } : { r }, { records: new Set(["r"]) })
    }
  )

  it.prop(
    "for values that are short enough for their prefix",
    [Schema.Literals(["{x:3}", "{+x:3}"]), Value],
    ([source, x]) => {
      const short = Array.from(x).slice(0, 3).join("")
      if (climbs(short)) return
      assert.deepStrictEqual<unknown>(match(source, UriTemplate.expand(template(source), { x })), { x: short })
    }
  )
})

describe("what matches", () => {
  const found = [
    ["a://b{?x,y}", "a://b?y=2&x=1", { x: "1", y: "2" }],
    ["a://b{?x,y}", "a://b?y=2", { y: "2" }],
    ["a://b{?x,y}", "a://b", {}],
    ["a://b{?x}", "a://b?x=", { x: "" }],
    ["a://b{?x}", "a://b?x", { x: "" }],
    ["a://b{?x}", "a://b?x=a=b", { x: "a=b" }],
    ["a://b{?x}", "a://b?x=1+1", { x: "1+1" }],
    ["a://b{?x}", "a://b?x=%26%3D%20", { x: "&= " }],
    ["a://b{?x}", "a://b?x=/c/d", { x: "/c/d" }],
    ["a://b{?x*}", "a://b?x=1&x=2", { x: ["1", "2"] }],
    ["a://b{?x*,y}", "a://b?x=1&y=3&x=2", { x: ["1", "2"], y: "3" }],
    ["a://b{?x*}", "a://b", { x: [] }],
    ["a://b?c=d{&x}", "a://b?c=d&x=1", { x: "1" }],
    ["a://b?c=d{&x}", "a://b?c=d", {}],
    ["a://b{?x}{#f}", "a://b?x=1#/top?x=2#3", { x: "1", f: "/top?x=2#3" }],
    ["a://{+p}{?x}", "a://c/d?x=1", { p: "c/d", x: "1" }],
    ["a://b{/x*}", "a://b/c/d", { x: ["c", "d"] }],
    ["a://b{/x*}", "a://b", { x: [] }],
    ["a://b{/x*}/raw", "a://b/c/raw/raw", { x: ["c", "raw"] }],
    ["a://b{/x*}", "a://b/c%2Fd/e", { x: ["c/d", "e"] }],
    ["a://b{;x,y}/c", "a://b;y=1;x/c", { x: "", y: "1" }],
    ["a://{z}{;x}/{y}", "a://1;x=2/3", { z: "1", x: "2", y: "3" }],
    ["a://{z}{;x}/{y}", "a://1/3", { z: "1", y: "3" }],
    ["www{.x*}", "www.example.com", { x: ["example", "com"] }],
    ["{x:3}", "abc", { x: "abc" }],
    ["{x:1}", "%F0%9F%99%82", { x: "🙂" }]
  ] as const
  it.each(found)("%s reads %s", (source, uri, expected) => {
    assert.deepStrictEqual<unknown>(match(source, uri), { ...expected })
  })

  const missed = [
    ["a://b{?x}", "a://b?"],
    ["a://b{?x}", "a://b?x=1&"],
    ["a://b{?x}", "a://b?y=1"],
    ["a://b{?x}", "a://b?x=1&x=2"],
    ["a://b{?x}", "a://b?x=%"],
    ["a://b{?x}", "a://b?x=%FF"],
    ["a://b{?x}", "a://b#f"],
    ["a://b{?x}", "a://bc?x=1"],
    ["a://b{?x*}", "a://b?y=1"],
    ["a://b?c=d{&x}", "a://b?x=1"],
    ["a://b?c=d{&x}", "a://b?c=dd&x=1"],
    ["a://b?c=d{&x}", "a://b?c=d&"],
    ["a://b?c=d{&x}", "a://b?x=1&c=d"],
    ["a://b{?x}{#f}", "a://b?x=1"],
    ["a://b{/x*}", "a://b/"],
    ["a://b{/x*}", "a://b/c//d"],
    ["a://b{/x*}", "a://bc"],
    ["a://b{/x*}", "a://b/c?d"],
    ["a://b{;x}", "a://b;y=1"],
    ["a://b{;x}", "a://b;x=1/c"],
    ["{x:3}", "abcd"],
    ["{x*}", ""]
  ] as const
  it.each(missed)("%s does not read %s", (source, uri) => assert.isUndefined(match(source, uri)))

  it("a record takes the names that nobody else has, each once", () => {
    const options = { records: new Set(["r"]) }
    assert.deepStrictEqual<unknown>(match("a{?x,r*}", "a?b=1&x=2&r=3", options), { x: "2", r: { b: "1", r: "3" } })
    assert.deepStrictEqual<unknown>(match("a{?r*}", "a", options), { r: {} })
    assert.isUndefined(match("a{?r*}", "a?b=1&b=2", options))
    assert.isUndefined(match("a{?r*}", "a?=2", options))
    const odd = match("a{?r*}", "a?__proto__=1", options)?.r
    assert.deepStrictEqual(Object.entries(odd ?? {}), [["__proto__", "1"]])
  })
})

describe("no value climbs, wherever it stands", () => {
  const up = ["..", "%2e%2e", ".%2E", "..%2fx", "x%2F..", "x%5C..%5cy", "..%5c", "x%00", "%2e%2e%2f%2e%2e%2fetc"]
  const places = ["a://b{?x}", "a://b?c=d{&x}", "a://b{;x}", "a://b{/x}", "a://b{.x}", "a://b{#x}", "{x:9}", "c,{x}"]
  it.each(up)("%s", (value) => {
    for (const source of places) {
      const [before = "", after = ""] = UriTemplate.expand(template(source), { x: "HERE" }).split("HERE")
      const uri = `${before}${value}${after}`
      assert.isUndefined(match(source, uri), `${uri} in ${source}`)
    }
    for (const source of ["a://b{/x*}", "a://b{?x*}", "a://b{.x*}", "{x*}"]) {
      const uri = UriTemplate.expand(template(source), { x: ["a", "HERE", "b"] }).replace("HERE", value)
      assert.isUndefined(match(source, uri), `${uri} in ${source}`)
    }
    const record = UriTemplate.expand(template("a{?x*}"), { x: { KEY: "HERE" } })
    const options = { records: new Set(["x"]) }
    assert.isUndefined(match("a{?x*}", record.replace("HERE", value), options))
    assert.isUndefined(match("a{?x*}", record.replace("KEY", value), options))
  })

  it("unless the variable is let", () => {
    const insecure = new Set(["x"])
    assert.deepStrictEqual<unknown>(match("a://{+x}{?y}", "a://../b", { insecure }), { x: "../b" })
    assert.deepStrictEqual<unknown>(match("a:/{/x*}{?y}", "a://b/..", { insecure }), { x: ["b", ".."] })
    assert.isUndefined(match("a://{+x}{?y}", "a://../b?y=..", { insecure }))
    assert.isUndefined(match("a://{+x}{?y}", "a://%", { insecure }))
  })
})

describe("a URI that would hang a matcher that tries again", () => {
  const n = 500_000
  const hostile = [
    ["a{/x*}/b{?y}", `a${"/b".repeat(n)}`, true],
    ["a{/x*}/b/{y}/c", `a${"/b/c".repeat(n)}`, false],
    ["a{?x,y*}", `a?${"y=1&".repeat(n)}z=1`, false],
    ["{a}{;b}/{c}{;d}/{e}{;f}", ";/".repeat(n), false],
    ["{a}.{b}.{c}.{d}.{e}!", "a.".repeat(n), false],
    ["{+a}/{+b}/{+c}/{+d}/{e}.txt", "/a".repeat(n), false],
    ["{x*}", ",".repeat(n), false],
    ["{x*}", `a${",a".repeat(n)}`, true],
    ["a{;x*}", `a${";x=1".repeat(n)}/`, false],
    ["a://{x}", `a://${"%2e%2e%2f".repeat(n / 5)}`, false]
  ] as const
  // A matcher that is quadratic would look at 10¹¹ characters: the time limit is the bound.
  it.each(hostile)("%s", (source, uri, matches) => {
    assert.strictEqual(match(source, uri) !== undefined, matches)
  }, 4_000)
})
