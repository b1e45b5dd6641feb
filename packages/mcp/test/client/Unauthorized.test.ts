/**
 * A client whose HTTP client cannot get the right to speak to the server: users hear just that, once, and nothing is tried
 * again behind their back, because a person may be asked each time.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { McpClientError } from "../../src/client/McpClientError.ts"
import { sessionEra } from "../../src/revision/Revisions.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import * as TransportError from "../../src/transport/TransportError.ts"
import { turns, until } from "../support/Elapse.ts"
import * as HttpWorld from "../support/HttpWorld.ts"
import { events, type LiveEvents } from "../support/ScriptedHttp.ts"
import { reading, telling } from "./listening/Support.ts"

const nobody = new Error("Nobody has consented")

const unauthorized = Effect.succeed(TransportError.make(new TransportError.Unauthorized({ cause: nobody })))

/** What a user learns. */
const told = (error: McpClientError) => {
  const { mayHaveRun, message, reason } = error
  const inner = reason._tag === "TransportError" ? reason.reason : undefined
  const cause = inner?._tag === "Unauthorized" ? inner.cause : undefined
  return { path: `${reason._tag} ${inner?._tag}`, message, mayHaveRun, cause }
}

const refused = (mayHaveRun = false) => ({
  path: "TransportError Unauthorized",
  message: nobody.message,
  mayHaveRun,
  cause: nobody
})

type Which = (asked: HttpWorld.Asked) => boolean

/** A server of one era; requests that are named by `denies` do not get through to it. */
const make = (
  era: "session" | "stateless",
  script: (asked: HttpWorld.Asked) => HttpWorld.Reply | undefined = () => undefined
) => {
  const streams: Array<LiveEvents> = []
  const denied: { by: Which } = { by: () => false }
  const isLost: { now: boolean } = { now: false }
  const world = HttpWorld.make((asked) => {
    if (denied.by(asked)) return unauthorized
    const scripted = script(asked)
    if (scripted !== undefined) return scripted
    if (asked.verb === "GET" || asked.method === "subscriptions/listen") {
      const stream = HttpWorld.listening(asked)
      streams.push(stream)
      return stream.response
    }
    if (era === "stateless") {
      return asked.method === "server/discover"
        ? HttpWorld.result(asked, { supportedVersions: [v2026_07_28.version], capabilities: telling })
        : HttpWorld.served(asked)
    }
    if (asked.method === "server/discover") return HttpWorld.status(400)
    if (asked.method === "initialize") {
      isLost.now = false
      const facts = { protocolVersion: v2025_11_25.version, capabilities: telling }
      return HttpWorld.result(asked, { ...facts, serverInfo: { name: "server", version: "1" } }, {
        "mcp-session-id": "s"
      })
    }
    if (isLost.now) return HttpWorld.status(404)
    return asked.id === undefined ? HttpWorld.status(202) : HttpWorld.served(asked)
  })
  return { world, streams, denied, isLost }
}

const everything: Which = () => true

const eras = ["session", "stateless"] as const

const hour = Effect.andThen(TestClock.adjust("1 hour"), turns)

const failureOf = <A>(effect: Effect.Effect<A, McpClientError>) =>
  Effect.flatMap(Effect.forkChild(Effect.flip(effect)), (fiber) => Effect.map(until(fiber), told))

describe("connecting without the right to", () => {
  it.effect("fails with just that, at once, and no older way is tried (ERA-10, ERA-11)", () =>
    Effect.gen(function*() {
      for (const options of [{}, { revisions: sessionEra }]) {
        const { denied, world } = make("session")
        denied.by = everything
        assert.deepStrictEqual(yield* failureOf(Effect.scoped(HttpWorld.connect(world, options))), refused())
        assert.strictEqual(world.asked.length, 1)
      }
    }))

  it.effect("fails with just that where the oldest way is the one that needs it", () =>
    Effect.gen(function*() {
      const world = HttpWorld.make(({ verb }) => verb === "GET" ? unauthorized : HttpWorld.status(404))
      assert.deepStrictEqual(yield* failureOf(Effect.scoped(HttpWorld.connect(world))), refused())
      assert.strictEqual(world.methods().at(-1), "GET")
    }))
})

describe.each(eras)("a client in the %s era that has lost the right to speak", (era) => {
  const connected = Effect.gen(function*() {
    const all = make(era)
    const client = yield* HttpWorld.connect(all.world)
    yield* turns
    return { ...all, client }
  })

  it.effect("fails each call with just that, sends it once, and serves the next when there is a right again", () =>
    Effect.gen(function*() {
      const { client, denied, world } = yield* connected
      denied.by = ({ method }) => method === "tools/call" || method === "tools/list"
      assert.deepStrictEqual(yield* failureOf(client.callTool({ name: "a" }, { repeatable: true })), refused())
      assert.deepStrictEqual(yield* failureOf(client.listTools), refused())
      assert.deepStrictEqual([world.count("tools/call"), world.count("tools/list")], [1, 1])
      denied.by = () => false
      yield* until(yield* Effect.forkChild(client.listTools))
    }))

  it.effect("fails streams of what changes with just that, and does not ask again by itself", () =>
    Effect.gen(function*() {
      const { client, denied, streams, world } = yield* connected
      const changes = yield* reading(client.listChanges)
      const updates = yield* reading(client.resourceUpdates("file:///a"))
      yield* turns
      denied.by = everything
      for (const stream of streams) stream.end()
      const before = world.asked.length
      for (const { fiber } of [changes, updates]) {
        assert.deepStrictEqual(yield* failureOf(Fiber.join(fiber)), refused())
      }
      yield* hour
      // A stream of its own for each in the one era, one for both in the other.
      assert.isAtMost(world.asked.length - before, era === "session" ? 1 : 2)
      const later = yield* failureOf(client.listTools)
      assert.deepStrictEqual(later, refused())
      denied.by = () => false
      yield* until(yield* Effect.forkChild(client.listTools))
      const again = yield* reading(client.listChanges)
      yield* turns
      assert.isAbove(again.heard.length, 0)
      yield* again.stop
    }))
})

describe("a session", () => {
  it.effect("that is lost is not made again by itself without the right to", () =>
    Effect.gen(function*() {
      const { denied, isLost, world } = make("session")
      const client = yield* HttpWorld.connect(world)
      yield* turns
      const changes = yield* reading(client.listChanges)
      isLost.now = true
      denied.by = ({ method }) => method === "initialize"
      assert.deepStrictEqual(yield* failureOf(client.listTools), refused())
      yield* hour
      assert.strictEqual(world.count("initialize"), 2)
      assert.deepStrictEqual(yield* failureOf(Fiber.join(changes.fiber)), refused())
      denied.by = () => false
      yield* until(yield* Effect.forkChild(client.listTools))
      assert.strictEqual(world.count("initialize"), 3)
    }))

  it.effect("whose answer breaks off may have run the call that cannot be asked about any more", () =>
    Effect.gen(function*() {
      const { denied, world } = make(
        "session",
        ({ method }) => method === "tools/call" ? events("id: 1\ndata:\n\n") : undefined
      )
      const client = yield* HttpWorld.connect(world)
      yield* turns
      denied.by = ({ headers }) => headers["last-event-id"] === "1"
      assert.deepStrictEqual(yield* failureOf(client.callTool({ name: "a" }, { repeatable: true })), refused(true))
      assert.strictEqual(world.count("tools/call"), 1)
    }))
})
