import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { CallEvent } from "../../../src/client/Client.ts"
import * as CallStream from "../../../src/client/listening/CallStream.ts"
import * as McpClient from "../../../src/client/McpClient.ts"
import type { Params } from "../../../src/jsonrpc/Message.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { Demo, inMemory } from "../Demo.ts"
import { type Peer, sent } from "../ScriptedPeer.ts"
import { reading, scripted, settle } from "./Support.ts"

const word = <A>(event: CallEvent<A>): unknown => event._tag === "Progress" ? event.progress.progress : "result"

const progress = (peer: Peer, params: Params, ...steps: ReadonlyArray<number>) => {
  const { progressToken } = params._meta as Params
  for (const step of steps) peer.send({ method: "notifications/progress", params: { progressToken, progress: step } })
}

describe("a call as a stream", () => {
  for (const revision of [v2025_11_25, v2026_07_28]) {
    it.effect(`gives progress in order, then the result, in ${revision.version} (PRG-02, PRG-03)`, () =>
      Effect.gen(function*() {
        const { client } = yield* scripted(revision, {
          "tools/call": (params, _id, peer) => {
            progress(peer, params, 1, 2, 2, 1.5, 3)
            return { result: { resultType: "complete", content: [{ type: "text", text: "done" }] } }
          }
        })
        const events = yield* Stream.runCollect(client.callToolStream({ name: "x" }))
        assert.deepStrictEqual(events.map(word), [1, 2, 3, "result"])
        const last = events.at(-1)
        assert.deepInclude(last?._tag === "Result" ? last.result : {}, { content: [{ type: "text", text: "done" }] })
      }))

    it.effect(`a reader that leaves gives the call up, in ${revision.version} (CAN-01)`, () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, {
          "tools/call": (params, _id, peer) => {
            progress(peer, params, 1)
            return "silence"
          }
        })
        const first = yield* client.callToolStream({ name: "x" }).pipe(Stream.take(1), Stream.runCollect)
        assert.deepStrictEqual(first.map(word), [1])
        yield* settle
        const cancelled = sent(peer, "notifications/cancelled").map(({ params }) => params?.requestId)
        assert.deepStrictEqual(cancelled, [sent(peer, "tools/call")[0]?.id])
      }))

    it.effect(`fails as the call does, in ${revision.version}`, () =>
      Effect.gen(function*() {
        const { client } = yield* scripted(revision, { "tools/call": { error: { code: -32602, message: "no" } } })
        const { reason } = yield* Effect.flip(Stream.runDrain(client.callToolStream({ name: "x" })))
        assert.deepInclude(reason, { _tag: "RpcError", code: -32602 })
      }))

    it.effect(`a slow reader still gets the result, and the newest progress, in ${revision.version}`, () =>
      Effect.gen(function*() {
        const { client } = yield* scripted(revision, {
          "tools/call": (params, _id, peer) => {
            progress(peer, params, ...Array.from({ length: 500 }, (_, index) => index + 1))
            return { result: { resultType: "complete", content: [] } }
          }
        })
        const heard: Array<unknown> = []
        const reading = yield* Effect.forkChild(
          Stream.runForEach(
            client.callToolStream({ name: "x" }),
            (event) => Effect.andThen(Effect.sleep("1 minute"), Effect.sync(() => heard.push(word(event))))
          )
        )
        for (let minute = 0; minute < 80; minute++) yield* Effect.andThen(TestClock.adjust("1 minute"), settle)
        assert.isDefined(reading.pollUnsafe())
        assert.deepStrictEqual(heard.slice(-3), [499, 500, "result"])
        assert.isAtMost(heard.length, 70)
      }))

    it.effect(`two calls at a time never hear each other, nor wait for each other, in ${revision.version} (PRG-02)`, () =>
      Effect.gen(function*() {
        const calls: Array<Params> = []
        const { client, peer } = yield* scripted(revision, {
          "tools/call": (params) => {
            calls.push(params)
            return "silence"
          }
        })
        const slow = yield* Effect.forkChild(
          Stream.runForEach(client.callToolStream({ name: "slow" }), () => Effect.never),
          { startImmediately: true }
        )
        yield* settle
        const quick = yield* reading(client.callToolStream({ name: "quick" }))
        const [first = {}, second = {}] = calls
        for (let step = 1; step <= 1_000; step++) {
          progress(peer, first, -step, step)
          progress(peer, second, step / 2)
          if (step % 10 === 0) yield* settle
        }
        yield* settle
        const heard = quick.news().map(word)
        assert.deepStrictEqual(heard, Array.from({ length: 1_000 }, (_, index) => (index + 1) / 2))
        yield* quick.stop
        yield* Fiber.interrupt(slow)
      }))

    it.effect(`works with typed clients, against our own server, in ${revision.version}`, () =>
      Effect.gen(function*() {
        const demo = yield* McpClient.of(Demo)
        const events = yield* Stream.runCollect(CallStream.make((options) => demo.tools.count({ to: 5 }, options)))
        assert.strictEqual(events.map(word).at(-1), "result")
        assert.deepInclude(events.at(-1), { _tag: "Result", result: 5 })
        const numbers = events.map(word).slice(0, -1)
        assert.deepStrictEqual(numbers, numbers.toSorted())
        assert.isAbove(numbers.length, 0)
      }).pipe(Effect.provide(inMemory([revision]))))
  }
})
