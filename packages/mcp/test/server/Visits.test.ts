/** A visit that is over, told by somebody outside of any request: the callback that the user was sent to. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ask from "../../src/contract/Ask.ts"
import * as Registry from "../../src/contract/Registry.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { all } from "../../src/revision/Revisions.ts"
import * as Feed from "../../src/server/listening/Feed.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { ServerTransport } from "../../src/server/ServerTransport.ts"
import type { ServerEvent } from "../../src/session/NotificationBus.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { initializeParams, notification, type Received, request, serverInfo } from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

const visit = (elicitationId: string) => ({ message: "Sign in", url: "https://sign-in.example/", elicitationId })

const tools = [
  Tool.serve("asks", {}, () => Effect.as(Ask.url(visit("asked")), "done")),
  Tool.serve("elicits", {}, () => Effect.as(Ask.elicit({ mode: "url", ...visit("elicited") }), "done")),
  Tool.serve("requires", {}, () => Effect.as(Ask.urlRequired([visit("required")]), "done"))
]

/** A server, and its registry as code outside of requests has it. */
const serving = Effect.gen(function*() {
  const context = yield* Layer.build(
    McpServer.layer(tools, serverInfo).pipe(
      Layer.provide(Layer.succeed(ServerTransport, { serve: () => Effect.void }))
    )
  )
  const completed = (elicitationId: string) =>
    Effect.andThen(Effect.provideContext(Registry.visited(elicitationId), context), Effect.yieldNow)
  return { server: Context.get(context, McpServer.McpServer), completed }
})

const capabilities = { elicitation: { url: {} } }

const open = (server: Parameters<typeof Line.open>[0], version = "2025-11-25") =>
  Effect.gen(function*() {
    const line = yield* Line.open(server)
    yield* line.ask("initialize", { ...initializeParams(version), capabilities })
    line.say(notification("notifications/initialized"))
    yield* Rounds.answering(line, () => ({ action: "accept" }))
    return line
  })

const endsOf = (messages: ReadonlyArray<Received>) =>
  messages.filter(({ method }) => method === "notifications/elicitation/complete").map(({ params }) => params)

describe("a visit that is over", () => {
  it.effect("is told to the session that was asked, and to no other (ELU-05, ELU-06)", () =>
    Effect.gen(function*() {
      const { completed, server } = yield* serving
      const [one, other] = [yield* open(server), yield* open(server)]
      for (const name of ["asks", "elicits", "requires"]) yield* one.ask("tools/call", { name })
      for (const id of ["asked", "unknown", "required", "elicited"]) yield* completed(id)
      yield* one.ask("ping")
      yield* other.ask("ping")
      assert.sameDeepMembers(
        endsOf(one.sent),
        ["asked", "required", "elicited"].map((elicitationId) => ({
          elicitationId
        }))
      )
      assert.deepStrictEqual(endsOf(other.sent), [])
    }).pipe(Effect.scoped))

  it.effect("waits for a client over HTTP until it listens", () =>
    Effect.gen(function*() {
      const { completed, server } = yield* serving
      const http = yield* Http.make(server)
      const opened = yield* http.post(request(0, "initialize", { ...initializeParams("2025-11-25"), capabilities }))
      const headers = { "mcp-session-id": opened.header("mcp-session-id") }
      yield* http.post(notification("notifications/initialized"), headers)
      yield* http.post(request(1, "tools/call", { name: "requires" }), headers)
      yield* completed("required")
      const listening = http.start("GET", { accept: "text/event-stream", ...headers })
      yield* listening.arrived(1)
      assert.deepStrictEqual<unknown>(endsOf(listening.messages()), [{ elicitationId: "required" }])
    }).pipe(Effect.scoped))

  it.effect("is not told in revisions that cannot say it", () =>
    Effect.gen(function*() {
      const { completed, server } = yield* serving
      const line = yield* open(server, "2025-06-18")
      yield* line.ask("tools/call", { name: "asks" })
      yield* completed("asked")
      yield* line.ask("ping")
      assert.deepStrictEqual(endsOf(line.sent), [])
    }).pipe(Effect.scoped))
})

describe("the visits of a session", () => {
  const completed = (elicitationId: string): ServerEvent => ({ _tag: "VisitCompleted", elicitationId })

  it("are remembered up to a number, and the oldest is forgotten first", () => {
    const revision = all.find(({ urlElicitationRequiredCode }) => urlElicitationRequiredCode !== undefined)
    if (revision === undefined) return assert.fail("no revision has visits that are told of")
    const feed = Feed.make(revision)
    Feed.open(feed)
    for (let index = 0; index < 65; index++) Feed.expectVisit(feed, `visit-${index}`)
    assert.strictEqual(feed.visits.size, 64)
    assert.isUndefined(Feed.messageFor(feed, completed("visit-0")))
    assert.isString(Feed.messageFor(feed, completed("visit-64")))
  })
})
