/**
 * Two callers of one server, one of whom has got hold of everything that was ever told to the other: session id, event
 * ids, request ids, progress tokens, state, cursors. It gets nothing with them, and breaks nothing.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ask from "../../../src/contract/Ask.ts"
import { McpRequest } from "../../../src/contract/McpRequest.ts"
import * as Progress from "../../../src/contract/Progress.ts"
import * as Resource from "../../../src/contract/Resource.ts"
import * as Tool from "../../../src/contract/Tool.ts"
import * as McpServer from "../../../src/server/McpServer.ts"
import * as Gates from "../../support/Gates.ts"
import * as Http from "../../support/Http.ts"
import {
  cancelled,
  claimed,
  errorOf,
  notification,
  type Params,
  request,
  serverInfo,
  textsOf
} from "../../support/Messages.ts"
import * as Rounds from "../../support/Rounds.ts"

const holders = { old: { user: "ada" }, new: { user: "ada" }, bob: { user: "bob" } }

const json = { "content-type": "application/json" }
const stream = { accept: "text/event-stream" }

/** What belongs to a user; nobody else may ever read it. */
const secretOf = (user: string | undefined) => `what only ${user} knows`

const secret = Effect.map(McpRequest, ({ principal }) => secretOf(principal))

const world = Effect.gen(function*() {
  const release = yield* Deferred.make<void>()
  const interrupted: Array<string> = []
  const tell = Tool.serve("tell", {}, () => secret)
  const slow = Tool.serve("slow", {}, () =>
    Effect.gen(function*() {
      const message = yield* secret
      yield* Progress.report({ progress: 1, message })
      yield* Deferred.await(release)
      return message
    }).pipe(Effect.onInterrupt(() => Effect.sync(() => interrupted.push("slow")))))
  const ask = Tool.serve("ask", {}, () =>
    Effect.zipWith(
      secret,
      Effect.orDie(Ask.form({ name: Schema.String }, "Name?")),
      (text, { name }) => `${text}: ${name}`
    ))
  const watched = Resource.serve("test://watched", {}, () => Effect.succeed("watched"))
  const built = yield* McpServer.make([tell, slow, ask, watched], {
    ...serverInfo,
    pageSize: 1
  })
  const server = { ...built, gate: Gates.make(holders).gate }
  const http = yield* Http.make(server)
  const all: Array<Http.Exchange> = []
  /** All that is asked in the name of the one who should learn nothing is kept. */
  const asBob = (verb: string, headers: Http.Headers, body?: object) => {
    const exchange = http.start(verb, { ...headers, ...Gates.bearer("bob") }, body)
    all.push(exchange)
    return exchange
  }
  const session = yield* http.initialize("2025-03-26", Gates.bearer("old"))
  const own = yield* http.initialize("2025-03-26", Gates.bearer("bob"))
  for (const one of [session, own]) yield* http.post(notification("notifications/initialized"), one)
  const unread = Effect.sync(() => {
    for (const { text } of all) assert.notInclude(text(), secretOf("ada"))
  })
  return { ...http, server, asBob, session, own, release, interrupted, unread }
})

type World = Effect.Success<typeof world>

const call = (id: number, name: string, meta?: Params) =>
  request(id, "tools/call", meta === undefined ? { name } : { name, _meta: meta })

/** A call of the one in her session that has sent something and goes on, and the id of the event that came last. */
const begun = ({ session, start }: World) =>
  Effect.gen(function*() {
    const exchange = start("POST", { ...json, ...session }, call(7, "slow", { progressToken: "token" }))
    yield* exchange.arrived(1)
    return { exchange, eventId: exchange.events().at(-1)?.id ?? assert.fail("no event id") }
  })

/** She gets her answer, in her session, whatever was tried. */
const unharmed = ({ interrupted, release, unread }: World, exchange: Http.Exchange) =>
  Effect.gen(function*() {
    yield* Deferred.succeed(release, undefined)
    assert.deepStrictEqual((yield* exchange.over).messages().slice(1).map(textsOf), [[secretOf("ada")]])
    assert.deepStrictEqual(interrupted, [])
    yield* unread
  })

/** All that can be done with a session. */
const uses = (eventId: string): ReadonlyArray<readonly [verb: string, headers: Http.Headers, body?: object]> => [
  ["POST", json, call(8, "tell")],
  ["POST", json, call(7, "tell")],
  ["POST", json, [call(8, "tell"), cancelled(7)]],
  ["POST", json, cancelled(7)],
  ["POST", json, { jsonrpc: "2.0", id: 1, result: Rounds.accept({ name: "Mallory" }) }],
  ["POST", json, request(9, "resources/subscribe", { uri: "test://watched" })],
  ["GET", stream],
  ["GET", { ...stream, "last-event-id": eventId }],
  ["DELETE", {}]
]

describe("somebody else", () => {
  it.effect("finds no session by its id, with any verb (SSH-05, SSH-07, SSH-09)", () =>
    Effect.gen(function*() {
      const all = yield* world
      const { eventId, exchange } = yield* begun(all)
      for (const [verb, headers, body] of uses(eventId)) {
        const tried = yield* all.asBob(verb, { ...all.session, ...headers }, body).over
        assert.strictEqual(tried.status(), 404, `${verb} ${JSON.stringify(body)}`)
        assert.deepStrictEqual(tried.messages().map(errorOf), ["-32600 Session not found"])
      }
      // One answer for what is not there and for what is another's.
      const missing = yield* all.asBob("DELETE", { "mcp-session-id": "none" }).over
      const foreign = yield* all.asBob("DELETE", all.session).over
      assert.strictEqual(foreign.text(), missing.text())
      yield* unharmed(all, exchange)
    }))

  it.effect("takes up no stream of another session in its own, and cancels and answers nothing there", () =>
    Effect.gen(function*() {
      const all = yield* world
      const { eventId, exchange } = yield* begun(all)
      const resumed = yield* all.asBob("GET", { ...all.own, ...stream, "last-event-id": eventId }).over
      assert.strictEqual(resumed.status(), 400)
      for (const body of [cancelled(7), { jsonrpc: "2.0", id: 0, result: {} }, { jsonrpc: "2.0", id: 1, result: {} }]) {
        assert.strictEqual((yield* all.asBob("POST", { ...json, ...all.own }, body).over).status(), 202)
      }
      // The same ids of requests and of progress are another's in another session.
      const same = all.asBob("POST", { ...json, ...all.own }, call(7, "slow", { progressToken: "token" }))
      yield* same.arrived(1)
      assert.deepStrictEqual(same.messages().map(({ params }) => params?.message), [secretOf("bob")])
      yield* unharmed(all, exchange)
      assert.deepStrictEqual((yield* same.over).messages().slice(1).map(textsOf), [[secretOf("bob")]])
    }))

  it.effect("does not answer a question that was put to another", () =>
    Effect.gen(function*() {
      const all = yield* world
      const params = { protocolVersion: "2025-11-25", capabilities: Rounds.everything, clientInfo: serverInfo }
      const opened = yield* all.post(request(0, "initialize", params), Gates.bearer("old"))
      const session = { ...json, "mcp-session-id": opened.header("mcp-session-id"), ...Gates.bearer("old") }
      const exchange = all.start("POST", session, call(7, "ask"))
      yield* exchange.arrived(1)
      const { id } = exchange.messages()[0] ?? assert.fail("no question")
      const answer = (name: string) => ({ jsonrpc: "2.0", id, result: Rounds.accept({ name }) })
      assert.strictEqual((yield* all.asBob("POST", session, answer("Mallory")).over).status(), 404)
      assert.strictEqual((yield* all.asBob("POST", { ...json, ...all.own }, answer("Mallory")).over).status(), 202)
      yield* all.post(answer("Ada"), { ...session, ...Gates.bearer("new") })
      assert.deepStrictEqual((yield* exchange.over).messages().slice(1).map(textsOf), [[`${secretOf("ada")}: Ada`]])
      yield* all.unread
    }))

  it.effect("cannot go on with the state of a request, though its owner can with another token (MRS-11, MRS-15)", () =>
    Effect.gen(function*() {
      const all = yield* world
      const sendAs = (token: string, params: Params) =>
        Rounds.send(all, "tools/call", params, Rounds.everything, Gates.bearer(token))
      const params = { name: "ask" }
      const asked = yield* sendAs("old", params)
      const next = Rounds.nextParams(params, asked, () => Rounds.accept({ name: "Ada" }))
      const refused = yield* sendAs("bob", next)
      assert.match(errorOf(refused), /^-32602 /)
      assert.notInclude(JSON.stringify(refused), secretOf("ada"))
      assert.deepStrictEqual(textsOf(yield* sendAs("new", next)), [`${secretOf("ada")}: Ada`])
    }))

  it.effect("cannot turn the pages of another's list, though its owner can with another token (PAG-04)", () =>
    Effect.gen(function*() {
      const all = yield* world
      const list = (token: string, cursor?: unknown) =>
        Effect.map(
          all.post(request(1, "tools/list", claimed(cursor === undefined ? {} : { cursor })), {
            ...Http.modernHeaders("tools/list"),
            ...Gates.bearer(token)
          }),
          ({ messages }) => messages()[0] ?? assert.fail("no answer")
        )
      const cursor = (yield* list("old")).result?.nextCursor
      assert.isString(cursor)
      assert.strictEqual(errorOf(yield* list("bob", cursor)), "-32602 Unknown cursor")
      assert.strictEqual(errorOf(yield* list("new", cursor)), "none")
    }))

  it.effect("ends no subscription of another by having one of the same id", () =>
    Effect.gen(function*() {
      const all = yield* world
      const listen = request("same", "subscriptions/listen", claimed({ notifications: { toolsListChanged: true } }))
      const headers = { ...json, ...Http.modernHeaders("subscriptions/listen") }
      const hers = all.start("POST", { ...headers, ...Gates.bearer("old") }, listen)
      const his = all.asBob("POST", headers, listen)
      yield* Effect.all([hers.arrived(1), his.arrived(1)])
      yield* all.asBob("POST", { ...json, "mcp-protocol-version": "2026-07-28" }, cancelled("same")).over
      his.disconnect()
      yield* all.server.bus.publish({ _tag: "ListChanged", kind: "tools" })
      yield* hers.arrived(2)
      assert.isFalse(hers.isOver())
    }))
})

const Step = Schema.Struct({
  user: Schema.Literals(["ada", "bob"]),
  isRenewed: Schema.Boolean,
  /** Whose session is named. */
  target: Schema.Literals(["ada", "bob"]),
  use: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: uses("").length - 1 }))
})

describe("two users in any order", () => {
  it.effect.prop(
    "get what is theirs as long as they have not ended it, and 404 for the rest (SSH-05)",
    { steps: Schema.Array(Step).check(Schema.isMaxLength(20)) },
    ({ steps }) =>
      Effect.gen(function*() {
        const { initialize, post, start } = yield* world
        const sessions = {
          ada: yield* initialize("2025-03-26", Gates.bearer("old")),
          bob: yield* initialize("2025-03-26", Gates.bearer("bob"))
        }
        for (const session of Object.values(sessions)) yield* post(notification("notifications/initialized"), session)
        const ended = new Set<string>()
        for (const { isRenewed, target, use, user } of steps) {
          const [verb, headers, body] = uses("post-1.1")[use] ?? assert.fail("no such use")
          const token = user === "bob" ? "bob" : isRenewed ? "new" : "old"
          const exchange = start(verb, { ...sessions[target], ...headers, ...Gates.bearer(token) }, body)
          // A stream that is listened on has a status, and no end.
          if (verb !== "GET") yield* exchange.over
          const isTheirs = user === target && !ended.has(target)
          assert.strictEqual(exchange.status() === 404, !isTheirs)
          assert.notInclude(exchange.text(), secretOf(user === "ada" ? "bob" : "ada"))
          if (isTheirs && verb === "DELETE") ended.add(target)
        }
      }),
    { arbitrary: { runs: 50 } }
  )
})
