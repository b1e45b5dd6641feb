/** Listening over HTTP in the stateless era: the stream is the subscription, and ends with it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as McpClient from "../../../src/client/McpClient.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { MetaKey } from "../../../src/schema/Meta.ts"
import * as StreamableHttpClient from "../../../src/transport/StreamableHttpClient.ts"
import { turns } from "../../support/Elapse.ts"
import type { Heard, Reply } from "../ScriptedPeer.ts"
import { openingWith, reading, telling, word } from "./Support.ts"

const uri = "file:///a"

/** An event stream in the hands of the test. */
interface Subscription {
  readonly id: unknown
  readonly say: (message: object) => void
  readonly end: () => void
  readonly isLeft: () => boolean
}

const messageOf = ({ body }: HttpClientRequest): Heard =>
  body._tag === "Uint8Array" ? JSON.parse(new TextDecoder().decode(body.body)) as Heard : {}

const subscribe = (id: unknown): readonly [Subscription, Response] => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let left = false
  const body = new ReadableStream<Uint8Array>({
    start: (started) => {
      controller = started
    },
    cancel: () => {
      left = true
    }
  })
  const say = (message: object) =>
    controller?.enqueue(new TextEncoder().encode(`data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`))
  const subscription = { id, say, end: () => controller?.close(), isLeft: () => left }
  return [subscription, new Response(body, { headers: { "content-type": "text/event-stream" } })]
}

const acknowledgment = {
  method: "notifications/subscriptions/acknowledged",
  params: { notifications: { resourceSubscriptions: [uri] } }
}

const make = (refusals: ReadonlyArray<ResponseInit> = []) => {
  const heard: Array<Heard> = []
  const subscriptions: Array<Subscription> = []
  const refused = [...refusals]
  const opened = openingWith(v2026_07_28, telling)["server/discover"] as Exclude<Reply, string>
  const answer = (message: Heard): Response => {
    heard.push(message)
    if (message.method === "server/discover") {
      return Response.json({ jsonrpc: "2.0", id: message.id, ...opened })
    }
    if (message.method !== "subscriptions/listen") return new Response(null, { status: 202 })
    const refusal = refused.shift()
    if (refusal !== undefined) return new Response("later", refusal)
    const [subscription, response] = subscribe(message.id)
    subscriptions.push(subscription)
    // Over HTTP the stream says which subscription it is; the id in the message is left out here.
    subscription.say(acknowledgment)
    return response
  }
  const http = HttpClient.make((request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, answer(messageOf(request))))
  )
  const transport = Layer.provide(
    StreamableHttpClient.layer({ url: "https://example.com/mcp" }),
    Layer.succeed(HttpClient.HttpClient, http)
  )
  return {
    heard: (method: string) => heard.filter((message) => message.method === method),
    subscriptions,
    client: Effect.provide(McpClient.make({ name: "test", version: "0" }), transport)
  }
}

/** Waits until something holds; bodies are read by the platform, in its own time. */
const until = (holds: () => boolean) =>
  Effect.gen(function*() {
    for (let turn = 0; turn < 1_000 && !holds(); turn++) {
      yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
    }
    assert.isTrue(holds())
  })

const updated = (part = "") => ({ method: "notifications/resources/updated", params: { uri: `${uri}${part}` } })

describe("subscriptions over HTTP", () => {
  it.effect("are heard on their own streams, and left by closing them (SUC-04, CAN-07)", () =>
    Effect.gen(function*() {
      const { client: connecting, heard, subscriptions } = make()
      const client = yield* connecting
      const first = yield* reading(client.resourceUpdates(uri))
      const second = yield* reading(client.resourceUpdates(uri))
      yield* until(() => first.heard.length === 1 && second.heard.length === 1)
      subscriptions[0]?.say(updated("/1"))
      subscriptions[1]?.say(updated("/2"))
      yield* until(() => first.heard.length === 2 && second.heard.length === 2)
      assert.deepStrictEqual(first.heard.map(word), [`Listening ${uri}`, `Changed ${uri}/1`])
      assert.deepStrictEqual(second.heard.map(word), [`Listening ${uri}`, `Changed ${uri}/2`])
      yield* first.stop
      yield* until(() => subscriptions[0]?.isLeft() === true)
      assert.isFalse(subscriptions[1]?.isLeft())
      yield* second.stop
      assert.lengthOf(heard("notifications/cancelled"), 0)
    }))

  const ends: { readonly [how: string]: (subscription: Subscription) => void } = {
    "just end": ({ end }) => end(),
    "end with their answer": ({ end, id, say }) => {
      say({ id, result: { resultType: "complete", _meta: { [MetaKey.subscriptionId]: id } } })
      end()
    }
  }
  for (const [how, end] of Object.entries(ends)) {
    it.effect(`that ${how} are opened again (C1)`, () =>
      Effect.gen(function*() {
        const { client: connecting, heard, subscriptions } = make()
        const client = yield* connecting
        const updates = yield* reading(client.resourceUpdates(uri))
        yield* until(() => updates.heard.length === 1)
        const [subscription] = subscriptions
        if (subscription !== undefined) end(subscription)
        for (let turn = 0; turn < 100; turn++) yield* Effect.promise(() => new Promise<void>((go) => setImmediate(go)))
        assert.lengthOf(subscriptions, 1)
        yield* TestClock.adjust("1 seconds")
        yield* until(() => updates.heard.length === 2)
        assert.lengthOf(subscriptions, 2)
        assert.lengthOf(heard("notifications/cancelled"), 0)
        yield* updates.stop
      }))
  }

  it.effect("are tried again while the server has no time, not where it does not let us in", () =>
    Effect.gen(function*() {
      const { client: connecting, heard } = make([{ status: 503 }, { status: 429 }, { status: 403 }])
      const client = yield* connecting
      const updates = yield* reading(client.resourceUpdates(uri))
      for (let second = 0; second < 10; second++) {
        yield* Effect.promise(() => new Promise<void>((go) => setImmediate(go)))
        yield* TestClock.adjust("1 seconds")
      }
      yield* until(() => updates.fiber.pollUnsafe() !== undefined)
      assert.lengthOf(heard("subscriptions/listen"), 3)
    }))

  it.effect("are tried again no sooner than the server asks for", () =>
    Effect.gen(function*() {
      const { client: connecting, heard } = make([{ status: 429, headers: { "retry-after": "20" } }])
      const client = yield* connecting
      const updates = yield* reading(client.resourceUpdates(uri))
      yield* until(() => heard("subscriptions/listen").length === 1)
      yield* turns
      yield* TestClock.adjust("19 seconds")
      yield* turns
      assert.lengthOf(heard("subscriptions/listen"), 1)
      yield* TestClock.adjust("1 seconds")
      yield* until(() => updates.heard.length === 1)
      yield* updates.stop
    }))
})
