/** Whether a call may have run, told by its error, when it was sent more than once, or not at all. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { McpClientError } from "../../../src/client/McpClientError.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { until } from "../../support/Elapse.ts"
import * as HttpWorld from "../../support/HttpWorld.ts"
import { socketError } from "../../support/ScriptedHttp.ts"

type Replies = ReadonlyArray<(asked: HttpWorld.Asked) => HttpWorld.Reply>

/** A server with sessions that replies to calls of tools, and to openings of sessions, as told; then as told last. */
const scripted = (calls: Replies, openings: Replies = []) => {
  const left = { "tools/call": [...calls], initialize: [...openings] }
  const next = (method: keyof typeof left, asked: HttpWorld.Asked) =>
    (left[method].length > 1 ? left[method].shift() : left[method][0])?.(asked)
  return HttpWorld.make((asked) => {
    if (asked.verb !== "POST") return HttpWorld.status(405)
    if (asked.method === "server/discover") return HttpWorld.status(400)
    if (asked.method === "initialize") return next("initialize", asked) ?? opened(asked)
    if (asked.id === undefined) return HttpWorld.status(202)
    return (asked.method === "tools/call" ? next("tools/call", asked) : undefined) ?? HttpWorld.served(asked)
  })
}

const opened = (asked: HttpWorld.Asked) => HttpWorld.handshake(asked, v2025_11_25.version, "s1")
const status = (code: number) => () => HttpWorld.status(code)
const reset = () => socketError("ECONNRESET", "read")
const refused = () => socketError("ECONNREFUSED", "connect")
const broken = () => new Response("", { headers: { "content-type": "text/event-stream" } })

const named = ({ mayHaveRun, reason }: McpClientError): readonly [string, boolean] => [
  reason._tag === "TransportError" ? reason.reason._tag : reason._tag,
  mayHaveRun
]

describe("a call that was sent again", () => {
  const rows = [
    { name: "reset, then refused", calls: [reset, refused], last: "Unreachable" },
    { name: "broken off, then refused", calls: [broken, refused], last: "Unreachable" },
    { name: "reset, then unauthorized", calls: [reset, status(401)], last: "HttpStatus" },
    { name: "reset, then forgotten", calls: [reset, status(404)], openings: [opened, status(401)], last: "HttpStatus" },
    { name: "reset, then forgotten for good", calls: [reset, status(404)], last: "SessionExpired" }
  ]
  for (const { calls, last, name, openings } of rows) {
    it.effect(`may have run the first time, whatever came of the second: ${name}`, () =>
      Effect.gen(function*() {
        const client = yield* HttpWorld.connect(scripted(calls, openings))
        const calling = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "a" }, { repeatable: true })))
        assert.deepStrictEqual(named(yield* until(calling)), [last, true])
      }))
  }

  it.effect("has not run when it was certain each time", () =>
    Effect.gen(function*() {
      const client = yield* HttpWorld.connect(scripted([status(404)]))
      const calling = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "a" }, { repeatable: true })))
      assert.deepStrictEqual(named(yield* until(calling)), ["SessionExpired", false])
    }))
})

describe("a call whose time is up", () => {
  const timed = (calls: Replies) =>
    Effect.gen(function*() {
      const world = scripted(calls, [opened, status(503)])
      const client = yield* HttpWorld.connect(world)
      const call = Effect.flip(client.callTool({ name: "a" }, { timeout: "2 seconds", repeatable: true }))
      const [first, second] = yield* until(
        yield* Effect.forkChild(Effect.all([call, Effect.delay(call, "1 second")], { concurrency: 2 }))
      )
      return [...named(first), ...named(second), world.count("tools/call")] as const
    })

  it.effect("has not run when it waited for a session all the time, or for another one", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* timed([status(404)]),
        ["RequestTimeout", false, "RequestTimeout", false, 1]
      )
    }))

  it.effect("may have run when it was sent before", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* timed([reset, status(404)]),
        ["RequestTimeout", true, "RequestTimeout", false, 2]
      )
    }))

  it.effect("may have run when there was no answer", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* timed([() => Effect.never]),
        ["RequestTimeout", true, "RequestTimeout", true, 2]
      )
    }))
})
