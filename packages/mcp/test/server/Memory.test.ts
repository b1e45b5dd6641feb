/** What sessions over HTTP cost while they are idle, and what is left when their clients never come back. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Tool from "../../src/contract/Tool.ts"
import * as HttpDriver from "../../src/server/http/HttpDriver.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as HttpPolicy from "../../src/session/HttpPolicy.ts"
import { defaultLimits, type Limits, SessionLimits } from "../../src/session/SessionLimits.ts"
import * as SessionStore from "../../src/session/SessionStore.ts"
import { heldBytes } from "../support/Heap.ts"
import { initializeParams, request, serverInfo } from "../support/Messages.ts"

const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))

const mebibyte = 1024 * 1024

const body = JSON.stringify(request(0, "initialize", initializeParams("2025-11-25")))

const head: { readonly [name: string]: string } = { host: "localhost", "content-type": "application/json" }

/** An endpoint whose sessions can be counted, and a client that opens one and never comes back. */
const open = (changes: Partial<Limits> = {}) =>
  Effect.gen(function*() {
    const records = new Map<string, SessionStore.SessionRecord>()
    const store = Layer.succeed(SessionStore.SessionStore, {
      put: (record) => Effect.sync(() => void records.set(record.id, record)),
      get: (id) => Effect.sync(() => records.get(id)),
      remove: (id) => Effect.sync(() => records.delete(id))
    })
    const server = yield* McpServer.make(hello, serverInfo).pipe(
      Effect.provideService(SessionLimits, { ...defaultLimits, ...changes })
    )
    const handle = yield* Effect.provide(HttpDriver.make(server, HttpPolicy.defaultPolicy), store)
    const statuses = new Map<number, number>()
    const abandon = Effect.suspend(() =>
      handle({
        method: "POST",
        url: "/mcp",
        header: (name) => head[name],
        body,
        respond: (status) => void statuses.set(status, (statuses.get(status) ?? 0) + 1),
        stream: () => assert.fail("no stream was asked for"),
        onClose: () => undefined
      })
    )
    return {
      records,
      statuses,
      abandon: (count: number) => Effect.forEach(Array.from({ length: count }), () => abandon, { discard: true })
    }
  })

describe("sessions that nobody comes back to", () => {
  it.effect("50,000 of them end in no sessions and a flat heap", () =>
    Effect.gen(function*() {
      const { abandon, records, statuses } = yield* open()
      yield* abandon(2_000)
      yield* TestClock.adjust(defaultLimits.sessionIdleMillis * 2)
      const before = heldBytes()
      yield* abandon(50_000)
      assert.strictEqual(records.size, defaultLimits.sessionsMax)
      yield* TestClock.adjust(defaultLimits.sessionIdleMillis * 2)
      assert.strictEqual(records.size, 0)
      assert.deepStrictEqual([...statuses], [[200, 52_000]])
      assert.isBelow(heldBytes() - before, mebibyte)
    }))

  it.effect("10,000 that stay idle cost at most 4 KiB each", () =>
    Effect.gen(function*() {
      const { abandon, records } = yield* open({ sessionsMax: 20_000 })
      yield* abandon(1_000)
      const before = heldBytes()
      yield* abandon(10_000)
      const each = (heldBytes() - before) / 10_000
      assert.strictEqual(records.size, 11_000)
      assert.isBelow(each, 4096)
    }))
})
