/** What an API is shown of who calls it, and whose client it is called with. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type * as Registry from "../../src/contract/Registry.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as HttpApiCredentials from "../../src/server/bridge/HttpApiCredentials.ts"
import * as HttpApiTools from "../../src/server/bridge/HttpApiTools.ts"
import * as InProcessHttpClient from "../../src/server/bridge/InProcessHttpClient.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import { cancelled, claimed, type Params, request, serverInfo, textsOf } from "../support/Messages.ts"
import { call, list, open } from "../support/Tools.ts"

const secret = "s3cret"

interface Recorded {
  readonly url: string
  readonly headers: Http.Headers
}

/** A client that answers everything with one response, and remembers what was asked. */
const recording = Effect.gen(function*() {
  const requests: Array<Recorded> = []
  const client = HttpClient.make((request, url) =>
    Effect.sync(() => {
      requests.push({ headers: request.headers, url: url.href })
      return HttpClientResponse.fromWeb(request, Response.json("ok"))
    })
  )
  return { requests, layer: Layer.succeed(HttpClient.HttpClient, client) }
})

class Token extends Context.Service<Token, string>()("test/Token") {}

class Auth extends HttpApiMiddleware.Service<Auth>()("test/Auth", {
  security: {
    bearer: HttpApiSecurity.bearer,
    basic: HttpApiSecurity.basic,
    key: HttpApiSecurity.apiKey({ key: "X-Key" }),
    query: HttpApiSecurity.apiKey({ key: "key", in: "query" }),
    cookie: HttpApiSecurity.apiKey({ key: "session", in: "cookie" })
  },
  error: HttpApiError.Unauthorized
}) {}

class Stamp extends HttpApiMiddleware.Service<Stamp>()("test/Stamp", { requiredForClient: true }) {}

const Guarded = HttpApi.make("guarded").add(
  HttpApiGroup.make("g", { topLevel: true }).add(
    HttpApiEndpoint.get("me", "/me", {
      query: { key: Schema.optionalKey(Schema.String), q: Schema.optionalKey(Schema.String) },
      headers: {
        authorization: Schema.optionalKey(Schema.String),
        "x-key": Schema.optionalKey(Schema.String),
        "x-trace": Schema.optionalKey(Schema.String)
      },
      success: Schema.String
    }).middleware(Auth)
  )
)

const redacted = (value: string) => Effect.succeed(Redacted.make(value))

const baseUrl = "https://api.example/v1/"

const callGuarded = (options: HttpApiTools.AnyOptions, headers: Http.Headers = {}, args: Params = {}) =>
  Effect.gen(function*() {
    const { layer, requests } = yield* recording
    const served = HttpApiTools.serve(Guarded, { baseUrl, ...options }) as ReadonlyArray<
      Registry.AnyServed<HttpClient.HttpClient>
    >
    const server = yield* McpServer.make(served, serverInfo).pipe(Effect.provide(layer))
    const http = yield* Http.make(server)
    const message = request(1, "tools/call", claimed({ name: "me", arguments: args }))
    const exchange = yield* http.post(message, { ...Http.modernHeaders("tools/call", "me"), ...headers })
    return { answer: exchange.messages()[0] ?? assert.fail("no answer"), requests }
  })

const onlyRequest = (requests: ReadonlyArray<Recorded>) => {
  assert.strictEqual(requests.length, 1)
  return requests[0] ?? assert.fail("no request")
}

describe("the credentials of an API", () => {
  const caller = { authorization: `Bearer ${secret}`, cookie: `session=${secret}`, "x-key": secret }

  it.effect("are never those of the caller, unless somebody says so (ATK-08)", () =>
    Effect.gen(function*() {
      const { answer, requests } = yield* callGuarded({}, caller)
      assert.deepStrictEqual(textsOf(answer), ["ok"])
      const { headers, url } = onlyRequest(requests)
      assert.strictEqual(url, `${baseUrl}me`)
      assert.notInclude(JSON.stringify(Object.entries(headers)), secret)
    }))

  it.effect("are the caller's when the server forwards its token by that name", () =>
    Effect.gen(function*() {
      const options = {
        security: [HttpApiCredentials.supply(Auth, { bearer: HttpApiCredentials.insecureForwardCallerToken })]
      }
      const { requests } = yield* callGuarded(options, caller)
      assert.strictEqual(onlyRequest(requests).headers.authorization, `Bearer ${secret}`)
      const bare = yield* callGuarded(options)
      assert.isUndefined(onlyRequest(bare.requests).headers.authorization)
    }))

  it.effect.each(
    [
      [{ bearer: redacted("t") }, "authorization", "Bearer t"],
      [{ basic: Effect.succeed({ username: "u", password: Redacted.make("p") }) }, "authorization", "Basic dTpw"],
      [{ key: redacted("k") }, "x-key", "k"],
      [{ cookie: redacted("a;b") }, "cookie", "session=a%3Bb"]
    ] as const
  )("are put where their scheme says: %s", ([sources, header, value]) =>
    Effect.gen(function*() {
      const { requests } = yield* callGuarded({ security: [HttpApiCredentials.supply(Auth, sources)] }, caller)
      assert.strictEqual(onlyRequest(requests).headers[header], value)
    }))

  it.effect("may stand in the URL", () =>
    Effect.gen(function*() {
      const { requests } = yield* callGuarded(
        { security: [HttpApiCredentials.supply(Auth, { query: redacted("a b") })] },
        {},
        { q: "x" }
      )
      assert.deepStrictEqual(Object.fromEntries(new URL(onlyRequest(requests).url).searchParams), {
        q: "x",
        key: "a b"
      })
    }))

  it.effect("are the first that there are, of alternatives", () =>
    Effect.gen(function*() {
      const { requests } = yield* callGuarded({
        security: [HttpApiCredentials.supply(Auth, { bearer: Effect.succeed(undefined), key: redacted("k") })]
      })
      assert.isUndefined(onlyRequest(requests).headers.authorization)
      assert.strictEqual(onlyRequest(requests).headers["x-key"], "k")
    }))

  it.effect("fail a call in words for the model, and nothing is sent", () =>
    Effect.gen(function*() {
      const { answer, requests } = yield* callGuarded({
        security: [HttpApiCredentials.supply(Auth, { bearer: Effect.fail(Tool.fail("sign in first")) })]
      })
      assert.deepStrictEqual(textsOf(answer), ["sign in first"])
      assert.strictEqual(requests.length, 0)
    }))

  it.effect("are in no log, when the API fails", () =>
    Effect.gen(function*() {
      const logged: Array<string> = []
      const logger = Logger.map(Logger.formatJson, (entry) => void logged.push(entry))
      const broken = HttpClient.make((request) =>
        Effect.succeed(HttpClientResponse.fromWeb(request, new Response(secret, { status: 500 })))
      )
      const served = HttpApiTools.serve(Guarded, {
        baseUrl,
        transformClient: () => broken,
        security: [HttpApiCredentials.supply(Auth, { query: redacted(secret) })]
      })
      const answer = yield* open(served).pipe(
        Effect.flatMap((line) => call(line, "me")),
        Effect.provideService(HttpClient.HttpClient, broken),
        Effect.provide(Logger.layer([logger]))
      )
      assert.match(String(textsOf(answer)[0]), /^Internal error/)
      assert.include(logged.join(), "500 GET https://api.example/v1/me")
      assert.notInclude(logged.join(), secret)
    }))

  it.effect("come from the services of the server", () =>
    Effect.gen(function*() {
      const { layer, requests } = yield* recording
      const served = HttpApiTools.serve(Guarded, {
        baseUrl,
        security: [HttpApiCredentials.supply(Auth, { bearer: Effect.map(Token, Redacted.make) })],
        headers: { "x-trace": Effect.map(Token, (token) => `trace ${token}`) }
      })
      const line = yield* open(served).pipe(Effect.provide(layer), Effect.provideService(Token, "own"))
      const { inputSchema } = (yield* list(line)).get("me") ?? assert.fail("no tool")
      yield* call(line, "me")
      assert.deepInclude(onlyRequest(requests).headers, { authorization: "Bearer own", "x-trace": "trace own" })
      assert.deepStrictEqual<unknown>(inputSchema, { type: "object", properties: { q: { type: "string" } } })
    }))

  it.effect("are no arguments, even when the endpoint declares their headers", () =>
    Effect.gen(function*() {
      const { requests } = yield* callGuarded({}, {}, { authorization: secret, "x-key": secret, key: secret, q: "x" })
      const { headers, url } = onlyRequest(requests)
      assert.notInclude(JSON.stringify([Object.entries(headers), url]), secret)
    }))

  it.effect("leave out an endpoint that cannot do without a header that nobody fills in", () =>
    Effect.sync(() => {
      const api = HttpApi.make("api").add(
        HttpApiGroup.make("g").add(HttpApiEndpoint.get("a", "/a", { headers: { Cookie: Schema.String } }))
      )
      assert.deepStrictEqual(HttpApiTools.serve(api), [])
      assert.deepStrictEqual(HttpApiTools.leftOut(api).map(({ reason }) => reason), [
        "it declares the header \"cookie\", which only the server can fill in"
      ])
      assert.strictEqual(HttpApiTools.serve(api, { headers: { cookie: Effect.succeed("a=b") } }).length, 1)
    }))

  it.effect("leave out an endpoint that has them where they cannot be kept back", () =>
    Effect.sync(() => {
      class Headers extends Schema.Class<Headers>("Headers")({ authorization: Schema.optionalKey(Schema.String) }) {}
      class Harmless extends Schema.Class<Harmless>("Harmless")({ "x-a": Schema.optionalKey(Schema.String) }) {}
      const api = HttpApi.make("api").add(
        HttpApiGroup.make("g", { topLevel: true }).add(
          HttpApiEndpoint.get("a", "/a", { headers: Headers }),
          HttpApiEndpoint.get("b", "/b", { headers: Harmless })
        )
      )
      assert.deepStrictEqual(HttpApiTools.serve(api).map(({ component }) => component.name), ["b"])
    }))

  it("are asked for by the compiler, in the form of their scheme", () => {
    // @ts-expect-error a bearer token is no name and password
    HttpApiCredentials.supply(Auth, { bearer: Effect.succeed({ username: "u", password: Redacted.make("p") }) })
    // @ts-expect-error there is no such scheme
    HttpApiCredentials.supply(Auth, { other: redacted("x") })
    const served = HttpApiTools.serve(Guarded, { headers: { "x-trace": Token } })
    // @ts-expect-error the header needs `Token`
    const unprovided: Effect.Effect<unknown, unknown, HttpClient.HttpClient> = McpServer.make(served, serverInfo)
    assert.isDefined(unprovided)
  })
})

describe("a schema that needs services", () => {
  it("cannot be served, and the compiler says so", () => {
    const Decoded = Schema.String.pipe(Schema.decodeTo(
      Schema.String,
      SchemaTransformation.transformEffect({ decode: () => Token, encode: (text: string) => Effect.succeed(text) })
    ))
    const api = HttpApi.make("api").add(
      HttpApiGroup.make("g").add(HttpApiEndpoint.get("a", "/a", { query: { text: Decoded } }))
    )
    // @ts-expect-error the schema of `text` needs `Token`
    assert.strictEqual(HttpApiTools.serve(api).length, 1)
  })
})

describe("the client of an API", () => {
  const Stamped = HttpApi.make("stamped").add(
    HttpApiGroup.make("g").add(HttpApiEndpoint.get("a", "/a", { success: Schema.String }))
  ).middleware(Stamp)

  it.effect("has the client side of its middleware, which the compiler requires", () =>
    Effect.gen(function*() {
      const { layer, requests } = yield* recording
      const StampClient = HttpApiMiddleware.layerClient(Stamp, ({ next, request }) =>
        next(HttpClientRequest.setHeader(request, "x-stamp", "1")))
      const served = HttpApiTools.serve(Stamped, { baseUrl })
      // @ts-expect-error the client side of `Stamp` is required
      const incomplete: Effect.Effect<unknown, unknown> = Effect.provide(McpServer.make(served, serverInfo), layer)
      assert.isDefined(incomplete)
      const line = yield* open(served).pipe(Effect.provide([layer, StampClient]))
      assert.deepStrictEqual(textsOf(yield* call(line, "g_a")), ["ok"])
      assert.strictEqual(onlyRequest(requests).headers["x-stamp"], "1")
    }))

  it.effect("is changed by the options, for this API", () =>
    Effect.gen(function*() {
      const { requests } = yield* callGuarded({
        transformClient: HttpClient.mapRequest(HttpClientRequest.setHeader("x-changed", "1"))
      })
      assert.strictEqual(onlyRequest(requests).headers["x-changed"], "1")
    }))

  it.effect("stops when the call is cancelled (CAN-04)", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const stopped = yield* Deferred.make<void>()
      const api = HttpApi.make("slow").add(HttpApiGroup.make("g").add(HttpApiEndpoint.get("slow", "/slow")))
      const SlowLive = HttpApiBuilder.group(api, "g", (handlers) =>
        handlers.handle("slow", () =>
          Deferred.succeed(started, undefined).pipe(
            Effect.andThen(Effect.never),
            Effect.ensuring(Deferred.succeed(stopped, undefined))
          )))
      const Client = InProcessHttpClient.layer(
        HttpApiBuilder.layer(api).pipe(Layer.provide(SlowLive), Layer.provide(HttpServer.layerServices))
      )
      yield* Effect.gen(function*() {
        const line = yield* open(HttpApiTools.serve(api))
        line.say(request(7, "tools/call", { name: "g_slow" }))
        yield* Deferred.await(started)
        line.say(cancelled(7))
        yield* Deferred.await(stopped)
        yield* line.ask("ping")
        assert.isUndefined(line.sent.find(({ id }) =>
          id === 7
        ))
      }).pipe(Effect.provide(Client))
    }))

  it.effect("keeps routes in this process to itself: the process's own router does not have them", () =>
    Effect.gen(function*() {
      const api = HttpApi.make("private").add(
        HttpApiGroup.make("g").add(HttpApiEndpoint.get("a", "/a", { success: Schema.String }))
      )
      const Live = HttpApiBuilder.group(api, "g", (handlers) => handlers.handle("a", () => Effect.succeed("here")))
      const Routes = HttpApiBuilder.layer(api).pipe(Layer.provide(Live), Layer.provide(HttpServer.layerServices))
      const context = yield* Layer.build(Layer.provideMerge(InProcessHttpClient.layer(Routes), HttpRouter.layer))
      const line = yield* open(HttpApiTools.serve(api)).pipe(Effect.provide(context))
      assert.deepStrictEqual(textsOf(yield* call(line, "g_a")), ["here"])
      const router = HttpEffect.toWebHandler(Context.get(context, HttpRouter.HttpRouter).asHttpEffect())
      const answer = yield* Effect.promise(() => router(new Request("http://localhost/a")))
      assert.strictEqual(answer.status, 404)
    }))

  it.effect("shares with an app in this process what is provided to both", () =>
    Effect.gen(function*() {
      let built = 0
      const Shared = Layer.effect(Token, Effect.sync(() => `built ${++built}`))
      const api = HttpApi.make("shared").add(
        HttpApiGroup.make("g").add(HttpApiEndpoint.get("token", "/token", { success: Schema.String }))
      )
      const Live = HttpApiBuilder.group(api, "g", (handlers) => handlers.handle("token", () => Token))
      const Client = InProcessHttpClient.layer(
        HttpApiBuilder.layer(api).pipe(
          Layer.provide(Live),
          Layer.provide(HttpServer.layerServices)
        )
      )
      const context = yield* Layer.build(Layer.provideMerge(Client, Shared))
      const line = yield* open(HttpApiTools.serve(api)).pipe(Effect.provide(context))
      assert.deepStrictEqual(textsOf(yield* call(line, "g_token")), ["built 1"])
      assert.strictEqual(Context.get(context, Token), "built 1")
      assert.strictEqual(built, 1)
    }))
})
