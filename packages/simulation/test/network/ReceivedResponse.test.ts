import { assert, describe, it } from "@effect/vitest"
import * as ReceivedBody from "@parley/simulation/network/ReceivedBody"
import * as ReceivedResponse from "@parley/simulation/network/ReceivedResponse"
import * as Effect from "effect/Effect"
import * as Cookies from "effect/http/Cookies"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as UrlParams from "effect/http/UrlParams"
import * as Stream from "effect/Stream"

const request = HttpClientRequest.get("http://server/")

const responseOf = (text: string, headers: { readonly [name: string]: string } = {}) => {
  const body = ReceivedBody.make<HttpClientError.HttpClientError>(() => undefined)
  body.take(text)
  body.complete()
  return ReceivedResponse.make({ request, url: request.url, status: 200, headers, body })
}

describe("a response", () => {
  it.effect("gives its body in whatever form is asked for", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* responseOf("é€😀").text, "é€😀")
      assert.strictEqual(yield* Stream.mkString(Stream.decodeText(responseOf("é€😀").stream)), "é€😀")
      assert.deepStrictEqual(yield* responseOf("{\"a\":1}").json, { a: 1 })
      assert.isNull(yield* responseOf("").json)
      assert.deepStrictEqual(UrlParams.toRecord(yield* responseOf("a=1&b=2").urlParamsBody), { a: "1", b: "2" })
      assert.strictEqual((yield* responseOf("€").arrayBuffer).byteLength, 3)
    }))

  it.effect("says what is wrong with its body, and what nobody simulates", () =>
    Effect.gen(function*() {
      const malformed = yield* Effect.flip(responseOf("{").json)
      assert.strictEqual(malformed.reason._tag, "DecodeError")
      assert.strictEqual(malformed.request, request)
      assert.include(String((yield* Effect.flip(responseOf("").formData)).reason.cause), "is not simulated")
      assert.include(String((yield* Effect.flip(responseOf("").upgrade)).reason.cause), "is not simulated")
    }))

  it("has a head", () => {
    const response = responseOf("", { "Content-Type": "text/plain", "set-cookie": "a=1" })
    assert.strictEqual(response.status, 200)
    assert.strictEqual(response.headers["content-type"], "text/plain")
    assert.strictEqual(Cookies.toCookieHeader(response.cookies), "a=1")
    assert.strictEqual(response.pipe((self) => self.request), request)
    assert.deepInclude(response.toJSON(), { _id: "HttpClientResponse", status: 200 })
  })
})
