/** One server behind two transports: the oldest, and that of today. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { connect, eras } from "./Clients.ts"
import * as Program from "./Program.ts"

/** A stream of HTTP+SSE: the events that come, one after the other. */
const openStream = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const hangUp = new AbortController()
      const { body } = await fetch(url, { headers: { accept: "text/event-stream" }, signal: hangUp.signal })
      const reader = body?.getReader() ?? assert.fail("no stream")
      let text = ""
      const next = async (): Promise<string> => {
        for (;;) {
          const end = text.indexOf("\n\n")
          if (end !== -1) {
            const event = text.slice(0, end)
            text = text.slice(end + 2)
            return /^data: (.*)$/m.exec(event)?.[1] ?? next()
          }
          const { done, value } = await reader.read()
          if (done) assert.fail("the stream has ended")
          text += new TextDecoder().decode(value)
        }
      }
      return { next: Effect.promise(next), hangUp }
    }),
    ({ hangUp }) => Effect.sync(() => hangUp.abort())
  )

const postTo = (url: URL, message: object) =>
  Effect.promise(() =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", ...message })
    }).then(({ status }) => status)
  )

describe("sse as a program", () => {
  it.live("serves a client of the first revision, and those of both eras beside it", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("sse/main.ts")
      const stream = yield* openStream(new URL("/sse", url).href)
      const messages = new URL(yield* stream.next, url)
      assert.strictEqual(messages.pathname, "/messages")
      assert.strictEqual(
        yield* postTo(messages, {
          id: 0,
          method: "initialize",
          params: { protocolVersion: "2024-11-05", capabilities: {}, clientInfo: { name: "test", version: "1" } }
        }),
        202
      )
      assert.include(yield* stream.next, "\"protocolVersion\":\"2024-11-05\"")
      yield* postTo(messages, { method: "notifications/initialized" })
      const knock = { name: "knock", arguments: { times: 2 }, _meta: { progressToken: "p" } }
      yield* postTo(messages, { id: 1, method: "tools/call", params: knock })
      assert.include(yield* stream.next, "\"progress\":1")
      assert.include(yield* stream.next, "\"progress\":2")
      assert.include(yield* stream.next, "Come in")

      for (const [, revisions] of eras) {
        const client = yield* connect(url, {}, revisions)
        const { content } = yield* client.callTool({ name: "knock", arguments: { times: 1 } })
        assert.deepInclude(content[0], { text: "Come in" })
      }
      assert.strictEqual((yield* stop("SIGTERM")).code, 130)
    }).pipe(Effect.scoped, Effect.timeout("15 seconds")))
})
