/** Components that only some callers may know of: lists, calls, cursors and caches for those who may and may not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import type { RequestInfo } from "../../src/contract/McpRequest.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import type { Rule } from "../../src/contract/Visibility.ts"
import type { ListOptions } from "../../src/server/component/ListOptions.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { Server } from "../../src/server/Server.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, type Params, request, serverInfo, textsOf } from "../support/Messages.ts"

const forAdmins: Rule = ({ header }) => header("authorization") === "admin"

const later = (rule: Rule): Rule => (info) => Effect.suspend(() => Effect.succeed(rule(info) === true))

const tool = (name: string, visible?: Rule) =>
  Tool.serve(name, visible === undefined ? {} : { visible }, () => Effect.succeed(name))

const components = [
  tool("open"),
  tool("secret", forAdmins),
  tool("later", later(forAdmins)),
  Prompt.serve("greet", {}, () => Effect.succeed("Hi")),
  Prompt.serve("hush", { visible: forAdmins }, () => Effect.succeed("Hush")),
  Resource.serve("memo://open", { name: "open" }, () => Effect.succeed("open")),
  Resource.serve("memo://secret", { name: "secret", visible: forAdmins }, () => Effect.succeed("secret")),
  Resource.serveTemplate(
    "vault://{id}",
    { name: "vault", params: { id: Schema.String }, visible: forAdmins },
    ({ id }) => Effect.succeed(id)
  )
]

const asking = (server: Server, authorization?: string) =>
  Effect.map(Http.make(server), (http) => (method: string, params: Params = {}) => {
    const name = [params.name, params.uri].find((value) => typeof value === "string")
    const headers = { ...Http.modernHeaders(method, name), ...(authorization === undefined ? {} : { authorization }) }
    return Effect.map(
      http.post(request(1, method, claimed(params)), headers),
      (exchange) => exchange.messages()[0] ?? assert.fail("no answer")
    )
  })

const make = (options: ListOptions = {}) => McpServer.make(components, { ...serverInfo, ...options })

const listed = ({ result = {} }: { readonly result?: Params }, member: string) =>
  (result[member] as ReadonlyArray<{ readonly name: string }>).map(({ name }) => name)

const lists = [
  { method: "tools/list", member: "tools", all: ["open", "secret", "later"], some: ["open"] },
  { method: "prompts/list", member: "prompts", all: ["greet", "hush"], some: ["greet"] },
  { method: "resources/list", member: "resources", all: ["open", "secret"], some: ["open"] },
  { method: "resources/templates/list", member: "resourceTemplates", all: ["vault"], some: [] }
] as const

describe("a list", () => {
  it.effect.each(lists)(
    "has what the caller may know of: $method (TOL-02, RSC-02, PRM-03)",
    (list) =>
      Effect.gen(function*() {
        const server = yield* make()
        const [admin, guest] = [yield* asking(server, "admin"), yield* asking(server, "guest")]
        for (let round = 0; round < 2; round++) {
          assert.deepStrictEqual<unknown>(listed(yield* admin(list.method), list.member), list.all)
          assert.deepStrictEqual<unknown>(listed(yield* guest(list.method), list.member), list.some)
        }
      })
  )

  it.effect.each(lists)("does not show the rule itself: $method", ({ method }) =>
    Effect.gen(function*() {
      const answer = yield* (yield* asking(yield* make(), "admin"))(method)
      assert.notInclude(JSON.stringify(answer), "visible")
    }))

  it.effect("is never shared once callers see different ones, whatever the options say (CAC-05, CAC-07)", () =>
    Effect.gen(function*() {
      const hint = { ttlMs: 60_000, cacheScope: "public" } as const
      const ask = yield* asking(yield* make({ caching: { tools: hint, prompts: hint } }))
      const { result } = yield* ask("tools/list")
      assert.deepStrictEqual<unknown>([result?.ttlMs, result?.cacheScope], [60_000, "private"])
    }))

  it.effect("asks no rule, and is the same text, where there is none", () =>
    Effect.gen(function*() {
      const ask = yield* asking(yield* McpServer.make([tool("a"), tool("b")], serverInfo))
      assert.deepStrictEqual(listed(yield* ask("tools/list"), "tools"), ["a", "b"])
    }))
})

const hidden = [
  { method: "tools/call", params: { name: "secret" }, absent: { name: "absent" } },
  { method: "tools/call", params: { name: "later" }, absent: { name: "absent" } },
  { method: "prompts/get", params: { name: "hush" }, absent: { name: "absent" } },
  { method: "resources/read", params: { uri: "memo://secret" }, absent: { uri: "memo://absent" } },
  { method: "resources/read", params: { uri: "vault://one" }, absent: { uri: "memo://absent" } }
] as const

describe("a call", () => {
  it.effect.each(hidden)(
    "of what is hidden answers as one of what is not there: $method $params (TOC-14, CAC-06)",
    ({ absent, method, params }) =>
      Effect.gen(function*() {
        const server = yield* make()
        const [admin, guest] = [yield* asking(server, "admin"), yield* asking(server, "guest")]
        assert.strictEqual((yield* admin(method, params)).error, undefined)
        const [name = "", missing = ""] = [Object.values(params)[0], Object.values(absent)[0]]
        const [refusal, reference] = [yield* guest(method, params), yield* guest(method, absent)]
        assert.strictEqual(JSON.stringify(refusal).replaceAll(name, missing), JSON.stringify(reference))
      })
  )

  it.effect("of what the caller may know of is served", () =>
    Effect.gen(function*() {
      const guest = yield* asking(yield* make(), "guest")
      assert.deepStrictEqual(textsOf(yield* guest("tools/call", { name: "open" })), ["open"])
      assert.strictEqual((yield* guest("resources/read", { uri: "memo://open" })).error, undefined)
    }))
})

describe("what is hidden", () => {
  it.effect("is not completed either (CMP-16)", () =>
    Effect.gen(function*() {
      const parameters = { word: Schema.Literals(["one", "two"]) }
      const hush = Prompt.serve("hush", { visible: forAdmins, parameters }, () => Effect.succeed("Hush"))
      const server = yield* McpServer.make(hush, serverInfo)
      const complete = (name: string) => ({ ref: { type: "ref/prompt", name }, argument: { name: "word", value: "o" } })
      const [admin, guest] = [yield* asking(server, "admin"), yield* asking(server, "guest")]
      const { result } = yield* admin("completion/complete", complete("hush"))
      assert.include(JSON.stringify(result), "\"one\"")
      const [refusal, reference] = [
        yield* guest("completion/complete", complete("hush")),
        yield* guest("completion/complete", complete("absent"))
      ]
      assert.strictEqual(JSON.stringify(refusal).replaceAll("hush", "absent"), JSON.stringify(reference))
    }))

  it.effect("is no reference either: a resource that is hidden is refused as one that is not there", () =>
    Effect.gen(function*() {
      const guest = yield* asking(yield* make(), "guest")
      const complete = (uri: string) =>
        guest("completion/complete", { ref: { type: "ref/resource", uri }, argument: { name: "a", value: "" } })
      const [refusal, reference] = [yield* complete("memo://secret"), yield* complete("memo://absent")]
      assert.strictEqual(JSON.stringify(refusal).replaceAll("secret", "absent"), JSON.stringify(reference))
      assert.strictEqual(
        errorOf(yield* complete("memo://open")),
        "-32602 The resource \"memo://open\" has no argument \"a\""
      )
    }))

  it.effect("is left out of what is listened to, as what is not there, and its rule is asked once (SUB-04)", () =>
    Effect.gen(function*() {
      let asked = 0
      const rule: Rule = () => {
        asked++
        return false
      }
      const secret = Resource.serve("memo://secret", { visible: rule }, () => Effect.succeed("secret"))
      const server = yield* McpServer.make([...components.slice(5, 6), secret, ...components.slice(7)], serverInfo)
      const line = yield* Line.open(server)
      const uris = ["memo://open", "memo://secret", "memo://secret", "memo://absent", "vault://1"]
      line.say(request(1, "subscriptions/listen", claimed({ notifications: { resourceSubscriptions: uris } })))
      const { params } = yield* line.hear(() => true)
      assert.deepStrictEqual<unknown>(params?.notifications, { resourceSubscriptions: ["memo://open"] })
      assert.strictEqual(asked, 1)
    }))

  it.effect("is not subscribed to either", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* make())
      const subscribe = (authorization: string) =>
        Effect.gen(function*() {
          const headers = yield* http.initialize("2025-11-25", { authorization })
          const exchange = yield* http.post(request(1, "resources/subscribe", { uri: "memo://secret" }), headers)
          return exchange.messages().map(errorOf)
        })
      assert.deepStrictEqual(yield* subscribe("admin"), ["none"])
      assert.deepStrictEqual(yield* subscribe("guest"), ["-32002 Resource not found: memo://secret"])
    }))
})

describe("a rule", () => {
  it.effect("sees the request that it decides about", () =>
    Effect.gen(function*() {
      const seen: Array<RequestInfo> = []
      const visible: Rule = (info) => seen.push(info) > 0
      const ask = yield* asking(yield* McpServer.make(tool("a", visible), serverInfo))
      yield* ask("tools/list")
      yield* ask("tools/call", { name: "a" })
      yield* ask("tools/call", { name: "b" })
      assert.deepStrictEqual(seen.map(({ method }) => method), ["tools/list", "tools/call"])
      assert.deepStrictEqual(seen[0]?.clientInfo, { name: "test", version: "1" })
    }))

  it.effect("that dies hides its component, and only that", () =>
    Effect.gen(function*() {
      const broken: Rule = () => {
        throw new Error("broken")
      }
      const dying: Rule = () => Effect.die("dying")
      const server = yield* McpServer.make([tool("a", broken), tool("b", dying), tool("c", () => true)], serverInfo)
      const ask = yield* asking(server)
      assert.deepStrictEqual(listed(yield* ask("tools/list"), "tools"), ["c"])
      assert.strictEqual(errorOf(yield* ask("tools/call", { name: "a" })), "-32602 Unknown tool: a")
    }).pipe(Effect.provide(Logger.layer([]))))

  it.effect("of the whole server holds beside those of components", () =>
    Effect.gen(function*() {
      const server = yield* make({
        visible: (_, { kind, name }) =>
          kind === "tools" ? Effect.succeed(name !== "later") : name !== "greet" && name !== "memo://open"
      })
      const [admin, guest] = [yield* asking(server, "admin"), yield* asking(server, "guest")]
      assert.deepStrictEqual(listed(yield* admin("tools/list"), "tools"), ["open", "secret"])
      assert.deepStrictEqual(listed(yield* guest("tools/list"), "tools"), ["open"])
      assert.deepStrictEqual(listed(yield* admin("prompts/list"), "prompts"), ["hush"])
      assert.deepStrictEqual(listed(yield* guest("resources/list"), "resources"), [])
      assert.strictEqual(errorOf(yield* admin("tools/call", { name: "later" })), "-32602 Unknown tool: later")
    }))
})

describe("pages of one's own list", () => {
  const many = Array.from({ length: 12 }, (_, index) => tool(`t${index}`, index % 3 === 0 ? forAdmins : undefined))
  const server = McpServer.make(many, { ...serverInfo, pageSize: 3 })

  const pages = (ask: Effect.Success<ReturnType<typeof asking>>) =>
    Effect.gen(function*() {
      const names: Array<ReadonlyArray<string>> = []
      let answer = yield* ask("tools/list")
      names.push(listed(answer, "tools"))
      while (answer.result?.nextCursor !== undefined) {
        answer = yield* ask("tools/list", { cursor: answer.result.nextCursor })
        names.push(listed(answer, "tools"))
      }
      return names
    })

  it.effect("are full, and leave out what is hidden", () =>
    Effect.gen(function*() {
      const served = yield* server
      assert.deepStrictEqual(yield* pages(yield* asking(served, "guest")), [
        ["t1", "t2", "t4"],
        ["t5", "t7", "t8"],
        ["t10", "t11"]
      ])
      assert.deepStrictEqual((yield* pages(yield* asking(served, "admin"))).map((page) => page.length), [3, 3, 3, 3])
    }))

  it.effect("have cursors that are no use to another caller", () =>
    Effect.gen(function*() {
      const served = yield* server
      const { result } = yield* (yield* asking(served, "admin"))("tools/list")
      const params = { cursor: result?.nextCursor }
      assert.strictEqual(
        errorOf(yield* (yield* asking(served, "guest"))("tools/list", params)),
        "-32602 Unknown cursor"
      )
      assert.strictEqual(errorOf(yield* (yield* asking(served))("tools/list", params)), "-32602 Unknown cursor")
      assert.strictEqual((yield* (yield* asking(served, "admin"))("tools/list", params)).error, undefined)
    }))
})
