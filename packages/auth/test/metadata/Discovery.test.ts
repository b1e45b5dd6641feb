import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import type * as AuthError from "../../src/AuthError.ts"
import * as GuardedHttpClient from "../../src/http/GuardedHttpClient.ts"
import * as WwwAuthenticate from "../../src/http/WwwAuthenticate.ts"
import * as Discovery from "../../src/metadata/Discovery.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import { type Shape, shapes } from "./Shapes.ts"

const discover = (http: FakeHttp.FakeHttp, options: Discovery.Options) =>
  Discovery.discover(options).pipe(
    Effect.provide(GuardedHttpClient.layer({ named: [new URL(options.url).hostname] })),
    Effect.provide(http.layer)
  )

const run = ({ challenge, choose, places, url = "https://mcp.example/mcp" }: Shape, http: FakeHttp.FakeHttp) => {
  http.handle(places)
  const challenges = challenge === undefined ? undefined : WwwAuthenticate.parse(challenge)
  return discover(http, { url, challenges, choose })
}

/** A network where every host answers 404 to what it does not know. */
const network = (shape: Shape): FakeHttp.FakeHttp => {
  const hosts = ["https://mcp.example", "https://auth.example", "https://other.example", ...shape.hosts ?? []]
  return FakeHttp.make(Object.fromEntries(hosts.map((host) => [host, () => new Response("no", { status: 404 })])))
}

const stepsOf = ({ reason }: AuthError.AuthError): ReadonlyArray<AuthError.DiscoveryStep> =>
  reason._tag === "DiscoveryFailed" || reason._tag === "MetadataMismatch" ? reason.steps ?? [] : []

describe("Discovery (ADC-01 to ADC-10, A03-03, A03-07, A03-09, A03-10)", () => {
  it("is tried with thirty shapes and more", () => {
    assert.isAtLeast(shapes.length, 30)
    assert.strictEqual(new Set(shapes.map(({ name }) => name)).size, shapes.length)
  })

  for (const shape of shapes) {
    it.effect(shape.name, () =>
      Effect.gen(function*() {
        const http = network(shape)
        const { expected } = shape
        if ("fails" in expected) {
          const error = yield* Effect.flip(run(shape, http))
          assert.strictEqual(error.reason._tag, expected.fails)
          for (const words of expected.says ?? []) assert.include(error.message, words)
          // Every place that was asked is told, and nothing else was asked.
          const told = stepsOf(error).map(({ url }) => url)
          for (const { url } of http.requests) assert.include(told, `${url.origin}${url.pathname}`)
        } else {
          const { authorizationServer, resource } = yield* run(shape, http)
          assert.strictEqual(authorizationServer.issuer, expected.issuer)
          assert.strictEqual(resource, expected.resource)
          if (expected.token !== undefined) assert.strictEqual(authorizationServer.token_endpoint, expected.token)
        }
        assert.deepStrictEqual(http.requests.map(({ url }) => url.href), expected.asked)
      }))
  }

  it.effect("sends the revision where the oldest rules ask for it, and nowhere else (A03-06)", () =>
    Effect.gen(function*() {
      const http = network({ name: "", places: {}, expected: { fails: "DiscoveryFailed", asked: [] } })
      yield* discover(http, { url: "https://mcp.example/mcp" })
      const headers = http.requests.map(({ headers, url }) => [
        url.pathname.includes("oauth-authorization-server") || url.pathname.includes("openid"),
        headers["mcp-protocol-version"]
      ])
      for (const [isOldest, version] of headers) assert.strictEqual(version, isOldest ? "2025-03-26" : undefined)
    }))

  it.effect("asks again without that header where it is what a browser may not send", () =>
    Effect.gen(function*() {
      const http = network({ name: "", places: {}, expected: { fails: "DiscoveryFailed", asked: [] } })
      http.handle({
        "https://mcp.example/.well-known/oauth-authorization-server": () =>
          FakeHttp.json({ issuer: "https://mcp.example", token_endpoint: "https://mcp.example/t" })
      })
      const browser = HttpClient.mapRequestEffect(http.client, (request) =>
        request.headers["mcp-protocol-version"] === undefined
          ? Effect.succeed(request)
          : Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, cause: new TypeError("Failed to fetch") })
            })
          ))
      const { authorizationServer } = yield* Discovery.discover({ url: "https://mcp.example/mcp" }).pipe(
        Effect.provide(GuardedHttpClient.layer()),
        Effect.provideService(HttpClient.HttpClient, browser)
      )
      assert.strictEqual(authorizationServer.token_endpoint, "https://mcp.example/t")
    }))

  it.effect("goes on when a place does not answer in time", () =>
    Effect.gen(function*() {
      const shape = shapes[0]
      if (shape === undefined) return assert.fail("no shapes")
      const http = network(shape)
      http.handle(shape.places)
      http.handle({ "https://auth.example/.well-known/oauth-authorization-server": () => Effect.never })
      http.handle({
        "https://auth.example/.well-known/openid-configuration": () =>
          FakeHttp.json({ issuer: "https://auth.example", token_endpoint: "https://auth.example/t" })
      })
      const fiber = yield* Effect.forkChild(discover(http, { url: "https://mcp.example/mcp" }))
      yield* TestClock.adjust("30 seconds")
      const { authorizationServer } = yield* Fiber.join(fiber)
      assert.strictEqual(authorizationServer.token_endpoint, "https://auth.example/t")
    }))

  it.effect("does not ask without end, however many issuers a server names", () =>
    Effect.gen(function*() {
      const servers = Array.from({ length: 500 }, (_, index) => `https://auth.example/${index}`)
      const http = FakeHttp.make({
        "https://mcp.example": () =>
          FakeHttp.json({ resource: "https://mcp.example", authorization_servers: [...servers, ...servers] }),
        "https://auth.example": () => new Response(null, { status: 404 })
      })
      yield* Effect.flip(discover(http, { url: "https://mcp.example/mcp" }))
      assert.lengthOf(http.requests, 1 + 8 * 3)
    }))

  it.effect("keeps what metadata says to the letter, and drops what it does not know or what is null", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({
        "https://mcp.example": () =>
          FakeHttp.json({
            resource: "HTTPS://mcp.example:443/",
            authorization_servers: ["https://auth.example/a/../b"],
            scopes_supported: ["x", "y"],
            resource_name: null,
            unknown: 1
          }),
        "https://auth.example": () =>
          FakeHttp.json({
            issuer: "https://auth.example/a/../b",
            token_endpoint: "https://auth.example/token",
            registration_endpoint: null,
            code_challenge_methods_supported: ["S256"]
          })
      })
      const found = yield* discover(http, { url: "https://mcp.example/mcp" })
      assert.deepStrictEqual(found, {
        resource: "HTTPS://mcp.example:443/",
        protectedResource: {
          resource: "HTTPS://mcp.example:443/",
          authorization_servers: ["https://auth.example/a/../b"],
          scopes_supported: ["x", "y"]
        },
        authorizationServer: {
          issuer: "https://auth.example/a/../b",
          token_endpoint: "https://auth.example/token",
          code_challenge_methods_supported: ["S256"]
        }
      })
    }))

  it.effect("takes for granted, of a server of the oldest rules only, that PKCE is supported where nothing is said of it (A03-13, ARQ-11)", () =>
    Effect.gen(function*() {
      const supported = (origin: string, metadata: object, protectedResource?: object) =>
        Effect.gen(function*() {
          const http = FakeHttp.make({
            "https://mcp.example": () => new Response(null, { status: 404 }),
            [`${origin}/.well-known/oauth-authorization-server`]: () =>
              FakeHttp.json({ issuer: origin, token_endpoint: `${origin}/token`, ...metadata }),
            ...(protectedResource === undefined
              ? {}
              : {
                "https://mcp.example/.well-known/oauth-protected-resource": () => FakeHttp.json(protectedResource)
              })
          })
          const { authorizationServer } = yield* discover(http, { url: "https://mcp.example/mcp" })
          return authorizationServer.code_challenge_methods_supported
        })
      assert.deepStrictEqual(yield* supported("https://mcp.example", {}), ["S256"])
      // What it says counts.
      const plain = { code_challenge_methods_supported: ["plain"] }
      assert.deepStrictEqual(yield* supported("https://mcp.example", plain), ["plain"])
      const resource = { resource: "https://mcp.example", authorization_servers: ["https://auth.example"] }
      assert.isUndefined(yield* supported("https://auth.example", {}, resource))
    }))

  it.effect("tells neither the query of the server's URL nor what a document holds", () =>
    Effect.gen(function*() {
      const logged: Array<string> = []
      const logger = Logger.make(({ message }) => void logged.push(JSON.stringify(message)))
      const http = FakeHttp.make({
        "https://mcp.example/.well-known/oauth-protected-resource/mcp": () => new Response("s3cret"),
        "https://mcp.example": () => FakeHttp.json({ resource: 1, note: "s3cret" })
      })
      const error = yield* Effect.flip(discover(http, { url: "https://mcp.example/mcp?key=s3cret#s3cret" })).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "Trace")
      )
      assert.include(error.message, "https://mcp.example/.well-known/oauth-protected-resource/mcp")
      assert.include(logged.join("\n"), "https://mcp.example/.well-known/oauth-protected-resource/mcp")
      for (const text of [error.message, String(error), JSON.stringify(error), ...logged]) {
        assert.notInclude(text, "s3cret")
      }
    }))

  it.effect("shows what was found in metadata in bounded length, without what terminals obey", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make({
        "https://mcp.example": () => FakeHttp.json({ resource: `https://evil.example/\u001b[2J${"x".repeat(5000)}` })
      })
      const error = yield* Effect.flip(discover(http, { url: "https://mcp.example/mcp" }))
      assert.strictEqual(error.reason._tag, "MetadataMismatch")
      assert.isAtMost(error.message.length, 700)
      assert.notInclude(error.message, "\u001b")
    }))

  /** What a place may answer. */
  const Answer = Schema.Literals(["404", "401", "500", "html", "[]", "{}", "bad", "other", "good", "away"])

  const answers = (answer: typeof Answer.Type, good: object, other: object): FakeHttp.Handler => () => {
    switch (answer) {
      case "html":
        return new Response("<html>", { headers: { "content-type": "text/html" } })
      case "[]":
      case "{}":
        return new Response(answer)
      case "bad":
        return FakeHttp.json({ ...good, resource: 1, issuer: 1 })
      case "other":
        return FakeHttp.json(other)
      case "good":
        return FakeHttp.json(good)
      case "away":
        return new Response(null, { status: 302, headers: { location: "https://169.254.169.254/" } })
      default:
        return new Response("no", { status: Number(answer) })
    }
  }

  const Answers = Schema.Tuple([Answer, Answer, Answer, Answer])

  it.effect.prop("ends with a server that is who it says, or with every place that was asked (ADC-09, ADC-10)", [
    Answers
  ], ([[path, root, inserted, openId]]) =>
    Effect.gen(function*() {
      const well = "https://mcp.example/.well-known/oauth-protected-resource"
      const place = "https://auth.example/.well-known"
      const resource = { resource: "https://mcp.example/mcp", authorization_servers: ["https://auth.example"] }
      const server = { issuer: "https://auth.example", token_endpoint: "https://auth.example/token" }
      const others = [{ ...resource, resource: "https://evil.example" }, { ...server, issuer: "https://evil.example" }]
      const http = network({
        name: "",
        places: {},
        expected: { fails: "DiscoveryFailed", asked: [] }
      })
      http.handle({
        [`${well}/mcp`]: answers(path, resource, others[0] ?? {}),
        [well]: answers(root, resource, others[0] ?? {}),
        [`${place}/oauth-authorization-server`]: answers(inserted, server, others[1] ?? {}),
        [`${place}/openid-configuration`]: answers(openId, server, others[1] ?? {})
      })
      const ended = yield* Effect.result(discover(http, { url: "https://mcp.example/mcp" }))
      for (const { url } of http.requests) assert.include(["mcp.example", "auth.example"], url.hostname)
      if (ended._tag === "Success") {
        const { issuer } = ended.success.authorizationServer
        assert.strictEqual(
          issuer,
          ended.success.protectedResource === undefined ? "https://mcp.example" : server.issuer
        )
        return
      }
      const told = stepsOf(ended.failure).map(({ url }) => url)
      for (const { url } of http.requests) assert.include(told, `${url.origin}${url.pathname}`)
    }))
})
