/** What becomes of a handler that is stopped because it asks, in the stateless era. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Ask from "../../src/contract/Ask.ts"
import * as Form from "../../src/contract/Form.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import { claimed, errorOf, type Params, type Received, request, serverInfo, textsOf } from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

const askName = Ask.form({ name: Schema.String }, "Name?", { key: "user_name" })
const askColor = Ask.form({ color: Schema.Literals(["red", "blue"]) }, "Color?", { key: "color" })

const call = (http: Http.Endpoint, params: Params) => Rounds.send(http, "tools/call", params)

const answer = Rounds.byMessage({
  "Name?": Rounds.accept({ name: "Ada" }),
  "Color?": Rounds.accept({ color: "red" })
})

const keysOf = (received: Received) => Object.keys(Rounds.questionsOf(received) ?? {})

describe("a handler that is stopped for its questions", () => {
  it.effect("cannot refuse, and its finalizers are waited for", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      const tool = Tool.serve("stubborn", {}, () =>
        askName.pipe(
          Effect.map(({ name }) => name),
          Effect.catchCause(() => Effect.sync(() => log.push("caught")).pipe(Effect.as("caught"))),
          Effect.tap(() => Effect.sync(() => log.push("went on"))),
          Effect.ensuring(Effect.andThen(Effect.yieldNow, Effect.sync(() => log.push("finalized"))))
        ))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      assert.deepStrictEqual(keysOf(yield* call(http, { name: "stubborn" })), ["user_name"])
      assert.deepStrictEqual(log, ["finalized"])
    }))

  it.effect("may ask where it cannot be interrupted", () =>
    Effect.gen(function*() {
      const tool = Tool.serve("uninterruptible", {}, () =>
        Effect.uninterruptible(Effect.map(askName, ({ name }) =>
          name)))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const { last } = yield* Rounds.converse(
        (params) =>
          call(http, params),
        { name: "uninterruptible" },
        answer
      )
      assert.deepStrictEqual(textsOf(last), ["Ada"])
    }))

  it.effect("is not asked about a question that it has taken back", () =>
    Effect.gen(function*() {
      const tool = Tool.serve("race", {}, () =>
        Effect.raceFirst(
          Effect.map(askName, ({ name }) => name),
          Effect.as(Effect.yieldNow, "faster")
        ))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      assert.deepStrictEqual(textsOf(yield* call(http, { name: "race" })), ["faster"])
    }))

  it.effect("ends when its client goes away in the middle of a step", () =>
    Effect.gen(function*() {
      const [started, ended] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const step = Effect.onInterrupt(
        Effect.andThen(Deferred.succeed(started, undefined), Effect.never),
        () => Deferred.succeed(ended, undefined)
      )
      const tool = Tool.serve("step", {}, () =>
        Effect.as(
          Effect.all([Ask.once("step", step, Schema.Void), askName], { concurrency: "unbounded" }),
          "never"
        ))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const params = claimed({ name: "step" }, { [MetaKey.clientCapabilities]: Rounds.everything })
      const exchange = http.start("POST", {
        "content-type": "application/json",
        ...Http.modernHeaders("tools/call", "step")
      }, request(1, "tools/call", params))
      yield* Deferred.await(started)
      exchange.disconnect()
      yield* Deferred.await(ended)
      yield* Fiber.await(exchange.fiber)
      assert.strictEqual(exchange.text(), "")
    }))

  it.effect("may ask inside of a step, which is done when it is answered", () =>
    Effect.gen(function*() {
      let done = 0
      const step = Effect.tap(Effect.map(askName, ({ name }) => name), () => Effect.sync(() => done++))
      const tool = Tool.serve("inner", {}, () =>
        Effect.gen(function*() {
          const name = yield* Ask.once("inner", step, { success: Schema.String, failure: Ask.AskError })
          return `${name} ${(yield* askColor).color}`
        }))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const { last, rounds } = yield* Rounds.converse((params) => call(http, params), { name: "inner" }, answer)
      assert.strictEqual(rounds.length, 2)
      assert.deepStrictEqual(textsOf(last), ["Ada red"])
      assert.strictEqual(done, 1)
    }))

  it.effect("is refused when the outcome of its step no longer fits", () =>
    Effect.gen(function*() {
      let schema: Schema.Codec<unknown> = Schema.String
      const tool = Tool.serve("evolving", {}, () =>
        Effect.andThen(Ask.once("step", Effect.succeed<unknown>("text"), schema), Effect.as(askName, "done")))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const first = yield* call(http, { name: "evolving" })
      schema = Schema.Finite
      const second = yield* call(http, Rounds.nextParams({ name: "evolving" }, first, answer))
      assert.match(errorOf(second), /^-32602 The requestState is of another version/)
    }))
})

describe("a form that cannot be", () => {
  it.effect("is a defect, and nobody is asked", () =>
    Effect.gen(function*() {
      // What the types would not let through.
      const nested = { inner: Schema.Struct({ a: Schema.String }) } as unknown as { readonly inner: Schema.String }
      const form = Form.make(nested)
      const tool = Tool.serve("bad", {}, () => Effect.as(Ask.form(form, "Bad"), "asked"))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const { result } = yield* call(http, { name: "bad" })
      assert.isTrue(result?.isError)
    }).pipe(Effect.provide(Logger.layer([]))))
})
