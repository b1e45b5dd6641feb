/** A body that is written piece by piece: what waits for its reader is bounded, and nobody waits for a reader who is gone. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as StreamBody from "../../src/transport/StreamBody.ts"

const open = () => {
  let gone = 0
  return { ...StreamBody.make(() => void gone++), gone: () => gone }
}

const read = (body: Stream.Stream<Uint8Array>) => Stream.mkString(Stream.decodeText(body))

describe("a body", () => {
  it.effect.prop("is what was written, in order", [Schema.Array(Schema.String)], ([pieces]) =>
    Effect.gen(function*() {
      const { body, gone, writer } = open()
      const reading = yield* Effect.forkChild(Stream.runCollect(body))
      yield* Effect.forEach(pieces, writer.write, { discard: true })
      writer.end()
      const encoder = new TextEncoder()
      assert.deepStrictEqual(yield* Fiber.join(reading), pieces.map((piece) => encoder.encode(piece)))
      assert.strictEqual(gone(), 0)
    }))

  it.effect("holds the writer up by what waits, however few pieces that is", () =>
    Effect.gen(function*() {
      const { body, writer } = open()
      const writing = yield* Effect.forkChild(writer.write("x".repeat(1_000_000)), { startImmediately: true })
      assert.isUndefined(writing.pollUnsafe())
      assert.isFalse(writer.offer("more"))
      const reading = yield* Effect.forkChild(read(body))
      yield* Fiber.join(writing)
      assert.isTrue(writer.offer("more"))
      writer.end()
      assert.strictEqual((yield* Fiber.join(reading)).length, 1_000_004)
    }))

  it.effect("that is cut lets the writer go, and says once that the reader is gone", () =>
    Effect.gen(function*() {
      const { gone, writer } = open()
      const writing = yield* Effect.forkChild(writer.write("x".repeat(1_000_000)), { startImmediately: true })
      writer.abort()
      yield* Fiber.join(writing)
      writer.abort()
      yield* writer.write("nothing")
      assert.deepStrictEqual([gone(), writer.offer("nothing")], [1, false])
    }))

  it.effect("says that the reader is gone when it stops early, and not after the end", () =>
    Effect.gen(function*() {
      for (const [isEnded, times] of [[false, 1], [true, 0]] as const) {
        const { body, gone, writer } = open()
        yield* writer.write("a")
        if (isEnded) writer.end()
        yield* Stream.runDrain(Stream.take(body, 1))
        assert.strictEqual(gone(), times)
      }
    }))
})
