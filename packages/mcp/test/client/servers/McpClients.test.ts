/** Many servers at once: whose tools are whose, and what one of them can do to the others, which is nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as ClientMiddleware from "../../../src/client/Middleware.ts"
import * as McpClients from "../../../src/client/servers/McpClients.ts"
import * as McpServersError from "../../../src/client/servers/McpServersError.ts"
import * as Registry from "../../../src/contract/Registry.ts"
import * as Tool from "../../../src/contract/Tool.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import * as McpServer from "../../../src/server/McpServer.ts"
import * as InMemoryTransport from "../../../src/testing/InMemoryTransport.ts"
import { ClientTransport } from "../../../src/transport/ClientTransport.ts"
import * as TransportError from "../../../src/transport/TransportError.ts"
import { make as makePeer, opening, type ScriptedPeer, sent } from "../ScriptedPeer.ts"

const options: McpClients.Options = { name: "test", version: "0", revisions: [v2025_11_25] }

/** A transport whose server has a name of its own. */
const named = ({ transport }: ScriptedPeer, peer: string): Layer.Layer<ClientTransport> =>
  Layer.provide(Layer.effect(ClientTransport, Effect.map(ClientTransport, (made) => ({ ...made, peer }))), transport)

/** A server that can be switched off, with tools that can be exchanged. */
interface Switched {
  readonly peer: ScriptedPeer
  readonly transport: Layer.Layer<ClientTransport>
  tools: ReadonlyArray<string>
  up: boolean
  attempts: number
}

const off = TransportError.make(new TransportError.Unreachable({ detail: "it is off", mayHaveRun: false }))

const makeServer = (tools: ReadonlyArray<string>, up = true): Switched => {
  const peer = makePeer({
    ...opening(v2025_11_25),
    initialize: {
      result: {
        protocolVersion: v2025_11_25.version,
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: "peer", version: "1" }
      }
    },
    "tools/list": () => ({
      result: { tools: server.tools.map((name) => ({ name, inputSchema: { type: "object" } })) }
    }),
    "tools/call": ({ name }) => ({ result: { content: [{ type: "text", text: `called ${String(name)}` }] } })
  })
  const transport = Layer.effect(
    ClientTransport,
    Effect.map(ClientTransport, (made) => ({
      ...made,
      open: (receive: Parameters<typeof made.open>[0]) =>
        Effect.suspend(() => {
          server.attempts++
          return server.up ? made.open(receive) : Effect.fail(off)
        })
    }))
  ).pipe(Layer.provide(peer.transport))
  const server: Switched = { peer, transport, tools, up, attempts: 0 }
  return server
}

const definitionsOf = (servers: { readonly [name: string]: Switched }): ReadonlyArray<McpClients.Definition> =>
  Object.entries(servers).map(([name, { transport }]) => ({ name, transport }))

const names = (clients: McpClients.Clients) => Effect.map(clients.tools, (tools) => tools.map(({ name }) => name))

const call = (clients: McpClients.Clients, name: string) =>
  Effect.map(clients.callTool({ name }), ({ content: [block] }) => block?.type === "text" ? block.text : undefined)

/** Waits until the servers stand as they should. */
const until = (
  clients: McpClients.Clients,
  fits: (states: ReadonlyArray<McpClients.ServerState>) => boolean
) => Stream.runDrain(Stream.take(Stream.filter(clients.changes, fits), 1))

const statusOf = (clients: McpClients.Clients, name: string) =>
  Effect.map(clients.servers, (states) => states.find((state) => state.name === name)?.status)

const quiet = Effect.provide(Logger.layer([]))

describe("the tools of many servers", () => {
  it.effect("have names that say whose they are, and go to whom they belong", () =>
    Effect.gen(function*() {
      const [files, issues] = [makeServer(["read", "write"]), makeServer(["read"])]
      const clients = yield* McpClients.make(definitionsOf({ files, "my issues": issues }), options)
      assert.deepStrictEqual(yield* names(clients), ["files__read", "files__write", "my_issues__read"])
      assert.strictEqual(yield* call(clients, "my_issues__read"), "called read")
      assert.lengthOf(sent(files.peer, "tools/call"), 0)
      assert.strictEqual(sent(issues.peer, "tools/call")[0]?.params?.name, "read")
    }))

  it.effect("one that is not listed is tried; what belongs to nobody is an error that names it", () =>
    Effect.gen(function*() {
      const clients = yield* McpClients.make(definitionsOf({ a: makeServer([]) }), options)
      assert.strictEqual(yield* call(clients, "a__hidden"), "called hidden")
      for (const name of ["b__x", "hidden", "a__", ""]) {
        const { reason } = yield* Effect.flip(clients.callTool({ name }))
        assert.deepInclude(reason, { _tag: "UnknownTool", tool: name })
      }
      assert.deepInclude((yield* Effect.flip(clients.client("b"))).reason, { _tag: "UnknownServer", server: "b" })
    }))

  it.effect("are called through the middleware of all clients, which have the services that they ask for", () =>
    Effect.gen(function*() {
      class Prefix extends Context.Service<Prefix, string>()("test/Prefix") {}
      const renamed = ClientMiddleware.make((call, next) =>
        Effect.flatMap(Prefix, (prefix) =>
          next(
            call.method === "tools/call"
              ? { ...call, params: { ...call.params, name: `${prefix}${String(call.params.name)}` } }
              : call
          ))
      )
      const layer = McpClients.layer(definitionsOf({ a: makeServer(["x"]), b: makeServer(["y"]) }), {
        ...options,
        middleware: [renamed]
      })
      const called = yield* Effect.flatMap(
        McpClients.McpClients,
        (clients) => Effect.all([call(clients, "a__x"), call(clients, "b__y")])
      ).pipe(Effect.provide(layer), Effect.provideService(Prefix, "my-"))
      assert.deepStrictEqual(called, ["called my-x", "called my-y"])
    }))

  it.effect("follow what the server says of them", () =>
    Effect.gen(function*() {
      const [a, b] = [makeServer(["one"]), makeServer(["x"])]
      const clients = yield* McpClients.make(definitionsOf({ a, b }), options)
      a.tools = ["one", "two"]
      a.peer.send({ method: "notifications/tools/list_changed" })
      yield* until(clients, (states) => states[0]?.lists.tools?.items.length === 2)
      assert.deepStrictEqual(yield* names(clients), ["a__one", "a__two", "b__x"])
      assert.lengthOf(sent(b.peer, "tools/list"), 1)
    }))

  for (const revision of [v2025_11_25, v2026_07_28]) {
    it.effect(`a tool that comes and goes while the server runs comes and goes here too, in ${revision.version}`, () =>
      Effect.gen(function*() {
        const first = Tool.serve("first", {}, () => Effect.succeed("1"))
        const second = Tool.serve("second", {}, () => Effect.succeed("2"))
        const both = yield* Layer.build(
          McpServer.layer(first, { name: "own", version: "1" }).pipe(Layer.provideMerge(InMemoryTransport.layer))
        )
        const registry = Context.get(both, Registry.Registry)
        const transport = Layer.succeedContext(Context.pick(ClientTransport)(both))
        const clients = yield* McpClients.make([{ name: "own", transport }], { ...options, revisions: [revision] })
        assert.deepStrictEqual(yield* names(clients), ["own__first"])
        const scope = yield* Scope.make()
        const twoTools = yield* Effect.forkChild(
          until(clients, ([own]) => own?.lists.tools?.items.length === 2),
          { startImmediately: true }
        )
        yield* TestClock.adjust("1 second")
        yield* Scope.provide(registry.add(second, Context.empty()), scope)
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(twoTools)
        yield* Scope.close(scope, Exit.void)
        yield* TestClock.adjust("1 second")
        yield* until(clients, ([own]) => own?.lists.tools?.items.length === 1)
      }))
  }
})

describe("a server that fails harms no other (pains row 22)", () => {
  it.effect("from the beginning: not there, configured wrong, or silent", () =>
    Effect.gen(function*() {
      const invalid = McpServersError.make(
        new McpServersError.InvalidServer({ server: "wrong", problems: [{ member: "env.KEY", detail: "not set" }] })
      )
      const silent = makePeer({ initialize: "silence" })
      const making = yield* Effect.forkScoped(
        McpClients.make([
          ...definitionsOf({ good: makeServer(["x"]), missing: makeServer(["y"], false) }),
          { name: "wrong", transport: Layer.effect(ClientTransport, Effect.fail(invalid)) },
          { name: "broken", transport: Layer.effect(ClientTransport, Effect.die("s3cret")) },
          { name: "silent", transport: silent.transport },
          { name: "off", transport: silent.transport, disabled: true }
        ], options)
      )
      yield* TestClock.adjust("10 seconds")
      const clients = yield* Fiber.join(making)
      assert.deepStrictEqual(yield* names(clients), ["good__x"])
      assert.strictEqual(yield* call(clients, "good__x"), "called x")
      const tags = (yield* clients.servers).map(({ name, status: { _tag } }) => [name, _tag])
      assert.deepInclude(tags, ["good", "Connected"])
      assert.deepInclude(tags, ["wrong", "Disconnected"])
      assert.deepInclude(tags, ["broken", "Disconnected"])
      assert.notInclude((yield* Effect.flip(clients.client("broken"))).message, "s3cret")
      assert.deepInclude(tags, ["silent", "Connecting"])
      assert.deepInclude(tags, ["off", "Disabled"])
      assert.strictEqual((yield* Effect.flip(clients.client("wrong"))).message, invalid.message)
      assert.strictEqual((yield* Effect.flip(clients.callTool({ name: "off__x" }))).reason._tag, "ServerDisabled")
    }).pipe(Effect.scoped, quiet))

  it.effect("one that comes and goes a hundred times: its tools stay readable, and nobody else notices", () =>
    Effect.gen(function*() {
      const servers = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, makeServer([name])] as const))
      const [flapping, ...others] = Object.values(servers)
      if (flapping === undefined) return assert.fail()
      const clients = yield* McpClients.make(definitionsOf(servers), options)
      const all = yield* names(clients)
      for (let turn = 0; turn < 100; turn++) {
        flapping.up = false
        flapping.peer.hangUp()
        yield* until(clients, ([state]) => state?.status._tag !== "Connected")
        const tools = yield* clients.tools
        assert.deepStrictEqual(tools.map(({ name }) => name), all)
        assert.deepStrictEqual(tools.map(({ stale }) => stale), [true, false, false, false, false])
        assert.strictEqual(yield* call(clients, "b__b"), "called b")
        flapping.up = true
        yield* TestClock.adjust("20 seconds")
        yield* until(clients, ([state]) => state?.status._tag === "Connected" && state.lists.tools?.stale === false)
      }
      assert.strictEqual(yield* call(clients, "a__a"), "called a")
      for (const { attempts, peer } of others) {
        assert.strictEqual(attempts, 1)
        assert.lengthOf(sent(peer, "tools/list"), 1)
      }
    }).pipe(Effect.scoped, quiet))

  it.effect("a list that cannot be read leaves the last one in place", () =>
    Effect.gen(function*() {
      let broken = false
      const peer = makePeer({
        ...opening(v2025_11_25),
        "tools/list": () =>
          broken
            ? { error: { code: -32603, message: "no" } }
            : { result: { tools: [{ name: "x", inputSchema: { type: "object" } }] } }
      })
      const clients = yield* McpClients.make([{ name: "a", transport: peer.transport }], options)
      broken = true
      peer.hangUp()
      yield* until(clients, ([state]) => state?.status._tag !== "Connected")
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual((yield* clients.tools).map(({ name, stale }) => [name, stale]), [["a__x", true]])
      assert.strictEqual((yield* statusOf(clients, "a"))?._tag, "Connected")
    }).pipe(Effect.scoped, quiet))
})

describe("a server that was not there", () => {
  it.effect("is tried again by itself", () =>
    Effect.gen(function*() {
      const server = makeServer(["x"], false)
      const clients = yield* McpClients.make(definitionsOf({ late: server }), options)
      assert.strictEqual((yield* statusOf(clients, "late"))?._tag, "Disconnected")
      yield* TestClock.adjust("10 minutes")
      // Each time later than before, and then once a minute.
      assert.isAbove(server.attempts, 10)
      assert.isBelow(server.attempts, 20)
      server.up = true
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* names(clients), ["late__x"])
    }).pipe(Effect.scoped, quiet))

  it.effect("is tried at once when it is used, by all together", () =>
    Effect.gen(function*() {
      const server = makeServer(["x"], false)
      const clients = yield* McpClients.make(definitionsOf({ late: server }), options)
      assert.strictEqual((yield* Effect.flip(clients.callTool({ name: "late__x" }))).reason._tag, "TransportError")
      const before = server.attempts
      server.up = true
      const calls = yield* Effect.forEach(Array.from({ length: 10 }), () => call(clients, "late__x"), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(calls, Array.from({ length: 10 }, () => "called x"))
      assert.strictEqual(server.attempts, before + 1)
    }).pipe(Effect.scoped, quiet))
})

describe("what is remembered of servers", () => {
  it.effect("saves the next set of clients their questions, and is for each its own", () =>
    Effect.gen(function*() {
      const [modern, old] = [makePeer(opening(v2026_07_28)), makePeer(opening(v2025_11_25))]
      const definitions = [
        { name: "modern", transport: named(modern, "modern") },
        { name: "old", transport: named(old, "old") }
      ]
      const both = { name: "test", version: "0", lists: [] }
      const first = yield* Effect.scoped(
        Effect.flatMap(McpClients.make(definitions, both), ({ priors }) => priors)
      )
      assert.deepStrictEqual(first.map(({ peer, version }) => [peer, version]), [
        ["modern", v2026_07_28.version],
        ["old", v2025_11_25.version]
      ])
      const heard = [sent(modern, "server/discover").length, sent(old, "server/discover").length]
      assert.deepStrictEqual(heard, [1, 1])
      const clients = yield* McpClients.make(definitions, { ...both, priors: first })
      yield* clients.client("modern")
      yield* clients.client("old")
      assert.deepStrictEqual([sent(modern, "server/discover").length, sent(old, "server/discover").length], heard)
      assert.deepStrictEqual((yield* clients.priors).map(({ version }) => version), first.map(({ version }) => version))
    }).pipe(Effect.scoped, quiet))

  it.effect("a server whose lists nobody reads is not listened to", () =>
    Effect.gen(function*() {
      const modern = makePeer({
        "server/discover": {
          result: {
            resultType: "complete",
            supportedVersions: [v2026_07_28.version],
            capabilities: { tools: { listChanged: true } },
            ttlMs: 0,
            cacheScope: "private"
          }
        }
      })
      yield* McpClients.make([{ name: "modern", transport: modern.transport }], {
        name: "test",
        version: "0",
        lists: []
      })
      yield* TestClock.adjust("1 minute")
      assert.lengthOf(sent(modern, "subscriptions/listen"), 0)
    }).pipe(Effect.scoped, quiet))
})

describe("definitions", () => {
  it.effect("can be exchanged: what is equal stays, the rest begins or ends", () =>
    Effect.gen(function*() {
      const [a, b, c] = [makeServer(["a"]), makeServer(["b"]), makeServer(["c"])]
      const ended = yield* Deferred.make<void>()
      const watched = Layer.merge(
        b.transport,
        Layer.effectDiscard(Effect.addFinalizer(() => Deferred.succeed(ended, undefined)))
      )
      const clients = yield* McpClients.make([
        { name: "a", transport: a.transport, origin: { command: "a" } },
        { name: "b", transport: watched }
      ], options)
      const before = yield* clients.client("a")
      yield* clients.set([
        { name: "c", transport: c.transport },
        { name: "a", transport: Layer.fresh(a.transport), origin: { command: "a" } }
      ])
      yield* Deferred.await(ended)
      yield* until(clients, (states) => states.every(({ lists }) => lists.tools !== undefined))
      assert.deepStrictEqual(yield* names(clients), ["c__c", "a__a"])
      assert.strictEqual(yield* clients.client("a"), before)
      assert.strictEqual(a.attempts, 1)
      assert.strictEqual((yield* Effect.flip(clients.client("b"))).reason._tag, "UnknownServer")
      yield* clients.set([{ name: "a", transport: a.transport, origin: { command: "another" } }])
      yield* until(clients, ([state]) => state?.status._tag === "Connected")
      assert.strictEqual(a.attempts, 2)
    }).pipe(Effect.scoped, quiet))

  it.effect("whoever waits for a server that is taken away waits no longer", () =>
    Effect.gen(function*() {
      const silent = makePeer({ initialize: "silence" })
      const clients = yield* McpClients.make([{ name: "a", transport: silent.transport }], {
        ...options,
        startTimeout: 0
      })
      const waiting = yield* Effect.forkChild(Effect.flip(clients.client("a")), { startImmediately: true })
      yield* clients.set([])
      assert.strictEqual((yield* Fiber.join(waiting)).reason._tag, "UnknownServer")
      assert.deepStrictEqual(yield* clients.servers, [])
    }).pipe(Effect.scoped, quiet))

  it.effect("end with the scope, all at once, and the stream of changes with them", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const slow = (transport: Layer.Layer<ClientTransport>) =>
        Layer.merge(transport, Layer.effectDiscard(Effect.addFinalizer(() => Effect.sleep("2 seconds"))))
      const definitions = ["a", "b", "c"].map((name) => ({ name, transport: slow(makeServer([name]).transport) }))
      const clients = yield* Scope.provide(McpClients.make(definitions, options), scope)
      const changes = yield* Effect.forkChild(Stream.runDrain(clients.changes), { startImmediately: true })
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(closing)
      // It ends; whoever reads it goes on.
      yield* Fiber.join(changes)
      assert.deepStrictEqual(yield* Stream.runCollect(clients.changes), [])
      assert.isTrue(Exit.isFailure(yield* Effect.exit(clients.callTool({ name: "a__a" }))))
      const late = makeServer(["late"])
      yield* clients.set([{ name: "late", transport: late.transport }])
      assert.strictEqual(late.attempts, 0)
    }).pipe(quiet))
})

it.effect("the values are described by a schema of nothing but text", () =>
  Effect.gen(function*() {
    const error = McpServersError.make(new McpServersError.UnknownServer({ server: "a" }))
    const encoded = yield* Schema.encodeEffect(Schema.toCodecJson(McpServersError.McpServersError))(error)
    const decoded = yield* Schema.decodeUnknownEffect(Schema.toCodecJson(McpServersError.McpServersError))(encoded)
    assert.strictEqual(decoded.message, error.message)
  }))
