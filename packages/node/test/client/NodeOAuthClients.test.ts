/** Programs that log in, put together in the one obvious way: real sockets, real files, a person in the loop. */
import { assert, describe, it } from "@effect/vitest"
import * as AuthError from "@parley/auth/AuthError"
import { OAuthClient } from "@parley/auth/client/OAuthClient"
import { AllowInsecureHttpHosts } from "@parley/auth/InsecureAllowances"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as McpClients from "@parley/mcp/client/servers/McpClients"
import * as Tool from "@parley/mcp/contract/Tool"
import * as McpHttp from "@parley/mcp/server/McpHttp"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { spawn } from "node:child_process"
import Dns from "node:dns"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeMcpClients from "../../src/NodeMcpClients.ts"
import * as NodeOAuthClient from "../../src/NodeOAuthClient.ts"
import * as NodeOAuthClients from "../../src/NodeOAuthClients.ts"
import * as NodeTokenStore from "../../src/NodeTokenStore.ts"
import * as NodeUserAgent from "../../src/NodeUserAgent.ts"
import { browse } from "../support/Browsing.ts"
import * as RotatingServer from "../support/RotatingServer.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "parley-login-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** Has the system resolve every name so, as long as the scope. */
const resolvingTo = (address: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const { lookup } = Dns
      const saying = (_: string, { all }: Dns.LookupOptions, done: (...answer: ReadonlyArray<unknown>) => void) =>
        process.nextTick(() => all === true ? done(null, [{ address, family: 4 }]) : done(null, address, 4))
      // Tests replace it for all who have imported it.
      Object.assign(Dns, { lookup: saying })
      syncBuiltinESMExports()
      return lookup
    }),
    (lookup) =>
      Effect.sync(() => {
        Object.assign(Dns, { lookup })
        syncBuiltinESMExports()
      })
  )

const echo = Tool.serve("echo", {}, () => Effect.succeed("hi"))

/** A server with one tool, for those who have a token. */
const protectedServer = Effect.gen(function*() {
  const { dispose, handler } = McpHttp.toWebHandler(McpServer.layer(echo, { name: "protected", version: "1" }))
  yield* Effect.addFinalizer(() => Effect.promise(dispose))
  return yield* RotatingServer.serving(handler)
})

const program = "test"

/** Whose tokens are in a folder, and who is asked. */
const means = (path: string, userAgent: NodeOAuthClient.Means["userAgent"]) => ({
  program,
  tokenStore: NodeTokenStore.layerFile(path),
  ...(userAgent === undefined ? {} : { userAgent })
})

const me: McpClients.Options = { name: program, version: "0" }

/** The servers of a configuration, by URL. */
const clientsOf = (urls: { readonly [name: string]: string }, options: NodeOAuthClients.Options) =>
  Effect.map(
    Layer.build(
      NodeMcpClients.layer(
        { mcpServers: Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, { url }])) },
        me
      ).pipe(Layer.provideMerge(NodeOAuthClients.layer(options)))
    ),
    (context) => ({
      clients: Context.get(context, McpClients.McpClients),
      accounts: Context.get(context, NodeOAuthClients.NodeOAuthClients)
    })
  )

const until = (
  { changes }: McpClients.Clients,
  fits: (states: ReadonlyArray<McpClients.ServerState>) => boolean
) => Stream.runDrain(Stream.take(Stream.filter(changes, fits), 1))

const isConnected = ({ status }: McpClients.ServerState): boolean => status._tag === "Connected"

/** Why a server is not connected, as far as it is about logging in. */
const problemOf = ({ status }: McpClients.ServerState) =>
  status._tag === "Disconnected" ? AuthError.find(status.error)?.reason._tag : status._tag

const quiet = Effect.provide(Logger.layer([]))

describe("NodeOAuthClient", () => {
  it.live("is all that a program needs to log in, and to be logged in the next time (SSR-06)", () =>
    Effect.gen(function*() {
      const server = yield* protectedServer
      const path = yield* folder
      const connected = (userAgent: NodeOAuthClient.Means["userAgent"]) =>
        Effect.scoped(
          Effect.flatMap(
            Layer.build(
              McpClient.layer(me).pipe(
                Layer.provide(StreamableHttpClient.layer({ url: server.url })),
                Layer.provideMerge(NodeOAuthClient.layer({ url: server.url, ...means(path, userAgent) }))
              )
            ),
            (context) =>
              Effect.all([
                Context.get(context, McpClient.McpClient).listTools,
                Context.get(context, OAuthClient).status
              ])
          )
        )
      const nobody = yield* Effect.flip(connected("Nobody"))
      assert.strictEqual(AuthError.find(nobody)?.reason._tag, "ConsentRequired")
      const [tools, status] = yield* connected(NodeUserAgent.layerShown(browse))
      assert.deepStrictEqual([tools.map(({ name }) => name), status._tag], [["echo"], "LoggedIn"])
      yield* connected("Nobody")
      assert.strictEqual(server.counts.consents, 1)
      assert.isNotEmpty(readdirSync(path))
    }).pipe(Effect.scoped, quiet))

  it.live("connects to no private address that a name resolves to: the guard cannot be forgotten (SSR-06)", () =>
    Effect.gen(function*() {
      const server = yield* protectedServer
      yield* resolvingTo("127.0.0.1")
      // The server sends its users to a name that means this machine.
      const url = yield* RotatingServer.pointingTo(`http://rebind.example:${new URL(server.url).port}`)
      const login = Effect.flatMap(OAuthClient, ({ login }) => login)
      const error = yield* login.pipe(
        Effect.provide(NodeOAuthClient.layer({ url, ...means(yield* folder, "Nobody") })),
        Effect.provideService(AllowInsecureHttpHosts, ["rebind.example"]),
        Effect.flip
      )
      assert.include(JSON.stringify(error.reason), "its name resolves to an address that is not public")
      assert.strictEqual(server.requests(), 0)
    }).pipe(Effect.scoped, quiet))
})

/** Starts a program that asks somebody, and waits until it does; gives where it wants to hear of the answer. */
const asking = (url: string, path: string) =>
  Effect.gen(function*() {
    const args = ["--conditions=@parley/source", join(import.meta.dirname, "login-process.ts"), url, path]
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })),
      (one) => Effect.sync(() => one.kill("SIGKILL"))
    )
    const redirectUri = yield* Effect.callback<string>((resume) =>
      void child.stdout.once("data", (text: Buffer) => resume(Effect.succeed(text.toString().trim())))
    )
    const interrupted = Effect.callback<void>((resume) => {
      child.once("exit", () => resume(Effect.void))
      child.kill("SIGINT")
    })
    return { redirectUri, interrupted }
  })

describe("a program that is told to end while it asks somebody", () => {
  it.live("gives back its lease and its port: the next is asked at once", () =>
    Effect.gen(function*() {
      const server = yield* protectedServer
      const path = yield* folder
      const { interrupted, redirectUri } = yield* asking(server.url, path)
      yield* interrupted
      const next = yield* asking(server.url, path)
      // The registration is used again, at the port that it is for.
      assert.strictEqual(next.redirectUri, redirectUri)
    }).pipe(Effect.scoped, quiet), 30_000)
})

describe("servers from a configuration that want their users to log in", () => {
  it.live("are logged in to one after the other, with one store; those that are open do not wait", () =>
    Effect.gen(function*() {
      const [first, second] = [yield* protectedServer, yield* protectedServer]
      const path = yield* folder
      const asked: Array<string> = []
      const consents = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const userAgent = NodeUserAgent.layerShown((url) =>
        Effect.suspend(() => {
          const consent = consents[asked.push(url.host) - 1]
          return consent === undefined ? Effect.void : Effect.andThen(Deferred.await(consent), browse(url))
        })
      )
      const urls = { first: first.url, second: second.url }
      const { clients } = yield* clientsOf(urls, means(path, userAgent))
      yield* until(
        clients,
        (states) => states.every(({ status }) => status._tag === "Connecting" && status.interlude === true)
      )
      while (asked.length === 0) yield* Effect.sleep(5)
      yield* Effect.sleep(50)
      assert.lengthOf(asked, 1)
      for (const [index, consent] of consents.entries()) {
        yield* Deferred.succeed(consent, undefined)
        yield* until(clients, (states) => states.filter(isConnected).length === index + 1)
      }
      yield* until(clients, (states) => states.every(({ lists }) => lists.tools !== undefined))
      assert.sameMembers(asked, [new URL(first.url).host, new URL(second.url).host])
      assert.deepStrictEqual((yield* clients.tools).map(({ name }) => name), ["first__echo", "second__echo"])
      assert.deepStrictEqual([first.counts.consents, second.counts.consents], [1, 1])
    }).pipe(Effect.scoped, quiet))

  it.live(
    "say so where nobody can be asked, harm no other, and connect once somebody has logged in elsewhere",
    () =>
      Effect.gen(function*() {
        const closed = yield* protectedServer
        const open = yield* protectedServer
        const path = yield* folder
        const user = means(path, NodeUserAgent.layerShown(browse))
        const logIn = (url: string) =>
          Effect.scoped(
            Effect.flatMap(
              Layer.build(NodeOAuthClient.layer({ url, ...user })),
              (context) => Context.get(context, OAuthClient).login
            )
          )
        yield* logIn(open.url)
        const { clients } = yield* clientsOf({ closed: closed.url, open: open.url }, means(path, "Nobody"))
        assert.deepStrictEqual((yield* clients.servers).map(problemOf), ["ConsentRequired", "Connected"])
        assert.strictEqual(AuthError.find(yield* Effect.flip(clients.client("closed")))?.reason._tag, "ConsentRequired")
        assert.deepStrictEqual((yield* clients.callTool({ name: "open__echo" })).content, [{
          type: "text",
          text: "hi"
        }])
        yield* logIn(closed.url)
        yield* until(clients, (states) => states.every(isConnected))
        assert.strictEqual(closed.counts.consents, 1)
      }).pipe(Effect.scoped, quiet),
    20_000
  )

  it.live("can be logged out of by their URL, and are asked for when they are used again", () =>
    Effect.gen(function*() {
      const server = yield* protectedServer
      const path = yield* folder
      const { accounts, clients } = yield* clientsOf(
        { server: server.url },
        means(path, NodeUserAgent.layerShown(browse))
      )
      yield* until(clients, (states) => states.every(isConnected))
      const account = Effect.provide(OAuthClient, accounts.layer(server.url))
      const { logout, status } = yield* Effect.scoped(account)
      assert.strictEqual((yield* status)._tag, "LoggedIn")
      yield* logout
      assert.strictEqual((yield* status)._tag, "LoggedOut")
      yield* clients.callTool({ name: "server__echo" })
      assert.strictEqual((yield* status)._tag, "LoggedIn")
      assert.strictEqual(server.counts.consents, 2)
    }).pipe(Effect.scoped, quiet))
})
