/** What becomes of calls when sessions, streams, lines and servers are lost: over HTTP, and over lines. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { Client, RequestOptions } from "../../../src/client/Client.ts"
import type { McpClientError } from "../../../src/client/McpClientError.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { until } from "../../support/Elapse.ts"
import * as HttpWorld from "../../support/HttpWorld.ts"
import { events, json, socketError } from "../../support/ScriptedHttp.ts"
import { connect, handshake, make, opening, type Reply, type Script, sent } from "../ScriptedPeer.ts"

const legacy = v2025_11_25.version
const modern = v2026_07_28.version

/** A server with sessions that can forget them, and does to a request what the test wants. */
const sessions = () => {
  const state: {
    epoch: number
    initialize: (asked: HttpWorld.Asked) => HttpWorld.Reply | undefined
    request: (asked: HttpWorld.Asked) => HttpWorld.Reply | undefined
  } = { epoch: 1, initialize: () => undefined, request: () => undefined }
  const world = HttpWorld.make((asked) => {
    if (asked.verb !== "POST") return HttpWorld.status(405)
    if (asked.method === "server/discover") return HttpWorld.status(400)
    if (asked.method === "initialize") {
      return state.initialize(asked) ?? HttpWorld.handshake(asked, legacy, `s${state.epoch}`)
    }
    if (asked.headers["mcp-session-id"] !== `s${state.epoch}`) return HttpWorld.status(404, "Session not found")
    if (asked.id === undefined) return HttpWorld.status(202)
    return state.request(asked) ?? HttpWorld.served(asked)
  })
  return { world, state }
}

const call = (client: Client, options?: RequestOptions) => client.callTool({ name: "a" }, options)

const reasonOf = ({ reason }: McpClientError): string =>
  reason._tag === "TransportError" ? reason.reason._tag : reason._tag

describe("a session that is forgotten (HTS-07, HTS-08)", () => {
  it.effect("a hundred calls at the same time need one more initialize, and all succeed", () =>
    Effect.gen(function*() {
      const { state, world } = sessions()
      const client = yield* HttpWorld.connect(world)
      assert.strictEqual(world.count("initialize"), 1)
      state.epoch = 2
      const calls = Array.from({ length: 50 }, () => [client.listTools, call(client)]).flat()
      yield* Effect.all(calls as ReadonlyArray<Effect.Effect<unknown, McpClientError>>, { concurrency: "unbounded" })
      assert.strictEqual(world.count("initialize"), 2)
      assert.strictEqual(world.count("notifications/initialized"), 2)
      assert.strictEqual(world.count("server/discover"), 1)
      // Each was sent twice at most, and the calls that found the new session once.
      assert.isAtMost(world.count("tools/call"), 100)
    }))

  it.effect("after its connection was reset, what does no harm goes on in a new one (HTS-07)", () =>
    Effect.gen(function*() {
      const { state, world } = sessions()
      const client = yield* HttpWorld.connect(world)
      let resets = 0
      state.request = ({ method }) => {
        if (method !== "tools/call" || resets++ > 0) return undefined
        // The server was restarted: the connection goes first, and nobody knows the session any more.
        state.epoch = 2
        return socketError("ECONNRESET", "read")
      }
      yield* call(client, { repeatable: true })
      assert.strictEqual(world.count("initialize"), 2)
      assert.strictEqual(world.count("tools/call"), 3)
    }))

  it.effect("initialize is sent without the old session, and settles before the calls go on (INI-05, HTS-04)", () =>
    Effect.gen(function*() {
      const { state, world } = sessions()
      const client = yield* HttpWorld.connect(world)
      const before = world.asked.length
      state.epoch = 2
      yield* client.listTools
      const after = world.asked.slice(before).filter(({ verb }) => verb === "POST")
      assert.deepStrictEqual(after.map(({ headers, method }) => [method, headers["mcp-session-id"]]), [
        ["tools/list", "s1"],
        ["initialize", undefined],
        ["notifications/initialized", "s2"],
        ["tools/list", "s2"]
      ])
    }))

  it.effect("calls that wait for the new session go on once the server has time again", () =>
    Effect.gen(function*() {
      const { state, world } = sessions()
      const client = yield* HttpWorld.connect(world)
      state.epoch = 2
      let refused = 0
      state.initialize = () => ++refused <= 3 ? HttpWorld.status(503) : undefined
      const calling = yield* Effect.forkChild(Effect.all([client.listTools, call(client)], { concurrency: 2 }))
      yield* until(calling)
      assert.strictEqual(world.count("initialize"), 5)
    }))

  it.effect("when it is not let in again, all who wait hear it, and the next call tries again", () =>
    Effect.gen(function*() {
      const { state, world } = sessions()
      const client = yield* HttpWorld.connect(world)
      state.epoch = 2
      state.initialize = () => HttpWorld.status(401)
      const errors = yield* Effect.all([Effect.flip(client.listTools), Effect.flip(call(client))], { concurrency: 2 })
      assert.deepStrictEqual(errors.map(reasonOf), ["HttpStatus", "HttpStatus"])
      state.initialize = () => undefined
      assert.lengthOf(yield* client.listTools, 1)
    }))

  it.effect("a server that forgets every session at once does not make a call run in circles", () =>
    Effect.gen(function*() {
      const { state, world } = sessions()
      const client = yield* HttpWorld.connect(world)
      state.request = () => HttpWorld.status(404)
      const calling = yield* Effect.forkChild(Effect.flip(client.listTools))
      const { mayHaveRun, reason } = yield* until(calling)
      assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "SessionExpired")
      assert.isFalse(mayHaveRun)
      assert.strictEqual(world.count("tools/list"), 2)
      state.request = () => undefined
      assert.lengthOf(yield* until(yield* Effect.forkChild(client.listTools)), 1)
    }))

  it.effect("a server that speaks only the stateless era when it is back is spoken to in it (ERA-01, ERA-02)", () =>
    Effect.gen(function*() {
      let isUpgraded = false
      const world = HttpWorld.make((asked) => {
        if (asked.verb !== "POST") return HttpWorld.status(405)
        if (!isUpgraded) {
          if (asked.method === "server/discover") return HttpWorld.status(400)
          if (asked.method === "initialize") return HttpWorld.handshake(asked, legacy, "s1")
          return asked.id === undefined ? HttpWorld.status(202) : HttpWorld.served(asked)
        }
        if (asked.headers["mcp-session-id"] !== undefined) return HttpWorld.status(404)
        if (asked.method === "server/discover") return HttpWorld.discovery(asked, modern)
        if (asked.method === "initialize") {
          return HttpWorld.error(asked, -32601, { data: { supported: [modern] }, status: 404 })
        }
        return HttpWorld.served(asked)
      })
      const client = yield* HttpWorld.connect(world)
      isUpgraded = true
      assert.lengthOf(yield* client.listTools, 1)
      assert.strictEqual(client.server.revision, v2026_07_28)
    }))

  it.effect("a server without sessions that misses its _meta in a request of the session is asked anew (ERR-12)", () =>
    Effect.gen(function*() {
      let isUpgraded = false
      const world = HttpWorld.make((asked) => {
        if (asked.verb !== "POST") return HttpWorld.status(405)
        if (!isUpgraded) {
          if (asked.method === "server/discover") return HttpWorld.status(400)
          if (asked.method === "initialize") return HttpWorld.handshake(asked, legacy, "s1")
          return asked.id === undefined ? HttpWorld.status(202) : HttpWorld.served(asked)
        }
        if (asked.method === "server/discover") return HttpWorld.discovery(asked, modern)
        if (asked.params._meta !== undefined) return HttpWorld.served(asked)
        return asked.method === "initialize"
          ? HttpWorld.error(asked, -32022, { data: { supported: [modern] }, status: 400 })
          : json({ id: asked.id, error: { code: -32602, message: "_meta lacks a member" } }, { status: 400 })
      })
      const client = yield* HttpWorld.connect(world)
      isUpgraded = true
      yield* call(client, { repeatable: false })
      assert.strictEqual(client.server.revision, v2026_07_28)
    }))
})

describe("what a server may say to a request, and what becomes of it", () => {
  interface Row {
    readonly name: string
    readonly say: (asked: HttpWorld.Asked) => HttpWorld.Reply
    /** What comes of a listing, of a call, and of a call that may be repeated: whether it ran, or why not. */
    readonly list: string
    readonly call: string
    readonly repeatable: string
    readonly sessions: number
  }
  const rows: ReadonlyArray<Row> = [
    {
      name: "404",
      say: () => HttpWorld.status(404),
      list: "done",
      call: "done",
      repeatable: "done",
      sessions: 2
    },
    {
      name: "410",
      say: () => HttpWorld.status(410),
      list: "done",
      call: "done",
      repeatable: "done",
      sessions: 2
    },
    {
      name: "400 with words about the session",
      say: () =>
        HttpWorld.status(
          400,
          "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"No valid session\"}}"
        ),
      list: "done",
      call: "done",
      repeatable: "done",
      sessions: 2
    },
    {
      name: "400 with an error about the request",
      say: (asked) => HttpWorld.error(asked, -32000, { status: 400 }),
      list: "RpcError, may have run",
      call: "RpcError, may have run",
      repeatable: "RpcError, may have run",
      sessions: 1
    },
    {
      name: "400 of another kind",
      say: () => HttpWorld.status(400, "what?"),
      list: "HttpStatus",
      call: "HttpStatus",
      repeatable: "HttpStatus",
      sessions: 1
    },
    {
      name: "401",
      say: () => HttpWorld.status(401),
      list: "HttpStatus",
      call: "HttpStatus",
      repeatable: "HttpStatus",
      sessions: 1
    },
    {
      name: "503",
      say: () => HttpWorld.status(503),
      list: "HttpStatus, may have run",
      call: "HttpStatus, may have run",
      repeatable: "HttpStatus, may have run",
      sessions: 1
    },
    {
      name: "an error",
      say: (asked) => HttpWorld.error(asked, -32603),
      list: "RpcError, may have run",
      call: "RpcError, may have run",
      repeatable: "RpcError, may have run",
      sessions: 1
    },
    {
      name: "a stream that ends before the answer",
      say: () => events(": nothing\n\n"),
      list: "done",
      call: "AnswerMissing, may have run",
      repeatable: "done",
      sessions: 1
    },
    {
      name: "a connection that is reset",
      say: () => socketError("ECONNRESET"),
      list: "done",
      call: "Unreachable, may have run",
      repeatable: "done",
      sessions: 1
    },
    {
      name: "nothing, for nobody listens",
      say: () => socketError("ECONNREFUSED", "connect"),
      list: "Unreachable",
      call: "Unreachable",
      repeatable: "Unreachable",
      sessions: 1
    }
  ]
  const outcome = (effect: Effect.Effect<unknown, McpClientError>) =>
    Effect.match(effect, {
      onSuccess: () => "done",
      onFailure: (error) => `${reasonOf(error)}${error.mayHaveRun ? ", may have run" : ""}`
    })
  for (const row of rows) {
    it.effect(`${row.name}: said once, and the next call is served`, () =>
      Effect.gen(function*() {
        const attempts: ReadonlyArray<readonly [string, (client: Client) => Effect.Effect<unknown, McpClientError>]> = [
          [row.list, (client) => client.listTools],
          [row.call, (client) => call(client)],
          [row.repeatable, (client) => call(client, { repeatable: true })]
        ]
        for (const [expected, attempt] of attempts) {
          const { state, world } = sessions()
          const client = yield* HttpWorld.connect(world)
          let said = 0
          state.request = (asked) => ++said === 1 ? row.say(asked) : undefined
          assert.strictEqual(yield* outcome(attempt(client)), expected)
          assert.strictEqual(world.count("initialize"), row.sessions)
          assert.strictEqual(yield* outcome(call(client)), "done")
        }
      }))
  }
})

const page: Reply = { result: { tools: [{ name: "a", inputSchema: { type: "object" } }] } }
const content: Reply = { result: { content: [] } }

/** A process that behaves as told each time it is started. */
const restarted = (scripts: ReadonlyArray<Script>) => {
  const script = (peer: { readonly links: () => number }) => scripts[Math.min(peer.links(), scripts.length) - 1] ?? {}
  const methods = new Set(scripts.flatMap((one) => Object.keys(one)))
  return make(Object.fromEntries(
    [...methods].map((method) => [method, (params, id, peer) => {
      const entry = script(peer)[method] ?? { error: { code: -32601, message: "no" } }
      return typeof entry === "function" ? entry(params, id, peer) : entry
    }])
  ))
}

describe("a line that closes", () => {
  it.effect("what only reads is asked again, what may have run is not, what was not sent waits", () =>
    Effect.gen(function*() {
      const well: Script = { ...opening(v2025_11_25), "tools/list": page, "tools/call": content }
      const dying: Script = { ...well, "tools/list": "silence", "tools/call": "silence", "prompts/list": "hang up" }
      const peer = restarted([dying, well])
      const client = yield* connect(peer)
      const list = yield* Effect.forkChild(client.listTools, { startImmediately: true })
      const lost = yield* Effect.forkChild(Effect.flip(call(client)), { startImmediately: true })
      const kept = yield* Effect.forkChild(call(client, { repeatable: true }), { startImmediately: true })
      yield* Effect.yieldNow
      peer.hangUp()
      const late = yield* Effect.forkChild(call(client), { startImmediately: true })
      assert.lengthOf(yield* Fiber.join(list), 1)
      assert.isTrue((yield* Fiber.join(lost)).mayHaveRun)
      yield* Fiber.join(kept)
      yield* Fiber.join(late)
      assert.strictEqual(peer.links(), 2)
      assert.lengthOf(sent(peer, "tools/list"), 2)
      assert.lengthOf(sent(peer, "tools/call"), 4)
    }))

  it.effect("is dialled by the schedule, and the status tells so (STD-11)", () =>
    Effect.gen(function*() {
      const broken: Script = { initialize: "hang up", "server/discover": "hang up" }
      const well: Script = { ...opening(v2025_06_18), "tools/list": page }
      const peer = restarted([well, broken, broken, well])
      const client = yield* connect(peer, { reconnect: Schedule.spaced("1 second") })
      const heard = yield* Effect.forkChild(
        Stream.runCollect(Stream.take(Stream.map(client.status, ({ _tag }) => _tag), 3)),
        { startImmediately: true }
      )
      yield* Effect.yieldNow
      peer.hangUp()
      const waiting = yield* Effect.forkChild(client.listTools, { startImmediately: true })
      assert.lengthOf(yield* until(waiting), 1)
      assert.deepStrictEqual(yield* Fiber.join(heard), ["Connected", "Connecting", "Connected"])
    }))

  it.effect("a server that is broken for good is an error, in bounded time, and not for good", () =>
    Effect.gen(function*() {
      const well: Script = { ...opening(v2025_11_25), "tools/list": page }
      const broken: Script = { initialize: "hang up", "server/discover": "hang up" }
      let isBroken = false
      const peer = make(Object.fromEntries(
        ["initialize", "server/discover", "tools/list"].map((method) => [
          method,
          () => ((isBroken ? broken : well)[method] ?? { error: { code: -32601, message: "no" } }) as Reply
        ])
      ))
      const client = yield* connect(peer, { timeout: "10 minutes" })
      isBroken = true
      peer.hangUp()
      const waiting = yield* Effect.forkChild(Effect.flip(client.listTools), { startImmediately: true })
      assert.strictEqual(reasonOf(yield* until(waiting)), "ConnectionClosed")
      const links = peer.links()
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(peer.links(), links)
      isBroken = false
      assert.lengthOf(yield* client.listTools, 1)
    }))

  it.effect("answers of the old line are nobody's on the new one; ids are not used again (RPC-05)", () =>
    Effect.gen(function*() {
      const well: Script = { ...opening(v2025_11_25), "tools/list": page }
      const peer = restarted([{ ...well, "tools/list": "hang up" }, {
        ...well,
        "tools/list": (_params, id, peer) => {
          // Every id but the right one, and then the right one twice.
          for (let other = 0; other < Number(id); other++) peer.send({ id: other, result: { tools: [] } })
          peer.send({ id: String(id), result: { tools: [] } })
          peer.send({ id, ...(page as object) })
          return page
        }
      }])
      const client = yield* connect(peer)
      assert.lengthOf(yield* client.listTools, 1)
      const ids = peer.heard.flatMap(({ id }) => id ?? [])
      assert.strictEqual(new Set(ids).size, ids.length)
    }))
})

const Act = Schema.Literals(["list", "call", "hang up", "answer", "answer wrongly", "tick"])

describe("whatever happens to a line", () => {
  it.effect.prop(
    "each call ends with its own answer, or with an error that says whether it may have run",
    { acts: Schema.Array(Act).check(Schema.isMaxLength(40)) },
    ({ acts }) =>
      Effect.gen(function*() {
        const silent = "silence" as const
        const peer = make({ initialize: handshake(legacy), "tools/list": silent, "tools/call": silent })
        const client = yield* connect(peer, { timeout: "30 seconds" })
        const calls: Array<Fiber.Fiber<string, McpClientError>> = []
        const isList: Array<boolean> = []
        /** Answers all that was asked, in the reverse order, and more. */
        const answerAll = (wrongly: boolean) => {
          for (const { id, method, params } of peer.heard.toReversed()) {
            if (method !== "tools/list" && method !== "tools/call") continue
            const of = method === "tools/list" ? "list" : String(params?.name)
            const answer = method === "tools/list"
              ? { tools: [{ name: of, inputSchema: { type: "object" } }] }
              : { content: [{ type: "text", text: of }] }
            peer.send({ id: wrongly ? `${id}x` : id, result: answer })
          }
        }
        for (const [index, act] of acts.entries()) {
          switch (act) {
            case "list":
            case "call": {
              const effect = act === "list"
                ? Effect.map(client.listTools, ([tool]) => tool?.name ?? "")
                : Effect.map(client.callTool({ name: `n${index}` }), ({ content: [block] }) =>
                  block?.type === "text" ? block.text : "")
              isList.push(act === "list")
              calls.push(
                yield* Effect.forkChild(
                  Effect.map(effect, (text) =>
                    text === (act === "list" ? "list" : `n${index}`) ? "right" : text),
                  { startImmediately: true }
                )
              )
              break
            }
            case "hang up":
              peer.hangUp()
              break
            case "answer":
            case "answer wrongly":
              answerAll(act === "answer wrongly")
              break
            case "tick":
              yield* TestClock.adjust("1 second")
          }
          yield* Effect.yieldNow
        }
        for (const fiber of calls) {
          const outcome = yield* Effect.result(until(fiber, 5_000))
          if (outcome._tag === "Success") assert.strictEqual(outcome.success, "right")
          else assert.include(["RequestTimeout", "ConnectionClosed"], reasonOf(outcome.failure))
        }
        peer.hangUp()
        const last = yield* Effect.forkChild(client.request("x/last", {}))
        const error = yield* Effect.flip(until(last, 5_000))
        assert.strictEqual(reasonOf(error), "RpcError")
      }),
    { arbitrary: { runs: 100 } }
  )
})

describe("a notification of the client", () => {
  it.effect("is sent again in another session when the server has forgotten this one (HTS-07, HTS-08)", () =>
    Effect.gen(function*() {
      const { state, world } = sessions()
      const client = yield* HttpWorld.connect(world)
      for (const epoch of [2, 3]) {
        state.epoch = epoch
        yield* Effect.all([client.notify("notifications/a/thing"), client.notify("notifications/a/thing")], {
          concurrency: 2
        }).pipe(Effect.forkChild, Effect.flatMap(until))
        assert.strictEqual(world.count("initialize"), epoch)
      }
      const taken = world.asked.filter(({ headers, method }) =>
        method === "notifications/a/thing" && headers["mcp-session-id"] === "s3"
      )
      assert.lengthOf(taken, 2)
    }))
})
