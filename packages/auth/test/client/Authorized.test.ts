/** Requests with tokens: who sees them, how long responses live, and what errors tell. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Inspectable from "effect/Inspectable"
import * as Scope from "effect/Scope"
import { tracing } from "../../../mcp/test/support/Tracing.ts"
import * as AuthError from "../../src/AuthError.ts"
import * as Authorized from "../../src/client/Authorized.ts"
import * as FakeLogin from "../support/FakeLogin.ts"

const { make, post } = FakeLogin

describe("tokens", () => {
  it.effect("shows tokens to the server alone: not to other origins, ports, schemes or folders (ATU-04)", () =>
    Effect.gen(function*() {
      const world = make()
      const others = ["https://mcp.example:8443/mcp", "http://mcp.example/mcp", "https://evil.example/mcp"]
      for (const other of others) world.http.handle({ [other]: () => new Response("no", { status: 401 }) })
      const client = yield* world.client()
      yield* post(client)
      for (const other of others) {
        const response = yield* client.http.execute(HttpClientRequest.get(other))
        assert.strictEqual(response.status, 401)
        assert.isUndefined(world.http.sentTo(other)[0]?.headers["authorization"])
      }
      const isCovered = (server: string, url: string) => Authorized.isCovered(new URL(server), new URL(url))
      assert.isTrue(isCovered("https://a.example/t1/sse", "https://a.example/t1/messages?id=1"))
      assert.isFalse(isCovered("https://a.example/t1/sse", "https://a.example/t2/messages"))
      assert.isFalse(isCovered("https://a.example/t1/sse", "https://a.example/t1/../t2/mcp"))
      assert.isFalse(isCovered("https://a.example", "https://a.example.evil/"))
    }))

  it.effect("leaves a request alone that has an authorization of its own", () =>
    Effect.gen(function*() {
      const world = make()
      const client = yield* world.client()
      const request = HttpClientRequest.bearerToken(HttpClientRequest.get(FakeLogin.url), "mine")
      assert.strictEqual((yield* client.http.execute(request)).status, 401)
      assert.deepStrictEqual(world.grants, [])
    }))
})

describe("secrets", () => {
  it.effect("no token is in an error, in what is inspected, or in a service (ATU-06, ATU-09)", () =>
    Effect.gen(function*() {
      const world = make({ takes: () => false })
      const client = yield* world.client()
      const error = yield* Effect.flip(post(client))
      const texts = [String(error), error.stack ?? "", JSON.stringify(error), Inspectable.toStringUnknown(error)]
      for (const text of texts) assert.notInclude(text, "access-")
      assert.notInclude(JSON.stringify(client.authorizer.session), "access-1")
    }))
})

describe("spans", () => {
  it.effect("tell of discovery and of tokens, and neither tokens nor what a URL asks for are in them", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const world = make()
      yield* Effect.provide(Effect.flatMap(world.client(), (client) => post(client)), layer)
      const names = spans.map(({ name }) => name)
      assert.includeMembers(names, ["OAuthClient.discover", "OAuthClient.renew"])
      const told = JSON.stringify(spans.map(({ attributes, name }) => [name, ...attributes]))
      assert.include(told, "https://auth.example")
      for (const secret of ["access-", "refresh-"]) assert.notInclude(told, secret)
    }))
})

describe("responses", () => {
  /** An HTTP client whose responses do not end, and the signals that its requests came with. */
  const endless = (world: FakeLogin.World) => {
    const signals: Array<AbortSignal> = []
    const client = HttpClient.make((request, url, signal) => {
      signals.push(signal)
      const isTokened = request.headers["authorization"] !== undefined
      return Effect.map(
        isTokened ? Effect.void : Effect.asVoid(world.http.client.execute(request)),
        () =>
          HttpClientResponse.fromWeb(
            request,
            isTokened ? new Response(new ReadableStream()) : new Response("no", { status: 401 })
          )
      )
    })
    return { client, signals }
  }

  it.effect("live as long as whoever asked says: until the scope of the request closes, and no longer", () =>
    Effect.gen(function*() {
      const world = make()
      const { authorizer } = yield* world.client()
      const { client, signals } = endless(world)
      const http = HttpClient.withScope(Authorized.make(client, authorizer))
      const scope = yield* Scope.make()
      const response = yield* Scope.provide(http.get(FakeLogin.url), scope)
      assert.strictEqual(response.status, 200)
      assert.deepStrictEqual(signals.map(({ aborted }) => aborted), [true, false], "the refusal was let go at once")
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(signals.map(({ aborted }) => aborted), [true, true])
    }))

  it.effect("of a request without a scope are let go when reading them is given up", () =>
    Effect.gen(function*() {
      const world = make()
      const { authorizer } = yield* world.client()
      const { client, signals } = endless(world)
      const response = yield* Authorized.make(client, authorizer).get(FakeLogin.url)
      const reading = yield* Effect.forkChild(response.text, { startImmediately: true })
      yield* Fiber.interrupt(reading)
      assert.isTrue(signals.at(-1)?.aborted)
    }))

  it.effect("errors of the HTTP client come without the token that the request went with", () =>
    Effect.gen(function*() {
      const world = make()
      const client = yield* world.client()
      yield* post(client)
      world.http.handle({ [FakeLogin.url]: () => Effect.die("unused") })
      const broken = HttpClient.make((request) =>
        Effect.fail(
          new HttpClientError.HttpClientError({
            reason: new HttpClientError.TransportError({ request, description: "reset" })
          })
        )
      )
      const error = yield* Effect.flip(Authorized.make(broken, client.authorizer).get(FakeLogin.url))
      assert.strictEqual(error.reason._tag, "TransportError")
      assert.isUndefined(error.request.headers["authorization"])
      assert.isUndefined(AuthError.find(error))
    }))
})
