/** Who gets in, who does not, and what the others are told: over every verb, in both eras. */
import { assert, describe, it } from "@effect/vitest"
import { McpRequest } from "@parley/mcp/contract/McpRequest"
import * as Tool from "@parley/mcp/contract/Tool"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Middleware from "@parley/mcp/server/Middleware"
import * as Effect from "effect/Effect"
import * as Protected from "../support/Protected.ts"

let served = 0
const count = Tool.serve("count", {}, () => Effect.sync(() => String(++served)))
const server = McpServer.layer(count, { name: "server", version: "1.0.0" })

const metadataUrl = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"
const hint = `scope="mcp:read", resource_metadata="${metadataUrl}"`

/** What each credential is answered with: the status, and the challenge. */
const answers: ReadonlyArray<readonly [string, { readonly [name: string]: string }, number, string | null]> = [
  ["no token", {}, 401, `Bearer ${hint}`],
  ["another scheme", { authorization: "Basic YTpi" }, 401, `Bearer ${hint}`],
  [
    "an expired token",
    Protected.bearer("expired"),
    401,
    `Bearer error="invalid_token", error_description="The access token has expired", ${hint}`
  ],
  ...["for-another-server", "for-somebody-else", "future", "garbage"].map((token) =>
    [
      `a token that is ${token}`,
      Protected.bearer(token),
      401,
      `Bearer error="invalid_token", error_description="The access token is not valid here", ${hint}`
    ] as const
  ),
  [
    "a token that is bound to a key",
    Protected.bearer("bound"),
    401,
    `Bearer error="invalid_token", error_description="The access token is not valid here", ${hint}`
  ],
  [
    "a token with too little",
    Protected.bearer("poor"),
    403,
    "Bearer error=\"insufficient_scope\", error_description=\"The token lacks a scope that this needs\", "
    + `scope="mcp:read profile", resource_metadata="${metadataUrl}"`
  ],
  [
    "two tokens",
    { authorization: "Bearer alice, Bearer bob" },
    400,
    "Bearer error=\"invalid_request\", error_description=\"The header Authorization must hold one scheme and one token\", "
    + hint
  ],
  ["a token that cannot be verified now", Protected.bearer("unknowable"), 503, null]
]

const requests: ReadonlyArray<readonly [string, string, { readonly [name: string]: string }, object | undefined]> = [
  [
    "POST of the stateless era",
    "POST",
    Protected.modernHeaders("tools/call", "count"),
    Protected.modernRequest("tools/call", { name: "count", arguments: {} })
  ],
  ["POST of initialize", "POST", {}, Protected.initialize],
  ["POST of a session", "POST", { "mcp-session-id": "some" }, { jsonrpc: "2.0", id: 1, method: "ping" }],
  ["POST of a notification", "POST", {}, { jsonrpc: "2.0", method: "notifications/initialized" }],
  ["POST of what is no message", "POST", {}, { nonsense: true }],
  ["GET of a stream", "GET", { "mcp-session-id": "some" }, undefined],
  ["DELETE of a session", "DELETE", { "mcp-session-id": "some" }, undefined]
]

describe("Gate", () => {
  for (const [request, method, headers, body] of requests) {
    it.effect(
      `answers a ${request} before anything else, by its credential (ATK-01 to ATK-07, ATK-10, APR-03, APR-05, APR-06, SSH-01, SSH-06, A03-12)`,
      () =>
        Effect.gen(function*() {
          const send = yield* Protected.serve(server)
          const before = served
          for (const [what, credential, status, challenge] of answers) {
            const response = yield* send(method, { ...headers, ...credential }, body)
            assert.deepStrictEqual(
              [what, response.status, response.headers.get("www-authenticate")],
              [what, status, challenge]
            )
            const { error, result } = yield* Protected.bodyOf(response)
            assert.isUndefined(result)
            assert.isString(error?.message)
          }
          assert.strictEqual(served, before)
        })
    )
  }

  it.effect("lets a good token do what it likes, in both eras", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(server)
      const called = yield* Protected.callTool(send, "count", Protected.bearer("alice"))
      assert.strictEqual(called.status, 200)
      const opened = yield* send("POST", Protected.bearer("alice"), Protected.initialize)
      assert.strictEqual(opened.status, 200)
      // schemes are the same in any case (RFC 9110, 11.1)
      const lowered = yield* Protected.callTool(send, "count", { authorization: "bearer  alice" })
      assert.strictEqual(lowered.status, 200)
    }))

  it.effect("refuses a token in the URL, alone or beside a good one (ATK-05, ATK-10, XEM-17)", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(server)
      for (const query of ["?access_token=alice", "?a=b&access%5Ftoken=alice"]) {
        for (const headers of [{}, Protected.bearer("alice")]) {
          const response = yield* send("POST", headers, Protected.initialize, Protected.resource + query)
          assert.strictEqual(response.status, 400)
          assert.include(response.headers.get("www-authenticate") ?? "", "error=\"invalid_request\"")
        }
      }
    }))

  it.effect("does not take a session id for a credential, nor another's session (SSH-02, SSH-05, SSH-07, SSH-09)", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(server)
      const opened = yield* send("POST", Protected.bearer("alice"), Protected.initialize)
      const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" }
      const ping = { jsonrpc: "2.0", id: 1, method: "ping" }
      assert.strictEqual((yield* send("POST", session, ping)).status, 401)
      assert.strictEqual((yield* send("POST", { ...session, ...Protected.bearer("bob") }, ping)).status, 404)
      assert.strictEqual((yield* send("DELETE", { ...session, ...Protected.bearer("bob") })).status, 404)
      // a token that was renewed goes on with the session
      assert.strictEqual((yield* send("POST", { ...session, ...Protected.bearer("alice-renewed") }, ping)).status, 200)
    }))

  it.effect("is not open to a client that has the name of a user, nor to tokens that name nobody", () =>
    Effect.gen(function*() {
      const { layer } = Protected.verifier({
        user: Protected.accessToken("x"),
        client: Protected.accessToken("", { subject: undefined, clientId: "x" }),
        nobody: Protected.accessToken("", { subject: undefined, clientId: undefined }),
        neither: Protected.accessToken("", { subject: undefined, clientId: undefined }),
        elsewhere: Protected.accessToken("x", { issuer: "https://other.example.com" })
      })
      const send = yield* Protected.serve(server, { verifier: layer })
      for (const token of ["user", "nobody"]) {
        const opened = yield* send("POST", Protected.bearer(token), Protected.initialize)
        const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" }
        const ping = { jsonrpc: "2.0", id: 1, method: "ping" }
        assert.strictEqual((yield* send("POST", { ...session, ...Protected.bearer(token) }, ping)).status, 200)
        for (const other of ["client", "neither", "elsewhere"]) {
          assert.strictEqual((yield* send("POST", { ...session, ...Protected.bearer(other) }, ping)).status, 404)
        }
      }
    }))

  it.effect("lets those in who show nothing, where it is told to, and nobody with a bad token", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(server, { options: { anonymous: true } })
      assert.strictEqual((yield* Protected.callTool(send, "count", {})).status, 200)
      assert.strictEqual((yield* Protected.callTool(send, "count", Protected.bearer("expired"))).status, 401)
      assert.strictEqual((yield* Protected.callTool(send, "count", { authorization: "Basic YTpi" })).status, 401)
    }))

  it.effect("keeps tokens to itself: nothing behind it can hand one on, unless it was told to (ATK-08)", () =>
    Effect.gen(function*() {
      const credentials = ["authorization", "dpop"]
      const seen: Array<unknown> = []
      const look = Middleware.make((message, next) => {
        seen.push(...credentials.map(message.header))
        return next(message)
      })
      const peek = Tool.serve("peek", {}, () =>
        Effect.map(McpRequest, ({ header }) => {
          seen.push(...credentials.map(header), header("mcp-name"))
          return ""
        }))
      const peeking = McpServer.layer(peek, { name: "server", version: "1.0.0", middleware: [look] })
      const headers = { ...Protected.bearer("alice"), dpop: "a proof" }
      yield* Protected.callTool(yield* Protected.serve(peeking), "peek", headers)
      assert.deepStrictEqual(seen.splice(0), [undefined, undefined, undefined, undefined, "peek"])
      const open = yield* Protected.serve(peeking, { options: { insecureTokensInHandlers: true } })
      yield* Protected.callTool(open, "peek", headers)
      assert.deepStrictEqual(seen, ["Bearer alice", "a proof", "Bearer alice", "a proof", "peek"])
    }))

  it.effect("says why in the log, and never with which token (ATK-04, ATK-09)", () =>
    Effect.gen(function*() {
      const log: Array<unknown> = []
      const send = yield* Protected.serve(server, { log })
      const told: Array<string> = []
      for (const secret of ["expired", "garbage-1", "unknowable", "garbage-2, Bearer garbage-3"]) {
        const response = yield* send("POST", Protected.bearer(secret), Protected.initialize)
        told.push(JSON.stringify([...response.headers]), yield* Effect.promise(() => response.text()))
      }
      const logged = JSON.stringify(log)
      assert.include(logged, "it is Malformed")
      assert.include(logged, "it is Unavailable")
      for (const text of [...told, logged]) assert.notInclude(text, "garbage-")
      // what is told to callers is not what is logged
      assert.notInclude(told.join(), "it is")
    }))
})
