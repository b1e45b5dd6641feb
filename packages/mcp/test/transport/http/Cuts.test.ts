/** Responses that are cut: at every byte the request comes to an end, with the right answer or with a typed error. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { event, open, openSession, outgoing, socketError } from "../../support/ScriptedHttp.ts"

const params = { data: "é€😀" }
const answer = { id: 1, result: { text: "é€😀" } }

const encode = (text: string) => new TextEncoder().encode(text)

/** A response that is cut after so many bytes: by a broken connection, or as if it were complete. */
const cutOff = (bytes: Uint8Array, size: number, type: string, how: "broken" | "ended"): Response => {
  let isSent = size === 0
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (!isSent) controller.enqueue(bytes.slice(0, size))
      else if (how === "broken") controller.error(socketError("ECONNRESET", "read"))
      else controller.close()
      isSent = true
    }
  }, { highWaterMark: 0 })
  return new Response(body, { headers: { "content-type": type } })
}

/** Sends a request whose response is cut, and says how it ended. */
const outcome = (response: Response) =>
  Effect.gen(function*() {
    const { link } = yield* open(() => response)
    return yield* Effect.match(link.request(outgoing(v2026_07_28, "tools/call")), {
      onSuccess: ({ message }) => message._tag === "Success" ? message.result : "an error",
      onFailure: ({ mayHaveRun, reason }) => {
        assert.isTrue(mayHaveRun)
        return reason._tag
      }
    })
  })

const jsonBytes = encode(JSON.stringify({ jsonrpc: "2.0", ...answer }))
const eventBytes = encode(`: hi\n\n${event({ method: "notifications/message", params })}${event(answer)}`)

describe("a response that is cut at any byte", () => {
  for (const how of ["broken", "ended"] as const) {
    it.effect(`JSON, ${how}: no answer but the whole one`, () =>
      Effect.gen(function*() {
        for (let size = 0; size <= jsonBytes.length; size++) {
          const ended = yield* outcome(cutOff(jsonBytes, size, "application/json", how))
          if (how === "broken") assert.strictEqual(ended, "Unreachable", String(size))
          else if (size === jsonBytes.length) assert.deepStrictEqual(ended, answer.result)
          else assert.strictEqual(ended, size === 0 ? "AnswerMissing" : "InvalidAnswer", String(size))
        }
      }))

    it.effect(`events, ${how}: no answer but the whole one`, () =>
      Effect.gen(function*() {
        const expected = how === "broken" ? "Unreachable" : "AnswerMissing"
        for (let size = 0; size < eventBytes.length; size++) {
          assert.strictEqual(yield* outcome(cutOff(eventBytes, size, "text/event-stream", how)), expected, String(size))
        }
        assert.deepStrictEqual(
          yield* outcome(cutOff(eventBytes, eventBytes.length, "text/event-stream", how)),
          answer.result
        )
      }))
  }
})

const count = 20

/** What a server with a log of events has to say: numbers, each with an id, and the answer. */
const log = [
  ...Array.from({ length: count }, (_, n) => event({ method: "notifications/message", params: { data: n } }, `e${n}`)),
  event(answer, "end")
]

/** After how many bytes each connection breaks. */
const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2_000 }))).check(
  Schema.isMaxLength(30)
)

/** Where each connection begins: what follows the event, or, by a server that sends too much, one before it. */
const Extra = Schema.Literals([0, 1, 5])

describe("the stream of a session that is cut again and again", () => {
  it.effect.prop("is heard in full, each event once, in order, and then the answer (HTG-10)", [Sizes, Extra], (
    [sizes, extra]
  ) =>
    Effect.gen(function*() {
      let connection = 0
      const { link, received } = yield* openSession(({ headers, verb }) => {
        const last = headers["last-event-id"]
        const seen = last === undefined || last === "primer" ? 0 : Number(last.slice(1)) + 1
        const primer = verb === "POST" ? "id: primer\ndata:\n\n" : ""
        const bytes = encode(primer + log.slice(Math.max(0, seen - extra)).join(""))
        const size = sizes[connection++] ?? bytes.length
        // The primer arrives in any case: without an id there is nothing to come back with.
        return cutOff(
          bytes,
          Math.max(size, primer.length),
          "text/event-stream",
          connection % 2 === 0 ? "broken" : "ended"
        )
      })
      const waiting = yield* Effect.forkChild(link.request(outgoing(v2025_11_25, "tools/call")))
      yield* TestClock.adjust("2 hours")
      const exit = waiting.pollUnsafe()
      assert.isDefined(exit)
      const result = yield* Effect.result(Fiber.join(waiting))
      const heard = received.map((one) => (one.params as { readonly data: number }).data)
      assert.deepStrictEqual(heard, Array.from({ length: heard.length }, (_, n) => n))
      if (result._tag === "Failure") {
        // Only a server from which nothing came for all the attempts is given up.
        assert.isAtLeast(sizes.length, 9)
        assert.isTrue(result.failure.mayHaveRun)
      } else {
        assert.lengthOf(heard, count)
        assert.deepStrictEqual(result.success.message, { _tag: "Success", ...answer })
      }
    }), { arbitrary: { runs: 60 } })
})
