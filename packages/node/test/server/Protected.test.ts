/** A protected server on real sockets: what Node makes of headers, and transports that cannot be protected. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { CurrentPrincipal, ProtectedResource, TokenRejection, TokenVerifier } from "@parley/auth"
import { McpHttp, McpServer, Tool } from "@parley/mcp"
import type { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Http from "node:http"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"

const issuer = "https://login.example.com"

const verifier = Layer.succeed(TokenVerifier.TokenVerifier, {
  verify: (token) =>
    ["alice", "bob"].includes(Redacted.value(token))
      ? Effect.succeed({
        issuer,
        subject: Redacted.value(token),
        clientId: undefined,
        audience: ["http://localhost/mcp"],
        scopes: [],
        expiresAtMillis: undefined,
        jkt: undefined,
        claims: {}
      })
      : Effect.fail(new TokenRejection.TokenRejection({ problem: "Malformed", detail: "it is garbage" }))
})

const options = { resource: "http://localhost/mcp", authorizationServers: [issuer] } as const

const whoami = Tool.serve(
  "whoami",
  {},
  () => Effect.map(CurrentPrincipal.CurrentPrincipal, ({ subject }) => subject ?? "")
)

const Server = McpServer.layer(whoami, { name: "test", version: "1", middleware: [CurrentPrincipal.middleware] })

const address = Effect.flatMap(NodeMcpServer.HttpAddress, ({ url }) => url)

const serve = Effect.flatMap(
  Layer.build(
    Server.pipe(
      Layer.provideMerge(ProtectedResource.protect(NodeMcpServer.layerHttp({ port: 0, sse: true }), options)),
      Layer.provide(verifier),
      // what is logged is not what is looked at here
      Layer.provide(Logger.layer([]))
    )
  ),
  (context) => Effect.provideContext(address, context)
)

/** On a router of the app's own, on whatever port. Gives the URL of the endpoint at `/mcp`. */
const onRouter = (app: Layer.Layer<never, unknown, HttpRouter.HttpRouter | TokenVerifier.TokenVerifier>) => {
  const live = HttpRouter.serve(Layer.provide(app, verifier), { disableLogger: true, disableListenLog: true })
  return Effect.map(
    Layer.build(
      live.pipe(
        Layer.provideMerge(
          NodeHttpServer.layer(Http.createServer, { port: 0, host: "127.0.0.1", gracefulShutdownTimeout: 0 })
        ),
        Layer.provide(Logger.layer([]))
      )
    ),
    (context) => {
      const { address } = Context.get(context, HttpServer.HttpServer)
      return `http://127.0.0.1:${"port" in address ? address.port : 0}/mcp`
    }
  )
}

/** The same on a router, where Node has dropped one of two headers before anybody could look. */
const serveOnRouter = (transport: Layer.Layer<ServerTransport, never, HttpRouter.HttpRouter>) =>
  onRouter(Layer.provide(Server, ProtectedResource.protect(transport, options)))

interface Answer {
  readonly status: number
  readonly challenge: string | undefined
  readonly text: string
}

/** Node's own client sends a header as often as it is told to. */
const send = (url: string, method: string, authorization: ReadonlyArray<string>, body = "") =>
  Effect.callback<Answer>((resume) => {
    const request = Http.request(url, {
      method,
      agent: false,
      headers: [
        ["host", new URL(url).host],
        ["content-type", "application/json"],
        ["accept", "application/json, text/event-stream"],
        ["content-length", String(Buffer.byteLength(body))],
        ...authorization.map((value) => ["authorization", value])
      ].flat()
    }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resume(Effect.succeed({
          status: response.statusCode ?? 0,
          challenge: response.headers["www-authenticate"],
          text: Buffer.concat(chunks).toString("utf8")
        })))
    })
    request.end(body)
  })

const initialize = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } }
})

const wellKnown = "/.well-known/oauth-protected-resource"
const challenge = `Bearer resource_metadata="http://localhost${wellKnown}/mcp"`

describe("ProtectedResource on Node", () => {
  it.live("asks for a token on every path and verb, and serves its metadata to everybody (APR-01, APR-03, SSH-01)", () =>
    Effect.gen(function*() {
      const url = yield* serve
      const paths = [["POST", "/mcp"], ["GET", "/mcp"], ["DELETE", "/mcp"], ["GET", "/sse"], [
        "POST",
        "/messages"
      ]] as const
      for (const [method, path] of paths) {
        const at = new URL(path, url).href
        const bare = yield* send(at, method, [], method === "POST" ? initialize : "")
        assert.deepStrictEqual([path, bare.status, bare.challenge], [path, 401, challenge])
        const bad = yield* send(at, method, ["Bearer garbage"], method === "POST" ? initialize : "")
        assert.deepStrictEqual([path, bad.status], [path, 401])
        assert.include(bad.challenge, "error=\"invalid_token\"")
      }
      for (const path of [wellKnown, `${wellKnown}/mcp`]) {
        const { status, text } = yield* send(new URL(path, url).href, "GET", [])
        assert.deepStrictEqual([status, JSON.parse(text)], [200, {
          resource: "http://localhost/mcp",
          authorization_servers: [issuer],
          bearer_methods_supported: ["header"]
        }])
      }
    }))

  it.live("takes one Authorization header, and of two none: neither the first nor the last (ATK-10)", () =>
    Effect.gen(function*() {
      const urls = [
        yield* serve,
        yield* serveOnRouter(NodeMcpServer.layerRouter()),
        yield* serveOnRouter(McpHttp.layerRouter())
      ]
      for (const url of urls) {
        assert.strictEqual((yield* send(url, "POST", ["Bearer alice"], initialize)).status, 200)
        for (
          const two of [["Bearer alice", "Bearer bob"], ["Bearer alice", "Basic YTpi"], ["Basic YTpi", "Bearer alice"]]
        ) {
          const { challenge, status } = yield* send(url, "POST", two, initialize)
          assert.include([400, 401], status)
          assert.match(challenge ?? "", /^Bearer /)
        }
      }
    }))

  it.live("gives each of several servers in one program its own endpoint and its own gate", () =>
    Effect.gen(function*() {
      const server = (path: `/${string}`, changes: Partial<Omit<ProtectedResource.Options, "dpop">>) =>
        Layer.provide(
          Layer.fresh(Server),
          ProtectedResource.protect(NodeMcpServer.layerRouter({ path }), { ...options, ...changes })
        )
      const url = yield* onRouter(Layer.mergeAll(
        server("/mcp", {}),
        server("/other", { resource: "http://localhost/other", audience: "nobody", metadataAtRoot: false })
      ))
      const at = (path: string) => new URL(path, url).href
      for (const path of ["/mcp", "/other"]) {
        assert.strictEqual((yield* send(at(path), "POST", [])).challenge, challenge.replace("/mcp", path))
        const { text } = yield* send(at(`${wellKnown}${path}`), "GET", [])
        assert.strictEqual(JSON.parse(text).resource, `http://localhost${path}`)
      }
      assert.strictEqual((yield* send(at("/mcp"), "POST", ["Bearer alice"], initialize)).status, 200)
      assert.strictEqual((yield* send(at("/other"), "POST", ["Bearer alice"], initialize)).status, 401)
    }))

  it.live("does not start over stdio: there is no gate", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        Layer.build(
          Server.pipe(
            Layer.provide(ProtectedResource.protect(NodeMcpServer.layerStdio, options)),
            Layer.provide(verifier)
          )
        )
      )
      assert.include(error.message, "its transport asks no gate")
    }))
})
