/** An answer of an API is read as far as is agreed on, and no further. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Schema from "effect/Schema"
import { buffer } from "../../src/server/bridge/BoundedResponse.ts"
import * as HttpApiTools from "../../src/server/bridge/HttpApiTools.ts"
import { textsOf } from "../support/Messages.ts"
import { call, open } from "../support/Tools.ts"

const text = Schema.String.pipe(HttpApiSchema.asText())
const Api = HttpApi.make("api").add(
  HttpApiGroup.make("a", { topLevel: true }).add(HttpApiEndpoint.get("get", "/get", { success: text }))
)

/** A body that never ends, and counts what is taken of it. */
const endless = () => {
  const state = { taken: 0, cancelled: false }
  const body = new ReadableStream({
    pull: (controller) => {
      state.taken += 1000
      controller.enqueue(new Uint8Array(1000).fill(97))
    },
    cancel: () => {
      state.cancelled = true
    }
  })
  return { state, body }
}

const answering = (respond: () => Response) =>
  HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, respond())))

const get = (respond: () => Response, options: HttpApiTools.Options) =>
  open(HttpApiTools.serve(Api, { ...options, baseUrl: "http://api" })).pipe(
    Effect.flatMap((line) => call(line, "get")),
    Effect.provideService(HttpClient.HttpClient, answering(respond))
  )

const wrap = (response: Response) => HttpClientResponse.fromWeb(HttpClientRequest.get("http://api/"), response)

describe("the answer of an API", () => {
  it.effect("that does not end is left, and the model is told", () =>
    Effect.gen(function*() {
      const { body, state } = endless()
      const answer = yield* get(() => new Response(body), { responseBytesMax: 10_000 })
      assert.strictEqual(answer.result?.isError, true)
      assert.deepStrictEqual(textsOf(answer), ["The answer has more than 10000 bytes, and no more is read"])
      assert.isTrue(state.cancelled)
      assert.isBelow(state.taken, 20_000)
    }))

  it.effect("that says how long it is is not begun with, and has a limit by default", () =>
    Effect.gen(function*() {
      const { body, state } = endless()
      const headers = { "content-length": String(8 * 1024 * 1024 + 1) }
      const { result } = yield* get(() => new Response(body, { headers }), {})
      assert.strictEqual(result?.isError, true)
      assert.isAtMost(state.taken, 1000)
    }))

  it.effect("that is as long as it may be is given whole", () =>
    Effect.gen(function*() {
      const answer = yield* get(() => new Response("x".repeat(10)), { responseBytesMax: 10 })
      assert.deepStrictEqual(textsOf(answer), ["x".repeat(10)])
    }))

  it.effect("without a body has none afterwards", () =>
    Effect.gen(function*() {
      for (const response of [new Response(null, { status: 204 }), new Response(null), new Response("")]) {
        assert.strictEqual(yield* (yield* buffer(wrap(response), 0)).text, "")
      }
    }))

  it.effect.prop(
    "keeps its status, its headers and its bytes",
    [Schema.Array(Schema.Uint8Array)],
    ([chunks]) =>
      Effect.gen(function*() {
        const whole = new Uint8Array(
          yield* Effect.promise(() => new Blob([...chunks] as Array<BlobPart>).arrayBuffer())
        )
        const body = new ReadableStream({
          start: (controller) => {
            for (const chunk of chunks) controller.enqueue(chunk)
            controller.close()
          }
        })
        const response = wrap(new Response(body, { status: 418, headers: { "x-a": "b" } }))
        const read = yield* buffer(response, whole.length)
        assert.deepStrictEqual([read.status, read.headers["x-a"]], [418, "b"])
        assert.deepStrictEqual(new Uint8Array(yield* read.arrayBuffer), whole)
        return true
      })
  )
})
