/** What becomes of a tool call, whichever way the handler ends, in every era. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Tool from "../../src/contract/Tool.ts"
import { RpcError } from "../../src/jsonrpc/RpcError.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, modernVersion, type Params, type Received, request } from "../support/Messages.ts"
import { serverInfo, textsOf } from "../support/Messages.ts"

class OutOfStock extends Schema.TaggedError<OutOfStock>()("OutOfStock", {
  item: Schema.String,
  left: Schema.FiniteFromString
}) {}

class Refused extends Schema.TaggedError<Refused>()("Refused", { message: Schema.String }) {}

const secret = "s3cret"

const Sum = Schema.Struct({ sum: Schema.Finite })

const tools = [
  Tool.serve(
    "add",
    { parameters: { a: Schema.Finite, b: Schema.Finite }, success: Sum },
    ({ a, b }) => Effect.succeed({ sum: a + b })
  ),
  Tool.serve("declared", { failure: OutOfStock }, () => Effect.fail(new OutOfStock({ item: "tea", left: 3 }))),
  Tool.serve("declared_with_message", { failure: Refused }, () => Effect.fail(new Refused({ message: "not today" }))),
  Tool.serve("tool_error", { failure: OutOfStock }, () => Effect.fail(Tool.fail("try again later"))),
  Tool.serve("rpc_error", {}, () => Effect.fail(new RpcError({ code: -32050, message: "no", data: { why: 1 } }))),
  Tool.serve("defect", {}, () => Effect.die(new Error(secret))),
  Tool.serve("thrown", {}, (): Effect.Effect<string> => {
    throw new Error(secret)
  }),
  Tool.serve("odd_output", { success: Sum }, () => Effect.succeed({ sum: secret as unknown as number })),
  Tool.serve("odd_failure", { failure: OutOfStock }, () => Effect.fail(new Error(secret) as unknown as OutOfStock)),
  Tool.serve("nothing", {}, () => Effect.void),
  Tool.serve("text", {}, () => Effect.succeed("plain")),
  Tool.serve("block", {}, () => Effect.succeed({ type: "text", text: "one" } as const)),
  Tool.serve(
    "blocks",
    {},
    () => Effect.succeed([{ type: "text", text: "one" }, { type: "text", text: "two" }] as const)
  ),
  Tool.serve("by_hand", { success: Sum }, () =>
    Effect.succeed(Tool.result({
      structured: { sum: 3 },
      content: [{ type: "text", text: "three" }],
      _meta: { "example.com/source": "hand" }
    }))),
  Tool.serve("by_hand_structured", { success: Sum }, () => Effect.succeed(Tool.result({ structured: { sum: 3 } }))),
  Tool.serve("by_hand_content", {}, () => Effect.succeed(Tool.result({ content: [{ type: "text", text: "only" }] })))
]

/** The logs of masked failures are for operators; the tests are about what clients hear. */
const quiet = Effect.provide(Logger.layer([]))

const server = McpServer.make(tools, serverInfo)

const callOnLine = (version: string) => (params: Params) =>
  Effect.gen(function*() {
    const modern = version === modernVersion
    const line = modern ? yield* Line.open(yield* server) : yield* Line.openSession(yield* server, version)
    return yield* line.ask("tools/call", modern ? claimed(params) : params)
  })

const callOverHttp = (version: string) => (params: Params) =>
  Effect.gen(function*() {
    const modern = version === modernVersion
    const http = yield* Http.make(yield* server)
    const name = typeof params.name === "string" ? params.name : undefined
    const exchange = modern
      ? yield* http.post(request(1, "tools/call", claimed(params)), Http.modernHeaders("tools/call", name))
      : yield* http.post(request(1, "tools/call", params), yield* http.initialize(version))
    assert.strictEqual(exchange.status(), 200)
    return exchange.messages()[0] ?? assert.fail("no answer")
  })

const newest = "2025-11-25"

const roads = [
  { road: "a line, session era", call: callOnLine(newest) },
  { road: "a line, stateless era", call: callOnLine(modernVersion) },
  { road: "HTTP, session era", call: callOverHttp(newest) },
  { road: "HTTP, stateless era", call: callOverHttp(modernVersion) }
] as const

/** The parts of a result that mean the same in both eras: `_meta` without the server's own name. */
const outcome = ({ error, result }: Received) => {
  if (result === undefined) return error
  const { content, isError, structuredContent } = result
  const meta = Object.entries(result._meta ?? {}).filter(([key]) => key !== "io.modelcontextprotocol/serverInfo")
  return {
    content,
    ...(isError === undefined ? {} : { isError }),
    ...(structuredContent === undefined ? {} : { structuredContent }),
    ...(meta.length === 0 ? {} : { _meta: Object.fromEntries(meta) })
  }
}

const text = (...texts: ReadonlyArray<string>) => texts.map((text) => ({ type: "text", text }))

const encodedFailure = { _tag: "OutOfStock", item: "tea", left: "3" }

const outcomes: ReadonlyArray<{ readonly name: string; readonly args?: Params; readonly expected: unknown }> = [
  {
    name: "add",
    args: { a: 1, b: 2 },
    expected: { content: text("{\"sum\":3}"), structuredContent: { sum: 3 } }
  },
  {
    name: "declared",
    expected: {
      content: text(JSON.stringify(encodedFailure)),
      isError: true,
      _meta: { "dev.parley/failure": encodedFailure }
    }
  },
  {
    name: "declared_with_message",
    expected: {
      content: text("not today"),
      isError: true,
      _meta: { "dev.parley/failure": { _tag: "Refused", message: "not today" } }
    }
  },
  { name: "tool_error", expected: { content: text("try again later"), isError: true } },
  { name: "rpc_error", expected: { code: -32050, message: "no", data: { why: 1 } } },
  { name: "nothing", expected: { content: [] } },
  { name: "text", expected: { content: text("plain") } },
  { name: "block", expected: { content: text("one") } },
  { name: "blocks", expected: { content: text("one", "two") } },
  {
    name: "by_hand",
    expected: {
      content: text("three"),
      structuredContent: { sum: 3 },
      _meta: { "example.com/source": "hand" }
    }
  },
  { name: "by_hand_structured", expected: { content: text("{\"sum\":3}"), structuredContent: { sum: 3 } } },
  { name: "by_hand_content", expected: { content: text("only") } },
  { name: "unknown", expected: { code: -32602, message: "Unknown tool: unknown" } },
  { name: "__proto__", expected: { code: -32602, message: "Unknown tool: __proto__" } }
]

describe.each(roads)("a tool called over $road", ({ call }) => {
  it.effect.each(outcomes)(
    "ends as it should: $name (TOC-01, TOC-02, TOC-05)",
    ({ args, expected, name }) =>
      Effect.gen(function*() {
        const answer = yield* call({ name, ...(args === undefined ? {} : { arguments: args }) })
        assert.deepStrictEqual<unknown>(outcome(answer), expected)
      })
  )

  it.effect.each(["defect", "thrown", "odd_output"])(
    "tells nothing of what broke inside, but a reference: %s",
    (name) =>
      Effect.gen(function*() {
        const answer = yield* call({ name })
        assert.strictEqual(answer.result?.isError, true)
        assert.match(String(textsOf(answer)[0]), /^Internal error \(reference [0-9a-f]{8}\)$/)
        assert.notInclude(JSON.stringify(answer), secret)
      }).pipe(quiet)
  )

  it.effect("tells nothing of a failure that is none of the declared ones", () =>
    Effect.gen(function*() {
      const answer = yield* call({ name: "odd_failure" })
      assert.match(JSON.stringify(answer), /Internal error \(reference [0-9a-f]{8}\)/)
      assert.notInclude(JSON.stringify(answer), secret)
    }).pipe(quiet))

  it.effect.each([[undefined], [null], [1], [["add"]], [{}]] as const)(
    "needs a name, and %s is none",
    ([name]) =>
      Effect.gen(function*() {
        assert.strictEqual(errorOf(yield* call({ name })), "-32602 \"name\" must be a string")
      })
  )

  it.effect.each([[null], [1], ["a"], [[1, 2]]] as const)(
    "takes an object for arguments, and %s is none",
    ([args]) =>
      Effect.gen(function*() {
        const answer = yield* call({ name: "add", arguments: args })
        assert.strictEqual(errorOf(answer), "-32602 \"arguments\" must be an object")
      })
  )
})

describe("a masked failure", () => {
  it.effect("is logged in full under the reference that the client was given", () =>
    Effect.gen(function*() {
      const logged: Array<string> = []
      const logger = Logger.map(Logger.formatJson, (entry) => void logged.push(entry))
      const answer = yield* callOnLine(newest)({ name: "defect" }).pipe(Effect.provide(Logger.layer([logger])))
      const reference = /reference ([0-9a-f]{8})/.exec(String(textsOf(answer)[0]))?.[1] ?? assert.fail("no reference")
      assert.strictEqual(logged.length, 1)
      assert.include(logged[0], reference)
      assert.include(logged[0], secret)
    }))
})

describe("arguments that do not fit", () => {
  const wrong = [[{}], [{ a: 1 }], [{ a: "1", b: 2 }], [{ a: null, b: 2 }]] as const
  const cases = wrong.map(([args]) => ({ name: "add", arguments: args }))

  it.effect.each([newest, modernVersion])(
    "are a result that the model can read in %s (TOC-03)",
    (version) =>
      Effect.gen(function*() {
        for (const params of cases) {
          const answer = yield* callOnLine(version)(params)
          assert.strictEqual(answer.result?.isError, true)
          assert.match(String(textsOf(answer)[0]), /^Invalid arguments for tool "add": /)
        }
      })
  )

  it.effect.each(["2024-11-05", "2025-03-26", "2025-06-18"])(
    "are a protocol error in %s (TOC-03)",
    (version) =>
      Effect.gen(function*() {
        for (const params of cases) {
          assert.match(errorOf(yield* callOnLine(version)(params)), /^-32602 Invalid arguments for tool "add": /)
        }
      })
  )
})

describe("a structured result", () => {
  it.effect.each(["2024-11-05", "2025-03-26"])(
    "is its text copy only in %s, which knows no other",
    (version) =>
      Effect.gen(function*() {
        const { result } = yield* callOnLine(version)({ name: "add", arguments: { a: 1, b: 2 } })
        assert.deepStrictEqual<unknown>(result, { content: text("{\"sum\":3}") })
      })
  )

  it.effect.prop(
    "and its text copy are the same (TOC-05)",
    [Schema.Finite, Schema.Finite],
    ([a, b]) =>
      Effect.gen(function*() {
        const answer = yield* callOnLine(newest)({ name: "add", arguments: { a, b } })
        if (!Number.isFinite(a + b)) return answer.result?.isError === true
        const copy: unknown = JSON.parse(String(textsOf(answer)[0]))
        assert.deepStrictEqual<unknown>(answer.result?.structuredContent, copy)
        assert.deepStrictEqual<unknown>(copy, JSON.parse(JSON.stringify({ sum: a + b })))
        return true
      }).pipe(Effect.scoped, quiet)
  )
})
