/** What becomes of the requests of a session's server: answered, refused, withdrawn. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Elicitation from "../../../src/client/answering/Elicitation.ts"
import * as Roots from "../../../src/client/answering/Roots.ts"
import * as Sampling from "../../../src/client/answering/Sampling.ts"
import { ClientLimits, defaultLimits } from "../../../src/client/ClientLimits.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { type Peer, sent } from "../ScriptedPeer.ts"
import { answerTo, ask, done, formParams, nothing, sampling, scripted, settle, silently } from "./Asking.ts"

const form = formParams({ name: { type: "string" } })

const everything = Layer.mergeAll(
  Elicitation.layer({ form: () => Effect.succeed(Elicitation.accept({ name: "Ada" })) }),
  Sampling.layer({
    createMessage: () =>
      Effect.succeed({ role: "assistant", content: { type: "text", text: "4" }, model: "m", stopReason: "endTurn" })
  }),
  Roots.layer([{ uri: "file:///home/ada", name: "Home" }])
)

/** A user who never answers, and what is known of the question. */
const waiting = Effect.gen(function*() {
  const started = yield* Deferred.make<void>()
  const interrupted = yield* Deferred.make<void>()
  const services = Elicitation.layer({
    form: () =>
      Deferred.succeed(started, undefined).pipe(
        Effect.andThen(Effect.never),
        Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
      )
  })
  return { started, interrupted, services }
})

const answersUnder = ({ heard }: Peer, id: string | number) =>
  heard.filter((message) => message.id === id && message.method === undefined)

describe("a request of the server", () => {
  it.effect("is answered under its id, whatever kind of id it is (RPC-07)", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, everything)
      assert.deepInclude(yield* ask(peer, "1", "elicitation/create", form), {
        id: "1",
        result: { action: "accept", content: { name: "Ada" } }
      })
      assert.deepInclude(yield* ask(peer, 1, "roots/list"), {
        id: 1,
        result: { roots: [{ uri: "file:///home/ada", name: "Home" }] }
      })
      assert.deepInclude(yield* ask(peer, 0, "sampling/createMessage", sampling), {
        id: 0,
        result: { role: "assistant", content: { type: "text", text: "4" }, model: "m", stopReason: "endTurn" }
      })
    }))

  it.effect("that belongs to no call of the client is answered too: servers of before do so", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2025_11_25, everything, { "tools/call": done("") })
      yield* client.callTool({ name: "x" })
      assert.isDefined((yield* ask(peer, 5, "elicitation/create", form)).result)
    }))

  it.effect("that nothing answers is -32601; nothing is declared then (ROO-06, ELI-01, SMP-01, ROO-01)", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, nothing)
      assert.deepStrictEqual(sent(peer, "initialize")[0]?.params?.capabilities, {})
      for (const method of ["elicitation/create", "sampling/createMessage", "roots/list", "odd/method"]) {
        assert.deepInclude((yield* ask(peer, method, method, {})).error, { code: -32601 })
      }
    }))

  it.effect("whose params are not valid is -32602", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, everything)
      assert.deepInclude((yield* ask(peer, 1, "elicitation/create", { message: 1 })).error, { code: -32602 })
      assert.deepInclude((yield* ask(peer, 2, "sampling/createMessage")).error, { code: -32602 })
    }))

  it.effect("is answered with an error when what the program gives cannot be written as JSON (ROO-06)", () =>
    Effect.gen(function*() {
      const endless: { [key: string]: unknown } = {}
      endless.self = endless
      for (const input of [{ big: 1n }, endless]) {
        const { peer } = yield* scripted(
          v2025_11_25,
          Sampling.layer({
            createMessage: () =>
              Effect.succeed({
                role: "assistant",
                content: { type: "tool_use", id: "1", name: "x", input },
                model: "m"
              })
          })
        )
        assert.deepInclude((yield* ask(peer, 1, "sampling/createMessage", sampling)).error, { code: -32603 })
      }
    }).pipe(silently))

  it.effect("before a session is agreed is refused, but for ping (INI-01, PNG-01)", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, everything, {
        initialize: (_params, _id, asking) => {
          asking.send({ id: "early", method: "roots/list" })
          asking.send({ id: "ping", method: "ping" })
          return {
            result: {
              protocolVersion: v2025_11_25.version,
              capabilities: {},
              serverInfo: { name: "peer", version: "1" }
            }
          }
        }
      }, { revisions: [v2025_11_25] })
      assert.deepInclude((yield* answerTo(peer, "early")).error, { code: -32600 })
      assert.deepStrictEqual((yield* answerTo(peer, "ping")).result, {})
    }))
})

describe("a question that is under way", () => {
  it.effect("is dropped when the server withdraws it, and not answered (CAN-10, CAN-11)", () =>
    Effect.gen(function*() {
      const { interrupted, services, started } = yield* waiting
      const { peer } = yield* scripted(v2025_11_25, services)
      peer.send({ id: 7, method: "elicitation/create", params: form })
      yield* Deferred.await(started)
      // Nothing of these is the question (CAN-16).
      for (const requestId of ["7", 8]) peer.send({ method: "notifications/cancelled", params: { requestId } })
      peer.send({ method: "notifications/cancelled", params: {} })
      yield* settle
      assert.isFalse(yield* Deferred.isDone(interrupted))
      peer.send({ method: "notifications/cancelled", params: { requestId: 7 } })
      yield* Deferred.await(interrupted)
      yield* settle
      assert.lengthOf(answersUnder(peer, 7), 0)
      assert.deepStrictEqual((yield* ask(peer, 9, "ping")).result, {})
    }))

  it.effect("is put to the user once, although it came twice", () =>
    Effect.gen(function*() {
      const go = yield* Deferred.make<void>()
      let asked = 0
      const services = Elicitation.layer({
        form: () =>
          Effect.suspend(() => {
            asked++
            return Effect.as(Deferred.await(go), Elicitation.decline)
          })
      })
      const { peer } = yield* scripted(v2025_11_25, services)
      for (let time = 0; time < 3; time++) peer.send({ id: 7, method: "elicitation/create", params: form })
      yield* settle
      yield* Deferred.succeed(go, undefined)
      yield* answerTo(peer, 7)
      yield* settle
      assert.strictEqual(asked, 1)
      assert.lengthOf(answersUnder(peer, 7), 1)
      // Afterwards the id is free.
      yield* ask(peer, 7, "ping")
      yield* settle
      assert.lengthOf(answersUnder(peer, 7), 2)
    }))

  it.effect("ends with its connection", () =>
    Effect.gen(function*() {
      const { interrupted, services, started } = yield* waiting
      const { peer } = yield* scripted(v2025_11_25, services)
      peer.send({ id: 7, method: "elicitation/create", params: form })
      yield* Deferred.await(started)
      peer.hangUp()
      yield* Deferred.await(interrupted)
    }))

  it.effect("ends with the client", () =>
    Effect.gen(function*() {
      const { interrupted, services, started } = yield* waiting
      const scope = yield* Scope.make()
      const { peer } = yield* Scope.provide(scripted(v2025_11_25, services), scope)
      peer.send({ id: 7, method: "elicitation/create", params: form })
      yield* Deferred.await(started)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(yield* Deferred.isDone(interrupted))
    }))

  it.effect("is one of so many; those beyond are not answered, but for ping, and others are again afterwards (PNG-01)", () =>
    Effect.gen(function*() {
      const go = yield* Deferred.make<void>()
      let asked = 0
      const services = Elicitation.layer({
        form: () =>
          Effect.suspend(() => {
            asked++
            return Effect.as(Deferred.await(go), Elicitation.decline)
          })
      })
      const { peer } = yield* Effect.provideService(scripted(v2025_11_25, services), ClientLimits, {
        ...defaultLimits,
        serverRequestsMax: 2
      })
      for (const id of [1, 2, 3]) peer.send({ id, method: "elicitation/create", params: form })
      yield* settle
      assert.strictEqual(asked, 2)
      assert.deepStrictEqual((yield* ask(peer, "ping", "ping")).result, {})
      yield* Deferred.succeed(go, undefined)
      yield* answerTo(peer, 1)
      yield* answerTo(peer, 2)
      yield* ask(peer, 4, "elicitation/create", form)
      assert.lengthOf(answersUnder(peer, 3), 0)
    }).pipe(silently))
})
