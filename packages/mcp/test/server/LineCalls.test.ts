/** Calls on a line under any order of calling, cancelling and ending: what is said of each, and that nothing is left. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { defaultLimits, SessionLimits } from "../../src/session/SessionLimits.ts"
import * as Line from "../support/Line.ts"
import { cancelled, notification, type Received, request, serverInfo, textsOf } from "../support/Messages.ts"

/** A server whose tool reports progress, waits until it is released, reports again and ends. */
const makeWorking = Effect.gen(function*() {
  const gates = new Map<number, Deferred.Deferred<void>>()
  const open = new Set<number>()
  const work = Tool.serve("work", { parameters: { key: Schema.Int } }, ({ key }) =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      gates.set(key, gate)
      open.add(key)
      yield* Progress.report({ progress: 1 })
      yield* Deferred.await(gate)
      yield* Progress.report({ progress: 2 })
      return `done ${key}`
    }).pipe(Effect.ensuring(Effect.sync(() => void open.delete(key)))))
  const server = yield* McpServer.make(work, serverInfo)
  const release = (key: number) => Effect.suspend(() => Deferred.succeed(gates.get(key)!, undefined))
  return { server, open, release }
})

const settle = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })

const say = (message: Received): string => {
  if (message.method !== undefined) return `progress ${message.params?.progressToken}: ${message.params?.progress}`
  return `${JSON.stringify(message.id)}: ${message.error?.code ?? textsOf(message).join()}`
}

const Operation = Schema.Struct({
  kind: Schema.Literals(["call", "cancel", "release"]),
  id: Schema.Literals([1, "1", 2])
})

describe("calls on a line", () => {
  it.effect.prop(
    "are each answered once, or cancelled without another word; their finalizers run (RPC-06, CAN-11, STD-10, PRG-06)",
    [Schema.Array(Operation)],
    ([operations]) =>
      Effect.scoped(Effect.gen(function*() {
        const { open, release, server } = yield* makeWorking
        const line = yield* Line.openSession(server)
        const live = new Map<string | number, number>()
        let key = 0
        for (const { id, kind } of operations) {
          const before = line.sent.length
          const known = live.get(id)
          let expected: ReadonlyArray<string> = []
          if (kind === "call") {
            key += 1
            line.say(request(id, "tools/call", { name: "work", arguments: { key }, _meta: { progressToken: key } }))
            if (known === undefined) live.set(id, key)
            // Under the id of the other one, a refusal would be taken for the answer to it.
            expected = [known === undefined ? `progress ${key}: 1` : "undefined: -32600"]
          } else if (kind === "cancel") {
            line.say(cancelled(id))
            live.delete(id)
          } else if (known !== undefined) {
            yield* release(known)
            live.delete(id)
            expected = [`progress ${known}: 2`, `${JSON.stringify(id)}: done ${known}`]
          }
          yield* settle
          assert.deepStrictEqual(line.sent.slice(before).map(say), expected)
          assert.deepStrictEqual(open, new Set(live.values()))
        }
        const before = line.sent.length
        yield* line.stop
        assert.strictEqual(open.size, 0)
        assert.strictEqual(line.sent.length, before)
      }))
  )

  it.effect("that were cancelled have run their finalizers before the line is done, and count until then", () =>
    Effect.gen(function*() {
      const finalizing = yield* Deferred.make<void>()
      const finalize = yield* Deferred.make<void>()
      const journal: Array<string> = []
      const slow = Tool.serve("slow", {}, () =>
        Effect.never.pipe(
          Effect.onInterrupt(() =>
            Deferred.succeed(finalizing, undefined).pipe(
              Effect.andThen(Deferred.await(finalize)),
              Effect.andThen(Effect.sync(() => journal.push("finalized")))
            )
          )
        ))
      const server = yield* McpServer.make(slow, serverInfo).pipe(
        Effect.provideService(SessionLimits, { ...defaultLimits, inFlightRequestsMax: 1 })
      )
      const line = yield* Line.openSession(server)
      line.say(request(1, "tools/call", { name: "slow" }), cancelled(1))
      yield* Deferred.await(finalizing)
      assert.strictEqual((yield* line.ask("tools/call", { name: "slow" })).error?.code, -32603)
      const stopped = yield* Effect.forkChild(line.stop)
      yield* settle
      journal.push("let go")
      yield* Deferred.succeed(finalize, undefined)
      yield* Fiber.join(stopped)
      assert.deepStrictEqual(journal, ["let go", "finalized"])
    }))

  it.effect("that are cancelled for a reason leave it in the log (CAN-14)", () =>
    Effect.gen(function*() {
      const { server } = yield* makeWorking
      const line = yield* Line.openSession(server)
      line.say(
        request(1, "tools/call", { name: "work", arguments: { key: 1 } }),
        notification("notifications/cancelled", { requestId: 1, reason: "changed my mind" }),
        notification("notifications/cancelled", { requestId: 2, reason: "never there" })
      )
      yield* settle
    }).pipe(Effect.scoped, (effect) =>
      Effect.gen(function*() {
        const entries: Array<string> = []
        const logger = Logger.map(Logger.formatJson, (entry) => void entries.push(entry))
        yield* Effect.provide(effect, Logger.layer([logger])).pipe(
          Effect.provideService(References.MinimumLogLevel, "Debug")
        )
        assert.strictEqual(entries.filter((entry) => entry.includes("changed my mind")).length, 1)
        assert.isFalse(entries.some((entry) => entry.includes("never there")))
      })))

  it.effect("say nothing after a cancellation even while their finalizers take time", () =>
    Effect.gen(function*() {
      const finalizing = yield* Deferred.make<void>()
      const finalize = yield* Deferred.make<void>()
      const stubborn = Tool.serve("stubborn", {}, () =>
        Effect.never.pipe(
          Effect.onInterrupt(() =>
            Deferred.succeed(finalizing, undefined).pipe(
              Effect.andThen(Deferred.await(finalize)),
              Effect.andThen(Progress.report({ progress: 1 }))
            )
          )
        ))
      const line = yield* Line.openSession(yield* McpServer.make(stubborn, serverInfo))
      const before = line.sent.length
      line.say(request(1, "tools/call", { name: "stubborn", _meta: { progressToken: 1 } }))
      yield* settle
      line.say(cancelled(1))
      yield* Deferred.await(finalizing)
      yield* Deferred.succeed(finalize, undefined)
      yield* settle
      assert.strictEqual(line.sent.length, before)
    }))

  it.effect("say nothing once they are answered, at once or later, though a fiber of theirs goes on (PRG-06)", () =>
    Effect.gen(function*() {
      const reported: Array<boolean> = []
      const gate = yield* Deferred.make<void>()
      const report = Effect.andThen(Progress.report({ progress: 1 }), Effect.sync(() => reported.push(true)))
      const leaving = Tool.serve(
        "leaving",
        { parameters: { later: Schema.Boolean } },
        ({ later }) =>
          Effect.gen(function*() {
            yield* Effect.forkDetach(Effect.andThen(Deferred.await(gate), report))
            if (later) yield* Effect.yieldNow
          })
      )
      const line = yield* Line.openSession(yield* McpServer.make(leaving, serverInfo))
      for (const later of [false, true]) {
        yield* line.ask("tools/call", { name: "leaving", arguments: { later }, _meta: { progressToken: 1 } })
      }
      const before = line.sent.length
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      assert.strictEqual(reported.length, 2)
      assert.strictEqual(line.sent.length, before)
    }))
})
