/** The protected server, as a program, with tokens of an authorization server of others. */
import { assert, describe, it } from "@effect/vitest"
import { ClientCredentials, OAuthClient, TokenStore } from "@parley/auth"
import { McpClient, StreamableHttpClient } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { eras } from "./Clients.ts"
import { type Running, running } from "./Diary.ts"

/** A program that has a secret, with these scopes. */
const archivist = ({ issuer, url }: Running, scopes: ReadonlyArray<string>, revisions: (typeof eras)[number][1]) =>
  McpClient.layer({ name: "archivist", version: "1", revisions }).pipe(
    Layer.provide(StreamableHttpClient.layer({ url })),
    Layer.provide(OAuthClient.layer({
      url,
      scopes,
      grant: ClientCredentials.make({
        issuer,
        clientId: "archivist",
        clientSecret: Redacted.make("a secret of the archive, which is no secret")
      })
    })),
    Layer.provide([FetchHttpClient.layer, TokenStore.layerMemory])
  )

const names = Effect.flatMap(
  McpClient.McpClient,
  ({ listTools }) => Effect.map(listTools, (tools) => tools.map(({ name }) => name))
)

const call = (name: string, args: { readonly [name: string]: string } = {}) =>
  Effect.flatMap(
    McpClient.McpClient,
    ({ callTool }) => Effect.map(callTool({ name, arguments: args }), ({ content: [first] }) => first)
  )

const post = (url: string, headers: { readonly [name: string]: string }) =>
  Effect.promise(() =>
    fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: "{}" })
  )

describe("diary", () => {
  it.live("tells strangers where to log in, and is no use to them with whatever token", () =>
    Effect.gen(function*() {
      const { issuer, url } = yield* running
      const metadataUrl = new URL("/.well-known/oauth-protected-resource/mcp", url)
      const bearer = "Bearer eyJhbGciOiJub25lIn0.e30."
      for (const headers of [{}, { authorization: bearer }, { "mcp-session-id": "guessed" }]) {
        const { headers: answered, status } = yield* post(url, headers)
        assert.strictEqual(status, 401)
        assert.include(answered.get("www-authenticate"), `resource_metadata="${metadataUrl}"`)
      }
      const metadata = yield* Effect.promise(async () => (await fetch(metadataUrl)).json())
      assert.deepInclude(metadata, {
        resource: url,
        authorization_servers: [issuer],
        scopes_supported: ["diary:read"]
      })
    }).pipe(Effect.scoped), 60_000)

  it.live(
    "shows what can be asked for, hides what is only for some, and knows a program from a user",
    () =>
      Effect.gen(function*() {
        const diary = yield* running
        const [[, sessions], [, none]] = eras
        yield* Effect.gen(function*() {
          assert.deepStrictEqual(yield* names, ["whoami", "read_diary", "write_diary"])
          assert.deepInclude(yield* call("whoami"), { text: "archivist, who may diary:read" })
          const error = yield* Effect.flip(call("burn_diary"))
          assert.include(error.message, "Unknown tool: burn_diary")
          // What it may not do yet, it asks for by itself: nobody has to agree.
          assert.deepInclude(yield* call("write_diary", { text: "In the archive" }), { text: "Page 1 is written" })
        }).pipe(Effect.provide(archivist(diary, [], sessions)))
        yield* Effect.gen(function*() {
          assert.include(yield* names, "burn_diary")
          assert.deepInclude(yield* call("read_diary"), { text: JSON.stringify({ pages: ["In the archive"] }) })
          assert.deepInclude(yield* call("burn_diary"), { text: "There is nothing left" })
        }).pipe(Effect.provide(archivist(diary, ["diary:read", "diary:burn"], none)))
      }).pipe(Effect.scoped),
    60_000
  )
})
