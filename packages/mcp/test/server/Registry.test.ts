/** Components that come and go while a server runs, as its clients see it. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import type { Kind } from "../../src/contract/Catalog.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Registry from "../../src/contract/Registry.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import type { ListOptions } from "../../src/server/component/ListOptions.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { Server } from "../../src/server/Server.ts"
import { ServerTransport } from "../../src/server/ServerTransport.ts"
import type { ServerEvent } from "../../src/session/NotificationBus.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, serverInfo, textsOf } from "../support/Messages.ts"

const saying = (name: string, text = name) => Tool.serve(name, {}, () => Effect.succeed(text))

const make = (options: ListOptions = {}) =>
  McpServer.make([saying("first"), saying("second")], { ...serverInfo, ...options })

const heardBy = (server: Server) =>
  Effect.gen(function*() {
    const events: Array<ServerEvent> = []
    yield* server.bus.listen((event) => void events.push(event))
    return events
  })

const within = (server: Server) => Effect.provideService(Registry.Registry, server.registry)

const namesOf = (line: Line.Line, method = "tools/list", member = "tools") =>
  Effect.map(
    line.ask(method),
    ({ result = {} }) => (result[member] as ReadonlyArray<{ readonly name: string }>).map(({ name }) => name)
  )

const textOf = (line: Line.Line, name: string) =>
  Effect.map(line.ask("tools/call", { name }), (answer) => textsOf(answer)[0] ?? errorOf(answer))

const reasonOf = <A, R>(effect: Effect.Effect<A, Registry.CatalogError, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

const messageOf = <A, R>(effect: Effect.Effect<A, Registry.CatalogError, R>) =>
  Effect.map(Effect.flip(effect), ({ message }) => message)

const tools = { _tag: "ListChanged", kind: "tools" } as const

describe("Registry.add", () => {
  it.effect("offers a tool while its scope is open, and tells of both changes (TOL-05)", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const line = yield* Line.openSession(server)
      const events = yield* heardBy(server)
      const scope = yield* Scope.make()
      yield* Registry.add(saying("extra")).pipe(within(server), Scope.provide(scope))
      assert.deepStrictEqual(yield* namesOf(line), ["first", "second", "extra"])
      assert.strictEqual(yield* textOf(line, "extra"), "extra")
      assert.deepStrictEqual<unknown>(events, [tools])
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* namesOf(line), ["first", "second"])
      assert.strictEqual(yield* textOf(line, "extra"), "-32602 Unknown tool: extra")
      assert.deepStrictEqual<unknown>(events, [tools, tools])
    }))

  it.effect("works in a handler, where the nearest scope is the call's and keep outlives it", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make([
        Tool.serve("brief", {}, () => Effect.as(Effect.orDie(Registry.add(saying("passing"))), "done")),
        Tool.serve("lasting", {}, () => Effect.as(Effect.orDie(Registry.keep(saying("staying"))), "done"))
      ], serverInfo)
      const line = yield* Line.openSession(server)
      assert.strictEqual(yield* textOf(line, "brief"), "done")
      assert.strictEqual(yield* textOf(line, "lasting"), "done")
      assert.deepStrictEqual(yield* namesOf(line), ["brief", "lasting", "staying"])
    }))

  it.effect("gives the handler what it needs from where it is added", () =>
    Effect.gen(function*() {
      class Greeting extends Context.Service<Greeting, string>()("test/Greeting") {}
      const greet = Tool.serve("greet", {}, () => Effect.map(Greeting, (greeting) => `${greeting}!`))
      const server = yield* make()
      const line = yield* Line.openSession(server)
      yield* Registry.add(greet).pipe(Effect.provideService(Greeting, "Hello"), within(server))
      assert.strictEqual(yield* textOf(line, "greet"), "Hello!")
    }))

  it.effect("adds resources, templates and prompts where they are declared", () =>
    Effect.gen(function*() {
      const server = yield* make({ kinds: ["resources", "prompts"] })
      const line = yield* Line.openSession(server)
      const events = yield* heardBy(server)
      yield* within(server)(Effect.gen(function*() {
        yield* Registry.add(Resource.serve("memo://one", { name: "one" }, () => Effect.succeed("1")))
        yield* Registry.add(
          Resource.serveTemplate(
            "memo://{id}",
            { params: { id: Schema.String } },
            ({ id }) => Effect.succeed(`<${id}>`)
          )
        )
        yield* Registry.add(Prompt.serve("ask", {}, () => Effect.succeed("Well?")))
      }))
      assert.deepStrictEqual(yield* namesOf(line, "resources/list", "resources"), ["one"])
      assert.deepStrictEqual(yield* namesOf(line, "resources/templates/list", "resourceTemplates"), ["memo://{id}"])
      assert.deepStrictEqual(yield* namesOf(line, "prompts/list", "prompts"), ["ask"])
      const { result } = yield* line.ask("resources/read", { uri: "memo://two" })
      assert.deepStrictEqual<unknown>(result?.contents, [{ uri: "memo://two", text: "<two>" }])
      assert.deepStrictEqual(events.map((event) => event._tag === "ListChanged" ? event.kind : event._tag), [
        "resources",
        "resources",
        "prompts"
      ])
    }))

  it.effect("refuses a name that is taken, whoever has it (TOL-11)", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const line = yield* Line.openSession(server)
      const events = yield* heardBy(server)
      const add = within(server)(Registry.add(saying("first", "another")))
      assert.strictEqual(yield* messageOf(add), "Two tools are named \"first\"")
      assert.strictEqual(yield* reasonOf(add), "NameTaken")
      assert.strictEqual(yield* textOf(line, "first"), "first")
      yield* within(server)(Registry.add(saying("extra")))
      assert.strictEqual(
        yield* messageOf(within(server)(Registry.add(saying("extra")))),
        "Two tools are named \"extra\""
      )
      assert.lengthOf(events, 1)
    }))

  it.effect("stands in for a component of the same name, in its place, until its scope closes", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const line = yield* Line.openSession(server)
      const scope = yield* Scope.make()
      const replacement = Registry.add(saying("first", "other"), { onDuplicate: "replace" })
      const registration = yield* replacement.pipe(within(server), Scope.provide(scope))
      assert.deepStrictEqual(yield* namesOf(line), ["first", "second"])
      assert.strictEqual(yield* textOf(line, "first"), "other")
      yield* registration.setEnabled(false)
      assert.deepStrictEqual(yield* namesOf(line), ["second"])
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* textOf(line, "first"), "first")
      assert.deepStrictEqual(yield* namesOf(line), ["first", "second"])
    }))

  it.effect("refuses a kind that is not declared, and says what to do", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const line = yield* Line.openSession(server)
      const add = within(server)(Registry.add(Prompt.serve("ask", {}, () => Effect.succeed("Well?"))))
      assert.include(yield* messageOf(add), "its option \"kinds\" does not name them")
      assert.strictEqual(yield* reasonOf(add), "KindNotDeclared")
      assert.strictEqual(errorOf(yield* line.ask("prompts/list")), "-32601 Method not found: prompts/list")
    }))

  it.effect("refuses a component that cannot be served", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const odd = Tool.serve("odd", { parameters: Schema.String as never }, () => Effect.succeed(""))
      assert.include(yield* messageOf(within(server)(Registry.add(odd))), "not an object")
      assert.strictEqual(yield* reasonOf(within(server)(Registry.add(odd))), "Invalid")
      assert.strictEqual(yield* messageOf(within(server)(Registry.add(saying("")))), "A tool has no name")
    }))
})

describe("a registration", () => {
  it.effect("hides and shows, and tells only of what changed", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const line = yield* Line.openSession(server)
      const registration = yield* within(server)(Registry.add(saying("extra")))
      const events = yield* heardBy(server)
      yield* registration.setEnabled(true)
      assert.lengthOf(events, 0)
      yield* registration.setEnabled(false)
      assert.deepStrictEqual(yield* namesOf(line), ["first", "second"])
      assert.strictEqual(yield* textOf(line, "extra"), "-32602 Unknown tool: extra")
      yield* registration.setEnabled(true)
      assert.strictEqual(yield* textOf(line, "extra"), "extra")
      assert.deepStrictEqual<unknown>(events, [tools, tools])
    }))

  it.effect("takes another definition and handler, of the same name only", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const line = yield* Line.openSession(server)
      const registration = yield* within(server)(Registry.add(saying("extra")))
      const events = yield* heardBy(server)
      yield* registration.update(Tool.serve("extra", { title: "New" }, () => Effect.succeed("newer")))
      assert.strictEqual(yield* textOf(line, "extra"), "newer")
      assert.include(JSON.stringify(yield* line.ask("tools/list")), "\"title\":\"New\"")
      assert.strictEqual(yield* messageOf(registration.update(saying("other"))), "\"other\" cannot stand for \"extra\"")
      assert.deepStrictEqual<unknown>(events, [tools])
    }))

  it.effect("removes once, and does nothing after that", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const line = yield* Line.openSession(server)
      const registration = yield* within(server)(Registry.add(saying("extra")))
      const events = yield* heardBy(server)
      yield* registration.remove
      yield* within(server)(Registry.add(saying("extra", "second life")))
      yield* registration.remove
      yield* registration.setEnabled(false)
      assert.strictEqual(yield* textOf(line, "extra"), "second life")
      assert.deepStrictEqual<unknown>(events, [tools, tools])
    }))
})

describe("Registry.layer", () => {
  it.effect("adds to the server of the layer below, while it lives", () =>
    Effect.gen(function*() {
      const Server = McpServer.layer(saying("first"), serverInfo).pipe(
        Layer.provide(Layer.succeed(ServerTransport, { serve: () => Effect.void }))
      )
      const context = yield* Layer.build(
        Registry.layer([saying("extra"), saying("more")]).pipe(Layer.provideMerge(Server))
      )
      const server = Context.get(context, McpServer.McpServer)
      const line = yield* Line.openSession(server)
      assert.deepStrictEqual(yield* namesOf(line), ["first", "extra", "more"])
    }))
})

describe("a resource that has changed", () => {
  it.effect("is told of on the bus", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const events = yield* heardBy(server)
      yield* within(server)(Registry.resourceUpdated("memo://one"))
      assert.deepStrictEqual<unknown>(events, [{ _tag: "ResourceUpdated", uri: "memo://one" }])
    }))
})

describe("what a server declares", () => {
  const declaredBy = (kinds: ReadonlyArray<Kind>) =>
    Effect.map(make({ kinds }), ({ identity }) => identity.capabilities)

  it.effect("is what it has and what it says will come, each with listChanged (TOL-01, RSC-01, PRM-01)", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual<unknown>(yield* declaredBy([]), { logging: {}, tools: { listChanged: true } })
      const capabilities = yield* declaredBy(["prompts"])
      assert.deepStrictEqual<unknown>(capabilities.prompts, { listChanged: true })
    }))

  it.effect("is listed though it is empty (TOL-02, RSC-02, PRM-03)", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make([], { ...serverInfo, kinds: ["tools", "resources", "prompts"] })
      const line = yield* Line.open(server)
      for (
        const [method, member] of [
          ["tools/list", "tools"],
          ["resources/list", "resources"],
          ["resources/templates/list", "resourceTemplates"],
          ["prompts/list", "prompts"]
        ] as const
      ) assert.deepStrictEqual((yield* line.ask(method, claimed())).result?.[member], [])
    }))
})

describe("the name of a tool", () => {
  const warnings = (name: string) =>
    Effect.gen(function*() {
      const logged: Array<unknown> = []
      const logger = Logger.make(({ logLevel, message }) => void logged.push([logLevel, message]))
      yield* McpServer.make(saying(name), serverInfo).pipe(Effect.provide(Logger.layer([logger])))
      return logged.length
    })

  it.effect.each(["a", "A-Z.a_z-0.9", "x".repeat(128)])(
    "is taken as it is: %s (TOL-07, TOL-09)",
    (name) => Effect.map(warnings(name), (count) => assert.strictEqual(count, 0))
  )

  it.effect.each(["a b", "a,b", "é", "a/b", "x".repeat(129)])(
    "is served with a warning: %s (TOL-07, TOL-09, TOL-10)",
    (name) => Effect.map(warnings(name), (count) => assert.strictEqual(count, 1))
  )

  it.effect("counts in its case (TOL-08)", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* McpServer.make([saying("name"), saying("Name")], serverInfo))
      assert.strictEqual(yield* textOf(line, "Name"), "Name")
      assert.strictEqual(yield* textOf(line, "NAME"), "-32602 Unknown tool: NAME")
    }))
})

const Change = Schema.Struct({
  name: Schema.Literals(["a", "b", "c", "first"]),
  act: Schema.Literals(["add", "replace", "remove", "hide", "show"])
})

describe("any sequence of changes", () => {
  it.effect.prop(
    "leaves what a plain account of it says, and tells of nothing else",
    [Schema.Array(Change)],
    ([changes]) =>
      Effect.gen(function*() {
        const server = yield* make()
        const line = yield* Line.openSession(server)
        const stacks = new Map<
          string,
          Array<{ readonly text: string; shown: boolean; handle?: Registry.Registration }>
        >([
          ["first", [{ text: "first", shown: true }]]
        ])
        const account = () =>
          Array.from(stacks).flatMap(([name, stack]) =>
            stack.at(-1)?.shown === true ? [[name, stack.at(-1)?.text]] : []
          )
            .toSorted()
        const events = yield* heardBy(server)
        for (const [index, { act, name }] of changes.entries()) {
          const stack = stacks.get(name) ?? []
          stacks.set(name, stack)
          const before = JSON.stringify(account())
          const heard = events.length
          const top = stack.at(-1)
          const text = `${name} ${index}`
          if (act === "add" || act === "replace") {
            const adding = Registry.add(saying(name, text), { onDuplicate: act === "add" ? "fail" : "replace" })
            const exit = yield* Effect.exit(within(server)(adding))
            assert.strictEqual(Exit.isSuccess(exit), act === "replace" || stack.length === 0)
            if (Exit.isSuccess(exit)) stack.push({ text, shown: true, handle: exit.value })
          } else if (top?.handle !== undefined) {
            if (act === "remove") {
              stack.pop()
              yield* top.handle.remove
            } else {
              top.shown = act === "show"
              yield* top.handle.setEnabled(top.shown)
            }
          }
          assert.strictEqual(events.length > heard, JSON.stringify(account()) !== before)
        }
        const names = (yield* namesOf(line)).filter((name) => name !== "second")
        const found = yield* Effect.forEach(names, (name) => Effect.map(textOf(line, name), (text) => [name, text]))
        assert.deepStrictEqual<unknown>(found.toSorted(), account())
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 40 } }
  )
})

describe("Registry.listChanged", () => {
  it.effect("tells that a list has changed which the registry did not change (TOL-05)", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const events = yield* heardBy(server)
      yield* Registry.listChanged("tools").pipe(within(server))
      assert.deepStrictEqual<unknown>(events, [tools])
    }))

  it.effect("tells nothing of a kind that the server does not declare", () =>
    Effect.gen(function*() {
      const server = yield* make()
      const events = yield* heardBy(server)
      yield* Registry.listChanged("prompts").pipe(within(server))
      assert.deepStrictEqual(events, [])
    }))
})
