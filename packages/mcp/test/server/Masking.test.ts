/** Handlers that end as they never should: each call is answered, once, and nothing of the secret is told. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type * as Catalog from "../../src/contract/Catalog.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import type { CatalogError } from "../../src/contract/Registry.ts"
import * as Resource from "../../src/contract/Resource.ts"
import type * as Served from "../../src/contract/Served.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, type Params, type Received, request, serverInfo, textsOf } from "../support/Messages.ts"

const secret = "hunter2 at /srv/app/db.ts"

class Undeclared extends Schema.TaggedError<Undeclared>()("Undeclared", { message: Schema.String }) {}

class Declared extends Schema.TaggedError<Declared>()("Declared", { count: Schema.Finite }) {}

type Ending = Effect.Effect<never>

/** The types of handlers forbid most of these; programs in JavaScript, and casts, do not. */
const undeclared = (error: unknown) => Effect.fail(error) as Ending

const endings: ReadonlyArray<readonly [what: string, effect: Ending]> = [
  ["a plain error", undeclared(new Error(secret))],
  ["an error that nobody declared", undeclared(new Undeclared({ message: secret }))],
  ["a failure that is no error", undeclared({ code: 1, message: secret, data: secret })],
  ["text for a failure", undeclared(secret)],
  ["nothing for a failure", undeclared(undefined)],
  ["a defect", Effect.die(new Error(secret, { cause: secret }))],
  [
    "an exception",
    Effect.suspend(() => {
      throw new Error(secret)
    })
  ],
  ["a failure and a defect", Effect.ensuring(undeclared(secret), Effect.die(secret))],
  ["an interruption from inside", Effect.interrupt],
  [
    "the end of a fiber that somebody else interrupted",
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Effect.never)
      yield* Fiber.interrupt(fiber)
      return yield* Fiber.join(fiber)
    })
  ]
]

type AnyServed = Served.Served<Catalog.Component, never>

type Call = readonly [method: string, params: Params, served: AnyServed | ReadonlyArray<AnyServed>]

type Road = (...call: Call) => Effect.Effect<Received, CatalogError>

const onLine: Road = (method, params, served) =>
  Effect.gen(function*() {
    const line = yield* Line.openSession(yield* McpServer.make(served, serverInfo))
    return yield* line.ask(method, params)
  }).pipe(Effect.scoped)

const overHttp: Road = (method, params, served) =>
  Effect.gen(function*() {
    const http = yield* Http.make(yield* McpServer.make(served, serverInfo))
    const exchange = yield* http.post(request(1, method, params), yield* http.initialize())
    return exchange.messages()[0] ?? assert.fail(`no answer, but ${exchange.status()}`)
  }).pipe(Effect.scoped)

const withoutSession: Road = (method, params, served) =>
  Effect.gen(function*() {
    const http = yield* Http.make(yield* McpServer.make(served, serverInfo))
    const headers = Http.modernHeaders(method, String(params.name ?? params.uri))
    const exchange = yield* http.post(request(1, method, claimed(params)), headers)
    return exchange.messages()[0] ?? assert.fail(`no answer, but ${exchange.status()}`)
  }).pipe(Effect.scoped)

const roads = { "on a line": onLine, "in an HTTP session": overHttp, "over HTTP without a session": withoutSession }

const kinds: { readonly [kind: string]: (effect: Ending) => Call } = {
  "a tool": (effect) => ["tools/call", { name: "a" }, Tool.serve("a", {}, () => effect)],
  "a tool that declares another failure": (effect) => [
    "tools/call",
    { name: "a" },
    Tool.serve("a", { failure: Declared }, () => effect)
  ],
  "a resource": (effect) => ["resources/read", { uri: "a://b" }, Resource.serve("a://b", {}, () => effect)],
  "a resource template": (effect) => [
    "resources/read",
    { uri: "a://b" },
    Resource.serveTemplate("a://{b}", { params: { b: Schema.String } }, () => effect)
  ],
  "a prompt": (effect) => ["prompts/get", { name: "a" }, Prompt.serve("a", {}, () => effect)]
}

const masked = /Internal error \(reference ([0-9a-f]{8})\)/

/** Runs an effect, and gives what it logged beside what it gave. */
const withLogs = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const logs: Array<string> = []
  const logger = Logger.map(Logger.formatJson, (entry) => void logs.push(entry))
  return Effect.map(Effect.provide(effect, Logger.layer([logger])), (value) => ({ value, logs }))
}

const silently = Effect.provide(Logger.layer([]))

for (const [road, send] of Object.entries(roads)) {
  describe.each(Object.entries(kinds))(`%s ${road}`, (_, make) => {
    it.effect.each(endings)("that ends with %s", ([, effect]) =>
      Effect.gen(function*() {
        const [method, params, served] = make(effect)
        const { logs, value: answer } = yield* withLogs(send(method, params, served))
        const isTool = method === "tools/call"
        const told = isTool ? String(textsOf(answer)[0]) : answer.error?.message ?? ""
        const reference = masked.exec(told)?.[1] ?? assert.fail(JSON.stringify(answer))
        assert.isTrue(isTool ? answer.result?.isError : answer.error?.code === -32603)
        assert.notInclude(JSON.stringify(answer), "hunter2")
        assert.strictEqual(logs.length, 1)
        assert.include(logs[0], reference)
      }))
  })
}

describe("what cannot be written as JSON", () => {
  it.effect("is left out of an error", () =>
    Effect.gen(function*() {
      const broken = Tool.serve("a", {}, () => Effect.fail(Rpc.make(-32050, "no", 1n)))
      const answer = yield* onLine("tools/call", { name: "a" }, broken)
      assert.deepStrictEqual<unknown>(answer.error, { code: -32050, message: "no" })
    }))

  it.effect("is masked in a result", () =>
    Effect.gen(function*() {
      const block = { type: "text", text: 1n as unknown as string } as const
      const answer = yield* onLine("tools/call", { name: "a" }, Tool.serve("a", {}, () => Effect.succeed(block)))
      assert.match(answer.error?.message ?? "", masked)
    }).pipe(silently))
})

describe("an output that is none of the tool", () => {
  /** The types of handlers forbid them, and programs in JavaScript do not. */
  const outputs: ReadonlyArray<readonly [what: string, success: Schema.Codec<unknown> | undefined, output: unknown]> = [
    ["that its schema refuses", Schema.Struct({ n: Schema.Finite }), { n: secret }],
    ["that cannot be written", Schema.Any, {
      toJSON: () => {
        throw new Error(secret)
      }
    }],
    ["that cannot be looked at", undefined, {
      get _tag(): string {
        throw new Error(secret)
      }
    }]
  ]
  /** What a schema says of a value fits it as well. */
  const failure = Schema.Struct({ message: Schema.String })

  it.effect.each(outputs)(
    "is masked, and no failure that it has declared: one %s",
    ([, success, output]) =>
      Effect.gen(function*() {
        const options = success === undefined ? { failure } : { failure, success }
        for (const send of Object.values(roads)) {
          const tool = Tool.serve("a", options, () => Effect.succeed(output as never))
          const answer = yield* send("tools/call", { name: "a" }, tool)
          assert.isTrue(answer.result?.isError)
          assert.match(String(textsOf(answer)[0]), masked)
          for (const told of ["hunter2", "Expected", "/failure"]) assert.notInclude(JSON.stringify(answer), told)
        }
      }).pipe(silently)
  )
})

const decodedBy = (decode: (text: string) => Effect.Effect<string>) =>
  Schema.String.pipe(Schema.decodeTo(
    Schema.String,
    SchemaTransformation.transformEffect({ decode, encode: (text: string) => Effect.succeed(text) })
  ))

const Throwing = decodedBy(() => {
  throw new Error(secret)
})

/** Arguments are decoded at once, so a schema may not take its time. */
const Slow = decodedBy((text) => Effect.as(Effect.promise(() => Promise.resolve()), text))

describe("a schema that breaks", () => {
  const schemas = [["throws", Throwing], ["takes its time", Slow]] as const

  const callsOf = (schema: typeof Throwing): ReadonlyArray<Call> => [
    [
      "tools/call",
      { name: "a", arguments: { b: "x" } },
      Tool.serve("a", { parameters: { b: schema } }, () => Effect.void)
    ],
    [
      "resources/read",
      { uri: "a://x" },
      Resource.serveTemplate("a://{b}", { params: { b: schema } }, () => Effect.succeed(""))
    ],
    [
      "prompts/get",
      { name: "a", arguments: { b: "x" } },
      Prompt.serve("a", { parameters: { b: schema } }, () => Effect.succeed(""))
    ]
  ]

  it.effect.each(schemas)("is answered for, wherever it stands: one that %s", ([, schema]) =>
    Effect.gen(function*() {
      for (const send of Object.values(roads)) {
        for (const call of callsOf(schema)) {
          const answer = JSON.stringify(yield* send(...call))
          assert.match(answer, masked)
          assert.notInclude(answer, "hunter2")
        }
      }
    }).pipe(silently))

  it.effect("leaves the other calls of the line alone", () =>
    Effect.gen(function*() {
      const tools = [
        Tool.serve("bad", { parameters: { b: Throwing } }, () => Effect.void),
        Tool.serve("good", {}, () => Effect.succeed("good"))
      ]
      const line = yield* Line.openSession(yield* McpServer.make(tools, serverInfo))
      yield* line.ask("tools/call", { name: "bad", arguments: { b: "x" } })
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "good" })), ["good"])
    }).pipe(silently))
})
