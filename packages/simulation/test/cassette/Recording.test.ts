/** From a transcript to a cassette: what is secret is gone, what varies has a name. */
import { assert, describe, it } from "@effect/vitest"
import type * as Transcript from "@parley/mcp/testing/Transcript"
import * as Archive from "@parley/simulation/cassette/Archive"
import * as Recording from "@parley/simulation/cassette/Recording"
import * as Schema from "effect/Schema"

const names = { toServer: { from: "c", to: "s" }, toClient: { from: "s", to: "c" } }

const said = (
  direction: Transcript.Direction,
  more: Omit<Transcript.Said, "_tag" | "atMillis" | "direction" | "from" | "to"> & { readonly atMillis?: number }
): Transcript.Said => ({ _tag: "Said", atMillis: 0, direction, ...names[direction], ...more })

const archived = (...transcript: Transcript.Transcript): string =>
  Archive.print(Recording.fromTranscript(transcript, { title: "Recorded", about: "Why." }))

const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"

const post = (headers: Transcript.Headers, value: unknown, over = "exchange-1", url = "http://localhost:4711/mcp") =>
  said("toServer", { over, head: { verb: "POST", url, headers }, text: JSON.stringify(value) })

describe("recordings", () => {
  it("hold no credential, wherever it stands", () => {
    const text = archived(
      post(
        { Authorization: `Bearer ${jwt}`, cookie: "sid=cookie-secret-1" },
        {
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: {
            arguments: {
              access_token: "token-secret-2",
              password: "pw",
              note: `it is ${jwt}, or basic dXNlcjpwYXNzd29yZA==`,
              url: "https://ada:url-secret-3@example.com/?code=code-secret-4",
              nested: "{\"refresh_token\":\"nested-secret-5\"}",
              echoed: "token-secret-2 again"
            }
          }
        },
        "exchange-1",
        "http://localhost:4711/mcp?access_token=query-secret-6"
      )
    )
    for (const secret of [jwt, "cookie-secret", "-secret-", "\"pw\"", "dXNlcjpwYXNzd29yZA"]) {
      assert.notInclude(text, secret)
    }
    assert.match(text, /authorization: Bearer (<secret[-\d]*>)[\s\S]*"note": "it is \1, or basic <secret/u)
    // What a secret was is not declared either.
    assert.match(text, /^<secret>:$/mu)
  })

  it("hold no credential by whatever name, and no less than there was beside it", () => {
    const text = archived(
      post(
        {
          "mcp-param-api_key": "header-secret-1",
          "mcp-param-region": "eu-west-1",
          authorization: "DPoP bound-secret-2"
        },
        {
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: {
            _meta: { progressToken: "progress-7" },
            arguments: {
              dbPassword: "database-secret-3",
              session_token: "session-secret-4",
              otp: 123456,
              password: 987654321,
              nested: JSON.stringify({ inner: JSON.stringify({ awsSecretAccessKey: "nested-secret-5" }) }),
              link: "https://files.example/a?X-Amz-Signature=signed-secret-6&page=2",
              form: "grant_type=refresh_token&refresh_token=form-secret-7",
              maxTokens: 4096,
              said: "It was 987654321, bound-secret-2 and database-secret-3"
            },
            schema: {
              type: "object",
              properties: { password: { type: "string", description: "Required" } },
              required: ["password"]
            }
          }
        }
      )
    )
    for (const secret of ["-secret-", "123456", "987654321"]) assert.notInclude(text, secret)
    for (const kept of ["eu-west-1", "progress-7", "4096", "page=2", "\"required\":[\"password\"]", "\"Required\""]) {
      assert.include(text.replaceAll("\": ", "\":"), kept)
    }
  })

  it("hold no credential that a recorder has taken out, and tell one from another", () => {
    const [first, other] = ["redacted", "redacted-2"].map((mark, index) =>
      post(
        { authorization: mark },
        { jsonrpc: "2.0", id: index, method: "whoami", params: { was: mark } },
        `exchange-${index}`
      )
    )
    assert.isDefined(first)
    assert.isDefined(other)
    const text = archived(first, other)
    assert.match(text, /authorization: (<secret>)\n.*"was":"\1"[\s\S]*authorization: (<secret-2>)\n.*"was":"\2"/u)
  })

  it.prop(
    "hold no bearer token, whatever it is",
    [Schema.String.check(Schema.isPattern(/^[\w.~+/=-]{8,40}$/u))],
    ([token]) => {
      const secret = `${token}0Zq`
      const text = archived(
        post({ authorization: `Bearer ${secret}` }, { jsonrpc: "2.0", method: "said", params: { [secret]: [secret] } })
      )
      assert.notInclude(text, secret)
    }
  )

  it("give what varies a name, the same wherever it is the same", () => {
    const text = archived(
      post({}, { jsonrpc: "2.0", id: 1, method: "initialize" }),
      said("toClient", {
        over: "exchange-1",
        head: {
          status: 200,
          headers: { "content-type": "application/json; charset=utf-8", "mcp-session-id": "abcdefgh" }
        }
      }),
      said("toClient", {
        over: "exchange-1",
        text: JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          result: { requestState: "sealed-1", at: "2026-01-02T03:04:05Z", see: "http://127.0.0.1:5050/abcdefgh" }
        })
      }),
      post({ "mcp-session-id": "abcdefgh" }, {
        jsonrpc: "2.0",
        id: 2,
        method: "more",
        params: { requestState: "sealed-1", cursor: "x", other: "x" }
      }, "exchange-2")
    )
    assert.include(text, "mcp-session-id: <session>")
    assert.include(text, "\"requestState\":\"<state>\"")
    assert.include(text, "\"at\":\"<time>\"")
    assert.include(text, "http://127.0.0.1:<port>/<session>")
    assert.include(text, "\"cursor\":\"<cursor>\",\"other\":\"x\"")
    assert.include(text, "<time>: \"2026-01-02T03:04:05Z\"\n")
    assert.include(text, "  content-type: application/json\n")
    assert.notInclude(text, "abcdefgh")
  })

  it("have the body of a response with its head, and events one by one", () => {
    const stream = { status: 200, headers: { "content-type": "text/event-stream" } }
    const note = { _tag: "Noted", atMillis: 5_000, note: "the response ended", over: "exchange-2" } as const
    const text = archived(
      said("toServer", { over: "exchange-2", head: { verb: "GET", url: "/mcp", headers: { "last-event-id": "7" } } }),
      said("toClient", { over: "exchange-2", head: stream }),
      said("toClient", { over: "exchange-2", eventId: "8" }),
      said("toClient", { over: "exchange-2", eventId: "8", text: "{\"a\":1}" }),
      note
    )
    const body = text.slice(text.indexOf("```text"))
    assert.strictEqual(
      body,
      [
        "```text",
        "→1 GET /mcp",
        "  last-event-id: <event>",
        "←1 200",
        "  content-type: text/event-stream",
        "←1 event <event-2>",
        "←1 event {\"a\":1}",
        "… 5000 ms",
        "←1 end",
        "```",
        ""
      ].join("\n")
    )
  })

  it("never take a name that the conversation has", () => {
    const text = archived(
      said("toServer", { text: "{\"method\":\"<cursor>\",\"params\":{\"cursor\":\"opaque\"}}" })
    )
    assert.include(text, "{\"method\":\"<cursor>\",\"params\":{\"cursor\":\"<cursor-2>\"}}")
  })
})
