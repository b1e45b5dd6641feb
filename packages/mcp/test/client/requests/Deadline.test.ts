/** Time limits of calls as a server sees them: what prolongs a call, what does not, and one cancellation for each. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Elicitation from "../../../src/client/answering/Elicitation.ts"
import * as Roots from "../../../src/client/answering/Roots.ts"
import type { RequestOptions } from "../../../src/client/Client.ts"
import * as McpClient from "../../../src/client/McpClient.ts"
import type { Params, RequestId } from "../../../src/jsonrpc/Message.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import {
  ClientTransport,
  type Link,
  type OutgoingRequest,
  type Receive
} from "../../../src/transport/ClientTransport.ts"
import { connect, make, opening, type Script, type ScriptedPeer, sent } from "../ScriptedPeer.ts"

const done = { result: { resultType: "complete", content: [{ type: "text", text: "done" }] } }

const scripted = (revision: Revision, script: Script, options: Partial<McpClient.Options> = {}) => {
  const peer = make({ ...opening(revision), ...script })
  return Effect.map(connect(peer, options), (client) => ({ peer, client }))
}

/** A session whose server is played by hand: on it is known which request a message came with. */
const known = Effect.sync(() => {
  const requests: Array<OutgoingRequest> = []
  const notified: Array<string> = []
  const room = Latch.makeUnsafe(true)
  let hear: Receive = () => undefined
  const opened = opening(v2025_11_25).initialize as { readonly result: unknown }
  const link: Link = {
    request: (request) =>
      Effect.suspend(() => {
        requests.push(request)
        const { id } = request
        return request.method === "initialize"
          ? Effect.succeed({ message: { _tag: "Success" as const, id, result: opened.result }, status: 200 })
          : Effect.never
      }),
    room: room.await,
    notify: ({ method }) => Effect.sync(() => void notified.push(method)),
    respond: () => Effect.void,
    listen: () => Effect.void,
    closed: Effect.never,
    closingCancels: true,
    silence: "Outage"
  }
  const receive: Receive = (incoming, during) => hear(incoming, during)
  const transport: ClientTransport["Service"] = {
    peer: "a server played by hand",
    open: (receive) =>
      Effect.sync(() => {
        hear = receive
        return link
      })
  }
  return { requests, notified, room, receive, transport }
})

const eras = (run: (revision: Revision) => void) => {
  for (const revision of [v2025_11_25, v2026_07_28]) {
    describe(`in ${revision.version}`, () => {
      run(revision)
    })
  }
}

const progressOf = (peer: ScriptedPeer, index = 0): Params | undefined =>
  sent(peer, "tools/call")[index]?.params?._meta as Params | undefined

/** Says that the call gets on. */
const advance = (peer: ScriptedPeer, progress: number, index = 0) =>
  peer.send({
    method: "notifications/progress",
    params: { progressToken: progressOf(peer, index)?.progressToken, progress }
  })

const cancellations = (peer: ScriptedPeer) =>
  sent(peer, "notifications/cancelled").map(({ params }) => params?.requestId)

const limits: RequestOptions = { timeout: "60 seconds", timeoutTotal: "200 seconds" }

describe("time limits", () => {
  eras((revision) => {
    it.effect("progress every 50 seconds with 60 idle and 200 in total: over at exactly 200 (TMO-04)", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": "silence" })
        const calling = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "x" }, limits)))
        for (let progress = 1; progress <= 3; progress++) {
          yield* TestClock.adjust("50 seconds")
          advance(peer, progress)
        }
        yield* TestClock.adjust("49999 millis")
        advance(peer, 4)
        assert.isUndefined(calling.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        const { reason } = yield* Fiber.join(calling)
        assert.deepInclude(reason, { _tag: "RequestTimeout", method: "tools/call", timeoutMillis: 200_000 })
        yield* TestClock.adjust("1 hours")
        assert.deepStrictEqual(cancellations(peer), [sent(peer, "tools/call")[0]?.id])
      }))

    it.effect("no progress: over at exactly 60, cancelled once (TMO-01, TMO-02)", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": "silence" })
        const calling = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "x" }, limits)))
        yield* TestClock.adjust("59999 millis")
        assert.isUndefined(calling.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        const { reason } = yield* Fiber.join(calling)
        assert.deepInclude(reason, { _tag: "RequestTimeout", timeoutMillis: 60_000 })
        yield* TestClock.adjust("1 hours")
        assert.deepStrictEqual(cancellations(peer), [sent(peer, "tools/call")[0]?.id])
      }))

    it.effect("progress that does not move forward, or is of another call, prolongs nothing", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": "silence" })
        const calling = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "x" }, limits)))
        const other = yield* Effect.forkChild(client.callTool({ name: "y" }, { ...limits, timeoutTotal: "1 days" }))
        yield* TestClock.adjust("10 seconds")
        advance(peer, 5)
        yield* TestClock.adjust("49 seconds")
        advance(peer, 5)
        advance(peer, 4)
        advance(peer, 6, 1)
        yield* TestClock.adjust("11 seconds")
        assert.deepInclude((yield* Fiber.join(calling)).reason, { timeoutMillis: 60_000 })
        assert.isUndefined(other.pollUnsafe())
        assert.notStrictEqual(progressOf(peer, 0)?.progressToken, progressOf(peer, 1)?.progressToken)
        yield* Fiber.interrupt(other)
      }))

    it.effect("without a total, progress prolongs nothing, heard or not", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": "silence" })
        const heard: Array<number> = []
        const calling = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "x" }, {
          onProgress: ({ progress }) => Effect.sync(() => heard.push(progress))
        })))
        yield* TestClock.adjust("59 seconds")
        advance(peer, 1)
        yield* TestClock.adjust("1 seconds")
        assert.deepInclude((yield* Fiber.join(calling)).reason, { timeoutMillis: 60_000 })
        assert.deepStrictEqual(heard, [1])
      }))

    it.effect("a total of the client holds for each call; a call has its own (TMO-03)", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": "silence" }, {
          timeout: "10 seconds",
          timeoutTotal: "15 seconds"
        })
        const first = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "x" })))
        const second = yield* Effect.forkChild(
          Effect.flip(client.callTool({ name: "x" }, { timeoutTotal: "12 seconds" }))
        )
        yield* TestClock.adjust("9 seconds")
        advance(peer, 1, 0)
        advance(peer, 1, 1)
        yield* TestClock.adjust("3 seconds")
        assert.deepInclude((yield* Fiber.join(second)).reason, { timeoutMillis: 12_000 })
        assert.isUndefined(first.pollUnsafe())
        yield* TestClock.adjust("3 seconds")
        assert.deepInclude((yield* Fiber.join(first)).reason, { timeoutMillis: 15_000 })
      }))

    it.effect("a listener that takes its time does not count, once the answer is there", () =>
      Effect.gen(function*() {
        const { client } = yield* scripted(revision, {
          "tools/call": ({ _meta }, _id, peer) => {
            const { progressToken } = _meta as Params
            peer.send({ method: "notifications/progress", params: { progressToken, progress: 1 } })
            return done
          }
        })
        const calling = yield* Effect.forkChild(
          client.callTool({ name: "x" }, { onProgress: () => Effect.sleep("5 minutes") })
        )
        yield* TestClock.adjust("5 minutes")
        assert.deepStrictEqual((yield* Fiber.join(calling)).content, [{ type: "text", text: "done" }])
      }))
  })

  const asking = (gate: Deferred.Deferred<void>) => Roots.layer(Effect.as(Deferred.await(gate), []))

  it.effect("the time in which the client answers a question on the line does not count, for any call (TMO-05)", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const peer = make({ ...opening(v2025_11_25), "tools/call": "silence" })
      const client = yield* Effect.provide(connect(peer), asking(gate))
      const first = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "x" })))
      const total = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "y" }, limits)))
      yield* TestClock.adjust("40 seconds")
      peer.send({ id: "q", method: "roots/list" })
      yield* TestClock.adjust("1 hours")
      const later = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "z" })))
      yield* TestClock.adjust("60 seconds")
      // What was asked before a call cannot be asked for its sake.
      assert.deepInclude((yield* Fiber.join(later)).reason, { timeoutMillis: 60_000 })
      yield* Deferred.succeed(gate, undefined)
      yield* TestClock.adjust("19999 millis")
      assert.isUndefined(first.pollUnsafe())
      assert.isUndefined(total.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.deepInclude((yield* Fiber.join(first)).reason, { timeoutMillis: 60_000 })
      assert.deepInclude((yield* Fiber.join(total)).reason, { timeoutMillis: 60_000 })
      assert.lengthOf(cancellations(peer), 3)
    }))

  it.effect("where the call is known that a question belongs to, only its clock stands still (TMO-05)", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const { receive, requests, transport } = yield* known
      const client = yield* McpClient.make({ name: "test", version: "0", revisions: [v2025_11_25] }).pipe(
        Effect.provideService(ClientTransport, transport),
        Effect.provide(asking(gate))
      )
      const first = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "x" })))
      const second = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "y" })))
      yield* TestClock.adjust("1 seconds")
      receive({ _tag: "Request", id: "q", method: "roots/list", params: undefined }, requests.at(-1)?.id)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* Fiber.join(first)).reason._tag, "RequestTimeout")
      yield* TestClock.adjust("1 hours")
      assert.isUndefined(second.pollUnsafe())
      yield* Deferred.succeed(gate, undefined)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* Fiber.join(second)).reason._tag, "RequestTimeout")
    }))

  it.effect("a question is dropped with the call that it is known to belong to, and with no other (CAN-01)", () =>
    Effect.gen(function*() {
      const { receive, requests, transport } = yield* known
      const [put, dropped]: [Array<string>, Array<string>] = [[], []]
      const users = Elicitation.layer({
        form: ({ message }) => {
          put.push(message)
          return Effect.onInterrupt(Effect.never, () => Effect.sync(() => dropped.push(message)))
        }
      })
      const client = yield* McpClient.make({ name: "test", version: "0", revisions: [v2025_11_25] }).pipe(
        Effect.provideService(ClientTransport, transport),
        Effect.provide(users)
      )
      const first = yield* Effect.forkChild(client.callTool({ name: "x" }))
      yield* Effect.yieldNow
      const firstId = requests.at(-1)?.id
      yield* Effect.forkChild(client.callTool({ name: "y" }))
      yield* Effect.yieldNow
      const question = (message: string, during: RequestId | undefined) => {
        const requestedSchema = { type: "object", properties: {} }
        const params = { message, requestedSchema }
        receive({ _tag: "Request", id: message, method: "elicitation/create", params }, during)
      }
      question("its own", firstId)
      question("another's", requests.at(-1)?.id)
      question("anybody's", undefined)
      yield* Effect.yieldNow
      assert.deepStrictEqual(put, ["its own", "another's", "anybody's"])
      yield* Fiber.interrupt(first)
      assert.deepStrictEqual(dropped, ["its own"])
    }))
})

describe("calls that cannot be interrupted from outside", () => {
  eras((revision) => {
    it.effect("still end when their time is up", () =>
      Effect.gen(function*() {
        const { client, peer } = yield* scripted(revision, { "tools/call": "silence" })
        const calling = yield* Effect.forkChild(Effect.uninterruptible(Effect.flip(client.callTool({ name: "x" }))))
        yield* TestClock.adjust("60 seconds")
        assert.strictEqual((yield* Fiber.join(calling)).reason._tag, "RequestTimeout")
        assert.lengthOf(cancellations(peer), 1)
      }))
  })
})

describe("a crowd of calls", () => {
  const Fate = Schema.Literals(["answered", "interrupted", "forgotten"])
  eras((revision) => {
    it.effect.prop(
      "each ends once, as its fate is; those without an answer are cancelled once (CAN-01, CAN-03, CAN-13)",
      [Schema.Array(Fate)],
      ([fates]) =>
        Effect.gen(function*() {
          const { client, peer } = yield* scripted(revision, { "tools/call": "silence" })
          const calls = yield* Effect.forEach(fates, () =>
            Effect.forkChild(client.callTool({ name: "x" }, { timeoutTotal: "61 seconds" }), {
              startImmediately: true
            }))
          yield* TestClock.adjust("1 seconds")
          const ids = sent(peer, "tools/call").map(({ id }) =>
            id
          )
          for (const [index, fate] of fates.entries()) {
            const fiber = calls[index]
            if (fate === "answered") peer.send({ id: ids[index], ...done })
            if (fate === "interrupted" && fiber !== undefined) yield* Fiber.interrupt(fiber)
          }
          yield* TestClock.adjust("1 hours")
          for (const [index, fiber] of calls.entries()) {
            const exit = yield* Fiber.await(fiber)
            assert.strictEqual(Exit.isSuccess(exit), fates[index] === "answered")
            assert.strictEqual(Exit.hasInterrupts(exit), fates[index] === "interrupted")
          }
          const unanswered = ids.filter((_id, index) => fates[index] !== "answered")
          assert.sameMembers(cancellations(peer), unanswered)
          assert.lengthOf(cancellations(peer), unanswered.length)
        })
    )
  })
})

describe("cancelling", () => {
  const phases = ["before its answer", "after its answer"] as const
  eras((revision) => {
    for (const phase of phases) {
      it.effect(`interruption ${phase}, and a late answer (CAN-01, CAN-03, CAN-08, CAN-12, CAN-13)`, () =>
        Effect.gen(function*() {
          const { client, peer } = yield* scripted(revision, {
            "tools/call": phase === "before its answer" ? "silence" : done,
            "tools/list": { result: { resultType: "complete", tools: [], ttlMs: 0, cacheScope: "private" } }
          })
          const calling = yield* Effect.forkChild(client.callTool({ name: "x" }), { startImmediately: true })
          yield* TestClock.adjust("1 seconds")
          yield* Fiber.interrupt(calling)
          yield* TestClock.adjust("1 seconds")
          const id = sent(peer, "tools/call")[0]?.id
          assert.deepStrictEqual(cancellations(peer), phase === "before its answer" ? [id] : [])
          peer.send({ id, ...done })
          assert.deepStrictEqual(yield* client.listTools, [])
        }))
    }
  })

  it.effect("a call that waits for room, and never went out, is not cancelled (CAN-01, CAN-03)", () =>
    Effect.gen(function*() {
      const { notified, requests, room, transport } = yield* known
      const client = yield* Effect.provideService(
        McpClient.make({ name: "t", version: "0", revisions: [v2025_11_25] }),
        ClientTransport,
        transport
      )
      const before = notified.length
      yield* room.close
      const waiting = yield* Effect.forkChild(client.callTool({ name: "x" }), { startImmediately: true })
      const impatient = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "y" })), { startImmediately: true })
      yield* TestClock.adjust("59 seconds")
      yield* Fiber.interrupt(waiting)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* Fiber.join(impatient)).reason._tag, "RequestTimeout")
      yield* room.open
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(requests.filter(({ method }) => method === "tools/call"), [])
      assert.lengthOf(notified, before)
    }))

  for (const [revision, method] of [[v2025_11_25, "initialize"], [v2026_07_28, "server/discover"]] as const) {
    it.effect(`${method} is never cancelled, neither by the handshake nor by a user (CAN-04)`, () =>
      Effect.gen(function*() {
        const silent = make({ [method]: "silence" })
        const connecting = yield* Effect.forkChild(connect(silent, { revisions: [revision] }))
        yield* TestClock.adjust("1 seconds")
        assert.lengthOf(sent(silent, method), 1)
        yield* Fiber.interrupt(connecting)
        assert.lengthOf(cancellations(silent), 0)

        let isOpen = false
        const reply = opening(revision)[method] ?? "silence"
        const peer = make({
          [method]: (
            params,
            id,
            peer
          ) => (isOpen ? "silence" : typeof reply === "function" ? reply(params, id, peer) : reply)
        })
        const client = yield* connect(peer, { revisions: [revision] })
        isOpen = true
        const again = yield* Effect.forkChild(
          client.request(
            method,
            { protocolVersion: revision.version, capabilities: {}, clientInfo: { name: "t", version: "0" } } as never
          )
        )
        yield* TestClock.adjust("1 seconds")
        assert.lengthOf(sent(peer, method), 2)
        yield* Fiber.interrupt(again)
        yield* TestClock.adjust("1 seconds")
        assert.lengthOf(cancellations(peer), 0)
      }))
  }
})
