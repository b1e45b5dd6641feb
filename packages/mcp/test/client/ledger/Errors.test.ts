/** What codes of errors and types of results mean to a client of the stateless era. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Client } from "../../../src/client/Client.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import * as HttpWorld from "../../support/HttpWorld.ts"

const revisions = [v2026_07_28]

/** May be sent again: what else keeps it from that is what matters here. */
const call = (client: Client) => client.callTool({ name: "a" }, { repeatable: true })

/** A server that refuses calls as told. */
const refusing = (refuse: (asked: HttpWorld.Asked) => HttpWorld.Reply) =>
  Effect.gen(function*() {
    const world = HttpWorld.make((asked) =>
      asked.method === "server/discover"
        ? HttpWorld.discovery(asked, v2026_07_28.version)
        : asked.method === "tools/call"
        ? refuse(asked)
        : HttpWorld.served(asked)
    )
    const client = yield* HttpWorld.connect(world, { revisions })
    return { client, world }
  })

const codes = Array.from({ length: 20 }, (_, index) => -32000 - index).filter((code) => code !== -32002)

describe("an error of a server", () => {
  it.effect.each(codes.flatMap((code) => [[code, 200], [code, 400]] as const))(
    "with the code %i, at status %i, is the caller's and means nothing to the client (ERR-03)",
    ([code, status]) =>
      Effect.gen(function*() {
        const data = { supported: ["2025-11-25"], requiredCapabilities: { roots: {} } }
        const { client, world } = yield* refusing((asked) => HttpWorld.error(asked, code, { status, data }))
        const { reason } = yield* Effect.flip(call(client))
        assert.deepInclude(reason, { _tag: "RpcError", code, data })
        assert.deepStrictEqual(world.methods(), ["server/discover", "tools/call"])
      })
  )

  const once = (refuse: (asked: HttpWorld.Asked) => HttpWorld.Reply) => {
    let isRefused = false
    return (asked: HttpWorld.Asked): HttpWorld.Reply => {
      if (isRefused) return HttpWorld.served(asked)
      isRefused = true
      return refuse(asked)
    }
  }

  it.effect("that headers do not fit makes the client read the tools again (ERR-05)", () =>
    Effect.gen(function*() {
      const { client, world } = yield* refusing(once((asked) => HttpWorld.error(asked, -32020, { status: 400 })))
      yield* call(client)
      assert.deepStrictEqual(world.methods(), ["server/discover", "tools/call", "tools/list", "tools/call"])
    }))

  it.effect("that a version is not spoken makes the client ask for the versions again (ERR-05)", () =>
    Effect.gen(function*() {
      const data = { supported: [v2026_07_28.version] }
      const { client, world } = yield* refusing(once((asked) => HttpWorld.error(asked, -32022, { status: 400, data })))
      yield* call(client)
      assert.deepStrictEqual(world.methods(), ["server/discover", "tools/call", "server/discover", "tools/call"])
    }))

  it.effect("that a capability is missing is the caller's, with which: the client has no more (ERR-05)", () =>
    Effect.gen(function*() {
      const data = { requiredCapabilities: { sampling: {} } }
      const { client, world } = yield* refusing((asked) => HttpWorld.error(asked, -32021, { status: 400, data }))
      const { reason } = yield* Effect.flip(call(client))
      assert.deepInclude(reason, { _tag: "RpcError", code: -32021, data })
      assert.strictEqual(world.count("tools/call"), 1)
    }))
})

describe("the type of a result", () => {
  const typed = (resultType: string) =>
    refusing((asked) => HttpWorld.result(asked, { resultType, content: [], requestState: "s" }))

  it.effect("is complete or input_required (RES-02)", () =>
    Effect.gen(function*() {
      const complete = yield* typed("complete")
      assert.deepStrictEqual((yield* call(complete.client)).content, [])
      const asking = yield* refusing((asked) =>
        asked.params.requestState === undefined
          ? HttpWorld.result(asked, { resultType: "input_required", requestState: "s" })
          : HttpWorld.served(asked)
      )
      yield* call(asking.client)
      assert.strictEqual(asking.world.count("tools/call"), 2)
    }))

  it.effect.each(["task", "Complete", "", "com.example/other"])(
    "is not '%s': no extension is announced (RES-02)",
    (type) =>
      Effect.gen(function*() {
        const { client, world } = yield* typed(type)
        assert.strictEqual((yield* Effect.flip(call(client))).reason._tag, "InvalidResult")
        assert.strictEqual(world.count("tools/call"), 1)
      })
  )
})
