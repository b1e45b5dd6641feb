/** What a client does when a request needs visits to URLs first: the error -32042 of one revision. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Elicitation from "../../../src/client/answering/Elicitation.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { type Peer, type Reply, sent } from "../ScriptedPeer.ts"
import { done, nothing, scripted, settle, silently } from "./Asking.ts"

const visit = (elicitationId: string, url = `https://pay.example/${elicitationId}`) => ({
  mode: "url",
  message: "Pay",
  url,
  elicitationId
})

const required = (...elicitations: ReadonlyArray<object>): Reply => ({
  error: { code: -32042, message: "A visit is needed", data: { elicitations } }
})

const complete = (peer: Peer, elicitationId: string) =>
  peer.send({ method: "notifications/elicitation/complete", params: { elicitationId } })

const once = (first: Reply, ...others: ReadonlyArray<Reply>) => {
  const replies = [first, ...others]
  let time = 0
  return () => replies[Math.min(time++, replies.length - 1)] ?? first
}

const agreeing = (settings: Partial<Elicitation.Handlers> = {}) =>
  Elicitation.layer({ url: () => Effect.succeed(Elicitation.accept()), ...settings })

describe("a request that needs visits", () => {
  it.effect("is sent again when the server says that all are done (ELU-07, ELU-09)", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const services = Elicitation.layer({
        url: ({ url }) => Effect.sync(() => (seen.push(url), Elicitation.accept()))
      })
      const { client, peer } = yield* scripted(v2025_11_25, services, {
        "tools/call": once(required(visit("1"), visit("2")), done("paid"))
      })
      const calling = yield* Effect.forkChild(client.callTool({ name: "x", arguments: { a: 1 } }))
      yield* settle
      for (const id of ["3", "2", "2"]) complete(peer, id)
      yield* settle
      assert.lengthOf(sent(peer, "tools/call"), 1)
      complete(peer, "1")
      assert.deepStrictEqual((yield* Fiber.join(calling)).content, [{ type: "text", text: "paid" }])
      assert.deepStrictEqual(seen, ["https://pay.example/1", "https://pay.example/2"])
      const [first, second] = sent(peer, "tools/call")
      assert.deepStrictEqual(second?.params, first?.params)
      assert.notStrictEqual(second?.id, first?.id)
    }))

  it.effect("is sent again although the server was quicker than the user", () =>
    Effect.gen(function*() {
      const go = yield* Deferred.make<void>()
      const { client, peer } = yield* scripted(
        v2025_11_25,
        Elicitation.layer({ url: () => Effect.as(Deferred.await(go), Elicitation.accept()) }),
        { "tools/call": once(required(visit("1")), done("")) }
      )
      const calling = yield* Effect.forkChild(client.callTool({ name: "x" }))
      yield* settle
      complete(peer, "1")
      yield* settle
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(calling)
      assert.lengthOf(sent(peer, "tools/call"), 2)
    }))

  it.effect("is sent again, or given up, when the user says so (ELU-08)", () =>
    Effect.gen(function*() {
      for (const goOn of [true, false]) {
        const asked: Array<number> = []
        const services = agreeing({
          goOn: (visits) => Effect.delay(Effect.sync(() => (asked.push(visits.length), goOn)), "1 minute")
        })
        const { client, peer } = yield* scripted(v2025_11_25, services, {
          "tools/call": once(required(visit("1"), visit("2")), done(""))
        })
        const calling = yield* Effect.forkChild(Effect.exit(client.callTool({ name: "x" })))
        yield* settle
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* Fiber.join(calling))._tag, goOn ? "Success" : "Failure")
        assert.deepStrictEqual(asked, [2])
        assert.lengthOf(sent(peer, "tools/call"), goOn ? 2 : 1)
      }
    }))

  it.effect("fails with the server's error when the user does not agree, or the time is over", () =>
    Effect.gen(function*() {
      const refusing = Elicitation.layer({
        url: ({ url }) => Effect.succeed(url.endsWith("2") ? Elicitation.decline : Elicitation.accept())
      })
      const refused = yield* scripted(v2025_11_25, refusing, { "tools/call": required(visit("1"), visit("2")) })
      const error = yield* Effect.flip(refused.client.callTool({ name: "x" }))
      assert.deepInclude(error.reason, { _tag: "RpcError", code: -32042 })
      assert.lengthOf(sent(refused.peer, "tools/call"), 1)
      const late = yield* scripted(v2025_11_25, agreeing({ visitTimeout: "5 minutes" }), {
        "tools/call": required(visit("1"))
      })
      const calling = yield* Effect.forkChild(Effect.flip(late.client.callTool({ name: "x" })))
      yield* settle
      yield* TestClock.adjust("5 minutes")
      assert.deepInclude((yield* Fiber.join(calling)).reason, { code: -32042 })
      assert.lengthOf(sent(late.peer, "tools/call"), 1)
    }))

  it.effect("is sent again once: the second error is the caller's", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2025_11_25, agreeing({ goOn: () => Effect.succeed(true) }), {
        "tools/call": required(visit("1"))
      })
      assert.deepInclude((yield* Effect.flip(client.callTool({ name: "x" }))).reason, { code: -32042 })
      assert.lengthOf(sent(peer, "tools/call"), 2)
    }))

  it.effect("asks for nothing where it is not clear what to visit, or nobody can be asked", () =>
    Effect.gen(function*() {
      let asked = 0
      const counting = Elicitation.layer({ url: () => Effect.sync(() => (asked++, Elicitation.accept())) })
      const odd: ReadonlyArray<Reply> = [
        { error: { code: -32042, message: "no data" } },
        { error: { code: -32042, message: "odd data", data: { elicitations: [{ mode: "form" }] } } },
        required(visit("1", "javascript:alert(1)")),
        required()
      ]
      for (const reply of odd) {
        const { client, peer } = yield* scripted(v2025_11_25, counting, { "tools/call": reply })
        assert.deepInclude((yield* Effect.flip(client.callTool({ name: "x" }))).reason, { code: -32042 })
        assert.lengthOf(sent(peer, "tools/call"), 1)
      }
      const others = [[v2025_06_18, counting], [v2025_11_25, nothing]] as const
      for (const [revision, services] of others) {
        const { client } = yield* scripted(revision, services, { "tools/call": required(visit("1")) })
        assert.deepInclude((yield* Effect.flip(client.callTool({ name: "x" }))).reason, { code: -32042 })
      }
      assert.strictEqual(asked, 0)
    }).pipe(silently))

  it.effect("remembers only so many visits", () =>
    Effect.gen(function*() {
      const visits = Array.from({ length: 2_000 }, (_, index) => visit(String(index)))
      const { client, peer } = yield* scripted(v2025_11_25, agreeing({ visitTimeout: "1 minute" }), {
        "tools/call": once(required(...visits), done(""))
      })
      const calling = yield* Effect.forkChild(Effect.exit(client.callTool({ name: "x" })))
      for (let time = 0; time < 200; time++) yield* settle
      for (const { elicitationId } of visits) complete(peer, elicitationId)
      yield* settle
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(calling))._tag, "Failure")
    }))
})
