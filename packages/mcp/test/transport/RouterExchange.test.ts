/** What becomes of a request on a router whose body does not come as it should. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { HttpExchange } from "../../src/transport/HttpExchange.ts"
import * as RouterExchange from "../../src/transport/RouterExchange.ts"

/** A request whose body is read by this. */
const requestOf = (text: Effect.Effect<string>): HttpServerRequest.HttpServerRequest => {
  const web = new Request("http://localhost/mcp", { method: "POST", body: "{}" })
  return Object.defineProperty(HttpServerRequest.fromWeb(web), "text", { value: text })
}

const served = Effect.gen(function*() {
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const bodies: Array<string | undefined> = []
  const handle = (exchange: HttpExchange) =>
    Effect.sync(() => {
      bodies.push(exchange.body)
      exchange.respond(exchange.body === undefined ? 413 : 200, {}, "")
    })
  const options = { bytesMax: 1_000, fork, readBody: RouterExchange.readText(fork) }
  return { bodies, serve: (text: Effect.Effect<string>) => RouterExchange.serve(requestOf(text), handle, options) }
})

describe("a request on a router", () => {
  it.effect("is answered, in whatever way its body breaks", () =>
    Effect.gen(function*() {
      const { bodies, serve } = yield* served
      assert.strictEqual((yield* serve(Effect.succeed("{}"))).status, 200)
      for (const broken of [Effect.die("broken"), Effect.interrupt]) {
        assert.strictEqual((yield* serve(broken)).status, 413)
      }
      assert.deepStrictEqual(bodies, ["{}", undefined, undefined])
    }))

  it.effect("is not served when its peer went away before it had come", () =>
    Effect.gen(function*() {
      const { bodies, serve } = yield* served
      const body = yield* Deferred.make<string>()
      const serving = yield* Effect.forkChild(serve(Deferred.await(body)), { startImmediately: true })
      yield* Fiber.interrupt(serving)
      yield* Deferred.succeed(body, "{}")
      yield* Effect.yieldNow
      assert.deepStrictEqual(bodies, [])
    }))
})
