/** The layer as a whole: an MCP client logs in to a protected MCP server, with discovery, registration, PKCE and a person. */
import { assert, describe, it } from "@effect/vitest"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Tool from "@parley/mcp/contract/Tool"
import * as McpHttp from "@parley/mcp/server/McpHttp"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as TestClock from "effect/testing/TestClock"
import * as AuthError from "../../src/AuthError.ts"
import * as OAuthClient from "../../src/client/OAuthClient.ts"
import * as DpopKey from "../../src/dpop/DpopKey.ts"
import * as AuthorizationCode from "../../src/grant/AuthorizationCode.ts"
import { UserAgent } from "../../src/grant/UserAgent.ts"
import * as TokenStore from "../../src/store/TokenStore.ts"
import * as FakeAuthorizationServer from "../support/FakeAuthorizationServer.ts"
import * as FakeHttp from "../support/FakeHttp.ts"

const url = "https://mcp.example/mcp"
const prm = "https://mcp.example/.well-known/oauth-protected-resource/mcp"

const Tools = McpServer.layer(Tool.serve("hello", {}, () => Effect.succeed("Hello!")), { name: "s", version: "1" })

interface World {
  readonly http: FakeHttp.FakeHttp
  readonly authorizationServer: FakeAuthorizationServer.FakeAuthorizationServer
  /** The server names this authorization server. */
  issuer: string
  /** The nonce that the server wants in proofs. */
  nonce: string | undefined
}

const schemeOf = (header: string | undefined) => header?.split(" ")[0]

/** A protected MCP server: `tools/call` needs `mcp:write`, everything else `mcp:basic`. */
const make = Effect.fnUntraced(function*(options: FakeAuthorizationServer.Options = {}) {
  const http = FakeHttp.make()
  const authorizationServer = FakeAuthorizationServer.make(http, options)
  const world: World = { http, authorizationServer, issuer: authorizationServer.issuer, nonce: undefined }
  const { dispose, handler } = McpHttp.toWebHandler(Tools, { allowedHosts: ["mcp.example"] })
  yield* Effect.addFinalizer(() => Effect.promise(dispose))
  const refuse = (status: number, parameters: string, scheme = "Bearer") =>
    new Response("no", {
      status,
      headers: {
        "www-authenticate": `${scheme} resource_metadata="${prm}"${parameters}`,
        ...(world.nonce === undefined ? {} : { "dpop-nonce": world.nonce })
      }
    })
  http.handle({
    [prm]: () => FakeHttp.json({ resource: url, authorization_servers: [world.issuer] }),
    [url]: (request) =>
      Effect.gen(function*() {
        const { authorization = "", dpop } = request.headers
        const token = yield* authorizationServer.active(authorization.slice(authorization.indexOf(" ") + 1))
        const needed = request.body.includes("\"tools/call\"") ? "mcp:write" : "mcp:basic"
        if (token === undefined) return refuse(401, `, scope="mcp:basic"`)
        const nonce = dpop === undefined ? undefined : JSON.parse(atob(dpop.split(".")[1] ?? "")).nonce
        if (nonce !== world.nonce) return refuse(401, ", error=\"use_dpop_nonce\"", "DPoP")
        if (!token.scopes.includes(needed)) return refuse(403, `, error="insufficient_scope", scope="${needed}"`)
        const body = request.body === "" ? {} : { body: request.body }
        const headers = Object.entries(request.headers).flatMap(([name, value]) =>
          value === undefined || name === "content-length" ? [] : [[name, value] as const]
        )
        return yield* Effect.promise(() =>
          handler(new Request(url, { method: request.method, headers: [...headers].map(([a, b]) => [a, b]), ...body }))
        )
      })
  })
  return world
})

const grant = AuthorizationCode.make({ clientName: "tests" })

const authorized = (world: World, options: Partial<OAuthClient.Options> = {}) =>
  OAuthClient.layer({ url, grant, ...options }).pipe(
    Layer.provideMerge(Layer.mergeAll(TokenStore.layerMemory, world.http.layer))
  )

const client = (world: World, options: Partial<OAuthClient.Options> = {}) =>
  McpClient.layer({ name: "me", version: "1", timeout: "60 seconds" }).pipe(
    Layer.provide(StreamableHttpClient.layer({ url })),
    Layer.provideMerge(authorized(world, options))
  )

const call = Effect.flatMap(McpClient.McpClient, (client) => client.callTool({ name: "hello" }))

describe("OAuthClient", () => {
  it.effect("logs in while a client connects, and steps up for a call (ADC-01, ASP-05, ASP-07, ATU-03)", () =>
    Effect.gen(function*() {
      const world = yield* make()
      const { authorizationServer, http } = world
      yield* Effect.gen(function*() {
        const result = yield* call
        assert.deepInclude(result.content[0], { type: "text", text: "Hello!" })
        const status = yield* Effect.flatMap(OAuthClient.OAuthClient, ({ status }) => status)
        assert.deepInclude(status, { _tag: "LoggedIn", resource: url, isRefreshable: true })
      }).pipe(Effect.provide(client(world)), Effect.provide(authorizationServer.userAgent()))
      const asked = http.sentTo(authorizationServer.endpoints.authorize).map(({ url }) => url.searchParams.get("scope"))
      assert.deepStrictEqual(asked, ["mcp:basic", "mcp:basic mcp:write"])
      assert.strictEqual(http.sentTo(authorizationServer.endpoints.register).length, 1)
      const elsewhere = http.requests.filter((request) => request.url.origin !== new URL(url).origin)
      assert.isFalse(elsewhere.some(({ headers }) => schemeOf(headers["authorization"]) === "Bearer"))
    }))

  it.effect("connecting and calls wait for a person who takes longer than any request may", () =>
    Effect.gen(function*() {
      const world = yield* make()
      const opened = yield* Queue.unbounded<void>()
      const slow = Layer.effect(
        UserAgent,
        Effect.map(UserAgent, ({ open }) => ({
          open: (preferred) =>
            Effect.map(open(preferred), (receiver) => ({
              ...receiver,
              authorize: (url) =>
                Queue.offer(opened, undefined).pipe(
                  Effect.andThen(Effect.sleep("5 minutes")),
                  Effect.andThen(receiver.authorize(url))
                )
            }))
        }))
      ).pipe(Layer.provide(world.authorizationServer.userAgent()))
      const calling = yield* Effect.forkChild(
        call.pipe(Effect.provide(client(world)), Effect.provide(slow)),
        { startImmediately: true }
      )
      // Once to connect, and once more for the scope of the call.
      yield* Queue.take(opened)
      yield* TestClock.adjust("5 minutes")
      yield* Queue.take(opened)
      yield* TestClock.adjust("5 minutes")
      assert.deepInclude((yield* Fiber.join(calling)).content[0], { text: "Hello!" })
    }))

  it.effect("where nobody can be asked, whoever connects hears ConsentRequired, and nothing is registered", () =>
    Effect.gen(function*() {
      const world = yield* make()
      const error = yield* Effect.flip(Effect.scoped(Layer.build(client(world))))
      assert.strictEqual(AuthError.find(error)?.reason._tag, "ConsentRequired")
      assert.deepInclude(error, { _tag: "McpClientError" })
      assert.deepNestedInclude(error, { "reason._tag": "TransportError", "reason.reason._tag": "Unauthorized" })
      assert.strictEqual(world.http.sentTo(world.authorizationServer.endpoints.register).length, 0)
    }))

  it.effect("logs in, out and in again without a request of the client", () =>
    Effect.gen(function*() {
      const world = yield* make()
      const { authorizationServer } = world
      yield* Effect.gen(function*() {
        const { login, logout, status } = yield* OAuthClient.OAuthClient
        assert.deepStrictEqual(yield* status, { _tag: "LoggedOut" })
        assert.strictEqual((yield* login)._tag, "LoggedIn")
        assert.strictEqual((yield* login)._tag, "LoggedIn")
        assert.strictEqual(authorizationServer.asked("authorization_code"), 1)
        yield* logout
        assert.deepStrictEqual(yield* status, { _tag: "LoggedOut" })
        assert.strictEqual((yield* login)._tag, "LoggedIn")
        assert.strictEqual(authorizationServer.asked("authorization_code"), 2)
      }).pipe(Effect.provide(authorized(world)), Effect.provide(authorizationServer.userAgent()))
    }))

  it.effect("an expired token is refreshed once for 50 calls, and the session goes on", () =>
    Effect.gen(function*() {
      const world = yield* make()
      const { authorizationServer } = world
      yield* Effect.gen(function*() {
        yield* call
        yield* TestClock.adjust("2 hours")
        yield* Effect.all(Array.from({ length: 50 }, () => call), { concurrency: "unbounded" })
        assert.strictEqual(authorizationServer.asked("refresh_token"), 1)
        assert.strictEqual(authorizationServer.familiesEnded.size, 0)
      }).pipe(Effect.provide(client(world)), Effect.provide(authorizationServer.userAgent()))
    }))

  it.effect("tokens are bound to a key, each request has a proof of its own, nonces are answered (XDP-02, XDP-03, XDP-06)", () =>
    Effect.gen(function*() {
      const world = yield* make({ dpop: "required" })
      const { authorizationServer, http } = world
      yield* Effect.gen(function*() {
        yield* call
        world.nonce = "nonce-1"
        yield* call
        yield* call
        world.nonce = "nonce-2"
        yield* call
      }).pipe(
        Effect.provide(client(world, { dpop: DpopKey.generate() })),
        Effect.provide(authorizationServer.userAgent())
      )
      const sent = http.sentTo(url).filter(({ headers }) => headers["authorization"] !== undefined)
      assert.isTrue(sent.every(({ headers }) => schemeOf(headers["authorization"]) === "DPoP"))
      const jtis = sent.map(({ headers }) =>
        JSON.parse(atob(headers["dpop"]!.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/"))).jti
      )
      assert.strictEqual(new Set(jtis).size, sent.length)
      const calls = sent.filter(({ body }) => body.includes("\"tools/call\""))
      // Once for the scope; then four calls, of which two were told a nonce.
      assert.strictEqual(calls.length, 1 + 4 + 2)
      assert.strictEqual(authorizationServer.asked("refresh_token"), 0)
    }))

  it.effect("a server that moves gets another client and other tokens; the old ones are shown to nobody (ARG-18, ARG-19)", () =>
    Effect.gen(function*() {
      const world = yield* make()
      const other = FakeAuthorizationServer.make(world.http, { issuer: "https://other.example" })
      yield* Effect.gen(function*() {
        yield* call
        world.issuer = other.issuer
        world.authorizationServer.revokeAll()
        // The fake server takes only what the first has issued: that is not the point here.
        const error = yield* Effect.flip(call)
        assert.strictEqual(AuthError.find(error)?.reason._tag, "TokenNotAccepted")
        assert.strictEqual(world.http.sentTo(other.endpoints.register).length, 1)
        const first = [...world.authorizationServer.clients.keys()]
        const toOther = world.http.sentTo(other.issuer).map(({ body, url }) => `${url.href} ${body}`).join("\n")
        for (const clientId of first) assert.notInclude(toOther, clientId)
        assert.strictEqual(other.asked("refresh_token"), 0)
      }).pipe(Effect.provide(client(world)), Effect.provide(world.authorizationServer.userAgent()))
    }))
})
