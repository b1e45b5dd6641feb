/** A line whose peer reads nothing any more: it is closed all the same, and soon. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "../support/Line.ts"
import { claimed, request, serverInfo } from "../support/Messages.ts"

const chatty = Tool.serve("chatty", {}, () => Effect.as(Progress.report({ progress: 1 }), "done"))

const listening = request(1, "subscriptions/listen", claimed({ notifications: { toolsListChanged: true } }))

const calling = request(2, "tools/call", claimed({ name: "chatty" }, { progressToken: 1 }))

const ends = ["hangUp", "stop"] as const

const asked = [
  ["nothing", []],
  ["a subscription", [listening]],
  ["a call that reports progress", [calling]],
  ["both", [listening, calling]]
] as const

describe.each(ends)("a blocked line, at %s", (end) => {
  it.effect.each(asked)("with %s under way is done in a few seconds", ([, messages]) =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* McpServer.make(chatty, serverInfo), { drained: Effect.never })
      line.say(...messages)
      let done = false
      const ending = Effect.andThen(line[end], Effect.sync(() => (done = true)))
      const ended = yield* Effect.forkChild(ending, { startImmediately: true })
      yield* TestClock.adjust("3 seconds")
      assert.isTrue(done)
      yield* Fiber.join(ended)
    }))
})
