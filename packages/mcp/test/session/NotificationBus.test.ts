import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as NotificationBus from "../../src/session/NotificationBus.ts"

const Event = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("ListChanged"), kind: Schema.Literals(["tools", "prompts", "resources"]) }),
  Schema.Struct({ _tag: Schema.tag("ResourceUpdated"), uri: Schema.String })
])

const tools: NotificationBus.ServerEvent = { _tag: "ListChanged", kind: "tools" }

describe("a bus in memory", () => {
  it.effect.prop(
    "brings every event to everybody who listens, in order",
    [Schema.Array(Event)],
    ([events]) =>
      Effect.scoped(Effect.gen(function*() {
        const bus = yield* NotificationBus.makeMemory
        const heard: Array<NotificationBus.ServerEvent> = []
        const alsoHeard: Array<NotificationBus.ServerEvent> = []
        yield* bus.listen((event) => void heard.push(event))
        yield* bus.listen((event) => void alsoHeard.push(event))
        yield* Effect.forEach(events, bus.publish, { discard: true })
        assert.deepStrictEqual(heard, Array.from(events))
        assert.deepStrictEqual(alsoHeard, heard)
      }))
  )

  it.effect("calls one function that listens twice twice, and no more when a scope has closed", () =>
    Effect.gen(function*() {
      const bus = yield* NotificationBus.makeMemory
      let calls = 0
      const count = (): void => {
        calls += 1
      }
      yield* bus.listen(count)
      yield* Effect.scoped(Effect.andThen(bus.listen(count), bus.publish(tools)))
      assert.strictEqual(calls, 2)
      yield* bus.publish(tools)
      assert.strictEqual(calls, 3)
    }))

  it.effect("is shared by the servers that get it from the context", () =>
    Effect.gen(function*() {
      const bus = yield* NotificationBus.NotificationBus
      const heard: Array<NotificationBus.ServerEvent> = []
      yield* bus.listen((event) => void heard.push(event))
      yield* Effect.flatMap(NotificationBus.NotificationBus, ({ publish }) => publish(tools))
      assert.deepStrictEqual(heard, [tools])
    }).pipe(Effect.provide(NotificationBus.layerMemory)))
})
