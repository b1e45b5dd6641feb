/** What a client does with results that ask, in the stateless era. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Elicitation from "../../../src/client/answering/Elicitation.ts"
import * as Roots from "../../../src/client/answering/Roots.ts"
import * as Sampling from "../../../src/client/answering/Sampling.ts"
import { ClientLimits, defaultLimits } from "../../../src/client/ClientLimits.ts"
import type { Params } from "../../../src/jsonrpc/Message.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { type Reply, sent } from "../ScriptedPeer.ts"
import { done, formParams, info, input, nothing, sampling, scripted, settle, silently } from "./Asking.ts"

const named = (message: string) => ({
  method: "elicitation/create",
  params: { mode: "form", ...formParams({ name: { type: "string" } }, message) }
})

/** A user who answers every question with its message. */
const echoing = Elicitation.layer({ form: ({ message }) => Effect.succeed(Elicitation.accept({ name: message })) })

const model = Sampling.layer({
  createMessage: () => Effect.succeed({ role: "assistant", content: { type: "text", text: "4" }, model: "m" })
})

const everything = Layer.mergeAll(echoing, model, Roots.layer([{ uri: "file:///home" }]))

const answer = (name: string) => ({ action: "accept", content: { name } })

/** Answers the rounds of each method in turn. */
const inTurn = (...replies: ReadonlyArray<Reply>) => {
  let round = 0
  return (): Reply => replies[Math.min(round++, replies.length - 1)] ?? "silence"
}

const textOf = ({ content }: { readonly content: ReadonlyArray<{ readonly type: string }> }) => content[0]

/** The params that a call added in a round. */
const added = ({ params }: { readonly params?: Params }) => {
  const { inputResponses, requestState } = params ?? {}
  return {
    ...(params !== undefined && "inputResponses" in params ? { inputResponses } : {}),
    ...(params !== undefined && "requestState" in params ? { requestState } : {})
  }
}

describe("a result that asks", () => {
  it.effect("is answered as a whole, each question under its key (MRC-01, MRC-02, MRC-06, TOC-11)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28, everything, {
        "tools/call": inTurn(
          input({
            "user name": named("Who?"),
            m: { method: "sampling/createMessage", params: sampling },
            "": { method: "roots/list" },
            r: { method: "roots/list", params: {} }
          }, "s1"),
          done("thanks")
        )
      })
      const result = yield* client.callTool({ name: "x", arguments: { a: 1 } })
      assert.deepStrictEqual<unknown>(textOf(result), { type: "text", text: "thanks" })
      const [first, second, ...others] = sent(peer, "tools/call")
      assert.lengthOf(others, 0)
      assert.deepStrictEqual(second?.params?.inputResponses, {
        "user name": answer("Who?"),
        m: { role: "assistant", content: { type: "text", text: "4" }, model: "m" },
        "": { roots: [{ uri: "file:///home" }] },
        r: { roots: [{ uri: "file:///home" }] }
      })
      assert.notStrictEqual(first?.id, second?.id)
    }))

  it.effect("is answered with the same request again, and all that goes with it (MRC-08)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28, echoing, {
        "tools/call": inTurn(input({ q: named("1") }, "s"), done("")),
        "prompts/get": inTurn(input({ q: named("1") }, "s"), { result: { resultType: "complete", messages: [] } }),
        "resources/read": inTurn(input({ q: named("1") }, "s"), {
          result: { resultType: "complete", contents: [], ttlMs: 0, cacheScope: "private" }
        })
      })
      const options = { meta: { "example.com/a": 1 } }
      yield* client.callTool({ name: "x", arguments: { a: [1, { b: null }] } }, options)
      yield* client.getPrompt({ name: "p", arguments: { a: "1" } }, options)
      yield* client.readResource("a://b", options)
      for (const method of ["tools/call", "prompts/get", "resources/read"]) {
        const [first, second] = sent(peer, method)
        assert.deepInclude(first?.params?._meta, {
          "example.com/a": 1,
          "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } }
        })
        assert.deepStrictEqual(second?.params, {
          ...first?.params,
          inputResponses: { q: answer("1") },
          requestState: "s"
        })
      }
    }))

  it.effect("in one round after the other is answered with what belongs to each alone (MRC-05, MRC-07)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28, echoing, {
        "tools/call": inTurn(
          input({ a: named("1") }, "s1"),
          input({ b: named("2"), a: named("3") }),
          input(undefined, ""),
          input({}),
          done("")
        )
      })
      yield* client.callTool({ name: "x" })
      assert.deepStrictEqual(sent(peer, "tools/call").map(added), [
        {},
        { inputResponses: { a: answer("1") }, requestState: "s1" },
        { inputResponses: { b: answer("2"), a: answer("3") } },
        { requestState: "" },
        { inputResponses: {} }
      ])
    }))

  it.effect("has no part in another call (MRC-07)", () =>
    Effect.gen(function*() {
      const go = yield* Deferred.make<void>()
      const services = Elicitation.layer({
        form: () => Effect.as(Deferred.await(go), Elicitation.accept({ name: "x" }))
      })
      const { client, peer } = yield* scripted(v2026_07_28, services, {
        "tools/call": ({ inputResponses, name }) =>
          name === "asks" && inputResponses === undefined ? input({ q: named("1") }, "s") : done(String(name))
      })
      const asking = yield* Effect.forkChild(client.callTool({ name: "asks" }), { startImmediately: true })
      yield* settle
      yield* client.callTool({ name: "other" })
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(asking)
      yield* client.callTool({ name: "later" })
      assert.deepStrictEqual(sent(peer, "tools/call").map((message) => [message.params?.name, added(message)]), [
        ["asks", {}],
        ["other", {}],
        ["asks", { inputResponses: { q: { action: "accept", content: { name: "x" } } }, requestState: "s" }],
        ["later", {}]
      ])
    }))

  it.effect.prop(
    "has a state that comes back byte for byte, whatever it is (MRC-03, MRC-04)",
    { state: Schema.String },
    ({ state }) =>
      Effect.scoped(Effect.gen(function*() {
        const { client, peer } = yield* scripted(v2026_07_28, nothing, {
          "tools/call": inTurn(input(undefined, state), done(""))
        })
        yield* client.callTool({ name: "x" })
        const returned = sent(peer, "tools/call")[1]?.params?.requestState
        assert.strictEqual(returned, JSON.parse(JSON.stringify(state)))
      })),
    { arbitrary: { runs: 100 } }
  )

  it.effect("asks with who the server says it is, and its questions are asked at the same time", () =>
    Effect.gen(function*() {
      const both = yield* Deferred.make<void>()
      const seen: Array<Elicitation.FormQuestion> = []
      const services = Elicitation.layer({
        form: (question) =>
          Effect.suspend(() => {
            seen.push(question)
            return Effect.as(
              seen.length === 2 ? Deferred.succeed(both, undefined) : Deferred.await(both),
              Elicitation.decline
            )
          })
      })
      const { client } = yield* scripted(v2026_07_28, services, {
        "tools/call": inTurn(input({ a: named("1"), b: named("2") }), done(""))
      })
      yield* client.callTool({ name: "x" })
      assert.deepStrictEqual(seen.map(({ from, message }) => [from.info, message]), [[info, "1"], [info, "2"]])
    }))

  it.effect("is answered with what the user said, declined or cancelled too (ELF-07, ELS-04)", () =>
    Effect.gen(function*() {
      const services = Elicitation.layer({
        form: ({ message }) => Effect.succeed(message === "1" ? Elicitation.decline : Elicitation.cancel),
        url: () => Effect.succeed(Elicitation.accept())
      })
      const visit = { method: "elicitation/create", params: { mode: "url", message: "Go", url: "https://a.example/" } }
      const { client, peer } = yield* scripted(v2026_07_28, services, {
        "tools/call": inTurn(input({ a: named("1"), b: named("2"), c: visit }), done(""))
      })
      yield* client.callTool({ name: "x" })
      assert.deepStrictEqual(sent(peer, "tools/call")[1]?.params?.inputResponses, {
        a: { action: "decline" },
        b: { action: "cancel" },
        c: { action: "accept" }
      })
    }))

  it.effect("gives users the time they need: a time limit is that of a round", () =>
    Effect.gen(function*() {
      const services = Elicitation.layer({ form: () => Effect.delay(Effect.succeed(Elicitation.decline), "1 hour") })
      const { client } = yield* scripted(v2026_07_28, services, {
        "tools/call": inTurn(input({ q: named("1") }), done("late"))
      })
      const calling = yield* Effect.forkChild(client.callTool({ name: "x" }, { timeout: "10 seconds" }))
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual<unknown>(textOf(yield* Fiber.join(calling)), { type: "text", text: "late" })
    }))

  it.effect("has a total that is one for all rounds, without the time that users take", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(
        v2026_07_28,
        Elicitation.layer({ form: () => Effect.delay(Effect.succeed(Elicitation.accept({ name: "me" })), "1 hour") }),
        { "tools/call": "silence" }
      )
      const calling = yield* Effect.forkChild(
        Effect.flip(client.callTool({ name: "a" }, { timeout: "60 seconds", timeoutTotal: "100 seconds" }))
      )
      yield* settle
      yield* TestClock.adjust("50 seconds")
      peer.send({ id: sent(peer, "tools/call")[0]?.id, ...(input({ who: named("Who?") }) as object) })
      yield* settle
      yield* TestClock.adjust("1 hour")
      yield* settle
      assert.lengthOf(sent(peer, "tools/call"), 2)
      yield* TestClock.adjust("49 seconds")
      assert.isUndefined(calling.pollUnsafe())
      yield* TestClock.adjust("1 second")
      const { reason } = yield* Fiber.join(calling)
      assert.deepInclude(reason, { _tag: "RequestTimeout", timeoutMillis: 100_000 })
    }))

  it.effect("has a total of its own each time that the same call is run", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28, nothing, { "prompts/get": "silence" })
      const getting = client.getPrompt({ name: "p" }, { timeout: "60 seconds", timeoutTotal: "100 seconds" })
      for (const time of [0, 1, 2]) {
        const running = yield* Effect.forkChild(getting)
        yield* settle
        yield* TestClock.adjust("50 seconds")
        peer.send({ id: sent(peer, "prompts/get")[time]?.id, result: { resultType: "complete", messages: [] } })
        assert.deepStrictEqual((yield* Fiber.join(running)).messages, [])
      }
    }))

  it.effect("has been worked on, whatever a later round is refused with", () =>
    Effect.gen(function*() {
      const { client } = yield* scripted(v2026_07_28, echoing, {
        "tools/call": inTurn(input({ who: named("Who?") }), { error: { code: -32602, message: "no" } })
      })
      const { mayHaveRun, reason } = yield* Effect.flip(client.callTool({ name: "a" }))
      assert.strictEqual(reason._tag, "RpcError")
      assert.isTrue(mayHaveRun)
    }))

  it.effect("stops asking when nobody waits for the call any more", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const services = Elicitation.layer({
        form: () =>
          Deferred.succeed(started, undefined).pipe(
            Effect.andThen(Effect.never),
            Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
          )
      })
      const { client, peer } = yield* scripted(v2026_07_28, services, { "tools/call": input({ q: named("1") }) })
      const calling = yield* Effect.forkChild(client.callTool({ name: "x" }))
      yield* Deferred.await(started)
      yield* Fiber.interrupt(calling)
      yield* Deferred.await(interrupted)
      assert.lengthOf(sent(peer, "tools/call"), 1)
    }))

  it.effect("is answered in a typed call too, by any method of the client", () =>
    Effect.gen(function*() {
      const { client } = yield* scripted(v2026_07_28, echoing, {
        "tools/call": inTurn(input({ q: named("1") }), done("thanks"))
      })
      const result = yield* client.request("tools/call", { name: "x" })
      assert.deepInclude(result, { resultType: "complete" })
    }))
})

describe("a call fails, and is not sent again, when a question", () => {
  const fails = (services: Layer.Layer<Elicitation.Elicitation> | Layer.Layer<never>, questions: object) =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28, services, { "tools/call": input(questions, "s") })
      const error = yield* Effect.flip(client.callTool({ name: "x" }))
      assert.lengthOf(sent(peer, "tools/call"), 1)
      assert.isTrue(error.mayHaveRun)
      return error.reason
    })

  it.effect("has no handler; the error has the questions and the state (SMP-32)", () =>
    Effect.gen(function*() {
      const reason = yield* fails(echoing, { q: named("1"), m: { method: "sampling/createMessage", params: sampling } })
      assert.deepInclude(reason, { _tag: "InputRequired", problem: "NotSupported", method: "tools/call" })
      assert.include(reason.message, "sampling/createMessage")
      const result = reason._tag === "InputRequired" ? reason.result : undefined
      assert.strictEqual(result?.requestState, "s")
      assert.deepStrictEqual(Object.keys(result?.inputRequests ?? {}), ["q", "m"])
      assert.deepInclude(yield* fails(nothing, { q: named("1") }), { _tag: "InputRequired", problem: "NotSupported" })
    }))

  it.effect("is in a mode that was not declared (ELI-08)", () =>
    Effect.gen(function*() {
      const visit = { method: "elicitation/create", params: { mode: "url", message: "Go", url: "https://a.example/" } }
      assert.deepInclude(yield* fails(echoing, { v: visit }), { _tag: "InputRequired", problem: "NotAnswered" })
    }))

  it.effect("has a handler that fails, dies, or interrupts itself", () =>
    Effect.gen(function*() {
      for (const form of [Effect.fail("no"), Effect.die("no"), Effect.interrupt]) {
        const reason = yield* fails(Elicitation.layer({ form: () => form }), { q: named("1") })
        assert.deepInclude(reason, { _tag: "InputRequired", problem: "NotAnswered" })
      }
    }).pipe(silently))

  it.effect("has an answer that does not fit it (ELF-05)", () =>
    Effect.gen(function*() {
      const services = Elicitation.layer({ form: () => Effect.succeed(Elicitation.accept({ name: 7 })) })
      assert.deepInclude(yield* fails(services, { q: named("1") }), { _tag: "InputRequired", problem: "NotAnswered" })
    }).pipe(silently))

  it.effect("comes again and again", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* Effect.provideService(
        scripted(v2026_07_28, echoing, { "tools/call": input({ q: named("1") }, "s") }),
        ClientLimits,
        { ...defaultLimits, roundsMax: 3 }
      )
      const { reason } = yield* Effect.flip(client.callTool({ name: "x" }))
      assert.deepInclude(reason, { _tag: "InputRequired", problem: "TooManyRounds" })
      assert.lengthOf(sent(peer, "tools/call"), 4)
    }))

  it.effect("comes where none may, or is no question (MRC-09)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28, echoing, {
        "tools/call": input(undefined),
        "completion/complete": input({ q: named("1") }, "s"),
        "example/own": input({ q: named("1") }, "s")
      })
      const complete = client.complete({ ref: { type: "ref/prompt", name: "p" }, argument: { name: "a", value: "" } })
      for (const call of [client.callTool({ name: "x" }), complete, client.request("example/own", {})]) {
        assert.strictEqual((yield* Effect.flip(call)).reason._tag, "InvalidResult")
      }
      for (const method of ["tools/call", "completion/complete", "example/own"]) assert.lengthOf(sent(peer, method), 1)
    }))
})

it.effect("an answer that is given by hand is sent as it is, and replaced in the next round", () =>
  Effect.gen(function*() {
    const { client, peer } = yield* scripted(v2026_07_28, echoing, {
      "tools/call": inTurn(input({ b: named("2") }), done(""))
    })
    const mine = { a: { action: "decline" } } as const
    yield* client.request("tools/call", { name: "x", inputResponses: mine, requestState: "s" })
    assert.deepStrictEqual(sent(peer, "tools/call").map(added), [
      { inputResponses: mine, requestState: "s" },
      { inputResponses: { b: answer("2") } }
    ])
  }))

it.effect("in a session, a result with such a member is a result", () =>
  Effect.gen(function*() {
    const { client, peer } = yield* scripted(v2025_11_25, echoing, {
      "tools/call": { result: { resultType: "input_required", requestState: "s", content: [] } }
    })
    assert.deepStrictEqual((yield* client.callTool({ name: "x" })).content, [])
    assert.lengthOf(sent(peer, "tools/call"), 1)
  }))
