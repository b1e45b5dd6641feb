/** Callers that are known and strangers; limits of how often, how long and how many; and what is written down. */
import { assert, describe, it } from "@effect/vitest"
import { McpServer, type Policy } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Http from "../../mcp/test/support/Http.ts"
import * as Messages from "../../mcp/test/support/Messages.ts"
import { Journal, Server } from "../src/guarded/Server.ts"
import { connect, eras } from "./Clients.ts"
import * as Program from "./Program.ts"

const ada = { authorization: "Bearer token-of-ada" }
const grace = { authorization: "Bearer token-of-grace" }

/** How a client of each era sends a request over HTTP. */
const open = {
  "2025-11-25": (http: Http.Endpoint, caller: Http.Headers) =>
    Effect.map(http.initialize("2025-11-25", caller), (session) => {
      const headers = { ...session, "content-type": "application/json" }
      let lastId = 0
      return (method: string, params: Messages.Params = {}) =>
        http.start("POST", headers, Messages.request(++lastId, method, params))
    }),
  "2026-07-28": (http: Http.Endpoint, caller: Http.Headers) =>
    Effect.succeed((method: string, params: Messages.Params = {}) => {
      const name = params["name"] === undefined ? undefined : String(params["name"])
      const headers = { ...Http.modernHeaders(method, name), ...caller, "content-type": "application/json" }
      return http.start("POST", headers, Messages.request(1, method, Messages.claimed(params)))
    })
}

describe.each(["2025-11-25", "2026-07-28"] as const)("guarded, with a client of %s", (version) => {
  /** A server with a journal, and a way to call it. */
  const opened = <A, E, R>(
    use: (
      caller: (headers: Http.Headers) => Effect.Effect<(method: string, params?: Messages.Params) => Http.Exchange>,
      journal: ReadonlyArray<string>
    ) => Effect.Effect<A, E, R>
  ) =>
    Effect.suspend(() => {
      const journal: Array<string> = []
      const write = ({ durationMillis, error, name, outcome, principal }: Policy.AuditRecord) =>
        Effect.sync(() => void journal.push(`${principal} ${name} ${outcome} ${error ?? ""} ${durationMillis}`))
      return Effect.gen(function*() {
        const http = yield* Http.make(yield* McpServer.McpServer)
        return yield* use((headers) => open[version](http, headers), journal)
      }).pipe(
        Effect.scoped,
        Effect.provide(
          Server.pipe(Layer.provide([InMemoryTransport.layer, Layer.succeed(Journal, { write })])),
          { local: true }
        )
      )
    })

  const answer = (exchange: Http.Exchange) =>
    Effect.map(exchange.over, ({ messages }) => messages().at(-1) ?? assert.fail("no answer"))

  const textOf = (exchange: Http.Exchange) =>
    Effect.map(answer(exchange), (message) => Messages.textsOf(message)[0] ?? Messages.errorOf(message))

  it.effect("knows who calls", () =>
    opened((caller) =>
      Effect.gen(function*() {
        const [asAda, asGrace] = [yield* caller(ada), yield* caller(grace)]
        const quote = (call: typeof asAda) => textOf(call("tools/call", { name: "quote" }))
        assert.strictEqual(yield* quote(asAda), "7 crowns, because it is you, ada")
        assert.strictEqual(yield* quote(asGrace), "7 crowns, because it is you, grace")
      })
    ))

  it.effect("shows a tool to those whom it is for", () =>
    opened((caller) =>
      Effect.gen(function*() {
        const [asAda, asGrace] = [yield* caller(ada), yield* caller(grace)]
        const names = (exchange: Http.Exchange) =>
          Effect.map(
            answer(exchange),
            ({ result }) =>
              (result?.["tools"] as ReadonlyArray<{ readonly name: string }> | undefined)?.map(({ name }) => name)
          )
        assert.deepStrictEqual(yield* names(asAda("tools/list")), ["quote", "report"])
        assert.deepStrictEqual(yield* names(asGrace("tools/list")), ["quote", "report", "close_books"])
        const close = { name: "close_books" }
        assert.strictEqual(yield* textOf(asAda("tools/call", close)), "-32602 Unknown tool: close_books")
        assert.strictEqual(yield* textOf(asGrace("tools/call", close)), "The books are closed")
      })
    ))

  it.effect("counts the calls of each caller, and starts anew after a minute", () =>
    opened((caller) =>
      Effect.gen(function*() {
        const [asAda, asGrace] = [yield* caller(ada), yield* caller(grace)]
        const quote = (call: typeof asAda) => textOf(call("tools/call", { name: "quote" }))
        yield* quote(asAda)
        yield* quote(asAda)
        assert.strictEqual(yield* quote(asAda), "Rate limit exceeded; try again in 60 seconds")
        assert.strictEqual(yield* quote(asGrace), "7 crowns, because it is you, grace")
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* quote(asAda), "7 crowns, because it is you, ada")
      })
    ))

  it.effect("runs one report at a time, for five minutes at most, and writes all of it down", () =>
    opened((caller, journal) =>
      Effect.gen(function*() {
        const asAda = yield* caller(ada)
        const report = (minutes: number) => asAda("tools/call", { name: "report", arguments: { minutes } })
        const first = report(4)
        assert.match(String(yield* textOf(report(1))), /^Too many calls of "report" are under way/)
        yield* TestClock.adjust("4 minutes")
        assert.strictEqual(yield* textOf(first), "All is well")
        const long = report(6)
        yield* TestClock.adjust("5 minutes")
        assert.strictEqual(yield* textOf(long), "\"report\" took longer than 5m")
        assert.deepStrictEqual(journal, [
          "ada report refusal concurrency 0",
          "ada report success  240000",
          "ada report refusal timeout 300000"
        ])
      })
    ))
})

describe.concurrent("guarded as a program", () => {
  it.live("serves whom it knows in either era, and nobody else, and writes calls down", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("guarded/main.ts")
      for (const [, revisions] of eras) {
        const client = yield* connect(url, grace, revisions)
        const { content } = yield* client.callTool({ name: "close_books" })
        assert.deepInclude(content[0], { text: "The books are closed" })
      }
      for (const [, revisions] of eras) {
        const asStranger = Effect.flatMap(connect(url, {}, revisions), ({ listTools }) => listTools)
        assert.match((yield* Effect.flip(asStranger)).message, /Who are you/)
      }
      const { code, stdout } = yield* stop("SIGTERM")
      assert.lengthOf(stdout.match(/grace called close_books: success/g) ?? [], 2)
      assert.strictEqual(code, 130)
    }).pipe(Effect.scoped, Effect.timeout("15 seconds")))
})
