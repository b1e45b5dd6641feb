/** What is remembered of a server: when it counts, what it saves, and what happens when it is wrong. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Prior from "../../../src/client/connection/Prior.ts"
import type { McpClientError } from "../../../src/client/McpClientError.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { until } from "../../support/Elapse.ts"
import * as HttpWorld from "../../support/HttpWorld.ts"
import { connect, make, methods, opening, type Script } from "../ScriptedPeer.ts"

const legacy = v2025_11_25.version
const modern = v2026_07_28.version
const hourMillis = 60 * 60 * 1_000

const prior = (version: string, more: Partial<Prior.Prior> = {}): Prior.Prior => ({
  peer: HttpWorld.url,
  version,
  isOlder: false,
  info: { name: "kept", version: "1" },
  capabilities: { tools: {} },
  instructions: "as ever",
  foundAtMillis: 0,
  ...more
})

const onLine = (version: string) => prior(version, { peer: "a line" })

/** A server of the stateless era; `respond` may say something else. */
const modernServer = (respond: (asked: HttpWorld.Asked) => HttpWorld.Reply | undefined = () => undefined) =>
  HttpWorld.make((asked) =>
    respond(asked) ??
      (asked.verb !== "POST"
        ? HttpWorld.status(405)
        : asked.method === "server/discover"
        ? HttpWorld.discovery(asked, modern)
        : asked.method === "initialize"
        ? HttpWorld.error(asked, -32601, { data: { supported: [modern] }, status: 404 })
        : HttpWorld.served(asked))
  )

/** A server with sessions, which knows nothing else. */
const legacyServer = (refuse: (asked: HttpWorld.Asked) => HttpWorld.Reply) =>
  HttpWorld.make((asked) => {
    if (asked.verb !== "POST") return HttpWorld.status(405)
    if (asked.method === "initialize") return HttpWorld.handshake(asked, legacy, "s1")
    if (asked.headers["mcp-session-id"] === undefined) return refuse(asked)
    return asked.id === undefined ? HttpWorld.status(202) : HttpWorld.served(asked)
  })

const settled = ["initialize", "notifications/initialized"]

const posted = (world: HttpWorld.World) => world.methods().filter((method) => method !== "GET")

describe("a verdict", () => {
  // Not as text: the parser of V8 in Node 24 loses keys that begin with an escape.
  it.effect.prop("survives being kept as JSON", { prior: Prior.Prior }, ({ prior }) =>
    Effect.gen(function*() {
      const codec = Schema.toCodecJson(Prior.Prior)
      const json = yield* Schema.encodeEffect(codec)(prior)
      const decoded = yield* Schema.decodeEffect(codec)(json)
      assert.deepStrictEqual(yield* Schema.encodeEffect(codec)(decoded), json)
      assert.strictEqual(decoded.version, prior.version)
    }), { arbitrary: { runs: 50 } })

  it("counts for its own server, for a day, and in a revision that is known", () => {
    const day = Prior.lifetimeMillis
    const recalled = (prior: Prior.Prior, now = 0) => Prior.recall(prior, HttpWorld.url, now)?.era
    assert.strictEqual(recalled(prior(modern)), "stateless")
    assert.strictEqual(recalled(prior(legacy), day), "session")
    assert.isUndefined(recalled(prior(legacy), day + 1))
    assert.isUndefined(recalled(prior(modern), day + 1))
    assert.isUndefined(recalled(prior(legacy, { foundAtMillis: 1 })))
    assert.isUndefined(recalled(prior("2031-01-01")))
    assert.isUndefined(recalled(prior(legacy, { peer: "https://example.com/other" })))
    assert.isUndefined(Prior.recall(undefined, HttpWorld.url, 0))
  })
})

describe("a right verdict", () => {
  it.effect("on a server without sessions saves every question (VER-05, ERA-01)", () =>
    Effect.gen(function*() {
      const world = modernServer()
      const client = yield* HttpWorld.connect(world, { prior: prior(modern) })
      assert.deepStrictEqual(world.methods(), [])
      assert.deepInclude(client.server, { revision: v2026_07_28, instructions: "as ever" })
      assert.deepStrictEqual(client.server.info, { name: "kept", version: "1" })
      assert.lengthOf(yield* client.listTools, 1)
      assert.deepStrictEqual(world.methods(), ["tools/list"])
    }))

  it.effect("on a server with sessions saves the probe (ERA-01)", () =>
    Effect.gen(function*() {
      const world = legacyServer(() => HttpWorld.status(400))
      const client = yield* HttpWorld.connect(world, { prior: prior(v2025_06_18.version) })
      assert.deepStrictEqual(posted(world), settled)
      // The newest is asked for, and what the handshake said counts (INI-09).
      assert.strictEqual(world.asked[0]?.params.protocolVersion, legacy)
      assert.strictEqual(client.server.revision, v2025_11_25)
      assert.strictEqual(client.server.info?.name, "server")
    }))

  it.effect("is what one client has for the next, on any transport", () =>
    Effect.gen(function*() {
      for (const revision of [v2025_11_25, v2026_07_28]) {
        const first = yield* connect(make(opening(revision)))
        const peer = make(opening(revision))
        const next = yield* connect(peer, { prior: first.prior })
        assert.notInclude(methods(peer), "server/discover")
        assert.strictEqual(next.server.revision, revision)
      }
    }))

  it.effect("does not become younger by being used; one that was found out anew does", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(hourMillis)
      const world = legacyServer(() => HttpWorld.status(400))
      const used = yield* HttpWorld.connect(world, { prior: prior(legacy) })
      assert.strictEqual(used.prior.foundAtMillis, 0)
      yield* TestClock.setTime(25 * hourMillis)
      const asked = yield* HttpWorld.connect(world, { prior: used.prior })
      assert.strictEqual(asked.prior.foundAtMillis, 25 * hourMillis)
      assert.strictEqual(world.count("server/discover"), 1)
    }))

  it.effect("of a revision that is not on offer is passed over", () =>
    Effect.gen(function*() {
      const world = legacyServer(() => HttpWorld.status(400))
      const client = yield* HttpWorld.connect(world, { prior: prior(modern), revisions: [v2025_11_25] })
      assert.strictEqual(client.server.revision, v2025_11_25)
      assert.deepStrictEqual(posted(world), settled)
    }))

  it.effect("stays one when the server says no for another reason: it is asked once, and its answer stands", () =>
    Effect.gen(function*() {
      const world = modernServer((asked) => asked.method === "tools/call" ? HttpWorld.error(asked, -32602) : undefined)
      const client = yield* HttpWorld.connect(world, { prior: prior(modern) })
      const { reason } = yield* Effect.flip(client.callTool({ name: "none" }))
      assert.deepInclude(reason, { _tag: "RpcError", code: -32602 })
      assert.deepStrictEqual(world.methods(), ["tools/call", "server/discover"])
      yield* Effect.flip(client.callTool({ name: "none" }))
      assert.strictEqual(world.count("server/discover"), 1)
    }))

  it.effect("is not doubted any more once the server has answered, nor because of an outage", () =>
    Effect.gen(function*() {
      let say: HttpWorld.Reply | undefined = HttpWorld.status(503)
      const world = modernServer(() => say)
      const client = yield* HttpWorld.connect(world, { prior: prior(modern) })
      yield* Effect.flip(client.listTools)
      say = undefined
      yield* client.listTools
      say = HttpWorld.status(404)
      yield* Effect.flip(client.listTools)
      assert.strictEqual(world.count("server/discover"), 0)
    }))
})

describe("a verdict that a server has no sessions, which is wrong", () => {
  const refusals: ReadonlyArray<readonly [string, (asked: HttpWorld.Asked) => HttpWorld.Reply]> = [
    ["400", () => HttpWorld.status(400)],
    ["404", () => HttpWorld.status(404)],
    ["an error", (asked) => HttpWorld.error(asked, -32600)],
    ["an error with 400", (asked) => HttpWorld.error(asked, -32000, { status: 400 })]
  ]
  for (const [name, refuse] of refusals) {
    it.effect(`is noticed, and the server asked, once: ${name}`, () =>
      Effect.gen(function*() {
        const world = legacyServer(refuse)
        const client = yield* HttpWorld.connect(world, { prior: prior(modern) })
        const lists = yield* Effect.all(Array.from({ length: 5 }, () => client.listTools), { concurrency: 5 })
        assert.deepStrictEqual(lists.map((tools) => tools.length), [1, 1, 1, 1, 1])
        assert.strictEqual(client.server.revision, v2025_11_25)
        assert.strictEqual(world.count("server/discover"), 1)
        assert.strictEqual(world.count("initialize"), 1)
      }))
  }

  it.effect("a call that may have run is not sent again", () =>
    Effect.gen(function*() {
      const world = legacyServer((asked) => HttpWorld.error(asked, -32603))
      const client = yield* HttpWorld.connect(world, { prior: prior(modern) })
      assert.isTrue((yield* Effect.flip(client.callTool({ name: "a" }))).mayHaveRun)
      assert.strictEqual(client.server.revision, v2025_11_25)
      yield* client.callTool({ name: "a" })
      assert.strictEqual(world.count("tools/call"), 2)
    }))

  it.effect("a version that is gone leads to another one (VER-03)", () =>
    Effect.gen(function*() {
      const world = HttpWorld.make((asked) =>
        asked.verb !== "POST"
          ? HttpWorld.status(405)
          : asked.method === "initialize"
          ? HttpWorld.handshake(asked, legacy)
          : asked.headers["mcp-protocol-version"] === modern
          ? HttpWorld.error(asked, -32022, { data: { supported: [legacy], requested: modern }, status: 400 })
          : HttpWorld.served(asked)
      )
      const client = yield* HttpWorld.connect(world, { prior: prior(modern) })
      assert.lengthOf(yield* client.listTools, 1)
      assert.strictEqual(client.server.revision, v2025_11_25)
    }))

  const lists: Script = { "tools/list": { result: { tools: [{ name: "a", inputSchema: { type: "object" } }] } } }

  it.effect("on a line, an answer of the other era is not taken for one", () =>
    Effect.gen(function*() {
      const peer = make({ ...opening(v2025_11_25), ...lists })
      const client = yield* connect(peer, { prior: onLine(modern) })
      assert.lengthOf(yield* client.listTools, 1)
      assert.strictEqual(client.server.revision, v2025_11_25)
      assert.deepStrictEqual(methods(peer), ["tools/list", "server/discover", ...settled, "tools/list"])
    }))

  it.effect("on a line, a server that keeps silent is asked before the next call", () =>
    Effect.gen(function*() {
      let opened = false
      const peer = make({
        initialize: () => {
          opened = true
          return opening(v2025_11_25).initialize as never
        },
        "server/discover": "silence",
        "tools/list": () => opened ? lists["tools/list"] as never : "silence"
      })
      const client = yield* connect(peer, { prior: onLine(modern) })
      const error = yield* Effect.flip(until(yield* Effect.forkChild(client.listTools), 5_000))
      assert.strictEqual(error.reason._tag, "RequestTimeout")
      assert.lengthOf(yield* until(yield* Effect.forkChild(client.listTools), 1_000), 1)
    }))

  it.effect("on a line, a server that exits is started again and asked", () =>
    Effect.gen(function*() {
      const peer = make({ ...opening(v2025_11_25), "server/discover": "hang up", "tools/list": "hang up" })
      const client = yield* connect(peer, { prior: onLine(modern) })
      const listing = yield* Effect.forkChild(Effect.exit(client.listTools))
      yield* until(listing)
      assert.strictEqual(client.server.revision, v2025_11_25)
    }))
})

describe("a verdict that a server has sessions, which is wrong", () => {
  const refusals: ReadonlyArray<readonly [string, (asked: HttpWorld.Asked) => HttpWorld.Reply | undefined]> = [
    ["names what it speaks", () => undefined],
    ["names nothing", (asked) => asked.method === "initialize" ? HttpWorld.status(404) : undefined],
    ["says 400", (asked) => asked.method === "initialize" ? HttpWorld.status(400) : undefined],
    ["answers something else", (asked) => asked.method === "initialize" ? HttpWorld.result(asked, {}) : undefined]
  ]
  for (const [name, respond] of refusals) {
    it.effect(`leads to the probe after all: it ${name} (ERA-02)`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(hourMillis)
        const world = modernServer(respond)
        const client = yield* HttpWorld.connect(world, { prior: prior(legacy) })
        assert.strictEqual(client.prior.foundAtMillis, hourMillis)
        assert.strictEqual(client.server.revision, v2026_07_28)
        assert.deepStrictEqual(world.methods(), ["initialize", "server/discover"])
        assert.strictEqual(client.prior.version, modern)
      }))
  }

  it.effect("the older way is left when it is not there any more", () =>
    Effect.gen(function*() {
      const world = modernServer()
      const client = yield* HttpWorld.connect(world, { prior: prior(legacy, { isOlder: true }) })
      assert.strictEqual(client.server.revision, v2026_07_28)
      assert.deepStrictEqual(world.methods(), ["GET", "server/discover"])
      assert.isFalse(client.prior.isOlder)
    }))

  for (
    const [what, type, body] of [["a page", "text/html", "<p>Hello"], ["a stream", "text/event-stream", ": hi\n\n"]]
  ) {
    it.effect(`nor when there is ${what} in its place`, () =>
      Effect.gen(function*() {
        const headers = { "content-type": String(type) }
        const world = modernServer(({ verb }) => verb === "GET" ? new Response(body, { headers }) : undefined)
        const client = yield* HttpWorld.connect(world, { prior: prior(legacy, { isOlder: true }) })
        assert.strictEqual(client.server.revision, v2026_07_28)
        assert.isFalse(client.prior.isOlder)
      }))
  }

  for (const status of [401, 403, 429, 500, 503]) {
    it.effect(`is not what ${status} says`, () =>
      Effect.gen(function*() {
        const world = modernServer(() => HttpWorld.status(status))
        const { reason }: McpClientError = yield* Effect.flip(HttpWorld.connect(world, { prior: prior(legacy) }))
        assert.deepInclude(reason._tag === "TransportError" ? reason.reason : {}, { _tag: "HttpStatus", status })
        assert.deepStrictEqual(world.methods(), ["initialize"])
      }))
  }
})
