/** Asking in the stateless era: what a client sees, round by round, and what it cannot get away with. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Ask from "../../src/contract/Ask.ts"
import * as Progress from "../../src/contract/Progress.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { RequestStateLimits } from "../../src/session/RequestState.ts"
import * as StateKeys from "../../src/session/StateKeys.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, type Params, type Received, request, serverInfo, textsOf } from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

const askName = Ask.form({ name: Schema.String }, "Name?", { key: "user_name" })
const askColor = Ask.form({ color: Schema.Literals(["red", "blue"]) }, "Color?", { key: "color" })

const sampled = { messages: [{ role: "user", content: { type: "text", text: "2+2?" } }], maxTokens: 10 } as const

const greet = Tool.serve(
  "greet",
  { parameters: { loud: Schema.optionalKey(Schema.Boolean) } },
  () => Effect.map(askName, ({ name }) => `Hello, ${name}!`)
)

const profile = Tool.serve("profile", {}, () =>
  Effect.gen(function*() {
    const { name } = yield* askName
    const { color } = yield* askColor
    return `${name} likes ${color}`
  }))

const together = Tool.serve("together", {}, () =>
  Effect.map(
    Effect.all([askName, Ask.sample(sampled, { key: "model" }), Ask.roots], { concurrency: "unbounded" }),
    ([{ name }, { model }, { roots }]) => `${name}, ${model}, ${roots.length}`
  ))

const tools = [
  greet,
  profile,
  together,
  Tool.serve("visit", {}, () => Effect.as(Ask.url({ message: "Go", url: "https://x.example" }), "visited")),
  Tool.serve("modest", {}, () =>
    Ask.sample(sampled).pipe(
      Effect.map(({ model }) => model),
      Effect.catchReason("AskError", "Unsupported", () => Effect.succeed("no model"))
    )),
  Tool.serve("tooled", {}, () => Effect.as(Ask.sample({ ...sampled, tools: [] }), "done")),
  Tool.serve("timely", {}, () =>
    Ask.form({ name: Schema.String }, "Quick!", { timeout: "30 seconds" }).pipe(
      Effect.map(({ name }) => name),
      Effect.catchReason("AskError", "TimedOut", () => Effect.succeed("too late"))
    )),
  Tool.serve("prefilled", {}, () =>
    Effect.map(
      Ask.form({ size: Schema.Int.annotate({ default: 7 }) }, "Size?", { key: "size" }),
      ({ size }) => `${size}`
    ))
]

const prompt = Prompt.serve("ask", {}, () => Effect.map(askName, ({ name }) => `For ${name}`))
const resource = Resource.serve("ask://name", {}, () => Effect.map(askName, ({ name }) => `For ${name}`))

const endpoint = Effect.flatMap(McpServer.make([...tools, prompt, resource], serverInfo), (server) => Http.make(server))

const call = (http: Http.Endpoint, params: Params, ...rest: [object?, Http.Headers?]) =>
  Rounds.send(http, "tools/call", params, ...rest)

const answer = Rounds.byMessage({
  "Name?": Rounds.accept({ name: "Ada" }),
  "Color?": Rounds.accept({ color: "red" }),
  "Quick!": Rounds.accept({ name: "Ada" })
})

const keysOf = (received: Received) => Object.keys(Rounds.questionsOf(received) ?? {})

const foreign =
  "-32602 The requestState is not valid here: it was changed, or belongs to another request or another caller"

describe("a handler that asks", () => {
  it.effect("is answered with its question, and goes on when the answer comes (MRS-04, MRS-05)", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const first = yield* call(http, { name: "greet" })
      assert.strictEqual(first.result?.resultType, "input_required")
      assert.deepStrictEqual(Rounds.questionsOf(first), {
        user_name: {
          method: "elicitation/create",
          params: {
            mode: "form",
            message: "Name?",
            requestedSchema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] }
          }
        }
      })
      assert.isString(first.result?.requestState)
      assert.notProperty(first.result, "ttlMs", "CAC-02")
      const second = yield* call(http, Rounds.nextParams({ name: "greet" }, first, answer))
      assert.strictEqual(second.result?.resultType, "complete")
      assert.deepStrictEqual(textsOf(second), ["Hello, Ada!"])
    }))

  it.effect("asks one thing after the other, with another state each time", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const states = new Set<unknown>()
      const { last, rounds } = yield* Rounds.converse(
        (params) =>
          Effect.map(call(http, params), (received) => {
            states.add(received.result?.requestState)
            return received
          }),
        { name: "profile" },
        answer
      )
      assert.deepStrictEqual(rounds.map(Object.keys), [["user_name"], ["color"]])
      assert.strictEqual(states.size, 3)
      assert.deepStrictEqual(textsOf(last), ["Ada likes red"])
    }))

  it.effect("asks in all its branches at once, under different keys (MRS-03)", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const { last, rounds } = yield* Rounds.converse(
        (params) => call(http, params),
        { name: "together" },
        (question) => {
          switch (question.method) {
            case "roots/list":
              return { roots: [{ uri: "file:///a" }] }
            case "sampling/createMessage":
              return { role: "assistant", model: "m1", content: { type: "text", text: "4" } }
            default:
              return answer(question, "")
          }
        }
      )
      assert.strictEqual(rounds.length, 1)
      assert.deepStrictEqual(
        Object.values(rounds[0] ?? {}).map(({ method }) => method).toSorted(),
        ["elicitation/create", "roots/list", "sampling/createMessage"]
      )
      assert.deepStrictEqual(textsOf(last), ["Ada, m1, 1"])
    }))

  it.effect("may be a prompt or a resource (MRS-02)", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const got = yield* Rounds.converse((params) => Rounds.send(http, "prompts/get", params), { name: "ask" }, answer)
      assert.strictEqual(got.rounds.length, 1)
      assert.deepStrictEqual(got.last.result?.messages, [{ role: "user", content: { type: "text", text: "For Ada" } }])
      const read = yield* Rounds.converse(
        (params) => Rounds.send(http, "resources/read", params),
        { uri: "ask://name" },
        answer
      )
      assert.strictEqual(read.rounds.length, 1)
      assert.include(JSON.stringify(read.last.result), "For Ada")
    }))

  it.effect("asks over a line as well", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* McpServer.make(profile, serverInfo))
      const { last, rounds } = yield* Rounds.converse(
        (params) => line.ask("tools/call", claimed(params, { [MetaKey.clientCapabilities]: Rounds.everything })),
        { name: "profile" },
        answer
      )
      assert.strictEqual(rounds.length, 2)
      assert.deepStrictEqual(textsOf(last), ["Ada likes red"])
      assert.isTrue(line.sent.every(({ method }) => method === undefined), "MRS-01")
    }))

  it.effect("sends nothing after its questions (MRS-16)", () =>
    Effect.gen(function*() {
      const tool = Tool.serve("noisy", {}, () =>
        Effect.gen(function*() {
          yield* Effect.addFinalizer(() => Progress.report({ progress: 2 }))
          yield* Progress.report({ progress: 1 })
          return (yield* askName).name
        }))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const params = claimed({ name: "noisy" }, {
        [MetaKey.progressToken]: "t",
        [MetaKey.clientCapabilities]: Rounds.everything
      })
      const exchange = yield* http.post(request(1, "tools/call", params), {
        ...Http.modernHeaders("tools/call", "noisy")
      })
      assert.deepStrictEqual(
        exchange.messages().map(({ method, result }) => method ?? result?.resultType),
        ["notifications/progress", "notifications/progress", "input_required"]
      )
    }))
})

describe("answers", () => {
  it.effect("that are missing are asked for again, and extra ones are passed over (MRS-19, MRS-20)", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const first = yield* call(http, { name: "greet" })
      const again = yield* call(http, {
        name: "greet",
        inputResponses: { wrong_key: Rounds.accept({ name: "Eve" }) },
        requestState: first.result?.requestState
      })
      assert.deepStrictEqual(keysOf(again), ["user_name"])
      assert.deepStrictEqual(keysOf(yield* call(http, { name: "greet", inputResponses: {} })), ["user_name"])
      const extra = { user_name: Rounds.accept({ name: "Ada" }), other: 1 }
      const state = again.result?.requestState
      assert.deepStrictEqual(
        textsOf(yield* call(http, { name: "greet", inputResponses: extra, requestState: state })),
        ["Hello, Ada!"]
      )
    }))

  it.effect("may come with the first request, under the names of its questions", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const inputResponses = { user_name: Rounds.accept({ name: "Ada" }), unknown: {} }
      assert.deepStrictEqual(textsOf(yield* call(http, { name: "greet", inputResponses })), ["Hello, Ada!"])
    }))

  it.effect("that cannot be answers are the client's mistake (MRS-17, MRS-18)", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const requestState = (yield* call(http, { name: "greet" })).result?.requestState
      assert.isString(requestState)
      for (const inputResponses of [null, [], "x", { user_name: 12345 }, { user_name: { action: "yes" } }]) {
        for (const state of [{}, { requestState }]) {
          const { error } = yield* call(http, { name: "greet", inputResponses, ...state })
          assert.strictEqual(error?.code, -32602, JSON.stringify(inputResponses))
        }
      }
    }))

  it.effect("that do not fit the form, and refusals, are for the handler", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const outcome = (response: object) =>
        Effect.map(call(http, { name: "greet", inputResponses: { user_name: response } }), ({ result }) => result)
      assert.include(JSON.stringify(yield* outcome(Rounds.accept({ name: 1 }))), "\"isError\":true")
      assert.include(JSON.stringify(yield* outcome({ action: "decline" })), "The user declined")
      assert.include(JSON.stringify(yield* outcome({ action: "cancel" })), "The user cancelled")
    }))

  it.effect("lack members that have defaults (ELF-04)", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const inputResponses = { size: Rounds.accept({}) }
      assert.deepStrictEqual(textsOf(yield* call(http, { name: "prefilled", inputResponses })), ["7"])
    }))

  it.effect("that come too late are none", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const first = yield* call(http, { name: "timely" })
      const next = Rounds.nextParams({ name: "timely" }, first, answer)
      assert.deepStrictEqual(textsOf(yield* call(http, next)), ["Ada"])
      yield* TestClock.adjust("31 seconds")
      assert.deepStrictEqual(textsOf(yield* call(http, next)), ["too late"])
    }))

  it.effect("do not answer a question whose words have changed", () =>
    Effect.gen(function*() {
      let files = 3
      const tool = Tool.serve("delete", {}, () =>
        Effect.as(Ask.form({ sure: Schema.Boolean }, `Delete ${files} files?`, { key: "sure" }), `deleted ${files}`))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const first = yield* call(http, { name: "delete" })
      files = 300
      const yes = () =>
        Rounds.accept({ sure: true })
      const second = yield* call(http, Rounds.nextParams({ name: "delete" }, first, yes))
      assert.strictEqual(Rounds.questionsOf(second)?.sure?.params.message, "Delete 300 files?")
      const third = yield* call(http, Rounds.nextParams({ name: "delete" }, second, yes))
      assert.deepStrictEqual(textsOf(third), ["deleted 300"])
    }))

  it.effect("are kept while a slower branch has not asked again yet", () =>
    Effect.gen(function*() {
      let runs = 0
      const slow = Effect.andThen(
        Effect.suspend(() => ++runs === 2 ? Effect.repeat(Effect.yieldNow, { times: 50 }) : Effect.void),
        askName
      )
      const fast = Effect.andThen(askColor, Ask.form({ last: Schema.String }, "Last?"))
      const tool = Tool.serve("branches", {}, () =>
        Effect.map(Effect.all([slow, fast], { concurrency: "unbounded" }), ([{ name }, { last }]) =>
          name + last))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const { last, rounds } = yield* Rounds.converse(
        (params) =>
          call(http, params),
        { name: "branches" },
        (question) => question.params.message === "Last?" ? Rounds.accept({ last: "!" }) : answer(question, "")
      )
      assert.deepStrictEqual(rounds.map((round) => Object.keys(round).length), [2, 1])
      assert.deepStrictEqual(textsOf(last), ["Ada!"])
    }))
})

describe("a state", () => {
  const withState = (http: Http.Endpoint) =>
    Effect.map(
      call(http, { name: "greet" }, undefined, { authorization: "Bearer a" }),
      (first) => Rounds.nextParams({ name: "greet" }, first, answer)
    )

  it.effect("that was changed is refused (MRS-08, MRS-10)", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const first = yield* call(http, { name: "greet" })
      const params = Rounds.nextParams({ name: "greet" }, first, answer)
      const state = String(params.requestState)
      for (const requestState of [`${state}-TAMPERED`, state.slice(1), "", "x", `A${state.slice(1)}`]) {
        if (requestState === state) continue
        assert.strictEqual(errorOf(yield* call(http, { ...params, requestState })), foreign)
      }
      assert.strictEqual((yield* call(http, { ...params, requestState: 1 })).error?.code, -32602)
      assert.strictEqual((yield* call(http, { ...params, requestState: null })).error?.code, -32602)
    }))

  it.effect("is good for one caller, one method, one target and its arguments (MRS-11, MRS-13, MRS-15)", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const params = yield* withState(http)
      const own = { authorization: "Bearer a" }
      const others: ReadonlyArray<readonly [string, Params, Http.Headers]> = [
        ["tools/call", params, { authorization: "Bearer b" }],
        ["tools/call", params, {}],
        ["tools/call", { ...params, arguments: { loud: true } }, own],
        ["tools/call", { ...params, name: "profile" }, own],
        ["prompts/get", { ...params, name: "ask" }, own]
      ]
      for (const [method, changed, headers] of others) {
        assert.strictEqual(errorOf(yield* Rounds.send(http, method, changed, undefined, headers)), foreign)
      }
      const good = yield* call(http, { ...params, arguments: {} }, undefined, own)
      assert.deepStrictEqual(textsOf(good), ["Hello, Ada!"])
    }))

  it.effect("expires (MRS-12)", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const params = Rounds.nextParams({ name: "greet" }, yield* call(http, { name: "greet" }), answer)
      yield* TestClock.adjust("9 minutes")
      assert.deepStrictEqual(textsOf(yield* call(http, params)), ["Hello, Ada!"])
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(
        errorOf(yield* call(http, params)),
        "-32602 The requestState has expired; send the request again without it"
      )
    }))

  it.effect("is bounded", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const asked = yield* call(http, { name: "profile" })
      const long = Rounds.nextParams({ name: "profile" }, asked, () => Rounds.accept({ name: "a".repeat(2_000) }))
      assert.match(
        errorOf(yield* call(http, long)),
        /^-32603 The requestState would have \d+ characters; at most 1000 /
      )
      assert.strictEqual(errorOf(yield* call(http, { ...long, requestState: "a".repeat(1_001) })), foreign)
    }).pipe(
      Effect.provideService(RequestStateLimits, { charactersMax: 1_000, lifetimeMillis: 1_000, stepMillis: 1_000 })
    ))

  it.effect("is opened by every server that shares the keys, and by no other", () =>
    Effect.gen(function*() {
      const ring = StateKeys.layer([Redacted.make(Buffer.alloc(32, 1).toString("base64url"))])
      const [one, two, stranger] = [
        yield* Effect.provide(endpoint, ring),
        yield* Effect.provide(endpoint, ring),
        yield* endpoint
      ]
      const params = Rounds.nextParams({ name: "greet" }, yield* call(one, { name: "greet" }), answer)
      assert.deepStrictEqual(textsOf(yield* call(two, params)), ["Hello, Ada!"])
      assert.strictEqual(errorOf(yield* call(stranger, params)), foreign)
    }))
})

describe("a capability that the client has not declared", () => {
  it.effect("fails the request that needs it, unless the handler goes on without (MRS-06)", () =>
    Effect.gen(function*() {
      const http = yield* endpoint
      const lacking = (params: Params, capabilities: object) =>
        Effect.map(Rounds.post(http, "tools/call", params, capabilities), (exchange) => ({
          status: exchange.status(),
          code: exchange.messages()[0]?.error?.code,
          data: exchange.messages()[0]?.error?.data
        }))
      for (const capabilities of [{}, { sampling: {} }, { elicitation: { url: {} } }]) {
        assert.deepStrictEqual(yield* lacking({ name: "greet" }, capabilities), {
          status: 400,
          code: -32021,
          data: { requiredCapabilities: { elicitation: {} } }
        })
      }
      assert.deepStrictEqual(
        (yield* lacking({ name: "visit" }, { elicitation: {} })).data,
        { requiredCapabilities: { elicitation: { url: {} } } }
      )
      assert.deepStrictEqual(
        (yield* lacking({ name: "tooled" }, { sampling: {} })).data,
        { requiredCapabilities: { sampling: { tools: {} } } }
      )
      for (const capabilities of [{}, { elicitation: {} }]) {
        assert.deepStrictEqual(textsOf(yield* call(http, { name: "modest" }, capabilities)), ["no model"])
      }
      assert.strictEqual(
        (yield* Rounds.send(http, "prompts/get", { name: "ask" }, {})).error?.code,
        -32021
      )
      assert.strictEqual(
        (yield* Rounds.send(http, "resources/read", { uri: "ask://name" }, {})).error?.code,
        -32021
      )
    }))
})
