/** What resources and prompts say of themselves and give, as it reaches the wire of each revision. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, modernVersion, type Params, type Received, serverInfo } from "../support/Messages.ts"

const [first, second, third, fourth] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] as const

const versions = [first, second, third, fourth, modernVersion]

/** A value, from a revision on; nothing before. */
const since = (version: string, from: string, members: object) =>
  versions.indexOf(version) < versions.indexOf(from) ? {} : members

const icons = [{ src: "https://a.example/i.png", mimeType: "image/png", sizes: ["48x48"] }] as const
const annotations = { audience: ["user"], priority: 0.5, lastModified: "2026-01-02T03:04:05Z" } as const
const _meta = { "a.example/key": "listing" }
const ofResult = { "a.example/key": "result" }

const presentation = {
  name: "config",
  title: "Configuration",
  description: "All of it",
  mimeType: "text/plain",
  annotations,
  icons,
  _meta
} as const

const served = [
  Resource.serve(
    "a://full",
    { ...presentation, size: 12, caching: { ttlMs: 5_000, cacheScope: "public" } },
    () => Effect.succeed("text")
  ),
  Resource.serve("a://bytes", { mimeType: "image/png" }, () => Effect.succeed(new Uint8Array([1, 2, 3]))),
  Resource.serve("a://contents", {}, () => Effect.succeed({ uri: "a://part", text: "one", _meta })),
  Resource.serve(
    "a://several",
    {},
    () => Effect.succeed([{ uri: "a://1", text: "one" }, { uri: "a://2", blob: "AQID", mimeType: "image/png" }])
  ),
  Resource.serve(
    "a://result",
    { caching: { ttlMs: 5_000 } },
    (uri) =>
      Effect.succeed({ contents: [{ uri, text: "by hand" }], _meta: ofResult, ttlMs: 7, cacheScope: "public" as const })
  ),
  Resource.serve("a://gone", {}, (uri) => Effect.fail(Resource.notFound(uri))),
  Resource.serveTemplate(
    "b://{id}",
    { params: { id: Schema.NumberFromString }, ...presentation, size: 12, caching: { ttlMs: 6_000 } },
    ({ id }, uri) => id === 0 ? Effect.fail(Resource.notFound(uri)) : Effect.succeed(`${id} at ${uri}`)
  ),
  Prompt.serve("full", {
    title: "Full",
    description: "All of it",
    icons,
    _meta,
    parameters: {
      code: Schema.String.annotate({ title: "Code", description: "The code" }),
      depth: Schema.optionalKey(Schema.NumberFromString)
    }
  }, (args) => Effect.succeed(JSON.stringify(args))),
  Prompt.serve(
    "result",
    {},
    () => Effect.succeed({ messages: [Prompt.user("by hand")], description: "other", _meta: ofResult })
  ),
  Prompt.serve("messages", { description: "said" }, () => Effect.succeed(["one", Prompt.assistant("two")])),
  Prompt.serve("choice", { parameters: { by: Schema.Literals(["train", "plane"]) } }, ({ by }) => Effect.succeed(by))
] as const

const asking = (version: string) =>
  Effect.gen(function*() {
    const made = yield* McpServer.make<typeof served[number]>(served, serverInfo)
    const isModern = version === modernVersion
    const line = isModern ? yield* Line.open(made) : yield* Line.openSession(made, version)
    return (method: string, params: Params = {}) => line.ask(method, isModern ? claimed(params) : params)
  })

/** The result without the name of the server. */
const resultOf = ({ error, result }: Received): unknown => {
  if (result === undefined) return error
  const { _meta: meta, ...rest } = result
  const { "io.modelcontextprotocol/serverInfo": _, ...own } = (meta ?? {}) as Params
  return Object.keys(own).length === 0 ? rest : { ...rest, _meta: own }
}

const listedIn = (answer: Received, member: string): ReadonlyArray<Params> => answer.result?.[member] as never

describe.each(versions)("in %s", (version) => {
  const complete = since(version, modernVersion, { resultType: "complete" })
  const kept = (ttlMs: number, cacheScope: string) => since(version, modernVersion, { ttlMs, cacheScope })
  const shown = {
    name: "config",
    description: "All of it",
    mimeType: "text/plain",
    annotations: {
      audience: ["user"],
      priority: 0.5,
      ...since(version, third, { lastModified: annotations.lastModified })
    },
    ...since(version, third, { title: "Configuration", _meta }),
    ...since(version, fourth, { icons })
  }

  it.effect("a resource is listed with all that the revision has (RSC-23)", () =>
    Effect.gen(function*() {
      const ask = yield* asking(version)
      const listed = listedIn(yield* ask("resources/list"), "resources")
      assert.deepStrictEqual<unknown>(listed[0], { uri: "a://full", ...shown, size: 12 })
      assert.deepStrictEqual<unknown>(listed[2], { uri: "a://contents", name: "a://contents" })
    }))

  it.effect("a template is listed with all that the revision has (RSC-23)", () =>
    Effect.gen(function*() {
      const ask = yield* asking(version)
      const listed = listedIn(yield* ask("resources/templates/list"), "resourceTemplates")
      assert.deepStrictEqual<unknown>(listed, [{ uriTemplate: "b://{id}", ...shown }])
    }))

  it.effect("a prompt is listed with all that the revision has", () =>
    Effect.gen(function*() {
      const ask = yield* asking(version)
      assert.deepStrictEqual<unknown>(listedIn(yield* ask("prompts/list"), "prompts")[0], {
        name: "full",
        description: "All of it",
        arguments: [
          { name: "code", description: "The code", required: true, ...since(version, third, { title: "Code" }) },
          { name: "depth", required: false }
        ],
        ...since(version, third, { title: "Full", _meta }),
        ...since(version, fourth, { icons })
      })
    }))

  it.effect("what is read reaches the client, with its caching (CAC-01, RSC-17, RSC-20)", () =>
    Effect.gen(function*() {
      const ask = yield* asking(version)
      const read = (uri: string) => Effect.map(ask("resources/read", { uri }), resultOf)
      assert.deepStrictEqual<unknown>(yield* read("a://full"), {
        contents: [{ uri: "a://full", mimeType: "text/plain", text: "text" }],
        ...kept(5_000, "public"),
        ...complete
      })
      assert.deepStrictEqual<unknown>(yield* read("a://bytes"), {
        contents: [{ uri: "a://bytes", mimeType: "image/png", blob: "AQID" }],
        ...kept(0, "private"),
        ...complete
      })
      assert.deepStrictEqual<unknown>(yield* read("a://contents"), {
        contents: [{ uri: "a://part", text: "one", ...since(version, third, { _meta }) }],
        ...kept(0, "private"),
        ...complete
      })
      assert.deepStrictEqual<unknown>(yield* read("a://several"), {
        contents: [{ uri: "a://1", text: "one" }, { uri: "a://2", blob: "AQID", mimeType: "image/png" }],
        ...kept(0, "private"),
        ...complete
      })
      assert.deepStrictEqual<unknown>(yield* read("a://result"), {
        contents: [{ uri: "a://result", text: "by hand" }],
        ...kept(7, "public"),
        ...complete,
        _meta: ofResult
      })
      assert.deepStrictEqual<unknown>(yield* read("b://7"), {
        contents: [{ uri: "b://7", mimeType: "text/plain", text: "7 at b://7" }],
        ...kept(6_000, "private"),
        ...complete
      })
    }))

  it.effect("a resource that is missing is an error with its URI (RSC-08, RSC-09, RSC-10, RSC-12)", () =>
    Effect.gen(function*() {
      const ask = yield* asking(version)
      const code = version === modernVersion ? -32602 : -32002
      for (const uri of ["a://gone", "b://0", "c://nowhere", "a://full/", "A://full"]) {
        assert.deepStrictEqual<unknown>(resultOf(yield* ask("resources/read", { uri })), {
          code,
          message: `Resource not found: ${uri}`,
          data: { uri }
        })
      }
    }))

  it.effect("what a prompt gives reaches the client", () =>
    Effect.gen(function*() {
      const ask = yield* asking(version)
      const get = (name: string, args?: Params) =>
        Effect.map(ask("prompts/get", { name, ...(args === undefined ? {} : { arguments: args }) }), resultOf)
      const message = (role: string, text: string) => ({ role, content: { type: "text", text } })
      assert.deepStrictEqual<unknown>(yield* get("full", { code: "x", depth: "2", other: "ignored" }), {
        description: "All of it",
        messages: [message("user", "{\"code\":\"x\",\"depth\":2}")],
        ...complete
      })
      assert.deepStrictEqual<unknown>(yield* get("result"), {
        description: "other",
        messages: [message("user", "by hand")],
        ...complete,
        _meta: ofResult
      })
      assert.deepStrictEqual<unknown>(yield* get("messages"), {
        description: "said",
        messages: [message("user", "one"), message("assistant", "two")],
        ...complete
      })
    }))

  const wrong: ReadonlyArray<readonly [string, unknown, RegExp]> = [
    ["full", {}, /^-32602 Invalid arguments for prompt "full": Missing key\n {2}at \["code"\]$/],
    ["full", undefined, /^-32602 Invalid arguments for prompt "full": Missing key/],
    ["full", { code: 1 }, /^-32602 Invalid arguments for prompt "full": Expected string/],
    ["full", { code: null }, /^-32602 Invalid arguments for prompt "full": /],
    ["full", { code: "x", depth: 2 }, /^-32602 Invalid arguments for prompt "full": /],
    ["choice", { by: "foot" }, /^-32602 Invalid arguments for prompt "choice": /],
    ["full", null, /^-32602 "arguments" must be an object$/],
    ["full", ["x"], /^-32602 "arguments" must be an object$/],
    ["none", {}, /^-32602 Unknown prompt: none$/],
    ["toString", {}, /^-32602 Unknown prompt: toString$/]
  ]
  it.effect.each(wrong)(
    "wrong arguments of a prompt are refused: %s %j (PRM-07, PRM-08, PRM-09)",
    ([name, args, error]) =>
      Effect.gen(function*() {
        const ask = yield* asking(version)
        assert.match(
          errorOf(yield* ask("prompts/get", { name, ...(args === undefined ? {} : { arguments: args }) })),
          error
        )
        assert.strictEqual(errorOf(yield* ask("prompts/get", { name: "messages" })), "none")
      })
  )
})

describe("handlers that keep what a schema does not know", () => {
  it.effect("get it, when the schema says so", () =>
    Effect.gen(function*() {
      const Open = Prompt.make("open", { parameters: { code: Schema.String } })
      const parameters = Schema.StructWithRest(Schema.Struct({ code: Schema.String }), [
        Schema.Record(Schema.String, Schema.String)
      ])
      const prompt = { ...Open, parameters }
      const made = McpServer.make(
        { _tag: "Served", component: prompt, handler: (args: never) => Effect.succeed(JSON.stringify(args)) },
        serverInfo
      )
      const line = yield* Line.openSession(yield* made)
      const answer = yield* line.ask("prompts/get", { name: "open", arguments: { code: "a", more: "b" } })
      assert.include(JSON.stringify(answer.result), "more")
    }))
})

describe("a template that comes while the server runs", () => {
  const note = Resource.serveTemplate("note://{id}", {
    params: { id: Schema.Literals(["one", "two"]) },
    list: Effect.succeed([{ params: { id: "one" as const } }])
  }, ({ id }) => Effect.succeed(id))

  it.effect("is read, listed and completed while its scope is open, and not after", () =>
    Effect.gen(function*() {
      const made = yield* McpServer.make<typeof served[number]>(served, serverInfo)
      const line = yield* Line.openSession(made)
      const ref = { type: "ref/resource", uri: "note://{id}" }
      const seen = Effect.gen(function*() {
        const read = yield* line.ask("resources/read", { uri: "note://two" })
        const listed = listedIn(yield* line.ask("resources/list"), "resources")
        const completed = yield* line.ask("completion/complete", { ref, argument: { name: "id", value: "t" } })
        return [errorOf(read), listed.some(({ uri }) => uri === "note://one"), errorOf(completed)]
      })
      yield* Effect.scoped(Effect.gen(function*() {
        const { setEnabled } = yield* made.registry.add(note, Context.empty())
        assert.deepStrictEqual(yield* seen, ["none", true, "none"])
        yield* setEnabled(false)
        assert.strictEqual((yield* seen)[1], false)
      }))
      assert.deepStrictEqual(yield* seen, [
        "-32002 Resource not found: note://two",
        false,
        "-32602 Unknown resource template: note://{id}"
      ])
    }))

  it.effect("is not seen by who may not know of it: neither listed nor completed (CMP-16)", () =>
    Effect.gen(function*() {
      const hidden = Resource.serveTemplate("note://{id}", {
        params: { id: Schema.Literals(["one"]) },
        visible: () => false,
        list: Effect.succeed([{ params: { id: "one" as const } }])
      }, ({ id }) => Effect.succeed(id))
      const line = yield* Line.openSession(yield* McpServer.make(hidden, serverInfo))
      assert.deepStrictEqual<unknown>((yield* line.ask("resources/list")).result?.resources, [])
      const answer = yield* line.ask("completion/complete", {
        ref: { type: "ref/resource", uri: "note://{id}" },
        argument: { name: "id", value: "" }
      })
      assert.strictEqual(errorOf(answer), "-32602 Unknown resource template: note://{id}")
    }))
})
