import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as UriTemplate from "../../src/contract/UriTemplate.ts"

const template = (source: string) => Result.getOrThrow(UriTemplate.parse(source))

const matcher = (source: string, options?: Parameters<typeof UriTemplate.matcher>[1]) =>
  Result.getOrThrow(UriTemplate.matcher(template(source), options))

const match = (source: string, uri: string) => UriTemplate.match(matcher(source), uri)

const roundTrip = (source: string, values: { readonly [name: string]: string }) => {
  const uri = UriTemplate.expand(template(source), values)
  assert.deepStrictEqual(match(source, uri), values, uri)
}

const climbs = (value: string) => value.split(/[/\\]/).includes("..") || value.includes("\0")

const Value = Schema.Union([
  Schema.String,
  Schema.Literals(["a.txt.b", "/raw", "a/b?c#d", "ä 🙂", "%2F", "%", "...", "a..b"])
])
  .check(Schema.makeFilter((value) => value !== "" && value.isWellFormed() && !climbs(value)))

/** Values in which none of the separators stands that a template below puts between two variables. */
const Word = Schema.String.check(
  Schema.isPattern(/^[^.\-/]+$/u),
  Schema.makeFilter((value) => value.isWellFormed() && !climbs(value))
)

describe("match undoes expand", () => {
  const single = ["{x}", "a://{x}", "a://{x}/b", "a://{x}.txt", "a://{x}x", "a://b/{x}?y=%20", "{x}#end"]
  it.each(single)("for any value of one variable: %s", (source) => {
    for (
      const x of ["a", "a.txt", "x.txt.txt", "xx", "a/b?y#end", "#end", "%41", "+", "&=", "ä🙂", "...", "_.-~!*'()"]
    ) {
      roundTrip(source, { x })
    }
  })

  it.prop("for any value of one variable", [Schema.Literals(single), Value], ([source, x]) => roundTrip(source, { x }))

  it.prop(
    "for any value of one reserved variable",
    [Schema.Literals(["{+x}", "a://{+x}", "a://{+x}/raw", "a://{+x}.txt", "a://{+x}?z"]), Value],
    ([source, x]) => roundTrip(source, { x })
  )

  it.prop(
    "for any values that a separator keeps apart, because it is encoded inside them",
    [Schema.Literals(["a://{x}/{y}", "{x}/b/{y}.json", "{x}?{y}", "a://{x}/{y}/c", "a://{x}#{y}.txt"]), Value, Value],
    ([source, x, y]) => roundTrip(source, { x, y })
  )

  it.prop(
    "for words between other separators",
    [Schema.Literals(["{x}-{y}.{z}", "a://{x}.{y}.{z}", "{x}-b-{y}-{z}", "{x}.-{y}-.{z}.txt"]), Word, Word, Word],
    ([source, x, y, z]) => roundTrip(source, { x, y, z })
  )

  it.prop(
    "for a reserved value between words",
    [Schema.Literals(["a://{x}/{+p}.{y}", "{x}-{+p}-{y}", "{x}-{+p}/b/{y}.json"]), Word, Value, Word],
    ([source, x, p, y]) => roundTrip(source, { x, p, y })
  )
})

describe("where a variable ends", () => {
  const ends = [
    ["a://{name}.txt", "a://a.txt.b.txt", { name: "a.txt.b" }],
    ["a://{+path}.{ext}", "a://dir.d/file.tar.gz", { path: "dir.d/file.tar", ext: "gz" }],
    ["a://{owner}/{+path}", "a://me/x/y", { owner: "me", path: "x/y" }],
    ["a://{+path}/{file}", "a://x/y/z", { path: "x/y", file: "z" }],
    ["{a}-{b}", "1-2-3", { a: "1", b: "2-3" }],
    ["{+a}:{+b}", "1:2:3", { a: "1", b: "2:3" }],
    ["a{x}a", "aaaa", { x: "aa" }],
    ["a://{x}", "a://%E2%82%AC", { x: "€" }],
    ["a://{x}", "a://a%2Fb", { x: "a/b" }]
  ] as const
  it.each(ends)("%s in %s", (source, uri, expected) => assert.deepStrictEqual(match(source, uri), { ...expected }))

  const misses = [
    ["a://b", "a://bc"],
    ["a://b", "a://"],
    ["a://{x}", "a://"],
    ["a://{x}", "b://c"],
    ["a://{x}", "A://c"],
    ["a://{x}", "a://b/c"],
    ["a://{x}", "a://b?c"],
    ["a://{x}", "a://b#c"],
    ["a://{x}", "a://%"],
    ["a://{x}", "a://%C3%28"],
    ["a://{+x}", "a://"],
    ["a://{x}/{y}", "a://b"],
    ["a://{x}/{y}", "a:///b"],
    ["a://{x}/{y}", "a://b/"],
    ["a{x}a", "aa"],
    ["a{x}aba", "aba"],
    ["{+x}.{y}", "a.b/c"],
    ["a://{x}.txt", "a://b.txt/"]
  ] as const
  it.each(misses)("%s does not match %s", (source, uri) => assert.isUndefined(match(source, uri)))
})

describe("no value climbs out of its place (RSC-22)", () => {
  const up = [
    "..",
    "../x",
    "x/..",
    "x/../y",
    "..\\x",
    "x\\..",
    "%2e%2e",
    "%2E%2e%2f",
    "%2e%2e%2fetc%2fpasswd",
    ".%2e/x",
    "x%2f%2e%2e",
    "..%5cx",
    "x%00",
    "..%2f..%2f"
  ]
  it.each(up)("%s", (value) => {
    for (const source of ["a://{x}", "a://{+x}", "a://b/{+x}.txt", "a://{y}/{+x}"]) {
      const uri = source.replace(/\{\+?x\}/, value).replace("{y}", "z")
      assert.isUndefined(match(source, uri), uri)
    }
  })

  it("what only looks like it is let through", () => {
    assert.deepStrictEqual(match("a://{+x}", "a://..a/b../.../."), { x: "..a/b../.../." })
    assert.deepStrictEqual(match("a://{x}", "a://%252e%252e%252f"), { x: "%2e%2e%2f" })
  })
})

describe("expand", () => {
  it("encodes as RFC 6570 asks, section 3.2.2 and 3.2.3 (RSC-23)", () => {
    const x = "Hello World!/path?q=50%&ä"
    assert.strictEqual(UriTemplate.expand(template("{x}"), { x }), "Hello%20World%21%2Fpath%3Fq%3D50%25%26%C3%A4")
    assert.strictEqual(UriTemplate.expand(template("{+x}"), { x }), "Hello%20World!/path?q=50%25&%C3%A4")
  })

  it("a value that is missing is empty, whatever the variable is called", () => {
    assert.strictEqual(UriTemplate.expand(template("a{b}c{toString}d"), {}), "acd")
  })

  it("half a character is replaced, and nothing is thrown", () => {
    assert.strictEqual(UriTemplate.expand(template("{x}"), { x: "a\uD800" }), "a%EF%BF%BD")
  })
})

describe("parse", () => {
  const wrong = [
    ["a://{", "\"a://{\": the { at 4 is not closed"],
    ["a://{}", "\"a://{}\": the expression at 4 names no variable: \"\""],
    ["{?}", "\"{?}\": the expression at 0 names no variable: \"\""],
    ["{a,}", "\"{a,}\": the expression at 0 names no variable: \"\""],
    ["{a b}", "\"{a b}\": the expression at 0 names no variable: \"a b\""],
    ["{.a.}", "\"{.a.}\": the expression at 0 names no variable: \"a.\""],
    ["{a:0}", "\"{a:0}\": the expression at 0 names no variable: \"a:0\""],
    ["{a:10000}", "\"{a:10000}\": the expression at 0 names no variable: \"a:10000\""],
    ["{a:3*}", "\"{a:3*}\": the expression at 0 names no variable: \"a:3*\""],
    ["{a%2}", "\"{a%2}\": the expression at 0 names no variable: \"a%2\""],
    ["{!a}", "\"{!a}\": the expression at 0 has the operator !, which is kept for extensions"],
    ["x{{a}}", "\"x{{a}}\": the expression at 1 names no variable: \"{a\""],
    ["{a}/b}", "\"{a}/b}\": the } at 5 closes nothing"],
    ["a b{c}", "\"a b{c}\": \" \" at 1 may not stand in a URI"],
    ["a%2{c}", "\"a%2{c}\": \"%\" at 1 may not stand in a URI"]
  ] as const
  it.each(wrong)("%s", (source, sentence) => {
    assert.deepStrictEqual(UriTemplate.parse(source), Result.fail(sentence))
  })

  it("has a bound on the length of a template, and on its variables", () => {
    const long = (length: number) => "a".repeat(length)
    assert.isTrue(Result.isSuccess(UriTemplate.parse(long(UriTemplate.templateLengthMax))))
    assert.deepStrictEqual(
      UriTemplate.parse(long(UriTemplate.templateLengthMax + 1)),
      Result.fail("a template of 4097 characters; 4096 are the most")
    )
    const many = (count: number) => `{?${Array.from({ length: count }, (_, i) => `v${i}`).join(",")}}`
    assert.isTrue(Result.isSuccess(UriTemplate.parse(many(UriTemplate.variablesMax))))
    assert.isTrue(Result.isFailure(UriTemplate.parse(many(UriTemplate.variablesMax + 1))))
  })

  const Piece = Schema.Literals([
    "{",
    "}",
    "a",
    "b",
    "?",
    "&",
    "+",
    "#",
    "/",
    ";",
    ".",
    ",",
    "*",
    ":3",
    "{a}",
    "{?q*}",
    "%2F"
  ])

  it.prop(
    "is total, and so is what it gives",
    [Schema.Array(Piece), Schema.String, Schema.String],
    ([pieces, rest, uri]) => {
      const source = pieces.join("") + rest
      const parsed = UriTemplate.parse(source)
      if (Result.isFailure(parsed)) return
      UriTemplate.expand(parsed.success, { a: uri, b: [uri], q: { [uri]: uri } })
      const prepared = UriTemplate.matcher(parsed.success)
      if (Result.isSuccess(prepared)) UriTemplate.match(prepared.success, uri)
    }
  )
})

describe("a template that is ambiguous is refused for matching", () => {
  const separator = "two variables need a separator between them"
  const refused = [
    ["{a}{b}", separator],
    ["{+a}{b}", separator],
    ["{+a}{/b*}", separator],
    ["{+a}{;b}", separator],
    ["{/a*}{/b*}", separator],
    ["{/a*,b*}", separator],
    ["{/a*}{b}", separator],
    ["{a}/{+a}", "the variable \"a\" stands there twice"],
    ["{/a:1,a}", "the variable \"a\" stands there twice"],
    ["{/a*}/b/{+c}", "what follows a list begins with \"/\" as its parts do"],
    ["{?a}{&b}", "one query expression can name all variables"],
    ["{?a}/b", "nothing but a fragment can follow a query expression"],
    ["{?a}{b}", "nothing but a fragment can follow a query expression"],
    ["a?b=c{?d}", "a query that has begun goes on with {&…}"],
    ["a#b{?d}", "a query cannot stand behind a #"],
    ["a{&b}", "{&…} needs a ? before it, and no other variable between the two"],
    ["a?b={b}{&c}", "{&…} needs a ? before it, and no other variable between the two"]
  ] as const
  it.each(refused)("%s", (source, sentence) => {
    assert.deepStrictEqual(
      Result.map(UriTemplate.matcher(template(source)), () => "a matcher"),
      Result.fail(`"${source}": ${sentence}`)
    )
  })

  it("two records in one query cannot be told apart", () => {
    const records = new Set(["a", "b"])
    assert.isTrue(Result.isFailure(UriTemplate.matcher(template("{?a*,b*}"), { records })))
    assert.isTrue(Result.isSuccess(UriTemplate.matcher(template("{?a*,b*}"), { records: new Set(["a"]) })))
  })
})

describe("matching is linear", () => {
  afterEach(() => void vi.restoreAllMocks())

  /** Counts the characters that string operations have looked at. */
  const countingCharacters = (run: () => void): number => {
    let looked = 0
    let splitting = false
    const look = (text: string) => {
      if (!splitting) looked += text.length
    }
    const { endsWith, indexOf, lastIndexOf, slice, split, startsWith } = String.prototype
    const { exec, test } = RegExp.prototype
    vi.spyOn(String.prototype, "indexOf").mockImplementation(function(this: string, text, from = 0) {
      const found = indexOf.call(this, text, from)
      looked += (found === -1 ? this.length : found) - from + text.length
      return found
    })
    vi.spyOn(String.prototype, "lastIndexOf").mockImplementation(function(this: string, text, from = this.length) {
      const found = lastIndexOf.call(this, text, from)
      looked += from - Math.max(found, 0) + text.length
      return found
    })
    vi.spyOn(String.prototype, "startsWith").mockImplementation(function(this: string, text, from) {
      looked += text.length
      return startsWith.call(this, text, from)
    })
    vi.spyOn(String.prototype, "endsWith").mockImplementation(function(this: string, text, to) {
      looked += text.length
      return endsWith.call(this, text, to)
    })
    vi.spyOn(String.prototype, "slice").mockImplementation(function(this: string, from, to) {
      const part = slice.call(this, from, to)
      looked += part.length
      return part
    })
    vi.spyOn(String.prototype, "split").mockImplementation(
      function(this: string, separator: RegExp | string) {
        look(this)
        splitting = true
        const pieces = split.call(this, separator as RegExp)
        splitting = false
        return pieces
      } as typeof split
    )
    vi.spyOn(RegExp.prototype, "test").mockImplementation(function(this: RegExp, text) {
      look(text)
      return test.call(this, text)
    })
    vi.spyOn(RegExp.prototype, "exec").mockImplementation(function(this: RegExp, text) {
      look(text)
      return exec.call(this, text)
    })
    run()
    vi.restoreAllMocks()
    return looked
  }

  const hostile = [
    ["a{b}a{c}a{d}a{e}a{f}b", (n: number) => "a".repeat(n)],
    ["{+b}a{+c}a{+d}a{+e}c", (n: number) => "a".repeat(n)],
    ["{+b}/{c}/{+d}/{e}", (n: number) => "/".repeat(n)],
    ["{b}.{c}.{d}.{e}.txt", (n: number) => "a.".repeat(n / 2)],
    ["{+b}aab{c}", (n: number) => "a".repeat(n)],
    ["a://{+b}", (n: number) => `a://${"../".repeat(n / 3)}`],
    ["a://{b}", (n: number) => `a://${"%2e".repeat(n / 3)}`],
    ["a{/b*}/c{?d}", (n: number) => `a${"/c".repeat(n / 2)}`],
    ["a{/b*}/c/{d}/e", (n: number) => `a${"/c/e".repeat(n / 4)}`],
    ["a{?b,c*}", (n: number) => `a?${"c=1&".repeat(n / 4)}d`],
    ["{b}{;c}/{d}{;e}/{f}", (n: number) => `b${";/".repeat(n / 2)}`],
    ["{b*}", (n: number) => "b,".repeat(n / 2)],
    ["{b}{.c*}!d", (n: number) => ".d".repeat(n / 2)]
  ] as const

  it.each(hostile)("%s", (source, make) => {
    const parsed = matcher(source)
    const looked = (n: number) => {
      const uri = make(n)
      return countingCharacters(() => UriTemplate.match(parsed, uri))
    }
    const [small, large] = [looked(3_000), looked(30_000)]
    assert.isBelow(large, 12 * small)
    assert.isBelow(large, 10 * 30_000)
  })
})
