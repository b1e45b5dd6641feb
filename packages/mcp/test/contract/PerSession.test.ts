import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PerSession from "../../src/contract/PerSession.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { cancelled, claimed, request, serverInfo, textsOf } from "../support/Messages.ts"

/** What happens to the services of a test, in order. */
class Journal extends Context.Service<Journal, Array<string>>()("test/Journal") {
  static readonly layer = Layer.sync(Journal, () => [])
}

/** What a cart stands on: part of its layer, and so one for each session as well. */
class Shelf extends Context.Service<Shelf, number>()("test/Shelf") {
  static readonly layer = Layer.effect(
    Shelf,
    Effect.gen(function*() {
      const journal = yield* Journal
      const number = journal.filter((entry) => entry.startsWith("+shelf")).length + 1
      journal.push(`+shelf ${number}`)
      yield* Effect.addFinalizer(() => Effect.sync(() => journal.push(`-shelf ${number}`)))
      return number
    })
  )
}

class Cart extends Context.Service<Cart, { readonly shelf: number; count: number }>()("test/Cart") {
  static readonly layer = Layer.effect(
    Cart,
    Effect.gen(function*() {
      const journal = yield* Journal
      const shelf = yield* Shelf
      yield* Effect.addFinalizer(() => Effect.sync(() => journal.push(`-cart ${shelf}`)))
      return { shelf, count: 0 }
    })
  ).pipe(Layer.provide(Shelf.layer))
}

const CartPerSession = PerSession.layer(Cart, Cart.layer)

const put = Tool.serve("put", {}, () => Effect.map(PerSession.get(Cart), (cart) => `${cart.shelf}:${++cart.count}`))

const putTwice = Tool.serve("put_twice", {}, () =>
  Effect.gen(function*() {
    const [first, second] = yield* Effect.all([PerSession.get(Cart), PerSession.get(Cart)], { concurrency: 2 })
    return first === second ? "the same" : "two"
  }))

const live = Layer.provideMerge(CartPerSession, Journal.layer)

const server = McpServer.make([put, putTwice], serverInfo)

const calls = (...ids: ReadonlyArray<number>) => ids.map((id) => request(id, "tools/call", { name: "put" }))

describe("a service of a session", () => {
  it.effect("is built once, when it is first asked for, and released when the session ends", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      const line = yield* Line.openSession(yield* server)
      assert.deepStrictEqual(journal, [])
      line.say(...calls(1, 2, 3))
      const answer = yield* line.hear(({ id }) => id === 3)
      assert.deepStrictEqual(textsOf(answer), ["1:3"])
      assert.deepStrictEqual(journal, ["+shelf 1"])
      yield* line.hangUp
      assert.deepStrictEqual(journal, ["+shelf 1", "-cart 1", "-shelf 1"])
    }).pipe(Effect.provide(live)))

  it.effect("is another in another session, with all that it stands on", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* server)
      const [first, second] = [yield* http.initialize(), yield* http.initialize()]
      const put = (headers: Http.Headers) =>
        Effect.map(
          http.post(request(1, "tools/call", { name: "put" }), headers),
          (exchange) => textsOf(exchange.messages()[0] ?? assert.fail("no answer"))[0]
        )
      const puts = [yield* put(first), yield* put(second), yield* put(first), yield* put(second), yield* put(first)]
      assert.deepStrictEqual(puts, ["1:1", "2:1", "1:2", "2:2", "1:3"])
      yield* http.start("DELETE", first).over
      assert.deepStrictEqual(yield* Journal, ["+shelf 1", "+shelf 2", "-cart 1", "-shelf 1"])
      assert.strictEqual(yield* put(second), "2:3")
    }).pipe(Effect.provide(live)))

  it.effect("is one for calls that ask at the same time", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* server)
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "put_twice" })), ["the same"])
      assert.deepStrictEqual(yield* Journal, ["+shelf 1"])
    }).pipe(Effect.provide(live)))

  it.effect("lives as long as the request where there is no session", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* server)
      for (const id of [1, 2]) {
        assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", claimed({ name: "put" }))), [`${id}:1`])
      }
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", claimed({ name: "put_twice" }))), ["the same"])
      const journal = [1, 2, 3].flatMap((id) => [`+shelf ${id}`, `-cart ${id}`, `-shelf ${id}`])
      assert.deepStrictEqual(yield* Journal, journal)
    }).pipe(Effect.provide(live)))

  it.effect("is released when the only request that there is gets cancelled", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      const started = yield* Deferred.make<void>()
      const wait = Tool.serve("wait", {}, () =>
        PerSession.get(Cart).pipe(Effect.andThen(Deferred.succeed(started, undefined)), Effect.andThen(Effect.never)))
      const line = yield* Line.open(yield* McpServer.make(wait, serverInfo))
      line.say(request(1, "tools/call", claimed({ name: "wait" })))
      yield* Deferred.await(started)
      line.say(cancelled(1))
      yield* line.hangUp
      assert.deepStrictEqual(journal, ["+shelf 1", "-cart 1", "-shelf 1"])
    }).pipe(Effect.provide(live)))
})

describe("a service that takes its time to build", () => {
  class Slow extends Context.Service<Slow, string>()("test/Slow") {}

  const useSlow = Tool.serve("use", {}, () => PerSession.get(Slow))

  it.effect("is still built for a call that waits when the call that began it is cancelled", () =>
    Effect.gen(function*() {
      const begun = yield* Deferred.make<void>()
      const ready = yield* Deferred.make<void>()
      const build = Deferred.succeed(begun, undefined).pipe(Effect.andThen(Deferred.await(ready)), Effect.as("built"))
      const line = yield* McpServer.make(useSlow, serverInfo).pipe(
        Effect.flatMap((server) => Line.openSession(server)),
        Effect.provide(PerSession.layer(Slow, Layer.effect(Slow, build)))
      )
      line.say(request(1, "tools/call", { name: "use" }))
      yield* Deferred.await(begun)
      line.say(request(2, "tools/call", { name: "use" }), cancelled(1))
      yield* Deferred.succeed(ready, undefined)
      assert.deepStrictEqual(textsOf(yield* line.hear(({ id }) => id === 2)), ["built"])
      assert.isFalse(line.sent.some(({ id }) => id === 1))
    }))

  it.effect("is built anew for the next call when it broke, and what it had taken is given back", () =>
    Effect.gen(function*() {
      let attempts = 0
      let taken = 0
      const build = Effect.gen(function*() {
        yield* Effect.acquireRelease(Effect.sync(() => ++taken), () => Effect.sync(() => --taken))
        return ++attempts === 1 ? yield* Effect.die("broken") : "built"
      })
      const line = yield* McpServer.make(useSlow, serverInfo).pipe(
        Effect.flatMap((server) => Line.openSession(server)),
        Effect.provide(PerSession.layer(Slow, Layer.effect(Slow, build)))
      )
      const [first, second] = [
        yield* line.ask("tools/call", { name: "use" }),
        yield* line.ask("tools/call", { name: "use" })
      ]
      assert.strictEqual(first.result?.isError, true)
      assert.deepStrictEqual(textsOf(second), ["built"])
      assert.strictEqual(taken, 1)
      yield* line.hangUp
      assert.strictEqual(taken, 0)
    }))
})
