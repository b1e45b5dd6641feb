/** Cassettes that somebody else has written, or that hold what nobody thought of: they are read, refused, or played, and no more. */
import { assert, describe, it } from "@effect/vitest"
import * as Archive from "@parley/simulation/cassette/Archive"
import type * as Cassette from "@parley/simulation/cassette/Cassette"
import * as Recording from "@parley/simulation/cassette/Recording"
import * as Replay from "@parley/simulation/cassette/Replay"
import * as Revising from "@parley/simulation/cassette/Revising"
import * as Stage from "@parley/simulation/cassette/Stage"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Result from "effect/Result"

const spoken = (part: Omit<Cassette.Spoken, "_tag">): Cassette.Spoken => ({ _tag: "Spoken", ...part })

const roundTrip = (...parts: ReadonlyArray<Cassette.Part>): ReadonlyArray<Cassette.Part> =>
  Result.getOrThrow(Archive.parse(Archive.print({ front: [], parts }))).parts

const lines = (...all: ReadonlyArray<string>): Cassette.Cassette =>
  Result.getOrThrow(Archive.parse(all.map((line) => `${line}\n`).join("")))

const lineSeparator = String.fromCharCode(0x2028)
const deep = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`

describe("an archive keeps", () => {
  const kept: ReadonlyArray<readonly [string, Cassette.Part]> = [
    ["line separators in a message", spoken({ direction: "toServer", text: `{"a":"x${lineSeparator}y"}` })],
    [
      "line separators in a text that is no message",
      spoken({ direction: "toClient", text: `a${lineSeparator}\r\n\t\0` })
    ],
    ["an empty text", spoken({ direction: "toClient", text: "" })],
    [
      "half a character",
      spoken({ direction: "toClient", exchange: "1", isEvent: true, eventId: "\ud83d", text: "\udc00" })
    ],
    ["an event that is called raw", spoken({ direction: "toClient", exchange: "1", isEvent: true, eventId: "raw" })],
    [
      "an event that is called raw, and its text",
      spoken({ direction: "toClient", exchange: "1", isEvent: true, eventId: "raw", text: "{\"a\":1}" })
    ],
    [
      "headers with names of any token",
      spoken({
        direction: "toServer",
        exchange: "1",
        head: { verb: "POST", url: "/mcp", headers: { "mcp-param-user_id": "1", "mcp-param-a.b!": "x: y" } },
        text: "{}"
      })
    ],
    ["a message too deep to be one", spoken({ direction: "toServer", text: deep(20_000) })]
  ]
  for (const [what, part] of kept) {
    it(`${what}`, () => {
      const printed = Archive.render(part)
      assert.isTrue(printed.isWellFormed())
      assert.deepStrictEqual(roundTrip(part), [part])
    })
  }

  it("prose that is indented below the end of an exchange", () => {
    const text = "←1 end\n  And that was it.\n"
    assert.strictEqual(Archive.print(lines("←1 end", "  And that was it.")), text)
  })

  it("prose that comes to be below a message", () => {
    const parts = [spoken({ direction: "toServer", text: "{\"a\":1}" }), { _tag: "Prose", line: "  - or so" } as const]
    const printed = Archive.print({ front: [], parts })
    const played = Result.getOrThrow(Archive.parse(printed)).parts
    assert.deepStrictEqual(played[0], parts[0])
    assert.deepStrictEqual(played.at(-1), parts[1])
  })

  it("its front behind a byte order mark", () => {
    assert.deepStrictEqual(lines("\ufeff---", "over: http", "---").front, [["over", "http"]])
  })

  it("what is told of it from being taken for what was said", () => {
    const cassette = Recording.fromTranscript([], {
      title: "One\nTwo",
      about: "First\n→ not a message\n… 5 ms",
      front: { client: "a\n---\nb" }
    })
    const read = Result.getOrThrow(Archive.parse(Archive.print(cassette)))
    assert.isTrue(read.parts.every(({ _tag }) => _tag === "Prose"))
    assert.deepStrictEqual(read.front[0], ["client", "a --- b"])
  })
})

describe("an archive is refused", () => {
  const wrong: ReadonlyArray<readonly [string, RegExp]> = [
    ["→1 POST /mcp\n←1 999\n", /^Line 2 of the archive: 999 is no status/u],
    ["←1 101\n", /^Line 1 of the archive: 101 is no status/u],
    ["←1 200\n  mcp-session-id: ☃\n", /^Line 1 of the archive: ☃ cannot be in a header/u],
    [`→ ${deep(20_000)}\n`, /^Line 1 of the archive: neither JSON/u]
  ]
  for (const [text, message] of wrong) {
    it(`${JSON.stringify(text.slice(0, 40))}`, () => {
      const read = Archive.parse(text)
      assert.match(Result.isFailure(read) ? read.failure.message : "", message)
    })
  }
})

describe("a large archive", () => {
  const count = 20_000
  it("is read in one pass", () => {
    const text = Array.from({ length: count }, (_, id) => `→ {"id":${id}}\n`).join("")
    assert.strictEqual(lines(text.trimEnd()).parts.length, count)
  })

  it("may have as many placeholders as it has messages", () => {
    const said = Array.from(
      { length: 2_000 },
      (_, id) => spoken({ direction: "toServer", text: JSON.stringify({ cursor: `opaque-cursor-${id}` }) })
    )
    const { front } = Recording.fromPlayed(said, { title: "Many" })
    assert.strictEqual(front.filter(([name]) => name.startsWith("<")).length, 2_000)
  })
})

describe("a cassette that is played to a server", () => {
  const asked = (url: string) =>
    Effect.gen(function*() {
      const urls: Array<string> = []
      const client = HttpClient.make((request, url) =>
        Effect.sync(() => {
          urls.push(`${request.method} ${url.href} ${request.headers.authorization}`)
          return HttpClientResponse.fromWeb(request, new Response(null, { status: 202 }))
        })
      )
      yield* Replay.toServer(lines(`→1 POST ${url}`, "  {\"a\":1}", "←1 202"), {
        _tag: "Http",
        endpoint: { client, url: "https://good.example/mcp", headers: { authorization: "Bearer mine" } }
      }).pipe(Stage.onVirtualTime)
      return urls
    })

  for (const url of ["https://evil.example/mcp", "//evil.example/mcp", "/mcp", "\\\\evil.example/mcp"]) {
    it.effect(`goes to that server and no other: ${url}`, () =>
      Effect.gen(function*() {
        const urls = yield* asked(url)
        assert.strictEqual(urls.length, 1)
        assert.match(urls[0] ?? "", /^POST https:\/\/good\.example\/[^ ]* Bearer mine$/u)
      }))
  }

  it.effect("never writes down what the server was shown, even where it says so itself", () =>
    Effect.gen(function*() {
      const credential = "an-opaque-credential"
      const client = HttpClient.make((request) =>
        Effect.sync(() =>
          HttpClientResponse.fromWeb(request, Response.json({ seen: request.headers.authorization?.slice(7) }))
        )
      )
      const updated = yield* Replay.toServer(
        lines("→1 POST /mcp", "  {\"a\":1}", "←1 200", "  content-type: application/json", "  {\"seen\":\"nobody\"}"),
        {
          _tag: "Http",
          endpoint: { client, url: "https://good.example/mcp", headers: { authorization: `Bearer ${credential}` } }
        },
        { update: true }
      ).pipe(Stage.onVirtualTime)
      assert.notInclude(Archive.print(updated), credential)
      assert.include(Archive.print(updated), "{\"seen\":\"<secret>\"}")
    }))
})

describe("a cassette that is played to a client", () => {
  it.effect("may hold a head that cannot be, and the client is told so", () =>
    Effect.gen(function*() {
      const cassette = lines("---", "over: http", "<s>: \"☃\"", "---", "→1 GET /mcp", "←1 200", "  mcp-session-id: <s>")
      const { value } = yield* Replay.toClient(
        cassette,
        ({ httpClient }) => Effect.flip(httpClient.get("http://localhost/mcp"))
      ).pipe(Stage.onVirtualTime)
      assert.strictEqual(value._tag, "HttpClientError")
    }))
})

describe("placeholders", () => {
  it("have names that are read again, whatever a rule calls them", () => {
    const cassette = Recording.fromPlayed([spoken({ direction: "toServer", text: "{\"order\":\"no. 4711-0815\"}" })], {
      title: "Orders",
      varies: [(name, text) => name === "order" ? [{ kind: "my order!", literal: text }] : []]
    })
    assert.include(Archive.print(cassette), "{\"order\":\"<my-order>\"}")
  })

  it("of before give way where somebody now says what they are called", () => {
    const old = lines("---", "<session>:", "---", "→ {\"session\":\"<session>\"}")
    const now = Recording.fromPlayed([
      spoken({ direction: "toServer", text: "{\"session\":\"s\"}" }),
      spoken({ direction: "toServer", text: "{\"see\":\"<session>\"}" })
    ], { title: "" })
    const revised = Revising.revise(old, now)
    const [first, second] = revised.parts
    assert.deepStrictEqual(second, spoken({ direction: "toServer", text: "{\"see\":\"<session>\"}" }))
    assert.deepStrictEqual(first, spoken({ direction: "toServer", text: "{\"session\":\"<session-2>\"}" }))
    assert.deepStrictEqual(revised.front.filter(([name]) => name.startsWith("<")), [["<session-2>", ""]])
  })
})
