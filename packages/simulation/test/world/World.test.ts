import { assert, describe, it } from "@effect/vitest"
import { ClientLog, Elicitation, McpRequest, Roots, Sampling, Tool } from "@parley/mcp"
import * as McpServer from "@parley/mcp/server/McpServer"
import { NotificationBus } from "@parley/mcp/session/NotificationBus"
import * as Journal from "@parley/simulation/history/Journal"
import * as World from "@parley/simulation/world/World"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { all, ranOn } from "../support/Looking.ts"
import * as Specimen from "../support/Specimen.ts"
import { revision, ways } from "../support/Ways.ts"

const answers = Layer.mergeAll(
  Elicitation.layer({
    form: () => Effect.succeed(Elicitation.accept({ words: "mine" })),
    url: () => Effect.succeed(Elicitation.accept())
  }),
  Roots.layer([{ uri: "file:///home" }]),
  Sampling.layer({
    createMessage: () => Effect.succeed({ role: "assistant", content: { type: "text", text: "said" }, model: "m" })
  })
)

/** What a server forks and opens for itself. */
class Own extends Context.Service<Own, Scope.Scope>()("test/Own") {}

/** Some of everything. */
const lived = (world: World.World, { version, way }: (typeof ways)[number]) =>
  Effect.gen(function*() {
    const server = yield* world.server("server", Specimen.server(), { way })
    const { client } = yield* world.client("client", server, { revisions: revision(version), answers })
    yield* client.listTools
    yield* client.callTool({ name: "work", arguments: { key: "work", millis: 500, steps: 5 } })
    const told = yield* client.callTool({ name: "ring", arguments: { key: "ring", length: 3 } })
    // One that is given up, and one that is under way when everybody leaves.
    yield* Effect.timeoutOption(client.callTool({ name: "look", arguments: { key: "given up", millis: 5_000 } }), 100)
    yield* Effect.forkChild(client.callTool({ name: "look", arguments: { key: "under way", millis: 5_000 } }))
    yield* Effect.sleep(100)
    // The oldest revisions have it as text only.
    const [text] = told.content
    return text?.type === "text" ? JSON.parse(text.text) : undefined
  })

const answered = (version: string) => version < "2025-06-18" ? ["-", "said", "-"] : ["mine", "said", "mine"]

describe("a world", () => {
  it.effect.each(ways)(
    "has servers and clients, and nothing of them is left, over $way in $version",
    (over) =>
      Effect.gen(function*() {
        const { exit, history, left } = yield* World.live({ seed: 1 }, (world) => lived(world, over))
        assert.deepStrictEqual(yield* exit, { key: "ring", answers: answered(over.version) })
        assert.deepStrictEqual(ranOn({ events: history }, "work"), ["server"])
        assert.deepStrictEqual(left, {})
        assert.deepStrictEqual(
          history.flatMap((event) =>
            event._tag === "Up" || event._tag === "Down" ? [`${event._tag} ${event.host}`] : []
          ),
          ["Up server", "Up client", "Down client", "Down server"]
        )
      })
  )

  it.effect("knows what was left", () =>
    Effect.gen(function*() {
      const leak = Tool.serve("leak", {}, () => Effect.as(Effect.forkDetach(Effect.sleep("1 day")), "leaked"))
      const Leaky = McpServer.layer(leak, { name: "leaky", version: "1.0.0" })
      const { left } = yield* World.live({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          const server = yield* world.server("server", Leaky)
          const { client } = yield* world.client("client", server)
          yield* client.callTool({ name: "leak", arguments: {} })
          yield* client.callTool({ name: "leak", arguments: {} })
        }))
      assert.deepStrictEqual(left, { server: { fibers: 2, timers: 2 } })
    }))

  it.effect("knows what a server keeps for those who have left, however it clears up when it ends itself", () =>
    Effect.gen(function*() {
      const listen = Tool.serve("listen", {}, () =>
        Effect.gen(function*() {
          const { listen } = Option.getOrThrow(yield* Effect.serviceOption(NotificationBus))
          yield* Scope.provide(listen(() => undefined), yield* Own)
          return "listening"
        }))
      const Keeping = McpServer.layer(listen, { name: "keeping", version: "1.0.0" }).pipe(
        Layer.provide(Layer.effect(Own, Effect.scope))
      )
      const keptBy = (calls: number) =>
        Effect.map(
          World.live({ seed: 1 }, (world) =>
            Effect.gen(function*() {
              const server = yield* world.server("server", Keeping)
              const { client } = yield* world.client("client", server, { revisions: revision("2025-11-25") })
              yield* Effect.replicateEffect(client.callTool({ name: "listen", arguments: {} }), calls)
            })),
          ({ exit, left }) => [exit._tag, left]
        )
      assert.deepStrictEqual(yield* keptBy(0), ["Success", {}])
      assert.deepStrictEqual(yield* keptBy(2), ["Success", { server: { "listeners, while it went on": 2 } }])
    }))

  it.effect("lets a server forget those who did not say that they left", () =>
    Effect.gen(function*() {
      const { exit, history, left } = yield* World.live({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          yield* world.server("server", Specimen.server())
          const clientInfo = { name: "stranger", version: "1.0.0" }
          const params = { protocolVersion: "2025-11-25", clientInfo, capabilities: {} }
          const initialize = HttpClientRequest.post("http://server/mcp", {
            headers: { accept: "application/json, text/event-stream" }
          }).pipe(HttpClientRequest.bodyJsonUnsafe({ jsonrpc: "2.0", id: 1, method: "initialize", params }))
          return (yield* world.httpClient("stranger").execute(initialize)).headers["mcp-session-id"]
        }))
      assert.isString(yield* exit)
      assert.deepStrictEqual(left, {})
      // It waits for that, and for no longer.
      const [down] = all({ events: history }, "Down")
      assert.isAbove(down?.atMillis ?? 0, 10 * 60_000)
      assert.isBelow(down?.atMillis ?? 0, 30 * 60_000)
    }))

  it.effect("fails with what its program fails with, after everybody has left", () =>
    Effect.gen(function*() {
      const { exit, history, left } = yield* World.live({ seed: 1 }, (world) =>
        Effect.andThen(lived(world, ways[0]), Effect.fail("No more")))
      assert.deepStrictEqual(exit, Exit.fail("No more"))
      assert.deepStrictEqual(left, {})
      assert.strictEqual(history.at(-1)?._tag, "Down")
    }))

  it.effect("comes to an end when somebody waits for what will not happen, and everybody leaves", () =>
    Effect.gen(function*() {
      const { exit, left } = yield* World.live(
        { seed: 1, lastsMillisMax: 60_000 },
        (world) => Effect.andThen(lived(world, ways[2]), Effect.never)
      )
      const error = yield* Effect.flip(exit)
      assert.strictEqual(error._tag, "Stalled")
      assert.deepStrictEqual(left, {})
    }))

  it.effect("fails with what a server cannot be built for", () =>
    Effect.gen(function*() {
      class Missing extends Schema.TaggedError<Missing>()("Missing", {}) {}
      const broken = Layer.provideMerge(Specimen.server(), Layer.effectDiscard(Effect.fail(new Missing())))
      for (const way of ["line", "http", "sse"] as const) {
        const { exit, left } = yield* World.live({ seed: 1 }, (world) => world.server("server", broken, { way }))
        assert.strictEqual((yield* Effect.flip(exit))._tag, "Missing")
        assert.deepStrictEqual(left, {})
      }
    }))

  it.effect("lets a client that could not connect try again under its name", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const server = yield* world.server("server", Specimen.server())
        yield* world.strike("client-server", { _tag: "Refusal" })
        const error = yield* Effect.flip(world.client("client", server))
        assert.isFalse(error.mayHaveRun)
        yield* world.heal
        const { leave } = yield* world.client("client", server)
        yield* leave
        yield* world.client("client", server)
        assert.lengthOf(all(world.history, "Up").filter(({ host }) => host === "client"), 3)
      })))

  it.effect("puts what stands before a transport there, on each host", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const who = Tool.serve("who", {}, () =>
          Effect.map(McpRequest, ({ header, principal }) =>
            `${principal} ${header("authorization")}`))
        const layer = McpServer.layer(who, { name: "who", version: "1.0.0" })
        const server = yield* world.server("server", layer, { replicas: 2, protect: Specimen.protect })
        const { client } = yield* world.client("client", server, { principal: "alice" })
        for (const _ of [1, 2]) {
          const { content } = yield* client.callTool({ name: "who", arguments: {} })
          assert.deepStrictEqual(content, [{ type: "text", text: "alice Bearer alice" }])
        }
      })))

  it.effect("has other sites, and clients whose HTTP client is made of the host's", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        yield* world.site("names", (exchange) => Effect.sync(() => exchange.respond(200, {}, `bob ${exchange.url}`)))
        const layer = Specimen.server()
        const server = yield* world.server("server", layer, { protect: Specimen.protect })
        const named = Layer.effect(
          HttpClient.HttpClient,
          Effect.map(HttpClient.HttpClient, (client) =>
            HttpClient.mapRequestEffect(client, (request) =>
              Effect.gen(function*() {
                const response = yield* client.get("http://names/name")
                const [name = ""] = (yield* response.text).split(" ")
                return HttpClientRequest.setHeader(request, "authorization", `Bearer ${name}`)
              })))
        )
        const { client } = yield* world.client("client", server, { httpClient: named })
        const told = yield* client.callTool({ name: "whoami", arguments: { key: "1" } })
        assert.deepStrictEqual(told.structuredContent, { key: "1", caller: "bob" })
        const opened = all(world.history, "Opened").filter(({ to }) =>
          to === "names"
        )
        assert.isAbove(opened.length, 1)
        const own = yield* world.httpClient("client").get("http://names/other")
        assert.strictEqual(yield* own.text, "bob /other")
      })))

  it.effect("writes what hosts log into the history, and no stack", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const say = Tool.serve("say", {}, () =>
          Effect.logWarning("It is", { late: true }, new Error("a flaw")).pipe(
            Effect.andThen(ClientLog.info("nothing of this")),
            Effect.as("said")
          ))
        const server = yield* world.server("server", McpServer.layer(say, { name: "say", version: "1.0.0" }))
        const { client } = yield* world.client("client", server)
        yield* client.callTool({ name: "say", arguments: {} })
        yield* world.note("done")
        assert.deepStrictEqual(
          all(world.history, "Noted").map(({ host, text }) => `${host} ${text}`),
          [`server Warn: It is {"late":true} Error: a flaw`, "world done"]
        )
      })))

  it.effect("strikes nobody where nobody is, and ends each fault once", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const over = yield* world.strike("nobody", { _tag: "Restart" })
        yield* world.strike("nobody-else", { _tag: "Loss", probability: 1 })
        yield* world.strike("nobody", { _tag: "ClockJump", millis: 5 })
        yield* over
        yield* over
        yield* world.heal
        yield* world.heal
        assert.lengthOf(all(world.history, "Struck"), 3)
        assert.lengthOf(all(world.history, "Healed"), 3)
      })))

  it.effect("takes a client's network away where the client is to restart", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const server = yield* world.server("server", Specimen.server())
        const { client } = yield* world.client("client", server)
        const look = client.callTool({ name: "look", arguments: { key: "1", millis: 1 } }, { repeatable: false })
        const over = yield* world.strike("client", { _tag: "Restart" })
        const error = yield* Effect.flip(look)
        assert.isFalse(error.mayHaveRun)
        yield* over
        yield* look
      })))

  it.effect("gives what is done on a client's host the chance of its name, and its clock", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const server = yield* world.server("server", Specimen.server())
        const ann = yield* world.client("ann", server)
        const ben = yield* world.client("ben", server)
        const draw = (user: World.User, what: string) => user.run(what, Random.next)
        const first = yield* draw(ann, "1")
        assert.notStrictEqual(yield* draw(ann, "2"), first)
        assert.notStrictEqual(yield* draw(ben, "1"), first)
        assert.strictEqual(yield* draw(ann, "1"), first)
        const before = yield* ann.run("time", Effect.clockWith(({ currentTimeMillis }) => currentTimeMillis))
        yield* world.strike("ann", { _tag: "ClockJump", millis: 1_000 })
        const after = yield* ann.run("time", Effect.clockWith(({ currentTimeMillis }) => currentTimeMillis))
        assert.strictEqual(after - before, 1_000)
      })))

  it.effect("runs handlers in what their layer provides, and knows what they say of themselves", () =>
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        class Greeting extends Context.Service<Greeting, string>()("test/Greeting") {}
        const greet = Tool.serve("greet", { parameters: { key: Schema.String } }, ({ key }) =>
          Effect.andThen(Journal.ran(key, { plain: 1 }), Greeting))
        const layer = Layer.provide(
          McpServer.layer(greet, { name: "greeter", version: "1.0.0" }),
          Layer.succeed(Greeting, "hello")
        )
        const server = yield* world.server("server", layer)
        const { client } = yield* world.client("client", server)
        const { content } = yield* client.callTool({ name: "greet", arguments: { key: "1" } })
        assert.deepStrictEqual(content, [{ type: "text", text: "hello" }])
        assert.deepInclude(all(world.history, "Ran")[0], { key: "1", host: "server", detail: { plain: 1 } })
      })))
})
