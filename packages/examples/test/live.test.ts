/** A house with lamps that come and go: what its clients find, and what they hear, in either era. */
import { assert, describe, it } from "@effect/vitest"
import { McpServer } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Line from "../../mcp/test/support/Line.ts"
import * as Messages from "../../mcp/test/support/Messages.ts"
import { Server } from "../src/live/Server.ts"
import { eras, start } from "./Clients.ts"

const withServer = Effect.provide(Layer.provide(Server, InMemoryTransport.layer), { local: true })

const names = (received: Messages.Received, member: string) =>
  (received.result?.[member] as ReadonlyArray<{ readonly name: string }> | undefined)?.map(({ name }) => name)

const kitchen = { room: "kitchen" }

/** What was heard, as one word each. */
const heard = (line: Line.Line) =>
  line.sent.flatMap(({ method, params }) => method === undefined ? [] : [`${method}${params?.["uri"] ?? ""}`])

const toolsChanged = "notifications/tools/list_changed"
const resourcesChanged = "notifications/resources/list_changed"
const lampUpdated = "notifications/resources/updatedlamp://kitchen"

const settle = Effect.forEach(Array.from({ length: 50 }), () => Effect.yieldNow, { discard: true })

describe("live, on a line of the session era", () => {
  it.effect("a lamp brings a tool and a resource, and takes them with it", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* McpServer.McpServer)
      const call = (name: string, args: object = {}) => line.ask("tools/call", { name, arguments: args })

      assert.deepStrictEqual((yield* line.ask("resources/list")).result, { resources: [] })
      yield* call("install_lamp", kitchen)
      yield* settle
      assert.sameMembers(heard(line), [toolsChanged, resourcesChanged])
      assert.deepStrictEqual(names(yield* line.ask("tools/list"), "tools"), [
        "install_lamp",
        "remove_lamp",
        "switch_kitchen"
      ])
      assert.deepStrictEqual(names(yield* line.ask("resources/list"), "resources"), ["lamp://kitchen"])

      yield* call("switch_kitchen")
      yield* settle
      assert.notInclude(heard(line), lampUpdated)
      yield* line.ask("resources/subscribe", { uri: "lamp://kitchen" })
      yield* call("switch_kitchen")
      yield* settle
      assert.strictEqual(heard(line).at(-1), lampUpdated)

      const again = yield* call("install_lamp", kitchen)
      assert.deepStrictEqual(Messages.textsOf(again), ["There is a lamp in the kitchen already"])
      yield* call("remove_lamp", kitchen)
      assert.strictEqual(Messages.errorOf(yield* call("switch_kitchen")), "-32602 Unknown tool: switch_kitchen")
      yield* settle
      assert.deepStrictEqual((yield* line.ask("resources/list")).result, { resources: [] })
      assert.sameMembers(heard(line).slice(-2), [toolsChanged, resourcesChanged])
    }).pipe(Effect.scoped, withServer))
})

describe("live, on a line of the stateless era", () => {
  it.effect("tells who listens, and tells nobody else", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* McpServer.McpServer)
      const call = (name: string, args: object = {}) =>
        line.ask("tools/call", Messages.claimed({ name, arguments: args }))
      yield* call("install_lamp", kitchen)
      yield* call("switch_kitchen")
      yield* settle
      assert.deepStrictEqual(heard(line), [])
      line.say(Messages.request(
        "ears",
        "subscriptions/listen",
        Messages.claimed({
          notifications: { toolsListChanged: true, resourceSubscriptions: ["lamp://kitchen"] }
        })
      ))
      yield* line.hear(({ method }) => method === "notifications/subscriptions/acknowledged")
      yield* call("switch_kitchen")
      yield* call("install_lamp", { room: "hall" })
      yield* settle
      assert.deepStrictEqual(heard(line).slice(1), [lampUpdated, toolsChanged])
    }).pipe(Effect.scoped, withServer))
})

describe.concurrent("live as a program", () => {
  it.live.each(eras)("with %s, is heard by the client that starts it", ([, revisions]) =>
    Effect.gen(function*() {
      const { callTool, readResource, resourceUpdates } = yield* start("live/main.ts", revisions)
      const uri = "lamp://kitchen"
      yield* callTool({ name: "install_lamp", arguments: kitchen })
      const seen = yield* resourceUpdates(uri).pipe(
        Stream.mapEffect(({ cause }) => Effect.map(readResource(uri), ({ contents }) => ({ cause, ...contents[0] }))),
        // Somebody switches it once it is listened to.
        Stream.tap(({ cause }) => cause === "Listening" ? callTool({ name: "switch_kitchen" }) : Effect.void),
        Stream.take(2),
        Stream.runCollect
      )
      const lamp = { uri, mimeType: "text/plain" }
      assert.deepStrictEqual(seen, [
        { cause: "Listening", ...lamp, text: "off" },
        { cause: "Changed", ...lamp, text: "on" }
      ])
    }).pipe(Effect.scoped, Effect.timeout("15 seconds")))
})
