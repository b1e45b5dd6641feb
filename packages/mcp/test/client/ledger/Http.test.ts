/** What a client sends over HTTP: one message a body, headers that say what the body says, and a session id in no other place. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { Client } from "../../../src/client/Client.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import { v2025_03_26 } from "../../../src/revision/v2025_03_26.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { MetaKey } from "../../../src/schema/Meta.ts"
import * as HttpWorld from "../../support/HttpWorld.ts"
import { event, events, socketError } from "../../support/ScriptedHttp.ts"

const text = "Zoë 🙂 \u0000 €"

/** Answers everything; in the stream of a tool call it first asks for a sign of life. */
const serve = ({ version }: Revision, sessionId = "s1") => (asked: HttpWorld.Asked): HttpWorld.Reply => {
  if (asked.verb !== "POST") return HttpWorld.status(405)
  if (asked.method === "server/discover") return HttpWorld.discovery(asked, version)
  if (asked.method === "initialize") return HttpWorld.handshake(asked, version, sessionId)
  if (asked.id === undefined || asked.method === undefined) return HttpWorld.status(202)
  if (asked.method === "tools/call") {
    const content = [{ type: "text", text: String((asked.params.arguments as { readonly text: string }).text) }]
    return events(
      event({ id: 77, method: "ping" }),
      event({ id: asked.id, result: { resultType: "complete", content } })
    )
  }
  const common = { prompts: [], resources: [], messages: [], contents: [{ uri: "a://ä", text }] }
  return asked.method === "tools/list" ? HttpWorld.served(asked) : HttpWorld.result(asked, common)
}

const useAll = (client: Client) =>
  Effect.gen(function*() {
    yield* client.listTools
    const { content } = yield* client.callTool({ name: "say it", arguments: { text } })
    yield* client.readResource("a://ä")
    yield* client.getPrompt({ name: "p" })
    yield* client.notify("custom/word")
    return content
  })

/** All that a client of a revision sends, in order. */
const sentIn = (revision: Revision) =>
  Effect.gen(function*() {
    const world = HttpWorld.make(serve(revision))
    const content = yield* useAll(yield* HttpWorld.connect(world, { revisions: [revision] }))
    yield* Effect.yieldNow
    return { content, posts: world.asked.filter(({ verb }) => verb === "POST") }
  })

const sessions = [v2025_03_26, v2025_06_18, v2025_11_25]

describe.each(sessions)("over HTTP, in $version", (revision) => {
  it.effect("each body is one request, notification or answer, initialize too (INI-03, HTC-10, HTC-11)", () =>
    Effect.gen(function*() {
      const { posts } = yield* sentIn(revision)
      assert.deepStrictEqual(posts.map(({ id, method }) => method ?? `the answer to ${id}`), [
        "initialize",
        "notifications/initialized",
        "tools/list",
        "tools/call",
        "the answer to 77",
        "resources/read",
        "prompts/get",
        "custom/word"
      ])
    }))
})

describe("over HTTP, without a session", () => {
  it.effect("no answer is posted, though the server asks (HTM-02)", () =>
    Effect.gen(function*() {
      const { posts } = yield* sentIn(v2026_07_28)
      assert.deepStrictEqual(posts.map(({ id, method }) => method ?? `the answer to ${id}`), [
        "server/discover",
        "tools/list",
        "tools/call",
        "resources/read",
        "prompts/get",
        "custom/word"
      ])
    }))

  it.effect("every request has headers, and they say what the body says (HTM-01, HDR-02)", () =>
    Effect.gen(function*() {
      const { posts } = yield* sentIn(v2026_07_28)
      const requests = posts.filter(({ id }) => id !== undefined)
      assert.lengthOf(requests, 5)
      for (const { headers, method, params } of requests) {
        const claim = params._meta as { readonly [key: string]: unknown }
        assert.strictEqual(headers["mcp-protocol-version"], claim[MetaKey.protocolVersion], method)
        assert.strictEqual(headers["mcp-method"], method)
      }
      const names = requests.map(({ headers }) => headers["mcp-name"])
      assert.deepStrictEqual(names, [undefined, undefined, "say it", "=?base64?YTovL8Ok?=", "p"])
    }))

  it.effect("what a broken stream has lost is asked for by a new request (HTM-10)", () =>
    Effect.gen(function*() {
      let isBroken = false
      const world = HttpWorld.make((asked) => {
        if (asked.method !== "tools/list" || isBroken) return serve(v2026_07_28)(asked)
        isBroken = true
        return events(event({ method: "custom/word" }, "e1"))
      })
      yield* (yield* HttpWorld.connect(world, { revisions: [v2026_07_28] })).listTools
      const lists = world.asked.slice(1)
      assert.deepStrictEqual(lists.map(({ method, verb }) => [verb, method]), [
        ["POST", "tools/list"],
        ["POST", "tools/list"]
      ])
      assert.strictEqual(new Set(lists.map(({ id }) => id)).size, 2)
      for (const { headers } of lists) assert.notProperty(headers, "last-event-id")
    }))
})

describe("text over HTTP", () => {
  it.effect.each([v2025_11_25, v2026_07_28])(
    "is UTF-8 in both directions (RPC-02): $version",
    (revision) =>
      Effect.gen(function*() {
        const { content, posts } = yield* sentIn(revision)
        const [called] = posts.filter(({ method }) => method === "tools/call")
        assert.deepStrictEqual(called?.params.arguments, { text })
        assert.deepStrictEqual<unknown>(content, [{ type: "text", text }])
      })
  )
})

describe("the id of a session", () => {
  const secret = "secret-session-id"
  const refusals = [
    ["404", () => HttpWorld.status(404)],
    ["400 that repeats it", () => HttpWorld.status(400, `No session ${secret}`)],
    ["500", () => HttpWorld.status(500, "broken")],
    ["a broken connection", () => socketError("ECONNRESET", "read")]
  ] as const

  it.effect.each(refusals)(
    "is in the headers of its own requests, and in no URL, error, log or memory: %s (HTS-03)",
    ([, refuse]) =>
      Effect.gen(function*() {
        const said: Array<unknown> = []
        const logger = Logger.make(({ cause, message }) => void said.push(message, Cause.pretty(cause)))
        const world = HttpWorld.make((asked) =>
          asked.method === "prompts/get" ? refuse() : serve(v2025_11_25, secret)(asked)
        )
        yield* Effect.gen(function*() {
          const client = yield* HttpWorld.connect(world, { revisions: [v2025_11_25] })
          const error = yield* Effect.flip(client.getPrompt({ name: "p" }))
          said.push(error.message, String(error), JSON.stringify(error), client.prior)
        }).pipe(
          Effect.provide(Logger.layer([logger])),
          Effect.provideService(References.MinimumLogLevel, "All"),
          Effect.scoped
        )
        assert.notInclude(JSON.stringify(said), secret)
        for (const { headers, method, url } of world.asked) {
          assert.notInclude(url, secret)
          assert.strictEqual(headers["mcp-session-id"], method === "initialize" ? undefined : secret)
        }
      })
  )
})
