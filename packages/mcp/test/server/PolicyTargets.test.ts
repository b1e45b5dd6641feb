/** What policies can be applied to beside components: custom methods, and the completions that stand beside handlers. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schema from "effect/Schema"
import * as CustomMethod from "../../src/contract/CustomMethod.ts"
import * as Policy from "../../src/contract/Policy.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "../support/Line.ts"
import { errorOf, serverInfo } from "../support/Messages.ts"

const tool = Tool.serve("a", {}, () => Effect.succeed("a"))

/** A policy that writes down what it goes around. */
const noting = (log: Array<unknown>) =>
  Policy.make(Effect.succeed((call, effect) => {
    log.push([call.kind, call.name, call.completed, call.args])
    return effect
  }))

const prompt = Prompt.serve(
  "trip",
  {
    parameters: { city: Schema.String, by: Schema.Literals(["train", "plane"]) },
    complete: { city: (value) => Effect.succeed([`${value}!`]) }
  },
  () => Effect.succeed("go")
)

const complete = (line: Line.Line, name: string, value: string) =>
  line.ask("completion/complete", { ref: { type: "ref/prompt", name: "trip" }, argument: { name, value } })

describe("a policy on a custom method", () => {
  it.effect("holds with its handler, and without", () =>
    Effect.gen(function*() {
      const log: Array<unknown> = []
      const Search = CustomMethod.make("acme/search", { params: { q: Schema.String } })
      const served = CustomMethod.serve("acme/go", {}, () => Effect.void)
      const methods = [Policy.apply(Search, noting(log)), Policy.apply(served, noting(log))]
      const server = McpServer.make(tool, { ...serverInfo, methods }).pipe(
        Effect.provide(CustomMethod.layer(Search, () => Effect.void))
      )
      const line = yield* Line.openSession(yield* server)
      yield* line.ask("acme/search", { q: "x" })
      yield* line.ask("acme/go")
      yield* line.ask("tools/call", { name: "a" })
      assert.deepStrictEqual(log, [
        ["methods", "acme/search", undefined, { q: "x" }],
        ["methods", "acme/go", undefined, {}]
      ])
    }))
})

describe("a policy on completions", () => {
  it.effect("goes around what authors complete, wherever it is applied, and not around calls", () =>
    Effect.gen(function*() {
      const log: Array<unknown> = []
      const applied = Policy.apply(prompt, Policy.on("Completion", noting(log)))
      const policies = [Policy.on("Completion", noting(log)), noting([])]
      const line = yield* Line.openSession(yield* McpServer.make([applied, tool], { ...serverInfo, policies }))
      const { result } = yield* complete(line, "city", "Lis")
      assert.deepInclude(result?.completion, { values: ["Lis!"] })
      yield* complete(line, "by", "t")
      yield* line.ask("prompts/get", { name: "trip", arguments: { city: "x", by: "train" } })
      yield* line.ask("tools/call", { name: "a" })
      const noted = ["prompts", "trip", "city", "Lis"]
      assert.deepStrictEqual(log, [noted, noted])
    }))

  it.effect("counts them by themselves (CMP-07)", () =>
    Effect.gen(function*() {
      const limit = Policy.rateLimit({ limit: 1, window: "1 minute" })
      const policies = [Policy.on("Completion", limit), limit]
      const line = yield* Line.openSession(yield* McpServer.make(prompt, { ...serverInfo, policies }))
      const get = () => line.ask("prompts/get", { name: "trip", arguments: { city: "x", by: "train" } })
      assert.isDefined((yield* complete(line, "city", "L")).result)
      assert.isDefined((yield* get()).result)
      assert.include(errorOf(yield* complete(line, "city", "Li")), "429 Rate limit exceeded")
      assert.include(errorOf(yield* get()), "429 Rate limit exceeded")
      // what is a choice by its schema costs nothing, and is not counted
      assert.isDefined((yield* complete(line, "by", "p")).result)
    }).pipe(Effect.provide(RateLimiter.layerStoreMemory)))
})
