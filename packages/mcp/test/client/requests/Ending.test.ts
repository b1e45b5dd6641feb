/** What becomes of calls and streams when their client ends, over HTTP, where no line breaks off with it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { turns, until } from "../../support/Elapse.ts"
import * as HttpWorld from "../../support/HttpWorld.ts"

/** A server that never answers calls of tools. */
const silent = (era: "session" | "stateless") =>
  HttpWorld.make((asked) => {
    if (asked.verb !== "POST") return HttpWorld.status(405)
    switch (asked.method) {
      case "server/discover":
        return era === "session" ? HttpWorld.status(400) : HttpWorld.discovery(asked, v2026_07_28.version)
      case "initialize":
        return HttpWorld.handshake(asked, v2025_11_25.version, "s1")
      case "tools/call":
        return Effect.never
      default:
        return asked.id === undefined ? HttpWorld.status(202) : HttpWorld.served(asked)
    }
  })

for (const era of ["session", "stateless"] as const) {
  describe(`a client of a ${era}-era server that ends`, () => {
    for (const timeout of ["1 minute", "Infinity"] as const) {
      it.effect(`fails the calls under way, and those that come later; time limit: ${timeout}`, () =>
        Effect.gen(function*() {
          const scope = yield* Scope.make()
          const world = silent(era)
          const client = yield* Scope.provide(HttpWorld.connect(world), scope)
          const call = Effect.flip(client.callTool({ name: "a" }, { timeout }))
          const calling = yield* Effect.forkChild(call, { startImmediately: true })
          yield* turns
          assert.strictEqual(world.count("tools/call"), 1)
          yield* Scope.close(scope, Exit.void)
          yield* turns
          const lost = yield* until(calling)
          assert.strictEqual(lost.reason._tag === "TransportError" ? lost.reason.reason._tag : "", "ConnectionClosed")
          assert.isTrue(lost.mayHaveRun)
          assert.isFalse((yield* call).mayHaveRun)
          assert.strictEqual(world.count("tools/call"), 1)
          // The session has ended, and that says it all.
          assert.notInclude(world.methods(), "notifications/cancelled")
        }))
    }

    it.effect("ends its streams, those too that begin later", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const client = yield* Scope.provide(HttpWorld.connect(silent(era)), scope)
        const { customNotifications, listChanges, logs, notifications, status } = client
        const updates = client.resourceUpdates("a:b")
        const streams = [customNotifications, listChanges, logs, notifications, status, updates]
        const run = Effect.forEach(
          streams,
          (stream: Stream.Stream<unknown, unknown>) =>
            Effect.forkChild(Effect.exit(Stream.runDrain(stream)), { startImmediately: true })
        )
        const early = yield* run
        yield* turns
        yield* Scope.close(scope, Exit.void)
        yield* Effect.forEach(early, Fiber.join)
        yield* Effect.forEach(yield* run, Fiber.join)
      }))
  })
}
