/** What every message of a client is, in every revision, whatever a server asks and says. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Revision } from "../../../src/revision/Revision.ts"
import * as Revisions from "../../../src/revision/Revisions.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { MetaKey } from "../../../src/schema/Meta.ts"
import { official, type Version } from "../../revision/Official.ts"
import { hear, silently } from "../answering/Asking.ts"
import { connect, type Heard, make, opening, type Peer, sent } from "../ScriptedPeer.ts"
import { have } from "./Conversation.ts"

const sessions = Revisions.all.filter(({ era }) => era === "session")

const isRequest = ({ id, method }: Heard): boolean => method !== undefined && id !== undefined
const isAnswer = ({ method }: Heard): boolean => method === undefined

/** The official names of what a message is: of its envelope, and of what is in it. */
const namesOf = ({ error, id, method }: Heard, version: string): ReadonlyArray<string> => {
  if (method !== undefined) {
    return id === undefined ? ["JSONRPCNotification", "ClientNotification"] : ["JSONRPCRequest", "ClientRequest"]
  }
  if (version >= "2025-11-25") return error === undefined ? ["JSONRPCResultResponse"] : ["JSONRPCErrorResponse"]
  return error === undefined ? ["JSONRPCResponse"] : ["JSONRPCError"]
}

const assertOfficial = (heard: ReadonlyArray<Heard>, version: string) => {
  const { errors } = official[version as Version]
  for (const message of heard) {
    for (const name of ["JSONRPCMessage", ...namesOf(message, version)]) {
      assert.deepStrictEqual(errors(name, message), [], JSON.stringify(message))
    }
  }
}

const has = ({ clientNotifications, clientRequests }: Revision, method: string): boolean =>
  clientRequests.has(method) || clientNotifications.has(method)

/** The result that the official schema has for each question. */
const resultNames: { readonly [method: string]: string } = {
  "elicitation/create": "ElicitResult",
  "sampling/createMessage": "CreateMessageResult",
  "roots/list": "ListRootsResult",
  ping: "EmptyResult"
}

describe.each(sessions)("in a session of $version, a client", (revision) => {
  const { errors } = official[revision.version as Version]

  it.effect(
    "says from initialize to the end what the official schema says (RPC-01, RPC-10, RPC-11, RPC-14, LIF-01, INI-17, TRN-02)",
    () =>
      Effect.gen(function*() {
        const { heard } = yield* have(revision)
        assertOfficial(heard, revision.version)
        const [first, second, ...others] = heard
        assert.strictEqual(first?.method, "initialize")
        assert.strictEqual(second?.method, "notifications/initialized")
        for (const { method, params } of others) {
          if (method !== undefined) assert.isTrue(has(revision, method), method)
          // No version is named once it is agreed.
          assert.notProperty(params?._meta ?? {}, MetaKey.protocolVersion, method)
        }
      }).pipe(silently)
  )

  it.effect("answers each request once, under its id, with a result or an error (RPC-08, RPC-09, RPC-12, RPC-13)", () =>
    Effect.gen(function*() {
      const { heard, questions } = yield* have(revision)
      const answered = heard.filter(isAnswer)
      assert.sameMembers(answered.map(({ id }) => id), questions.map(({ id }) => id))
      for (const { error, id, result } of answered) {
        assert.notStrictEqual(error === undefined, result === undefined)
        const { method } = questions.find((one) => one.id === id) ?? assert.fail(String(id))
        const isServed = id !== 0 && (method === "ping" || revision.serverRequests.has(method))
        assert.strictEqual(error === undefined, isServed, JSON.stringify(error))
        if (isServed) assert.deepStrictEqual(errors(resultNames[method] ?? "", result), [])
        else assert.isNotEmpty(error?.message)
      }
    }).pipe(silently))

  it.effect("does not answer what is no request (RPC-17)", () =>
    Effect.gen(function*() {
      const { heard, questions } = yield* have(revision)
      // Notifications came with the questions, odd ones too, and none of them added anything.
      assert.lengthOf(heard.filter(isAnswer), questions.length)
    }).pipe(silently))

  it.effect("refuses with codes that JSON-RPC defines, and no others (ERR-01, ERR-04)", () =>
    Effect.gen(function*() {
      const { heard } = yield* have(revision)
      const codes = new Set(heard.flatMap(({ error }) => error === undefined ? [] : [error.code]))
      assert.deepStrictEqual(codes, new Set([-32601, -32602]))
    }).pipe(silently))
})

describe("a client without a session", () => {
  it.effect("says what the official schema says, and each request stands on its own claim (RPC-01, TRN-03)", () =>
    Effect.gen(function*() {
      const { heard } = yield* have(v2026_07_28)
      assertOfficial(heard, v2026_07_28.version)
      for (const { method, params } of heard.filter(isRequest)) {
        const meta = params?._meta ?? {}
        assert.deepInclude(meta, { [MetaKey.protocolVersion]: v2026_07_28.version }, method)
        assert.hasAllKeys((meta as Record<string, object>)[MetaKey.clientCapabilities], [
          "elicitation",
          "sampling",
          "roots"
        ])
      }
    }).pipe(silently))

  it.effect("says nothing but requests and notifications, so no errors (RPC-20, ERR-01, ERR-04, ERR-06)", () =>
    Effect.gen(function*() {
      const { heard } = yield* have(v2026_07_28)
      assert.deepStrictEqual(heard.filter(isAnswer), [])
    }).pipe(silently))

  it.effect("answers inside a request, without a result type (RES-05)", () =>
    Effect.gen(function*() {
      const { heard } = yield* have(v2026_07_28)
      const answers = heard.flatMap(({ params }) => params?.inputResponses ?? [])
      assert.lengthOf(answers, 1)
      const responses = answers[0] as Record<string, object>
      assert.hasAllKeys(responses, ["form", "sample", "roots"])
      for (const response of Object.values(responses)) assert.notProperty(response, "resultType")
    }).pipe(silently))

  it.effect("reports no progress: that is the server's (PRG-09)", () =>
    Effect.gen(function*() {
      const peer = make(opening(v2026_07_28))
      const client = yield* connect(peer)
      const params = { progressToken: 1, progress: 1 }
      const { reason } = yield* Effect.flip(client.notify("notifications/progress", params))
      assert.strictEqual(reason._tag, "Unavailable")
      assert.lengthOf(sent(peer, "notifications/progress"), 0)
    }))
})

const label = "[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
const key = new RegExp(`^((${label})(?:\\.${label})*)/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$`)
const bare: ReadonlyArray<string> = ["progressToken", "traceparent", "tracestate", "baggage"]

/** The keys that MCP defines. */
const defined: ReadonlySet<string> = new Set(Object.values(MetaKey))

const isReserved = (prefix: string): boolean => {
  const labels = prefix.split(".")
  return ["mcp", "modelcontextprotocol"].some((reserved) => labels[1] === reserved || labels.at(-2) === reserved)
}

describe.each(Revisions.all)("in $version, a client", (revision) => {
  it.effect("gives requests an id, a string or an integer, and notifications none (RPC-03, RPC-04, RPC-16)", () =>
    Effect.gen(function*() {
      const { heard } = yield* have(revision)
      const [ids, told] = [heard.filter(isRequest), heard.filter((one) => !isRequest(one) && !isAnswer(one))]
      assert.isNotEmpty(told)
      for (const one of told) assert.notProperty(one, "id")
      for (const { id, method } of ids) {
        assert.isTrue(typeof id === "string" || Number.isInteger(id), method)
        assert.notMatch(method ?? "", /^notifications\//)
      }
      assert.strictEqual(new Set(ids.map(({ id }) => id)).size, ids.length)
    }).pipe(silently))

  it.effect("cancels what it has asked itself and still waits for, by its id (CAN-02, CAN-18)", () =>
    Effect.gen(function*() {
      const { heard } = yield* have(revision)
      const open = heard.filter(({ method, params }) => params?.name === "slow" || method === "subscriptions/listen")
      const cancelled = heard.filter(({ method }) => method === "notifications/cancelled")
      assert.sameMembers(cancelled.map(({ params }) => params?.requestId), open.map(({ id }) => id))
    }).pipe(silently))

  it.effect("asks for progress under a string or an integer (PRG-01)", () =>
    Effect.gen(function*() {
      const { heard } = yield* have(revision)
      const tokens = heard.flatMap(({ params }) => {
        const meta = (params?._meta ?? {}) as { readonly progressToken?: unknown }
        return meta.progressToken === undefined ? [] : [meta.progressToken]
      })
      assert.lengthOf(tokens, 1)
      assert.deepStrictEqual(official[revision.version as Version].errors("ProgressToken", tokens[0]), [])
    }).pipe(silently))

  it.effect("names keys of _meta as they are named, MCP's own as MCP does (KEY-02 to KEY-04, KEY-06, KEY-07)", () =>
    Effect.gen(function*() {
      const { heard } = yield* have(revision)
      const keys = new Set(heard.flatMap(({ params }) => Object.keys(params?._meta ?? {})))
      assert.isNotEmpty(keys)
      for (const name of keys) {
        if (bare.includes(name)) continue
        const prefix = key.exec(name)?.[1] ?? assert.fail(name)
        if (isReserved(prefix)) assert.isTrue(defined.has(name), name)
      }
    }).pipe(silently))

  it.effect("has an id for each request that waits (RPC-06)", () =>
    Effect.gen(function*() {
      const count = 100
      const ids = new Set<unknown>()
      const waiting: Array<(peer: Peer) => void> = []
      const peer = make({
        ...opening(revision),
        "tools/call": (_params, id) => {
          ids.add(id)
          waiting.push((peer) => peer.send({ id, result: { resultType: "complete", content: [] } }))
          return "silence"
        }
      })
      const client = yield* connect(peer, { revisions: [revision] })
      const calls = Effect.all(Array.from({ length: count }, () => client.callTool({ name: "x" })), {
        concurrency: "unbounded"
      })
      const calling = yield* Effect.forkChild(calls)
      yield* hear(peer, () => waiting.length === count, "all calls")
      assert.strictEqual(ids.size, count)
      for (const answer of waiting.toReversed()) answer(peer)
      assert.lengthOf(yield* Fiber.join(calling), count)
    }))
})
