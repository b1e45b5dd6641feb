/** Tools of a toolkit that need approval: who gives it, and what becomes of a call without. */
import { assert, describe, it } from "@effect/vitest"
import * as AiTool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ask from "../../src/contract/Ask.ts"
import type { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as ToolkitTools from "../../src/server/bridge/ToolkitTools.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { notification, type Params, serverInfo, textsOf } from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"
import { call, open } from "../support/Tools.ts"

class Approved extends Context.Service<Approved, { readonly calls: ReadonlyArray<string> }>()("test/Approved") {}

describe("a tool that needs approval", () => {
  const Always = AiTool.make("always", { success: Schema.String, needsApproval: true })
  const Large = AiTool.make("large", {
    parameters: Schema.Struct({ amount: Schema.Finite }),
    success: Schema.String,
    needsApproval: ({ amount }) => Effect.succeed(amount > 100)
  })
  const kit = Toolkit.make(Always, Large)
  const live = kit.toLayer({ always: () => Effect.succeed("done"), large: () => Effect.succeed("paid") })

  it.effect("does not run when nobody can give it", () =>
    Effect.gen(function*() {
      const line = yield* open(ToolkitTools.serve(kit)).pipe(Effect.provide(live))
      assert.deepStrictEqual(textsOf(yield* call(line, "always")), [
        "The tool \"always\" needs an approval that nobody can give here"
      ])
      assert.strictEqual((yield* call(line, "large", { amount: 101 })).result?.isError, true)
      assert.deepStrictEqual(textsOf(yield* call(line, "large", { amount: 100 })), ["paid"])
    }))

  it.effect("runs when the client is trusted to have it", () =>
    Effect.gen(function*() {
      const served = ToolkitTools.serve(kit, { approve: ToolkitTools.approvedByClient })
      const line = yield* open(served).pipe(Effect.provide(live))
      assert.deepStrictEqual(textsOf(yield* call(line, "always")), ["done"])
    }))

  it.effect("may ask the client's user for it, in both eras (MRS-02)", () =>
    Effect.gen(function*() {
      const approve: ToolkitTools.Approve<McpRequest> = ({ name }) =>
        Ask.form({ sure: Schema.Boolean }, `Run ${name}?`).pipe(
          Effect.map(({ sure }) => sure),
          Effect.mapError(() => Tool.fail("nobody answered"))
        )
      const served = ToolkitTools.serve(kit, { approve })
      const answer = Rounds.byMessage({
        "Run always?": Rounds.accept({ sure: true }),
        "Run large?": Rounds.accept({ sure: false })
      })
      const denied = ["The call of \"large\" was not approved"]
      const large = { name: "large", arguments: { amount: 200 } }
      const server = yield* McpServer.make(served, serverInfo).pipe(Effect.provide(live))

      const http = yield* Http.make(server)
      const converse = (params: Params) =>
        Rounds.converse((params) => Rounds.send(http, "tools/call", params), params, answer)
      assert.deepStrictEqual(textsOf((yield* converse({ name: "always" })).last), ["done"])
      assert.deepStrictEqual(textsOf((yield* converse(large)).last), denied)

      const line = yield* Line.open(server)
      yield* Rounds.answering(line, answer)
      yield* line.ask("initialize", {
        protocolVersion: "2025-11-25",
        capabilities: Rounds.everything,
        clientInfo: { name: "test", version: "1" }
      })
      line.say(notification("notifications/initialized"))
      assert.deepStrictEqual(textsOf(yield* call(line, "always")), ["done"])
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", large)), denied)
    }))

  it.effect("runs when it is approved, and not when it is denied", () =>
    Effect.gen(function*() {
      const approve: ToolkitTools.Approve<Approved> = ({ name, params }) =>
        Effect.map(Approved, ({ calls }) => calls.includes(`${name} ${JSON.stringify(params)}`))
      const line = yield* open(ToolkitTools.serve(kit, { approve })).pipe(
        Effect.provide(live),
        Effect.provideService(Approved, { calls: ["large {\"amount\":200}"] })
      )
      assert.deepStrictEqual(textsOf(yield* call(line, "large", { amount: 200 })), ["paid"])
      assert.deepStrictEqual(textsOf(yield* call(line, "large", { amount: 300 })), [
        "The call of \"large\" was not approved"
      ])
    }))
})
