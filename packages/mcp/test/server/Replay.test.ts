/**
 * One handler, two eras: whatever a handler asks, in whatever order, its client sees the same outcome, what must happen
 * once happens once, and what was opened in a round is closed before the round is answered.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ask from "../../src/contract/Ask.ts"
import type { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { initializeParams, notification, type Params, type Received, serverInfo } from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

/** What a handler does. */
type Plan =
  | { readonly _tag: "Ask"; readonly question: number; readonly named: boolean }
  | { readonly _tag: "Step"; readonly fails: boolean; readonly slow: boolean }
  | { readonly _tag: "Fail" }
  | { readonly _tag: "Wait" }
  | { readonly _tag: "Recover"; readonly inner: Plan }
  | { readonly _tag: "Open"; readonly inner: Plan }
  | { readonly _tag: "Sequence"; readonly items: ReadonlyArray<Plan> }
  | { readonly _tag: "Parallel"; readonly items: ReadonlyArray<Plan> }

const leaves = [
  Schema.TaggedStruct("Ask", { question: Schema.Literals([0, 1, 2, 3]), named: Schema.Boolean }),
  Schema.TaggedStruct("Step", { fails: Schema.Boolean, slow: Schema.Boolean }),
  Schema.TaggedStruct("Fail", {}),
  Schema.TaggedStruct("Wait", {})
] as const

const grow = (inner: Schema.Codec<Plan>): Schema.Codec<Plan> =>
  Schema.Union([
    leaves[0],
    leaves[0],
    leaves[1],
    Schema.TaggedStruct("Recover", { inner }),
    Schema.TaggedStruct("Open", { inner }),
    Schema.TaggedStruct("Sequence", { items: Schema.Array(inner).check(Schema.isMaxLength(3)) }),
    Schema.TaggedStruct("Parallel", { items: Schema.Array(inner).check(Schema.isMaxLength(3)) })
  ])

/** Handlers, three levels deep. */
const Handler = grow(grow(grow(Schema.Union(leaves))))

/** What happens beside the answers. */
interface World {
  readonly steps: Map<string, number>
  opened: number
  closed: number
}

const makeWorld = (): World => ({ steps: new Map(), opened: 0, closed: 0 })

const failure = (why: string) => Tool.fail(why)

const Both = { success: Schema.String, failure: Tool.ToolError }

const step = (world: World, path: string, fails: boolean, slow: boolean) =>
  Ask.once(
    `step ${path}`,
    Effect.suspend(() => {
      world.steps.set(path, (world.steps.get(path) ?? 0) + 1)
      const outcome = fails ? Effect.fail(failure(`step ${path} failed`)) : Effect.succeed(`step ${path}`)
      // What was done is done, even if it takes a while to hear of it.
      return slow ? Effect.andThen(Effect.repeat(Effect.yieldNow, { times: 20 }), outcome) : outcome
    }),
    Both
  )

const question = (number: number, key: string | undefined) =>
  Ask.form({ value: Schema.String }, `Question ${number}`, key === undefined ? {} : { key }).pipe(
    Effect.map(({ value }) => value),
    Effect.mapError((error) => failure(error.reason._tag))
  )

/** Waits for all branches, and fails with the first failure in their order. */
const all = (branches: ReadonlyArray<Effect.Effect<string, Tool.ToolError, McpRequest>>) =>
  Effect.map(
    Effect.flatMap(
      Effect.all(branches.map((branch) => Effect.result(branch)), { concurrency: "unbounded" }),
      (results) => Effect.forEach(results, (result) => Effect.fromResult(result))
    ),
    (texts) => `(${texts.join(" | ")})`
  )

const interpret = (world: World, plan: Plan, path: string): Effect.Effect<string, Tool.ToolError, McpRequest> => {
  switch (plan._tag) {
    case "Ask":
      return question(plan.question, plan.named ? `asked at ${path}` : undefined)
    case "Step":
      return step(world, path, plan.fails, plan.slow)
    case "Fail":
      return Effect.fail(failure(`failed at ${path}`))
    case "Wait":
      return Effect.as(Effect.yieldNow, "waited")
    case "Recover":
      return Effect.catchCause(
        interpret(world, plan.inner, `${path}.r`),
        (cause) => Effect.succeed(`recovered from ${cause.reasons.map(({ _tag }) => _tag).join()}`)
      )
    case "Open":
      return Effect.acquireUseRelease(
        Effect.sync(() => void world.opened++),
        () => interpret(world, plan.inner, `${path}.o`),
        () => Effect.sync(() => void world.closed++)
      )
    case "Sequence":
      return Effect.map(
        Effect.forEach(plan.items, (item, index) => interpret(world, item, `${path}.${index}`)),
        (texts) => `[${texts.join(", ")}]`
      )
    case "Parallel":
      return all(plan.items.map((item, index) => interpret(world, item, `${path}.${index}`)))
  }
}

const serve = (world: World, plan: Plan) =>
  McpServer.make(Tool.serve("handler", {}, () => interpret(world, plan, "")), serverInfo)

/** The client: the user declines one question, cancels another, and answers the others. */
const answer: Rounds.Answer = Rounds.byMessage({
  "Question 0": Rounds.accept({ value: "zero" }),
  "Question 1": Rounds.accept({ value: "one" }),
  "Question 2": { action: "decline" },
  "Question 3": { action: "cancel" }
})

const outcomeOf = ({ error, result }: Received) => ({ content: result?.content, isError: result?.isError, error })

const inSession = (world: World, plan: Plan) =>
  Effect.gen(function*() {
    const line = yield* Line.open(yield* serve(world, plan))
    yield* line.ask("initialize", { ...initializeParams("2025-11-25"), capabilities: { elicitation: {} } })
    line.say(notification("notifications/initialized"))
    yield* Rounds.answering(line, answer)
    return outcomeOf(yield* line.ask("tools/call", { name: "handler" }))
  })

const inRounds = (world: World, plan: Plan) =>
  Effect.gen(function*() {
    const endpoint = yield* Http.make(yield* serve(world, plan))
    const sendParams = (params: Params) =>
      Effect.map(Rounds.send(endpoint, "tools/call", params), (received) => {
        assert.strictEqual(world.closed, world.opened, "what was opened in a round is closed before its answer")
        return received
      })
    return outcomeOf((yield* Rounds.converse(sendParams, { name: "handler" }, answer)).last)
  })

describe("a handler that asks", () => {
  it.effect.prop(
    "comes to the same on both eras, with its steps done once",
    { plan: Handler },
    ({ plan }) =>
      Effect.gen(function*() {
        const [session, stateless] = [makeWorld(), makeWorld()]
        const expected = yield* inSession(session, plan)
        assert.deepStrictEqual(yield* inRounds(stateless, plan), expected)
        assert.deepStrictEqual([...stateless.steps].toSorted(), [...session.steps].toSorted())
        assert.isTrue([...stateless.steps.values()].every((count) => count === 1))
        assert.strictEqual(stateless.closed, stateless.opened)
      }),
    { arbitrary: { runs: 200 } }
  )
})
