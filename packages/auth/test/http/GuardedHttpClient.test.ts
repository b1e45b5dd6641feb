import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { tracing } from "../../../mcp/test/support/Tracing.ts"
import * as AuthError from "../../src/AuthError.ts"
import { AuthLimits, defaultLimits } from "../../src/AuthLimits.ts"
import * as GuardedHttpClient from "../../src/http/GuardedHttpClient.ts"
import * as TrustedUrl from "../../src/http/TrustedUrl.ts"
import { AllowPrivateHosts } from "../../src/InsecureAllowances.ts"
import * as FakeHttp from "../support/FakeHttp.ts"

const origin = "https://auth.example"

const redirect = (location: string, status = 302) => () => new Response("moved", { status, headers: { location } })

const send = (
  http: FakeHttp.FakeHttp,
  request: HttpClientRequest.HttpClientRequest,
  options: GuardedHttpClient.Options = {}
) =>
  GuardedHttpClient.make(options).pipe(
    Effect.flatMap((client) => client.execute(request)),
    Effect.provide(http.layer)
  )

const get = (http: FakeHttp.FakeHttp, url: string, options: GuardedHttpClient.Options = {}) =>
  send(http, HttpClientRequest.get(url), options)

/** The reason why a request failed. */
const reasonOf = (effect: Effect.Effect<unknown, HttpClientError.HttpClientError>) =>
  Effect.map(Effect.flip(effect), (error) => {
    assert.strictEqual(AuthError.find(error), GuardedHttpClient.toAuthError(error))
    return GuardedHttpClient.toAuthError(error).reason
  })

const hostile = [
  "https://169.254.169.254/latest/meta-data/",
  "https://2852039166/",
  "https://0xa9fea9fe/",
  "https://[::ffff:169.254.169.254]/",
  "https://[fd00:ec2::254]/",
  "https://[::1]/",
  "https://127.1/",
  "https://0x7f000001/",
  "https://017700000001/",
  "https://10.0.0.8/",
  "https://[fc00::1]/",
  "https://[fe80::1]/",
  "https://[64:ff9b::a00:1]/",
  "https://0/",
  "https://localhost/",
  "https://metadata.google.internal/",
  "https://db.internal/",
  "https://auth/",
  "http://auth.example/",
  "http://[::1]/",
  "ftp://auth.example/",
  "file:///etc/passwd",
  "https://auth.example@evil.example/"
]

describe("GuardedHttpClient", () => {
  it.effect("gives the response of a host that is trusted, read", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({
        [origin]: () => FakeHttp.json({ a: 1 }, { status: 201, headers: { "dpop-nonce": "n" } })
      })
      const response = yield* get(http, `${origin}/x?q=1`)
      assert.deepStrictEqual([response.status, response.headers["dpop-nonce"], yield* response.json], [201, "n", {
        a: 1
      }])
      assert.strictEqual(response.url, `${origin}/x?q=1`)
      const web = HttpClientResponse.toWeb(response)
      assert.strictEqual(web._tag, "Some")
    }))

  it.effect("gives responses that have no body", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({ [origin]: () => new Response(null, { status: 204 }) })
      const response = yield* get(http, origin)
      assert.deepStrictEqual([response.status, yield* response.text], [204, ""])
    }))

  it.effect("ends a request that nobody may interrupt when its time is over", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({ [origin]: () => Effect.never })
      const fiber = yield* Effect.forkChild(Effect.uninterruptible(reasonOf(get(http, origin))))
      yield* TestClock.adjust(defaultLimits.requestMillisMax)
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "Unreachable")
    }))

  it.effect("sends nothing to what is not trusted (SSR-01 to SSR-03)", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make()
      for (const url of hostile) {
        const reason = yield* reasonOf(get(http, url))
        assert.strictEqual(reason._tag, "UntrustedUrl", url)
      }
      assert.deepStrictEqual(http.requests, [])
    }))

  it.effect("sends to what was named, by whoever made it and not by whoever uses it (SSR-02)", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({ "http://localhost:8080": () => FakeHttp.json({}) })
      const url = "http://localhost:8080/x"
      yield* get(http, url, { named: ["localhost"] })
      yield* Effect.provideService(get(http, url), AllowPrivateHosts, ["localhost"])
      const strict = yield* Effect.provide(GuardedHttpClient.make(), http.layer)
      const reason = yield* reasonOf(Effect.provideService(strict.get(url), AllowPrivateHosts, ["localhost"]))
      assert.strictEqual(reason._tag, "UntrustedUrl")
      assert.lengthOf(http.requests, 2)
    }))

  it.effect("gives its allowances to those who run with its context", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({ "http://localhost:1": () => FakeHttp.json({}) })
      const context = yield* GuardedHttpClient.context({ named: ["localhost"] }).pipe(
        Effect.provideService(AllowPrivateHosts, ["other.internal"]),
        Effect.provide(http.layer)
      )
      const uses = Effect.all([
        TrustedUrl.check("http://localhost:1/authorize"),
        TrustedUrl.check("https://other.internal/authorize"),
        HttpClient.get("http://localhost:1/token")
      ])
      yield* Effect.provideContext(uses, context)
      assert.lengthOf(http.requests, 1)
    }))

  it.effect("follows redirects on the same origin, three of them (SSR-04)", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({
        [`${origin}/0`]: redirect("/1?a=b"),
        [`${origin}/1`]: redirect(`${origin}/2`, 307),
        [`${origin}/2`]: redirect("3", 308),
        [`${origin}/3`]: () => FakeHttp.json("end"),
        [`${origin}/loop`]: redirect("/loop")
      })
      const response = yield* get(http, `${origin}/0?q=1`)
      assert.strictEqual(yield* response.json, "end")
      assert.deepStrictEqual(http.requests.map(({ url }) => url.pathname + url.search), [
        "/0?q=1",
        "/1?a=b",
        "/2",
        "/3"
      ])
      const reason = yield* reasonOf(get(http, `${origin}/loop`))
      assert.strictEqual(reason._tag, "InvalidResponse")
      assert.lengthOf(http.sentTo(`${origin}/loop`), 4)
    }))

  it.effect("follows no redirect to another origin, through however many hops (SSR-04)", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({
        [`${origin}/hop`]: redirect("/hop2"),
        [`${origin}/hop2`]: redirect("https://127.1/")
      })
      const targets = [
        ...hostile,
        "https://other.example/",
        `${origin}:8443/`,
        "http://auth.example/",
        "//evil.example/"
      ]
      for (const target of [...targets, `${origin}/hop`]) {
        http.handle({ [`${origin}/x`]: redirect(target) })
        const reason = yield* reasonOf(get(http, `${origin}/x`))
        assert.strictEqual(reason._tag, "UntrustedUrl", target)
      }
      assert.deepStrictEqual([...new Set(http.requests.map(({ url }) => url.origin))], [origin])
    }))

  it.effect("sends no body a second time (SSR-04)", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make()
      for (const status of [301, 302, 303, 307, 308]) {
        http.handle({ [`${origin}/token`]: redirect("/other", status) })
        const request = HttpClientRequest.bodyUrlParams(HttpClientRequest.post(`${origin}/token`), { code: "c" })
        const reason = yield* reasonOf(send(http, request))
        assert.strictEqual(reason._tag, "UntrustedUrl")
      }
      assert.lengthOf(http.requests, 5)
      assert.lengthOf(http.sentTo(`${origin}/other`), 0)
    }))

  it.effect("tells fetch not to follow redirects, and sees when it did all the same (SSR-04)", () =>
    Effect.gen(function*() {
      const inits: Array<RequestInit | undefined> = []
      const fetch: typeof globalThis.fetch = (_, init) => {
        inits.push(init)
        const response = Response.json({})
        return Promise.resolve(Object.defineProperty(response, "url", { value: "https://evil.example/" }))
      }
      const layer = GuardedHttpClient.layer().pipe(
        Layer.provide(FetchHttpClient.layer),
        Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "follow", credentials: "include" })),
        Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch))
      )
      const reason = yield* reasonOf(Effect.provide(HttpClient.get(`${origin}/x`), layer))
      assert.strictEqual(reason._tag, "UntrustedUrl")
      assert.deepStrictEqual(inits.map((init) => [init?.redirect, init?.credentials]), [["manual", "include"]])
    }))

  it.effect("reads so much and no more", () =>
    Effect.gen(function*() {
      const limits = Layer.succeed(AuthLimits, { ...defaultLimits, responseBytesMax: 1000 })
      let pulled = 0
      const endless = () =>
        new Response(
          new ReadableStream({
            pull: (controller) => {
              pulled++
              controller.enqueue(new Uint8Array(100))
            }
          })
        )
      const http = FakeHttp.make({
        [`${origin}/fits`]: () => new Response("x".repeat(1000)),
        [`${origin}/long`]: () => new Response("x".repeat(1001)),
        [`${origin}/said`]: () => new Response("x", { headers: { "content-length": "1001" } }),
        [`${origin}/endless`]: endless
      })
      const response = yield* Effect.provide(get(http, `${origin}/fits`), limits)
      assert.lengthOf(yield* response.text, 1000)
      for (const path of ["long", "said", "endless"]) {
        const reason = yield* reasonOf(Effect.provide(get(http, `${origin}/${path}`), limits))
        assert.strictEqual(reason._tag, "InvalidResponse", path)
      }
      assert.isAtMost(pulled, 13)
    }))

  it.effect("waits so long and no longer, for the headers, the body and redirects together", () =>
    Effect.gen(function*() {
      const silent = () => new Response(new ReadableStream({ start: () => undefined }))
      const slow = (answer: () => Response) => () => Effect.delay(Effect.sync(answer), "11 seconds")
      const http = FakeHttp.make({
        [`${origin}/never`]: () => Effect.never,
        [`${origin}/body`]: silent,
        [`${origin}/hops`]: slow(redirect("/hops"))
      })
      for (const path of ["never", "body", "hops"]) {
        const fiber = yield* Effect.forkChild(reasonOf(get(http, `${origin}/${path}`)))
        yield* TestClock.adjust("29 seconds")
        assert.isUndefined(fiber.pollUnsafe(), path)
        yield* TestClock.adjust("1 second")
        const reason = yield* Fiber.join(fiber)
        assert.strictEqual(reason._tag, "Unreachable", path)
      }
    }))

  it.effect("tells errors without what was sent", () =>
    Effect.gen(function*() {
      const request = HttpClientRequest.post(`${origin}/token?key=s3cret`).pipe(
        HttpClientRequest.setHeader("authorization", "Basic s3cret"),
        HttpClientRequest.bodyUrlParams({ client_secret: "s3cret", code: "s3cret" })
      )
      const failures: ReadonlyArray<unknown> = [
        new TypeError("fetch failed", {
          cause: Object.assign(new Error("connect to s3cret"), { code: "ECONNREFUSED" })
        }),
        new TypeError(`"Basic s3cret" is an invalid header value`),
        new TypeError(`Failed to parse URL from ${origin}/token?key=s3cret`),
        "s3cret",
        undefined
      ]
      const details = yield* Effect.forEach(failures, (cause) => {
        const client = HttpClient.make((sent) =>
          Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request: sent, cause })
            })
          )
        )
        return Effect.gen(function*() {
          const guarded = yield* Effect.provideService(GuardedHttpClient.make(), HttpClient.HttpClient, client)
          const error = yield* Effect.flip(guarded.execute(request))
          const shown = [String(error), error.message, JSON.stringify(error), JSON.stringify(error.reason.request)]
          for (const text of shown) assert.notInclude(text, "s3cret")
          const { reason } = GuardedHttpClient.toAuthError(error)
          return reason._tag === "Unreachable" ? reason.detail : reason._tag
        })
      })
      assert.strictEqual(details[0], "ECONNREFUSED")
    }))

  it.effect("says so when a name resolved to a private address (SSR-06)", () =>
    Effect.gen(function*() {
      const cause = new TypeError("fetch failed", {
        cause: Object.assign(new Error("refused"), { code: GuardedHttpClient.privateAddressCode })
      })
      const client = HttpClient.make((request) =>
        Effect.fail(
          new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
        )
      )
      const guarded = yield* Effect.provideService(GuardedHttpClient.make(), HttpClient.HttpClient, client)
      const reason = yield* reasonOf(guarded.get(`${origin}/x`))
      assert.strictEqual(reason._tag, "UntrustedUrl")
    }))

  it.effect("makes spans without the query, and tells nobody of the trace", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const http = FakeHttp.make({ [origin]: () => FakeHttp.json({}) })
      yield* Effect.provide(Effect.withSpan(get(http, `${origin}/x?key=s3cret`), "login"), layer)
      const attributes = spans.flatMap((span) => Array.from(span.attributes))
      assert.isTrue(attributes.some(([name, value]) => name === "url.path" && value === "/x"))
      assert.notInclude(JSON.stringify(attributes), "s3cret")
      assert.doesNotHaveAnyKeys(http.requests[0]?.headers, ["traceparent", "b3"])
    }))
})
