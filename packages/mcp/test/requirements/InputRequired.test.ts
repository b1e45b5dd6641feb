/** What the specification demands of results that ask, and of the state that goes with them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ask from "../../src/contract/Ask.ts"
import type { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Progress from "../../src/contract/Progress.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { official } from "../revision/Official.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, type Params, type Received, request, serverInfo, textsOf } from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

const confirm = Ask.form({ sure: Schema.Boolean }, "Sure?")

const refused = <A, R>(effect: Effect.Effect<A, Ask.AskError, R>) =>
  Effect.mapError(effect, () => Rpc.make(77, "no answer"))

/** Counts the rounds that come past the question, and how many rounds were opened and closed. */
const makeWorld = () => {
  const journal: Array<string> = []
  const noted = (what: string) => Effect.sync(() => void journal.push(what))
  const components = [
    Tool.serve("confirm", {}, () =>
      Effect.acquireUseRelease(
        noted("open"),
        () =>
          Effect.gen(function*() {
            yield* Progress.report({ progress: 1 })
            const { sure } = yield* confirm
            yield* noted("past the question")
            return `sure: ${sure}`
          }),
        () => noted("close")
      )),
    Tool.serve("all", {}, () =>
      Effect.as(
        Effect.all([
          confirm,
          confirm,
          Ask.url({ message: "Go there", url: "https://example.com/" }),
          Ask.sample({ messages: [{ role: "user", content: { type: "text", text: "2+2?" } }], maxTokens: 10 }),
          Ask.roots
        ], { concurrency: "unbounded" }),
        "all answered"
      )),
    Prompt.serve("ask", {}, () => refused(Effect.as(confirm, "asked"))),
    Resource.serve("ask://me", {}, () => refused(Effect.as(confirm, "asked")))
  ]
  const http = Effect.flatMap(McpServer.make(components, serverInfo), (server) => Http.make(server))
  return { http, journal, components }
}

const asked = ({ result }: Received) => result ?? assert.fail("no result")

const asking = [
  ["tools/call", { name: "confirm" }],
  ["tools/call", { name: "all" }],
  ["prompts/get", { name: "ask" }],
  ["resources/read", { uri: "ask://me" }]
] as const

describe("a result that asks", () => {
  it.effect.each(asking)(
    "has questions that are requests without an envelope: %s %j (MRS-01, MRS-03 to MRS-05, CAC-02, ELI-06, ELF-01)",
    ([method, params]) =>
      Effect.gen(function*() {
        const result = asked(yield* Rounds.send(yield* makeWorld().http, method, params))
        assert.strictEqual(result.resultType, "input_required")
        assert.deepStrictEqual(official["2026-07-28"].errorsClosed("InputRequiredResult", result), [])
        assert.isTrue(result.inputRequests !== undefined || result.requestState !== undefined)
        for (const member of ["ttlMs", "cacheScope", "content"]) assert.notProperty(result, member)
        const questions = Object.values(result.inputRequests ?? {}) as ReadonlyArray<Rounds.Question>
        assert.strictEqual(questions.length, params === asking[1][1] ? 5 : 1)
        for (const question of questions) {
          assert.notProperty(question, "jsonrpc")
          assert.notProperty(question, "id")
          assert.include(["elicitation/create", "sampling/createMessage", "roots/list"], question.method)
          if (question.method !== "elicitation/create") continue
          assert.isNotEmpty(question.params.message)
          assert.include(["form", "url", undefined], question.params.mode)
          assert.strictEqual(question.params.mode === "url", question.params.requestedSchema === undefined)
        }
      })
  )

  it.effect("comes from nothing but a tool, a prompt or a resource (MRS-02)", () =>
    Effect.gen(function*() {
      const http = yield* makeWorld().http
      const others = ["tools/list", "prompts/list", "resources/list", "resources/templates/list", "server/discover"]
      for (const method of others) {
        const { result } = yield* Rounds.send(http, method, {})
        assert.deepStrictEqual([result?.resultType, result?.inputRequests], ["complete", undefined])
      }
      for (const [method, params] of asking) {
        assert.strictEqual((yield* Rounds.send(http, method, params)).result?.resultType, "input_required")
      }
    }))

  it.effect("is the last message of its stream (MRS-16)", () =>
    Effect.gen(function*() {
      const http = yield* makeWorld().http
      const meta = { [MetaKey.clientCapabilities]: Rounds.everything, progressToken: 1 }
      const call = request(1, "tools/call", claimed({ name: "confirm" }, meta))
      const exchange = yield* http.post(call, Http.modernHeaders("tools/call", "confirm"))
      assert.isTrue(exchange.isOver())
      assert.deepStrictEqual(exchange.messages().map(({ method, result }) => method ?? result?.resultType), [
        "notifications/progress",
        "input_required"
      ])
    }))

  it.effect("need not be answered: the round is over, and the same request asks the same again (MRS-07)", () =>
    Effect.gen(function*() {
      const { components, journal } = makeWorld()
      const line = yield* Line.open(yield* McpServer.make(components, serverInfo))
      const params = claimed({ name: "confirm" }, { [MetaKey.clientCapabilities]: Rounds.everything })
      const first = yield* line.ask("tools/call", params)
      assert.deepStrictEqual(journal, ["open", "close"])
      const second = yield* line.ask("tools/call", params)
      assert.deepStrictEqual(Rounds.questionsOf(second), Rounds.questionsOf(first))
      assert.deepStrictEqual(journal, ["open", "close", "open", "close"])
      yield* line.hangUp
    }))
})

describe("a client that did not declare a capability", () => {
  const kinds = [
    ["sample", Ask.sample({ messages: [], maxTokens: 1 }), { sampling: {} }],
    [
      "sample with tools",
      Ask.sample({ messages: [], maxTokens: 1, tools: [{ name: "a", inputSchema: { type: "object" } }] }),
      { sampling: { tools: {} } }
    ],
    ["form", confirm, { elicitation: {} }],
    ["url", Ask.url({ message: "Go there", url: "https://example.com/" }), { elicitation: { url: {} } }],
    ["roots", Ask.roots, { roots: {} }]
  ] as const

  /** A call to a tool that asks that, by a client with these capabilities. */
  const call = (effect: Effect.Effect<unknown, Ask.AskError, McpRequest>, capabilities: object) =>
    Effect.gen(function*() {
      const tool = Tool.serve("ask", {}, () => Effect.as(effect, "done"))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      return yield* Rounds.post(http, "tools/call", { name: "ask" }, capabilities)
    })

  it.effect.each(kinds)(
    "is told which it needs, and asked nothing: %s (MET-06, MET-08, MET-09, MRS-06, ELI-05, SMP-04)",
    ([name, effect, needed]) =>
      Effect.gen(function*() {
        const others = kinds.filter(([, , other]) => Object.keys(other)[0] !== Object.keys(needed)[0])
        const without = Object.assign({}, ...others.map(([, , other]) => other))
        const almost = name === "sample with tools"
          ? [{ sampling: {} }]
          : name === "url"
          ? [{ elicitation: {} }, { elicitation: { form: {} } }]
          : name === "form"
          ? [{ elicitation: { url: {} } }]
          : []
        for (const capabilities of [{}, without, ...almost]) {
          const refusal = yield* call(effect, capabilities)
          assert.strictEqual(refusal.status(), 400, JSON.stringify(capabilities))
          const [answer] = refusal.messages()
          assert.strictEqual(answer?.error?.code, -32021)
          const data = answer?.error?.data as { readonly requiredCapabilities: object } | undefined
          const requiredCapabilities = data?.requiredCapabilities ?? assert.fail("no capabilities")
          assert.deepStrictEqual(official["2026-07-28"].errors("ClientCapabilities", requiredCapabilities), [])
          assert.containsAllKeys(requiredCapabilities, needed)
        }
        const served = yield* call(effect, needed)
        assert.strictEqual(served.messages()[0]?.result?.resultType, "input_required")
      })
  )
})

describe("state that comes back", () => {
  const yes = Rounds.byMessage({ "Sure?": Rounds.accept({ sure: true }) })
  const params: Params = { name: "confirm" }

  /** A first round, the request of the second, and what the handler did after the first. */
  const begin = (headers: Http.Headers = {}) =>
    Effect.gen(function*() {
      const { http, journal } = makeWorld()
      const endpoint = yield* http
      const first = yield* Rounds.send(endpoint, "tools/call", params, Rounds.everything, headers)
      const next = Rounds.nextParams(params, first, yes)
      journal.length = 0
      const second = (changes: Params, headers: Http.Headers = {}) =>
        Rounds.send(endpoint, "tools/call", { ...next, ...changes }, Rounds.everything, headers)
      return { journal, next, second }
    })

  it.effect("is taken as it was given (MRS-09)", () =>
    Effect.gen(function*() {
      const { second } = yield* begin()
      assert.deepStrictEqual(textsOf(yield* second({})), ["sure: true"])
    }))

  it.effect("is refused when a single character of it was changed, before anything runs (MRS-08 to MRS-10)", () =>
    Effect.gen(function*() {
      const { journal, next, second } = yield* begin()
      const state = String(next.requestState)
      for (let index = 0; index < state.length; index++) {
        const other = state[index] === "A" ? "B" : "A"
        const answer = yield* second({ requestState: state.slice(0, index) + other + state.slice(index + 1) })
        assert.strictEqual(answer.error?.code, -32602, `at ${index}`)
      }
      assert.deepStrictEqual(journal, [])
    }))

  const wrong = [[""], ["x"], [1], [null], [{}], [["a"]], ["eyJzdXJlIjp0cnVlfQ"]] as const
  it.effect.each(wrong)(
    "is refused when it is not ours: %j (MRS-08, MRS-10)",
    ([requestState]) =>
      Effect.gen(function*() {
        const { journal, second } = yield* begin()
        assert.strictEqual((yield* second({ requestState })).error?.code, -32602)
        assert.deepStrictEqual(journal, [])
      })
  )

  it.effect("is refused when another user brings it (MRS-15, ELS-01, ELS-09)", () =>
    Effect.gen(function*() {
      const { journal, second } = yield* begin({ authorization: "Bearer mine" })
      for (const authorization of ["Bearer other", "", undefined]) {
        assert.strictEqual((yield* second({}, { authorization })).error?.code, -32602, authorization)
      }
      assert.deepStrictEqual(journal, [])
      assert.deepStrictEqual(textsOf(yield* second({}, { authorization: "Bearer mine" })), ["sure: true"])
    }))
})
