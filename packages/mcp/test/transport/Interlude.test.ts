/** Time limits that stand still while something else than the server takes its time. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as McpClient from "../../src/client/McpClient.ts"
import { v2024_11_05 } from "../../src/revision/v2024_11_05.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import { ClientTransport, type Link } from "../../src/transport/ClientTransport.ts"
import * as HttpSseClient from "../../src/transport/HttpSseClient.ts"
import * as Interlude from "../../src/transport/Interlude.ts"
import { opening } from "../client/ScriptedPeer.ts"
import * as HttpWorld from "../support/HttpWorld.ts"
import { event, live } from "../support/ScriptedHttp.ts"

const late = () => Effect.succeed("late" as const)

/** Puts an interlude of so many milliseconds in. */
const interlude = (millis: number) =>
  Effect.acquireUseRelease(
    Effect.map(Interlude.current, (begin) => begin()),
    () => Effect.sleep(millis),
    (end) => Effect.sync(end)
  )

const run = <A>(effect: Effect.Effect<A>, millis: number) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(Interlude.timeoutOrElse(effect, millis, late), { startImmediately: true })
    yield* TestClock.adjust("1 days")
    return yield* Fiber.join(fiber)
  })

describe("Interlude", () => {
  it.effect("is nothing where no clock runs", () =>
    Effect.gen(function*() {
      const begin = yield* Interlude.current
      begin()()
    }))

  it.effect.prop(
    "of a time limit does not count, however long, and whenever it comes",
    [
      Schema.Array(Schema.Struct({
        before: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 })),
        during: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 })),
        overlaps: Schema.Boolean
      })).check(Schema.isMaxLength(5))
    ],
    ([parts]) =>
      Effect.gen(function*() {
        const works = Effect.forEach(parts, ({ before, during, overlaps }) =>
          Effect.andThen(
            Effect.sleep(before),
            overlaps ? Effect.all([interlude(during), interlude(during + 5)], { concurrency: 2 }) : interlude(during)
          ))
        const own = parts.reduce((sum, { before }) => sum + before, 0)
        assert.deepStrictEqual(yield* run(Effect.as(works, "done"), own + 1), "done")
        assert.deepStrictEqual(own === 0 ? "late" : yield* run(Effect.as(works, "done"), own - 1), "late")
      }),
    { arbitrary: { runs: 50 } }
  )

  it.effect("that is over stops the clock no more", () =>
    Effect.gen(function*() {
      const works = Effect.andThen(interlude(1_000), Effect.sleep(11))
      assert.strictEqual(yield* run(works, 10), "late")
    }))

  it.effect("stops the clocks of all that it is part of", () =>
    Effect.gen(function*() {
      const inner = Interlude.timeoutOrElse(Effect.as(interlude(1_000), "done"), 5, late)
      assert.strictEqual(yield* run(inner, 10), "done")
    }))
})

describe("interludes of work that is shared", () => {
  const wait = (shared: Interlude.Shared, done: Deferred.Deferred<string>, millis: number) =>
    Effect.forkChild(
      Interlude.timeoutOrElse(Interlude.waiting(shared, Deferred.await(done)), millis, late),
      { startImmediately: true }
    )

  it.effect("stop the clocks of all who wait, and of who comes meanwhile, and of nobody who has gone", () =>
    Effect.gen(function*() {
      const shared = Interlude.makeShared()
      const done = yield* Deferred.make<string>()
      const both = Effect.all([interlude(1_000), interlude(3_000)], { concurrency: 2 })
      const work = Effect.all([Effect.sleep(4), both, Effect.sleep(4)])
      yield* Effect.forkChild(Interlude.working(shared, Effect.andThen(work, Deferred.succeed(done, "done"))))
      const first = yield* wait(shared, done, 10)
      const impatient = yield* wait(shared, done, 7)
      yield* TestClock.adjust(2_000)
      const later = yield* wait(shared, done, 5)
      const gone = yield* wait(shared, done, 5)
      yield* Fiber.interrupt(gone)
      yield* TestClock.adjust(2_100)
      const given = yield* Effect.forEach([first, impatient, later], Fiber.join)
      assert.deepStrictEqual(given, ["done", "late", "done"])
      assert.deepStrictEqual([shared.interludes, shared.waiters.size], [0, 0])
    }))
})

/** A server over a transport that puts an interlude of five minutes before the first answer, or before each call. */
const transport = (before: "initialize" | "server/discover" | "tools/call", hasInterludes: boolean) => {
  const session = opening(v2025_11_25).initialize as { readonly result: unknown }
  const stateless = opening(v2026_07_28)["server/discover"] as { readonly result: unknown }
  const results: { readonly [method: string]: unknown } = {
    initialize: session.result,
    "server/discover": stateless.result,
    "tools/call": { resultType: "complete", content: [] }
  }
  const link: Link = {
    request: ({ id, method }) =>
      Effect.as(method === before ? interlude(300_000) : Effect.void, {
        message: { _tag: "Success", id, result: results[method] },
        status: 200
      }),
    notify: () => Effect.void,
    respond: () => Effect.void,
    listen: () => Effect.void,
    closed: Effect.never,
    closingCancels: true,
    silence: "Outage"
  }
  return Layer.succeed(ClientTransport, {
    peer: "https://server.example/mcp",
    hasInterludes,
    open: () => Effect.succeed(link)
  })
}

describe("a client over a transport with interludes", () => {
  const outcome = Effect.fnUntraced(function*(
    before: Parameters<typeof transport>[0],
    revision: typeof v2025_11_25 | typeof v2026_07_28,
    hasInterludes = true
  ) {
    const done = yield* Deferred.make<unknown>()
    const calling = Effect.gen(function*() {
      const client = yield* McpClient.make({ name: "me", version: "1", revisions: [revision], timeout: "10 seconds" })
      return yield* client.callTool({ name: "any" })
    }).pipe(Effect.provide(transport(before, hasInterludes)), Effect.scoped)
    yield* Effect.forkChild(Effect.onExit(calling, (exit) => Deferred.succeed(done, exit._tag)))
    yield* TestClock.adjust("10 minutes")
    return yield* Deferred.await(done)
  })

  it.effect("connects and calls in the time that the server takes, whatever else takes its time", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* outcome("initialize", v2025_11_25), "Success")
      assert.strictEqual(yield* outcome("server/discover", v2026_07_28), "Success")
      assert.strictEqual(yield* outcome("tools/call", v2025_11_25), "Success")
      assert.strictEqual(yield* outcome("tools/call", v2026_07_28), "Success")
    }))

  it.effect("gets calls ready for interludes only where the transport may put some in", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* outcome("tools/call", v2026_07_28, false), "Failure")
    }))
})

describe("a call that waits for a connection that is made for all", () => {
  it.effect("has its clock stopped by an interlude of connecting", () =>
    Effect.gen(function*() {
      const lost = yield* Deferred.make<void>()
      const opened: Array<number> = []
      const open = Effect.sync((): Link => {
        const at = opened.push(opened.length)
        return {
          request: ({ id, method }) =>
            Effect.as(method === "initialize" && at > 1 ? interlude(300_000) : Effect.void, {
              message: {
                _tag: "Success",
                id,
                result: method === "initialize"
                  ? (opening(v2025_11_25).initialize as { readonly result: unknown }).result
                  : { content: [] }
              },
              status: 200
            }),
          notify: () => Effect.void,
          respond: () => Effect.void,
          listen: () => Effect.void,
          closed: at === 1 ? Deferred.await(lost) : Effect.never,
          closingCancels: true,
          silence: "Outage"
        }
      })
      const transport = Layer.succeed(ClientTransport, { peer: "a server", hasInterludes: true, open: () => open })
      const exits = yield* Effect.gen(function*() {
        const client = yield* McpClient.make({
          name: "me",
          version: "1",
          revisions: [v2025_11_25],
          timeout: "10 seconds"
        })
        yield* Deferred.succeed(lost, undefined)
        yield* TestClock.adjust(0)
        const call = Effect.exit(client.callTool({ name: "any" }))
        const first = yield* Effect.forkChild(call, { startImmediately: true })
        yield* TestClock.adjust("1 minutes")
        const second = yield* Effect.forkChild(call, { startImmediately: true })
        yield* TestClock.adjust("5 minutes")
        return yield* Effect.forEach([first, second], Fiber.join)
      }).pipe(Effect.provide(transport), Effect.scoped)
      assert.strictEqual(opened.length, 2)
      assert.deepStrictEqual(exits.map(({ _tag }) => _tag), ["Success", "Success"])
    }))
})

/** An old server, over an HTTP client that puts an interlude of five minutes before it posts such a message. */
const overSse = (before: string) => {
  const stream = live()
  stream.send("event: endpoint\ndata: /messages\n\n")
  const initialized = opening(v2024_11_05).initialize as { readonly result: unknown }
  const { client } = HttpWorld.make(({ id, method, verb }) => {
    if (verb === "GET") return stream.response
    const answer = Effect.sync(() => {
      const result = method === "initialize" ? initialized.result : { content: [] }
      if (id !== undefined) stream.send(event({ id, result }))
      return HttpWorld.status(202, "Accepted")
    })
    return method === before ? Effect.andThen(interlude(300_000), answer) : answer
  })
  return HttpSseClient.layer({ url: HttpWorld.url }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
    Layer.provide(Layer.succeed(Interlude.IsPossible, true))
  )
}

describe("a call over HTTP+SSE", () => {
  for (const before of ["tools/call", "notifications/initialized"]) {
    it.effect(`has its clock stopped while a message cannot be posted yet (${before})`, () =>
      Effect.gen(function*() {
        const calling = Effect.gen(function*() {
          const client = yield* McpClient.make({ name: "me", version: "1", timeout: "10 seconds" })
          return yield* client.callTool({ name: "any" })
        }).pipe(Effect.provide(overSse(before)), Effect.scoped, Effect.exit)
        const fiber = yield* Effect.forkChild(calling, { startImmediately: true })
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual((yield* Fiber.join(fiber))._tag, "Success")
      }))
  }
})
