/** A registry under strain: many changes at once, a bus that breaks, components that come and go for ever. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Policy from "../../src/contract/Policy.ts"
import * as Registry from "../../src/contract/Registry.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { Server } from "../../src/server/Server.ts"
import { NotificationBus } from "../../src/session/NotificationBus.ts"
import { heldBytes } from "../support/Heap.ts"
import * as Line from "../support/Line.ts"
import { claimed, request, serverInfo } from "../support/Messages.ts"

const saying = (name: string) => Tool.serve(name, {}, () => Effect.succeed(name))

const make = McpServer.make(saying("first"), serverInfo)

const within = (server: Server) => Effect.provideService(Registry.Registry, server.registry)

const changed = "notifications/tools/list_changed"

const namesOf = (line: Line.Line) =>
  Effect.map(
    line.ask("tools/list"),
    ({ result = {} }) => (result.tools as ReadonlyArray<{ readonly name: string }>).map(({ name }) => name)
  )

const settle = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })

describe("many changes in one turn", () => {
  it.effect("are told once, when all of them are made (TOL-05)", () =>
    Effect.gen(function*() {
      const server = yield* make
      const [session, stateless] = [yield* Line.openSession(server), yield* Line.open(server)]
      stateless.say(request(1, "subscriptions/listen", claimed({ notifications: { toolsListChanged: true } })))
      yield* settle
      const many = Array.from({ length: 20 }, (_, index) => saying(`more-${index}`))
      const scope = yield* Scope.make()
      const added = Layer.buildWithScope(Registry.layer(many), scope).pipe(within(server))
      const told = (line: Line.Line) => line.sent.filter(({ method }) => method === changed).length
      yield* added
      yield* settle
      assert.deepStrictEqual([told(session), told(stateless)], [1, 1])
      assert.strictEqual((yield* namesOf(session)).length, 21)
      yield* Scope.close(scope, Exit.void)
      yield* settle
      assert.deepStrictEqual([told(session), told(stateless)], [2, 2])
    }))
})

describe("a bus that breaks", () => {
  it.effect("leaves no component behind when the scope closes that it was added in", () =>
    Effect.gen(function*() {
      const bus = { publish: () => Effect.die("broken"), listen: () => Effect.void }
      const server = yield* Effect.provideService(make, NotificationBus, bus)
      const line = yield* Line.openSession(server)
      const exit = yield* Effect.exit(Effect.scoped(Registry.add(saying("extra"))).pipe(within(server)))
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(yield* namesOf(line), ["first"])
    }))
})

describe("components that come and go", () => {
  class Ballast
    extends Context.Service<Ballast, { readonly bytes: Uint8Array; readonly words: ReadonlyArray<number> }>()(
      "test/Ballast"
    )
  {}

  it.effect("leave nothing in memory, neither what their handlers need nor their policies", () =>
    Effect.gen(function*() {
      const server = yield* make
      const round = Effect.suspend(() => {
        const ballast = { bytes: new Uint8Array(8), words: Array.from({ length: 10_000 }, (_, index) => index + 0.5) }
        const needy = Tool.serve("needy", {}, () => Effect.map(Ballast, ({ words }) => String(words.length)))
        const guarded = Policy.apply(needy, Policy.timeout("1 second"))
        return Effect.scoped(Registry.add(guarded)).pipe(within(server), Effect.provideService(Ballast, ballast))
      })
      const rounds = (count: number) => Effect.forEach(Array.from({ length: count }), () => round, { discard: true })
      yield* rounds(50)
      const before = heldBytes()
      yield* rounds(500)
      // Kept, they would be 40 megabytes.
      assert.isBelow(heldBytes() - before, 4_000_000)
    }))
})
