/** What is counted, or kept to be waited for, is put right wherever a fiber is interrupted, between any two steps. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { MaxOpsBeforeYield } from "effect/Scheduler"
import * as CustomMethod from "../../src/contract/CustomMethod.ts"
import type { RequestInfo } from "../../src/contract/McpRequest.ts"
import * as Policy from "../../src/contract/Policy.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Engine from "../../src/server/Engine.ts"
import * as Handshake from "../../src/server/Handshake.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as SessionMemo from "../../src/server/SessionMemo.ts"
import { defaultLimits, SessionLimits } from "../../src/session/SessionLimits.ts"
import * as Http from "../support/Http.ts"
import { interruptEverywhere, paces, stepsMax } from "../support/Interrupted.ts"
import { request, serverInfo } from "../support/Messages.ts"
import { tracing } from "../support/Tracing.ts"

// An effect that has yet to be run: what has ended already cannot be interrupted.
const tool = Tool.serve("a", {}, () => Effect.sync(() => "a"))

describe("interrupted anywhere", () => {
  it.effect("a call gives up its place among those that may run", () =>
    Effect.gen(function*() {
      const [part] = Policy.concurrency(1, { waitingMax: 0 }).parts
      const guard = yield* (part ?? assert.fail()).build
      // A guard reads no more of a call than its name and kind.
      const call: Policy.Call = { kind: "tools", name: "a", args: {}, request: {} as RequestInfo }
      const guarded = guard(call, Effect.andThen(Effect.yieldNow, Effect.succeed("ok")))
      yield* interruptEverywhere(guarded)
      assert.strictEqual(yield* guarded, "ok")
    }))

  it.effect("a notification is counted no more", () =>
    Effect.gen(function*() {
      let heard = 0
      const poke = CustomMethod.onNotification(CustomMethod.notification("acme/poke"), () =>
        Effect.sync(() => void (heard += 1)))
      const server = yield* McpServer.make(tool, { ...serverInfo, methods: [poke] })
      const hear = Engine.onNotification(server.methods, 1) ?? assert.fail()
      const origin = Handshake.origin(undefined, server.revisions, {
        header: () =>
          undefined
      })
      const hearing = hear({ _tag: "Notification", method: "acme/poke", params: undefined }, origin)
      yield* interruptEverywhere(hearing)
      heard = 0
      yield* hearing
      assert.strictEqual(heard, 1)
    }).pipe(Effect.provide(Logger.layer([]))))

  it.effect("who builds a service of a session lets another build it", () =>
    Effect.gen(function*() {
      const memo = SessionMemo.make()
      const keys = Array.from({ length: paces.length * stepsMax }, () => ({}))
      let next = 0
      const get = Effect.suspend(() => {
        const key = keys[next++] ?? assert.fail()
        return memo.get(key, () => Effect.andThen(Effect.yieldNow, Effect.succeed("built")))
      })
      yield* interruptEverywhere(get)
      for (const key of keys.slice(0, next)) {
        const again = yield* Effect.forkChild(memo.get(key, () => Effect.succeed("built")), { startImmediately: true })
        assert.isDefined(again.pollUnsafe(), "it waits for nobody")
        yield* Fiber.interrupt(again)
      }
    }))

  it.effect("a request leaves no span open", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const server = yield* Effect.provide(McpServer.make(tool, serverInfo), layer)
      const origin = Handshake.origin(undefined, server.revisions, { header: () => undefined })
      const params = { name: "a" }
      yield* interruptEverywhere(
        Engine.answer(server.methods, { _tag: "Request", id: 1, method: "tools/call", params }, origin, Effect.succeed)
      )
      assert.isAbove(spans.length, 0)
      assert.deepStrictEqual(spans.filter(({ status }) => status._tag !== "Ended"), [])
    }))

  it.effect.each(paces)(
    "a call of a session over HTTP is in flight no more, %i steps at a time",
    (pace) =>
      Effect.gen(function*() {
        const server = yield* McpServer.make(tool, serverInfo).pipe(
          Effect.provideService(SessionLimits, { ...defaultLimits, inFlightRequestsMax: 1 })
        )
        const http = yield* Effect.provideService(Http.make(server), MaxOpsBeforeYield, pace)
        const headers = { "content-type": "application/json", ...yield* http.initialize() }
        const call = (id: number) => request(id, "tools/call", { name: "a" })
        for (let step = 0; step < stepsMax; step++) {
          const exchange = http.start("POST", headers, call(step))
          for (let left = step; left > 0; left--) yield* Effect.yieldNow
          yield* Fiber.interrupt(exchange.fiber)
        }
        const answer = yield* http.post(call(stepsMax), headers)
        assert.strictEqual(answer.status(), 200)
      })
  )
})
