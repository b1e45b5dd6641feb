/** Streams that are asked for by GET, of a server that takes the token no more: they are taken up again with another. */
import { assert, describe, it } from "@effect/vitest"
import { v2025_11_25 } from "@parley/mcp/revision/v2025_11_25"
import type { Incoming } from "@parley/mcp/transport/ClientTransport"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as TestClock from "effect/testing/TestClock"
import * as Authorized from "../../src/client/Authorized.ts"
import * as FakeLogin from "../support/FakeLogin.ts"

const changed = { jsonrpc: "2.0", method: "notifications/tools/list_changed" }
const answer = { jsonrpc: "2.0", id: 1, result: { tools: [] } }

/** A link to a server whose streams end after one event; `refuse` makes it take no token that it has seen so far. */
const open = Effect.fnUntraced(function*(eventOf: (verb: string) => string) {
  const seen = new Set<string>()
  const refused = new Set<string>()
  const world = FakeLogin.make({
    takes: (token) => {
      seen.add(token)
      return !refused.has(token)
    }
  })
  const { authorizer } = yield* world.client()
  const streaming = HttpClient.make((request) =>
    Effect.map(world.http.client.execute(request), (response) => {
      if (response.status !== 200) return response
      const headers = { "content-type": "text/event-stream" }
      return HttpClientResponse.fromWeb(request, new Response(eventOf(request.method), { headers }))
    })
  )
  const transport = yield* Effect.provideService(
    StreamableHttpClient.make({ url: FakeLogin.url }),
    HttpClient.HttpClient,
    Authorized.make(streaming, authorizer)
  )
  const heard: Array<Incoming> = []
  const link = yield* transport.open((incoming) => void heard.push(incoming))
  const refuse = () => {
    for (const token of seen) refused.add(token)
  }
  return { heard, link, refuse, world }
})

describe("a token that is refused", () => {
  it.effect("to a stream of what the server says unasked is replaced, and the stream goes on", () =>
    Effect.gen(function*() {
      const { heard, link, refuse, world } = yield* open(() => `data: ${JSON.stringify(changed)}\n\n`)
      const listening = yield* Effect.forkChild(link.listen(v2025_11_25), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      const before = heard.length
      refuse()
      yield* TestClock.adjust("1 minutes")
      assert.isAbove(before, 0)
      assert.isAbove(heard.length, before)
      assert.isUndefined(listening.pollUnsafe())
      assert.deepStrictEqual([world.grants.length, world.refreshes], [1, 1])
      yield* Fiber.interrupt(listening)
    }))

  it.effect("to the rest of an answer is replaced, and the answer comes", () =>
    Effect.gen(function*() {
      const { link, refuse, world } = yield* open((verb) => {
        if (verb === "GET") return `id: 2\ndata: ${JSON.stringify(answer)}\n\n`
        refuse()
        return "id: 1\ndata:\n\n"
      })
      const request = { id: 1, method: "tools/list", name: undefined, paramsText: undefined, revision: v2025_11_25 }
      const asking = yield* Effect.forkChild(link.request(request), { startImmediately: true })
      yield* TestClock.adjust("1 minutes")
      assert.deepInclude((yield* Fiber.join(asking)).message, { _tag: "Success", id: 1 })
      assert.deepStrictEqual([world.grants.length, world.refreshes], [1, 1])
      assert.deepStrictEqual(FakeLogin.presented(world).at(-1), "Bearer access-2")
    }))
})
