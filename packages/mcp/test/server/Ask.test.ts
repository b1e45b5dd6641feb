/** Asking the client in the middle of a handler, in the session era, over a line. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Ask from "../../src/contract/Ask.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as ConnectionDriver from "../../src/server/ConnectionDriver.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { makePair } from "../../src/transport/InMemory.ts"

interface Message {
  readonly jsonrpc: string
  readonly id?: number | string
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
}

const sampling = Tool.serve(
  "sampling",
  {},
  () =>
    Ask.sample({ messages: [{ role: "user", content: { type: "text", text: "2+2?" } }], maxTokens: 10 }).pipe(
      Effect.map((answer) => `${answer.model} says ${JSON.stringify(answer.content)}`),
      Effect.catchReason(
        "AskError",
        "Unsupported",
        () => Effect.fail(Tool.fail("no model")),
        (reason) => Effect.fail(Tool.fail(`${reason._tag}: ${reason.message}`))
      )
    )
)

/** A client of the line: sends messages, and hands over what comes back. */
const connect = (capabilities: object) =>
  Effect.gen(function*() {
    const server = yield* McpServer.make(sampling, { name: "test", version: "1" })
    const pair = yield* makePair
    const received = yield* Queue.unbounded<Message>()
    yield* Effect.forkScoped(ConnectionDriver.run(server, pair.server), { startImmediately: true })
    yield* Effect.forkScoped(
      pair.client.listen((line) => {
        if (line._tag === "Line") Queue.offerUnsafe(received, JSON.parse(line.text) as Message)
      }),
      { startImmediately: true }
    )
    const send = (message: object) =>
      Effect.sync(() => pair.client.send(JSON.stringify({ jsonrpc: "2.0", ...message })))
    yield* send({
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "test", version: "1" } }
    })
    yield* Queue.take(received)
    return { send, received }
  })

const call = { id: 1, method: "tools/call", params: { name: "sampling" } }

const textOf = (message: Message): string =>
  (message.result as { readonly content: ReadonlyArray<{ readonly text: string }> }).content[0]?.text ?? ""

describe("Ask", () => {
  it.effect("sends a request of the server and waits for its answer", () =>
    Effect.gen(function*() {
      const { received, send } = yield* connect({ sampling: {} })
      yield* send(call)
      const question = yield* Queue.take(received)
      assert.strictEqual(question.method, "sampling/createMessage")
      yield* send({
        id: question.id,
        result: { role: "assistant", model: "m1", content: { type: "text", text: "4" } }
      })
      assert.strictEqual(textOf(yield* Queue.take(received)), "m1 says {\"type\":\"text\",\"text\":\"4\"}")
    }))

  it.effect("asks nothing of a client that did not declare the capability", () =>
    Effect.gen(function*() {
      const { received, send } = yield* connect({})
      yield* send(call)
      assert.strictEqual(textOf(yield* Queue.take(received)), "no model")
    }))

  it.effect("tells refusals and invalid answers apart", () =>
    Effect.gen(function*() {
      const { received, send } = yield* connect({ sampling: {} })
      yield* send(call)
      const first = yield* Queue.take(received)
      yield* send({ id: first.id, error: { code: -1, message: "User rejected" } })
      assert.strictEqual(textOf(yield* Queue.take(received)), "Refused: User rejected")
      yield* send({ ...call, id: 2 })
      const second = yield* Queue.take(received)
      assert.notStrictEqual(second.id, first.id)
      yield* send({ id: second.id, result: { role: "assistant" } })
      assert.match(textOf(yield* Queue.take(received)), /^InvalidAnswer: /)
    }))

  const broken: ReadonlyArray<readonly [what: string, answer: object]> = [
    ["has both a result and an error", { result: {}, error: { code: 1, message: "?" } }],
    ["has an error that is none", { error: "?" }],
    ["has a result nested without end", { result: JSON.parse("[".repeat(200) + "]".repeat(200)) }]
  ]
  it.effect.each(broken)(
    "takes what %s for an answer that is wrong, and harms no request with the same id",
    ([, answer]) =>
      Effect.gen(function*() {
        const { received, send } = yield* connect({ sampling: {} })
        yield* send(call)
        const question = yield* Queue.take(received)
        // Both sides count from one: the client has a request of this id in progress.
        assert.strictEqual(question.id, call.id)
        yield* send({ id: question.id, ...answer })
        const heard = [yield* Queue.take(received), yield* Queue.take(received)]
        assert.deepStrictEqual(heard.map(({ id }) => id), [undefined, call.id])
        assert.match(textOf(heard[1] ?? assert.fail("no answer")), /^InvalidAnswer: /)
      })
  )

  it.effect("withdraws the question when the call is cancelled, and drops a late answer", () =>
    Effect.gen(function*() {
      const { received, send } = yield* connect({ sampling: {} })
      yield* send(call)
      const question = yield* Queue.take(received)
      yield* send({ method: "notifications/cancelled", params: { requestId: 1 } })
      const withdrawn = yield* Queue.take(received)
      assert.strictEqual(withdrawn.method, "notifications/cancelled")
      assert.deepStrictEqual(withdrawn.params, { requestId: question.id })
      yield* send({ id: question.id, result: {} })
      yield* send({ id: 3, method: "ping" })
      assert.deepStrictEqual(yield* Queue.take(received), { jsonrpc: "2.0", id: 3, result: {} })
    }))
})
