/** Several templates that a URI fits: which of them is read, listed and subscribed to. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Resource from "../../src/contract/Resource.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, type Params, request, serverInfo } from "../support/Messages.ts"

const Id = Schema.NumberFromString.check(Schema.isInt())

const byId = Resource.serveTemplate("item://{id}", {
  params: { id: Id },
  list: Effect.succeed([{ params: { id: 1 }, name: "by id" }, { params: { id: 2 } }])
}, ({ id }) => Effect.succeed(`number ${id}`))

const byName = Resource.serveTemplate("item://{name}", {
  params: { name: Schema.String.check(Schema.isMinLength(2)) },
  list: Effect.succeed([{ params: { name: "10" } }])
}, ({ name }) => Effect.succeed(`name ${name}`))

const byAnything = Resource.serveTemplate("item://{+all}", {
  params: { all: Schema.Literals(["1", "kept"]) },
  list: Effect.succeed([{ params: { all: "1" as const }, name: "by anything" }])
}, ({ all }) => Effect.succeed(`all ${all}`))

const open = Effect.flatMap(McpServer.make([byId, byName, byAnything], serverInfo), Line.openSession)

const readFrom = (line: Line.Line, uri: string) =>
  Effect.map(
    line.ask("resources/read", { uri }),
    (answer) => {
      const { contents = [] } = answer.result ?? {}
      return answer.error === undefined ? (contents as ReadonlyArray<Params>)[0]?.text : errorOf(answer)
    }
  )

describe("a URI that several templates fit", () => {
  it.effect("is read by the first whose parameters take it", () =>
    Effect.gen(function*() {
      const line = yield* open
      assert.strictEqual(yield* readFrom(line, "item://1"), "number 1")
      assert.strictEqual(yield* readFrom(line, "item://soap"), "name soap")
    }))

  it.effect("is refused as the first that it fits refuses it, when none takes it", () =>
    Effect.gen(function*() {
      const line = yield* open
      assert.match(
        String(yield* readFrom(line, "item://x")),
        /^-32602 Invalid resource URI: .*(?:integer|number|int)/is
      )
      assert.strictEqual(yield* readFrom(line, "other://x"), "-32002 Resource not found: other://x")
    }))

  it.effect("is listed as the one that reads it", () =>
    Effect.gen(function*() {
      const { result = {} } = yield* (yield* open).ask("resources/list")
      const listed = (result.resources as ReadonlyArray<Params>).map(({ name, uri }) => [uri, name])
      assert.deepStrictEqual(listed, [["item://1", "by id"], ["item://2", "item://2"], ["item://10", "item://10"]])
    }))

  it.effect("is subscribed to where it could be read, and nowhere else (RSC-06, SUB-04)", () =>
    Effect.gen(function*() {
      const line = yield* open
      assert.strictEqual((yield* line.ask("resources/subscribe", { uri: "item://soap" })).error, undefined)
      assert.strictEqual((yield* line.ask("resources/subscribe", { uri: "item://x" })).error?.code, -32602)
      const asked = { resourceSubscriptions: ["item://soap", "item://x"] }
      line.say(request("listen", "subscriptions/listen", claimed({ notifications: asked })))
      const { params } = yield* line.hear(({ method }) => method === "notifications/subscriptions/acknowledged")
      assert.deepStrictEqual<unknown>(params?.notifications, { resourceSubscriptions: ["item://soap"] })
    }))
})
