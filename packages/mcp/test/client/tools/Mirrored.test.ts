/** Mirrored parameters between our client and our server, over HTTP: neither knows more than what goes over the wire. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as McpClient from "../../../src/client/McpClient.ts"
import * as Catalog from "../../../src/contract/Catalog.ts"
import * as Tool from "../../../src/contract/Tool.ts"
import * as McpServer from "../../../src/server/McpServer.ts"
import * as McpTest from "../../../src/testing/McpTest.ts"
import * as Transcript from "../../../src/testing/Transcript.ts"

const Query = Tool.make("query", {
  parameters: {
    region: Tool.header("Region", Schema.String),
    limit: Schema.optionalKey(Tool.header("Limit", Schema.Int)),
    dry: Schema.optionalKey(Tool.header("Dry-Run", Schema.Boolean))
  },
  success: Schema.Struct({ region: Schema.String, limit: Schema.Number })
})

const Queries = Catalog.make("queries").add(Query)

const Served = McpServer.layer(Queries, { name: "queries", version: "0" }).pipe(
  Layer.provide(Queries.layer({
    tools: { query: ({ limit = 0, region }) => Effect.succeed({ region, limit }) }
  }))
)

/** A client of the server, and the methods and statuses of what passed. */
const connected = Effect.map(McpTest.make(Served, { way: "http" }), ({ client, recorded }) => ({
  client,
  passed: () =>
    Transcript.render(recorded(), { heads: true }).split("\n").flatMap((line) =>
      /^→ ([a-z]\S+)|^← (\d{3}) /u.exec(line)?.slice(1).filter((part) => part !== undefined) ?? []
    )
}))

describe("a server that holds headers against arguments", () => {
  it.effect("takes the calls of a client that has listed the tools (XMC-05)", () =>
    Effect.gen(function*() {
      const { client, passed } = yield* connected
      yield* client.listTools
      for (
        const args of [{ region: "Zoë ", limit: -0, dry: true }, { region: "", limit: 42 }, { region: "=?base64?" }]
      ) {
        const { structuredContent } = yield* client.callTool({ name: "query", arguments: args })
        assert.deepInclude(structuredContent, { region: args.region })
      }
      assert.deepStrictEqual(passed().slice(-6), ["tools/call", "200", "tools/call", "200", "tools/call", "200"])
    }))

  it.effect("teaches one that has not (XMC-14, XMC-15)", () =>
    Effect.gen(function*() {
      const { client, passed } = yield* connected
      yield* client.callTool({ name: "query", arguments: { region: "eu" } })
      yield* client.callTool({ name: "query", arguments: { region: "us" } })
      assert.deepStrictEqual(
        passed().slice(-8),
        ["tools/call", "400", "tools/list", "200", "tools/call", "200", "tools/call", "200"]
      )
    }))

  it.effect("takes the calls of a catalog at once: its contract says what is mirrored (XMC-05)", () =>
    Effect.gen(function*() {
      const { client, passed } = yield* connected
      const { tools } = yield* Effect.provideService(McpClient.of(Queries), McpClient.McpClient, client)
      assert.deepStrictEqual(yield* tools.query({ region: "eu", limit: 1 }), { region: "eu", limit: 1 })
      yield* tools.query({ region: "us" })
      assert.deepStrictEqual(passed().slice(2), ["tools/call", "200", "tools/call", "200"])
    }))
})
