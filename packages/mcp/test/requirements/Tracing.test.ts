/** What the specification demands of the trace members that a server writes. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import * as Line from "../support/Line.ts"
import { claimed } from "../support/Messages.ts"
import * as Demo from "./Demo.ts"

const tracing = Layer.succeed(Tracer.Tracer, Tracer.make({ span: (options) => new Tracer.NativeSpan(options) }))

/** The `_meta` of what is sent ahead of the answer, to a request with this one. */
const sentAhead = (meta: object) =>
  Effect.gen(function*() {
    const line = yield* Line.open(yield* Effect.provide(Demo.server, tracing))
    yield* line.ask("tools/call", claimed({ name: "tell", arguments: { word: "a" } }, { progressToken: 1, ...meta }))
    const progress = line.sent.find(({ method }) => method === "notifications/progress")
    return (progress?.params?._meta ?? {}) as { readonly [key: string]: unknown }
  })

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

describe("trace members", () => {
  it.effect("are in the format of Trace Context, and continue the trace (KEY-08, TRC-01)", () =>
    Effect.gen(function*() {
      const sent = yield* sentAhead({ traceparent: parent })
      assert.match(String(sent.traceparent), /^00-0af7651916cd43dd8448eb211c80319c-(?!0{16})[0-9a-f]{16}-0[01]$/)
      assert.notStrictEqual(sent.traceparent, parent)
      for (
        const wrong of [
          "",
          "x",
          parent.toUpperCase(),
          `ff${parent.slice(2)}`,
          `00-${"0".repeat(32)}${parent.slice(35)}`
        ]
      ) {
        const own = (yield* sentAhead({ traceparent: wrong })).traceparent
        assert.match(String(own), /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/)
      }
    }))

  it.effect("that travel along are handed on as they came (KEY-08, TRC-01, TRC-02)", () =>
    Effect.gen(function*() {
      const luggage = { tracestate: "vendor=t61,other@x=1", baggage: "user=alice;prop=1,region=eu%20west" }
      assert.deepInclude(yield* sentAhead({ traceparent: parent, ...luggage }), luggage)
      for (const wrong of [1, null, ["a=1"], { a: 1 }, ""]) {
        const sent = yield* sentAhead({ traceparent: parent, tracestate: wrong, baggage: wrong })
        assert.notProperty(sent, "baggage")
        assert.notProperty(sent, "tracestate")
      }
    }))
})
