/** Completing arguments of prompts and variables of templates, in every revision. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Ask from "../../src/contract/Ask.ts"
import * as Catalog from "../../src/contract/Catalog.ts"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import { add, type AnyServed, Registry } from "../../src/contract/Registry.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "../support/Line.ts"
import {
  claimed,
  errorOf,
  initializeParams,
  modernVersion,
  notification,
  type Params,
  type Received,
  serverInfo
} from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

class Cities extends Context.Service<Cities, ReadonlyArray<string>>()("test/Cities") {}

const secret = "hunter2"

const Trip = Prompt.make("trip", {
  parameters: {
    country: Schema.Literals(["France", "Finland", "Greece"]),
    city: Schema.String,
    by: Schema.optionalKey(Schema.Literals(["train", "plane"])),
    nights: Schema.optional(Schema.NumberFromString)
  }
})

const Odd = Prompt.make("odd", {
  parameters: {
    many: Schema.String,
    page: Schema.String,
    none: Schema.String,
    refused: Schema.String,
    dies: Schema.String,
    asks: Schema.String,
    insists: Schema.String,
    who: Schema.String,
    toString: Schema.optionalKey(Schema.String)
  }
})

const Shop = Resource.template("shop://{kind}{/path*}{?sort,tags*}", {
  params: {
    kind: Schema.Literals(["tea", "mugs"]),
    path: Schema.Array(Schema.String),
    sort: Schema.optionalKey(Schema.Literals(["price", "name"])),
    tags: Schema.Array(Schema.Literals(["new", "used"]))
  }
})

const Demo = Catalog.make("demo").add(Trip, Odd, Shop, Resource.make("config://app"))

const inherited = {} as { readonly toString?: () => Effect.Effect<ReadonlyArray<string>> }

const live = Demo.layer({
  prompts: {
    trip: {
      handle: ({ city }) => Effect.succeed(city),
      complete: {
        city: (value, context) =>
          Effect.map(
            Cities,
            (cities) =>
              cities.filter((city) => city.startsWith(value)).map((city) => `${city} in ${context.arguments.country}`)
          )
      }
    },
    odd: {
      handle: () => Effect.succeed(""),
      complete: {
        // What an object inherits is no completion; the types take it for one.
        ...inherited,
        many: () => Effect.succeed(Array.from({ length: 250 }, (_, i) => String(i))),
        page: () => Effect.succeed({ values: Array.from({ length: 101 }, String), total: 5_000 }),
        none: () => Effect.succeed({ values: [] }),
        refused: () => Effect.fail(Rpc.make(-32050, "not for you")),
        dies: () => Effect.die(new Error(secret)),
        asks: () => Effect.as(Ask.roots, ["asked"]).pipe(Effect.catch((error) => Effect.succeed([error.reason._tag]))),
        insists: () => Effect.as(Ask.roots, ["asked"]),
        who: (_, { arguments: args }) => Effect.map(McpRequest, ({ method }) => [method, JSON.stringify(args)])
      }
    }
  },
  resources: {
    "shop://{kind}{/path*}{?sort,tags*}": {
      handle: ({ kind }) => Effect.succeed(kind),
      complete: { path: (value, { arguments: { kind } }) => Effect.succeed([`${kind}/${value}`]) }
    },
    "config://app": () => Effect.succeed("")
  }
})

const context = Layer.build(live.pipe(Layer.provide(Layer.succeed(Cities, ["Paris", "Pau", "Lyon"]))))

const server = Effect.flatMap(context, (handlers) => Effect.provideContext(McpServer.make(Demo, serverInfo), handlers))

const session = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
const versions = [...session, modernVersion]

/** Asks over a line in a revision. */
const ask = (version: string) => (method: string, params: Params) =>
  Effect.gen(function*() {
    const isModern = version === modernVersion
    const line = isModern ? yield* Line.open(yield* server) : yield* Line.openSession(yield* server, version)
    return yield* line.ask(method, isModern ? claimed(params) : params)
  })

const complete = (version: string, ref: object, name: string, value: string, settled?: object) =>
  ask(version)("completion/complete", {
    ref,
    argument: { name, value },
    ...(settled === undefined ? {} : { context: { arguments: settled } })
  })

const trip = { type: "ref/prompt", name: "trip" }
const odd = { type: "ref/prompt", name: "odd" }
const shop = { type: "ref/resource", uri: "shop://{kind}{/path*}{?sort,tags*}" }

const completionOf = ({ error, result = {} }: Received): unknown => error ?? result.completion

const membersOf = ({ result = {} }: Received) => (result.completion ?? {}) as Params

const quiet = Effect.provide(Logger.layer([]))

describe.each(versions)("completion in %s", (version) => {
  it.effect("comes from the author, who sees what is settled already (CMP-12)", () =>
    Effect.gen(function*() {
      const answer = yield* complete(version, trip, "city", "P", { country: "France" })
      const values = ["Paris in France", "Pau in France"]
      assert.deepStrictEqual(completionOf(answer), { values, total: 2, hasMore: false })
      assert.strictEqual(answer.result?.resultType, version === modernVersion ? "complete" : undefined)
    }))

  it.effect("follows from a schema that is a choice of texts", () =>
    Effect.gen(function*() {
      const values = (ref: object, name: string, value: string) =>
        Effect.map(complete(version, ref, name, value), (answer) => membersOf(answer).values)
      assert.deepStrictEqual<unknown>(yield* values(trip, "country", "f"), ["France", "Finland"])
      assert.deepStrictEqual<unknown>(yield* values(trip, "country", "FR"), ["France"])
      assert.deepStrictEqual<unknown>(yield* values(trip, "country", "x"), [])
      assert.deepStrictEqual<unknown>(yield* values(trip, "by", ""), ["train", "plane"])
      assert.deepStrictEqual<unknown>(yield* values(trip, "nights", "1"), [])
      assert.deepStrictEqual<unknown>(yield* values(shop, "kind", ""), ["tea", "mugs"])
      assert.deepStrictEqual<unknown>(yield* values(shop, "sort", "n"), ["name"])
      assert.deepStrictEqual<unknown>(yield* values(shop, "tags", ""), ["new", "used"])
    }))

  it.effect("sends a hundred values at most, and counts all (CMP-02)", () =>
    Effect.gen(function*() {
      const many = membersOf(yield* complete(version, odd, "many", ""))
      assert.deepStrictEqual<unknown>({ ...many, values: (many.values as Array<string>).length }, {
        values: 100,
        total: 250,
        hasMore: true
      })
      const page = membersOf(yield* complete(version, odd, "page", ""))
      assert.deepStrictEqual<unknown>({ ...page, values: (page.values as Array<string>).length }, {
        values: 100,
        total: 5_000,
        hasMore: true
      })
      assert.deepStrictEqual(completionOf(yield* complete(version, odd, "none", "")), { values: [] })
    }))

  it.effect("is refused for what does not exist (CMP-04, CMP-08)", () =>
    Effect.gen(function*() {
      const error = (ref: object, name: string) => Effect.map(complete(version, ref, name, ""), errorOf)
      assert.strictEqual(yield* error({ type: "ref/prompt", name: "x" }, "a"), "-32602 Unknown prompt: x")
      assert.strictEqual(
        yield* error({ type: "ref/resource", uri: "x://{a}" }, "a"),
        "-32602 Unknown resource template: x://{a}"
      )
      assert.strictEqual(yield* error(trip, "town"), "-32602 The prompt \"trip\" has no argument \"town\"")
      assert.strictEqual(
        yield* error(trip, "constructor"),
        "-32602 The prompt \"trip\" has no argument \"constructor\""
      )
      assert.strictEqual(
        yield* error(shop, "shelf"),
        "-32602 The template \"shop://{kind}{/path*}{?sort,tags*}\" has no argument \"shelf\""
      )
      assert.strictEqual(
        yield* error({ type: "ref/resource", uri: "config://app" }, "a"),
        "-32602 The resource \"config://app\" has no argument \"a\""
      )
    }))

  it.effect("tells nothing of what breaks inside, and what the author refuses (CMP-15, CMP-16)", () =>
    Effect.gen(function*() {
      const died = yield* complete(version, odd, "dies", "")
      assert.match(errorOf(died), /^-32603 Internal error \(reference [0-9a-f]{8}\)$/)
      assert.notInclude(JSON.stringify(died), secret)
      assert.strictEqual(errorOf(yield* complete(version, odd, "refused", "")), "-32050 not for you")
    }).pipe(quiet))

  it.effect("sees the request, and of the settled arguments those that the prompt has", () =>
    Effect.gen(function*() {
      const answer = yield* complete(version, odd, "who", "", { many: "1", other: "2", __proto__: null })
      assert.deepStrictEqual(membersOf(answer).values, ["completion/complete", "{\"many\":\"1\"}"])
    }))

  it.effect("cannot ask a client that has not said it answers", () =>
    Effect.gen(function*() {
      const answer = yield* complete(version, odd, "asks", "")
      assert.deepStrictEqual(membersOf(answer).values, ["Unsupported"])
      const passed = yield* complete(version, odd, "insists", "")
      assert.strictEqual(errorOf(passed), "-32603 The client cannot be asked: roots/list")
    }))

  const malformed: ReadonlyArray<readonly [Params, string]> = [
    [{}, "\"ref\" must be an object"],
    [{ ref: { type: "ref/tool", name: "a" } }, "\"ref\" must be of the type \"ref/prompt\" or \"ref/resource\""],
    [{ ref: { type: "ref/prompt" } }, "\"name\" must be a string"],
    [{ ref: { type: "ref/resource", uri: 1 } }, "\"uri\" must be a string"],
    [{ ref: trip }, "\"argument\" must be an object"],
    [{ ref: trip, argument: { name: "city" } }, "\"value\" must be a string"],
    [{ ref: trip, argument: { name: 1, value: "" } }, "\"name\" must be a string"],
    [{ ref: trip, argument: { name: "city", value: "" }, context: [] }, "\"context\" must be an object"],
    [
      { ref: trip, argument: { name: "city", value: "" }, context: { arguments: { country: 1 } } },
      "\"context.arguments\" must be an object of strings"
    ]
  ]
  it.effect.each(malformed)(
    "is refused for params that are wrong: %j (CMP-13)",
    ([params, message]) =>
      Effect.gen(function*() {
        assert.strictEqual(errorOf(yield* ask(version)("completion/complete", params)), `-32602 ${message}`)
      })
  )
})

describe("completion in a session", () => {
  it.effect("may ask a client that answers", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* server)
      yield* line.ask("initialize", { ...initializeParams("2025-11-25"), capabilities: { roots: {} } })
      line.say(notification("notifications/initialized"))
      yield* Rounds.answering(line, () => ({ roots: [] }))
      const params = { ref: odd, argument: { name: "insists", value: "" } }
      assert.deepStrictEqual(membersOf(yield* line.ask("completion/complete", params)).values, ["asked"])
    }))
})

describe("completion in the stateless era", () => {
  it.effect("asks nobody, because its answer cannot be a question", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* server)
      const params = { ref: odd, argument: { name: "asks", value: "" } }
      const answer = yield* line.ask(
        "completion/complete",
        claimed(params, { [MetaKey.clientCapabilities]: { roots: {} } })
      )
      assert.deepStrictEqual(membersOf(answer).values, ["Unsupported"])
    }))
})

describe("the completions capability", () => {
  const capabilities = (served: AnyServed<never>) =>
    Effect.gen(function*() {
      const made = yield* McpServer.make(served, serverInfo)
      const line = yield* Line.openSession(made)
      const answer = yield* line.ask("completion/complete", {
        ref: { type: "ref/prompt", name: "a" },
        argument: { name: "b", value: "" }
      })
      return { declared: made.identity.capabilities.completions !== undefined, answer: errorOf(answer) }
    })

  it.effect("is declared with prompts and resources, which may have something to complete (CMP-01)", () =>
    Effect.gen(function*() {
      const choice = Prompt.serve("a", { parameters: { b: Schema.Literals(["c"]) } }, () => Effect.succeed(""))
      assert.deepStrictEqual(yield* capabilities(choice), { declared: true, answer: "none" })
      const written = Prompt.serve(
        "a",
        { parameters: { b: Schema.String }, complete: { b: () => Effect.succeed([]) } },
        () => Effect.succeed("")
      )
      assert.deepStrictEqual(yield* capabilities(written), { declared: true, answer: "none" })
      const template = Resource.serveTemplate(
        "a://{b}",
        { params: { b: Schema.Literals(["c"]) } },
        () => Effect.succeed("")
      )
      assert.deepStrictEqual(yield* capabilities(template), { declared: true, answer: "-32602 Unknown prompt: a" })
    }))

  it.effect("is not with tools alone, and the method is not served then (CMP-01, CMP-03)", () =>
    Effect.gen(function*() {
      const nothing = { declared: false, answer: "-32601 Method not found: completion/complete" }
      assert.deepStrictEqual(yield* capabilities(Tool.serve("a", {}, () => Effect.void)), nothing)
    }))

  it.effect.each([{ kinds: ["prompts"] }, {}] as const)(
    "holds for what is added while the server runs: %j (CMP-01)",
    (options) =>
      Effect.gen(function*() {
        const plain = Prompt.serve("plain", { parameters: { b: Schema.String } }, () => Effect.succeed(""))
        const made = yield* McpServer.make("kinds" in options ? [] : plain, { ...serverInfo, ...options })
        const line = yield* Line.openSession(made)
        const choice = Prompt.serve("a", { parameters: { b: Schema.Literals(["c"]) } }, () => Effect.succeed(""))
        yield* Effect.provideService(add(choice), Registry, made.registry)
        const answer = yield* line.ask("completion/complete", {
          ref: { type: "ref/prompt", name: "a" },
          argument: { name: "b", value: "" }
        })
        assert.deepStrictEqual(membersOf(answer).values, ["c"])
      })
  )

  it.effect("is left out where the revision has no such capability", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* server)
      const answer = yield* line.ask("initialize", {
        protocolVersion: "2024-11-05",
        capabilities: {},
        clientInfo: { name: "test", version: "1" }
      })
      assert.notProperty(answer.result?.capabilities, "completions")
    }))
})

describe("completions of a choice", () => {
  it.effect.prop(
    "are those that begin as what is typed",
    [Schema.Array(Schema.String), Schema.String],
    ([choices, value]) =>
      Effect.gen(function*() {
        const [first = "a", ...rest] = choices
        const parameters = { b: Schema.Literals([first, ...rest]) }
        const prompt = Prompt.serve("a", { parameters }, () => Effect.succeed(""))
        const line = yield* Line.openSession(yield* McpServer.make(prompt, serverInfo))
        const answer = yield* line.ask("completion/complete", {
          ref: { type: "ref/prompt", name: "a" },
          argument: { name: "b", value }
        })
        const expected = [first, ...rest].filter((choice) => choice.toLowerCase().startsWith(value.toLowerCase()))
        assert.deepStrictEqual<unknown>(membersOf(answer).values, expected.slice(0, 100))
      }).pipe(Effect.scoped)
  )
})
