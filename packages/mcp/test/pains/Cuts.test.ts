/** A network that cuts: a long call in a session is heard in full by a client that comes back for the rest. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Messages from "../support/Messages.ts"

const count = 200

const work = Tool.serve("work", {}, () =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => index + 1),
    (progress) => Effect.andThen(Progress.report({ progress }), Effect.yieldNow),
    { discard: true }
  ).pipe(Effect.as("worked")))

const call = Messages.request(1, "tools/call", { name: "work", _meta: { progressToken: "t" } })

/** How many events are read before each cut. */
const Cuts = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })))

describe("a stream that is cut again and again", () => {
  it.effect.prop("tells each step of a long call once, in order, and its answer, over all its connections", [Cuts], ([
    cuts
  ]) =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* McpServer.make(work, Messages.serverInfo))
      const session = { "content-type": "application/json", ...(yield* http.initialize()) }
      const heard: Array<Messages.Received> = []
      let lastId: string | undefined
      let exchange = http.start("POST", session, call)
      for (const cut of [...cuts, count + 1]) {
        yield* Effect.race(exchange.arrived(cut), exchange.over)
        exchange.disconnect()
        for (const { data, id } of exchange.events()) {
          lastId = id ?? lastId
          if (data !== "") heard.push(JSON.parse(data))
        }
        if (heard.at(-1)?.id === 1) break
        exchange = http.start("GET", { accept: "text/event-stream", ...session, "last-event-id": lastId })
      }
      assert.deepStrictEqual(
        heard.slice(0, -1).map(({ params }) => params?.progress),
        Array.from({ length: count }, (_, index) => index + 1)
      )
      assert.deepStrictEqual(Messages.textsOf(heard.at(-1) ?? assert.fail("nothing")), ["worked"])
    }).pipe(Effect.scoped), { arbitrary: { runs: 50 } })
})
