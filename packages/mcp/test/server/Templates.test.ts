/** Resource templates as clients see them: typed parameters, hostile URIs, and the resources that are listed. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as McpClient from "../../src/client/McpClient.ts"
import * as Catalog from "../../src/contract/Catalog.ts"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import type { AnyServed } from "../../src/contract/Registry.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import { ResourceLimits } from "../../src/server/component/ResourceLimits.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as InMemoryTransport from "../../src/testing/InMemoryTransport.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, modernVersion, type Params, type Received, serverInfo } from "../support/Messages.ts"

const versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", modernVersion]

const openLine = (version: string, made: Parameters<typeof Line.open>[0]) =>
  Effect.map(version === modernVersion ? Line.open(made) : Line.openSession(made, version), (line) => ({
    ask: (method: string, params: Params = {}) => line.ask(method, version === modernVersion ? claimed(params) : params)
  }))

const textOf = ({ error, result = {} }: Received): unknown =>
  error === undefined ? (result.contents as ReadonlyArray<Params>)[0]?.text : `${error.code} ${error.message}`

const notFoundCode = (version: string) => version === modernVersion ? -32602 : -32002

const show = (params: object) => Effect.succeed(JSON.stringify(params))

const Shelf = Resource.template("shop://{kind}/{id}{/path*}{?page,tags*,fields*}", {
  params: {
    kind: Schema.Literals(["tea", "mugs"]),
    id: Schema.NumberFromString.check(Schema.isInt()),
    path: Schema.Array(Schema.String),
    page: Schema.optionalKey(Schema.FiniteFromString),
    tags: Schema.Array(Schema.Literals(["new", "used"])),
    fields: Schema.Record(Schema.String, Schema.String)
  },
  mimeType: "application/json"
})
const Paged = Resource.template("page://{name}{?n}", { params: { name: Schema.String, n: Schema.String } })
const File = Resource.template("file:///srv/{+path}", { params: { path: Schema.String } })
const Dir = Resource.template("dir:/{/path*}", { params: { path: Schema.Array(Schema.String) } })
const Name = Resource.template("name://{name}", { params: { name: Schema.String } })
const Wild = Resource.template("wild://{+path}{?q}", {
  params: { path: Schema.String, q: Schema.optionalKey(Schema.String) },
  allowInsecureTraversal: ["path"]
})

const Demo = Catalog.make("demo").add(Shelf, Paged, File, Dir, Name, Wild)

const live = Demo.layer({
  resources: {
    "shop://{kind}/{id}{/path*}{?page,tags*,fields*}": show,
    "page://{name}{?n}": show,
    "file:///srv/{+path}": ({ path }) => Effect.succeed(path),
    "dir:/{/path*}": ({ path }) => Effect.succeed(path.join("|")),
    "name://{name}": ({ name }) => Effect.succeed(name),
    "wild://{+path}{?q}": show
  }
})

const server = Effect.flatMap(
  Layer.build(live),
  (handlers) => Effect.provideContext(McpServer.make(Demo, serverInfo), handlers)
)

describe.each(versions)("a template in %s", (version) => {
  const reading = Effect.map(
    Effect.flatMap(server, (made) => openLine(version, made)),
    ({ ask }) => (uri: unknown) => ask("resources/read", { uri })
  )

  it.effect("hands its parameters over as its schemas have them (RSC-23)", () =>
    Effect.gen(function*() {
      const read = yield* reading
      assert.deepStrictEqual(
        JSON.parse(String(textOf(yield* read("shop://tea/7/green/a%2Fb?tags=new&page=2&tags=used&color=red%20")))),
        {
          kind: "tea",
          id: 7,
          path: ["green", "a/b"],
          page: 2,
          tags: ["new", "used"],
          fields: { color: "red " }
        }
      )
      assert.deepStrictEqual(JSON.parse(String(textOf(yield* read("shop://mugs/8")))), {
        kind: "mugs",
        id: 8,
        path: [],
        tags: [],
        fields: {}
      })
      assert.strictEqual(textOf(yield* read("page://a?n=1")), "{\"name\":\"a\",\"n\":\"1\"}")
    }))

  it.effect("says which parameter is wrong (RSC-18)", () =>
    Effect.gen(function*() {
      const read = yield* reading
      for (
        const uri of ["shop://rum/7", "shop://tea/x", "shop://tea/1.5", "shop://tea/7?page=x", "shop://tea/7?tags=old"]
      ) {
        const answer = yield* read(uri)
        assert.match(String(textOf(answer)), /^-32602 Invalid resource URI: /)
        assert.deepStrictEqual<unknown>(answer.error?.data, { uri })
      }
      assert.match(
        String(textOf(yield* read("page://a"))),
        /^-32602 Invalid resource URI: Missing key\n {2}at \["n"\]$/
      )
      assert.strictEqual(textOf(yield* read("name://well")), "well")
    }))

  const hostile = [
    "file:///srv/../etc/passwd",
    "file:///srv/a/../../etc/passwd",
    "file:///srv/%2e%2e/etc/passwd",
    "file:///srv/%2E%2e%2Fetc%2Fpasswd",
    "file:///srv/..%2fetc",
    "file:///srv/.%2e",
    "file:///srv/a%2f..",
    "file:///srv/..%5c..%5cwindows",
    "file:///srv/..\\windows",
    "file:///srv/a%00.txt",
    "file:///srv/%",
    "file:///srv/%C0%AE%C0%AE/etc",
    "file:///srv/%FF",
    "dir://a/../b",
    "dir://%2e%2e/b",
    "dir://a/%2e%2e%2fb",
    "dir://a/x%5C..%5Cy",
    "dir://a/b%00",
    "name://..",
    "name://%2e%2e",
    "name://..%2f..%2fetc",
    "name://%2e%2e%5cetc",
    "name://a%00",
    "wild://a?q=..%2f",
    ""
  ]
  it.effect.each(hostile)(
    "finds nothing at %s, and the next read is served (RSC-18, RSC-22)",
    (uri) =>
      Effect.gen(function*() {
        const read = yield* reading
        const answer = yield* read(uri)
        assert.strictEqual(textOf(answer), `${notFoundCode(version)} Resource not found: ${uri}`)
        assert.deepStrictEqual<unknown>(answer.error?.data, { uri })
        assert.strictEqual(textOf(yield* read("file:///srv/a..b/.../c")), "a..b/.../c")
      })
  )

  it.effect("decodes once", () =>
    Effect.gen(function*() {
      const read = yield* reading
      assert.strictEqual(textOf(yield* read("name://%252e%252e%252f")), "%2e%2e%2f")
    }))

  it.effect("lets climb what its author lets", () =>
    Effect.gen(function*() {
      const read = yield* reading
      assert.strictEqual(textOf(yield* read("wild://../../etc")), "{\"path\":\"../../etc\"}")
    }))

  const long = 60_000
  const slow = [
    `dir:/${"/a".repeat(long / 2)}`,
    `dir:/${"/".repeat(long)}`,
    `shop://tea/7${"/a".repeat(long / 4)}?${"tags=new&".repeat(long / 20)}x`,
    `file:///srv/${"../".repeat(long / 3)}`,
    `file:///srv/${"%2e".repeat(long / 3)}`,
    `name://${"%".repeat(long)}`
  ]
  it.effect("is not kept busy by a URI made for that", () =>
    Effect.gen(function*() {
      const read = yield* reading
      for (const uri of slow) {
        yield* read(uri)
        assert.strictEqual(textOf(yield* read("name://well")), "well")
      }
    }), 4_000)

  it.effect("refuses a URI that is too long, and serves the next", () =>
    Effect.gen(function*() {
      const read = yield* reading
      const answer = yield* read(`name://${"a".repeat(65_536)}`)
      assert.deepStrictEqual<unknown>(answer.error, {
        code: -32602,
        message: "The URI is longer than 65536 characters"
      })
      assert.strictEqual(textOf(yield* read(`name://${"a".repeat(65_529)}`)), "a".repeat(65_529))
    }))

  it.effect.each([[undefined], [null], [1], [["name://a"]], [{}]])(
    "takes a text for a URI, and %s is none",
    ([uri]) =>
      Effect.gen(function*() {
        const read = yield* reading
        assert.strictEqual(textOf(yield* read(uri)), "-32602 \"uri\" must be a string")
      })
  )
})

describe("a typed client", () => {
  const Plain = Schema.String.check(
    Schema.isMinLength(1),
    Schema.makeFilter((text) => text.isWellFormed() && !text.split(/[/\\]/).includes("..") && !text.includes("\0"))
  )

  const layer = McpClient.layer({ name: "test", version: "0" }).pipe(
    Layer.provideMerge(McpServer.layer(Demo, serverInfo).pipe(Layer.provide(live))),
    Layer.provide(InMemoryTransport.layer)
  )

  it.effect.prop(
    "hands its parameters to the handler, whatever they are",
    [Schema.Array(Plain), Schema.optionalKey(Schema.Finite), Schema.Array(Schema.Literals(["new", "used"])), Plain],
    ([path, page, tags, color]) =>
      Effect.gen(function*() {
        const client = yield* McpClient.of(Demo)
        const params = {
          kind: "tea",
          id: 7,
          path,
          ...(page === undefined ? {} : { page }),
          tags,
          fields: { color }
        } as const
        const result = yield* client.resources["shop://{kind}/{id}{/path*}{?page,tags*,fields*}"](params)
        assert.deepStrictEqual<unknown>(
          JSON.parse(String((result.contents[0] as { readonly text?: string } | undefined)?.text)),
          JSON.parse(JSON.stringify(params))
        )
      }).pipe(Effect.provide(layer)),
    { arbitrary: { runs: 30 } }
  )
})

class Names extends Context.Service<Names, ReadonlyArray<string>>()("test/Names") {}

const quiet = Effect.provide(Logger.layer([]))

const urisOf = ({ error, result = {} }: Received): unknown =>
  error ?? (result.resources as ReadonlyArray<Params>).map(({ uri }) => uri)

describe.each(versions)("the list of a template in %s", (version) => {
  const listing = Effect.fnUntraced(function*(served: ReadonlyArray<AnyServed<never>>) {
    const { ask } = yield* openLine(version, yield* McpServer.make(served, serverInfo))
    return yield* ask("resources/list")
  })

  const fixed = Resource.serve("a://fixed", {}, () => Effect.succeed(""))
  const other = Resource.serve("a://other%20one?n=2", { name: "mine" }, () => Effect.succeed(""))
  const listOf = (
    list: Effect.Effect<ReadonlyArray<Resource.Listed<{ readonly name: string; readonly n?: number }>>, never, never>
  ) =>
    Resource.serveTemplate("a://{name}{?n}", {
      params: { name: Schema.String, n: Schema.optionalKey(Schema.FiniteFromString) },
      mimeType: "text/plain",
      description: "of the family",
      list
    }, show)

  it.effect("stands behind the fixed resources, with the services that it needs", () =>
    Effect.gen(function*() {
      const template = Resource.serveTemplate("a://{name}{?n}", {
        params: { name: Schema.String, n: Schema.optionalKey(Schema.FiniteFromString) },
        mimeType: "text/plain",
        description: "of the family",
        list: Effect.gen(function*() {
          const { method } = yield* McpRequest
          const names = yield* Names
          return [
            ...names.map((name) => ({ params: { name } })),
            { params: { name: "ä ", n: 3 }, name: "shown", description: method, size: 5, mimeType: "text/html" }
          ]
        })
      }, show)
      const made = yield* McpServer.make([template, fixed], serverInfo)
      const { ask } = yield* openLine(version, made)
      const { result } = yield* ask("resources/list")
      assert.deepStrictEqual<unknown>(result?.resources, [
        { uri: "a://fixed", name: "a://fixed" },
        { uri: "a://b", name: "a://b", mimeType: "text/plain" },
        { uri: "a://c%2Fd", name: "a://c%2Fd", mimeType: "text/plain" },
        {
          uri: "a://%C3%A4%20?n=3",
          name: "shown",
          description: "resources/list",
          size: 5,
          mimeType: "text/html"
        }
      ])
      assert.strictEqual(textOf(yield* ask("resources/read", { uri: "a://c%2Fd" })), "{\"name\":\"c/d\"}")
    }).pipe(Effect.provideService(Names, ["b", "c/d"])))

  it.effect("holds each URI once, and a fixed resource before that of a template", () =>
    Effect.gen(function*() {
      const twice = listOf(Effect.succeed([
        { params: { name: "fixed" } },
        { params: { name: "b" } },
        { params: { name: "b" }, title: "B" }
      ]))
      assert.deepStrictEqual<unknown>(urisOf(yield* listing([twice, fixed, other])), [
        "a://fixed",
        "a://other%20one?n=2",
        "a://b"
      ])
    }))

  it.effect("has a bound, and the log says when it is cut", () =>
    Effect.gen(function*() {
      const logged: Array<unknown> = []
      const logger = Logger.make(({ message }) => void logged.push(message))
      const many = listOf(Effect.succeed(Array.from({ length: 6 }, (_, i) => ({ params: { name: String(i) } }))))
      const uris = yield* listing([many, fixed]).pipe(
        Effect.provideService(ResourceLimits, { uriLengthMax: 100, listedResourcesMax: 4 }),
        Effect.provide(Logger.layer([logger]))
      )
      assert.deepStrictEqual<unknown>(urisOf(uris), ["a://fixed", "a://0", "a://1", "a://2", "a://3"])
      assert.deepStrictEqual(logged.flat(), ["the list of \"a://{name}{?n}\" is cut after 4 resources"])
    }))

  const broken: ReadonlyArray<readonly [string, Effect.Effect<never>]> = [
    ["dies", Effect.die(new Error("hunter2"))],
    ["fails undeclared", Effect.fail(new Error("hunter2")) as Effect.Effect<never>],
    ["is interrupted", Effect.interrupt],
    ["is no list", Effect.succeed([{ params: { name: 1 } }]) as Effect.Effect<unknown> as Effect.Effect<never>]
  ]
  it.effect.each(broken)(
    "is left out when it %s, with what went wrong in the log only",
    ([, list]) =>
      Effect.gen(function*() {
        const logged: Array<string> = []
        const logger = Logger.map(Logger.formatJson, (entry) => void logged.push(entry))
        const answer = yield* listing([listOf(list), fixed]).pipe(Effect.provide(Logger.layer([logger])))
        assert.deepStrictEqual<unknown>(urisOf(answer), ["a://fixed"])
        assert.notInclude(JSON.stringify(answer), "hunter2")
        assert.strictEqual(logged.length, 1)
      })
  )

  it.effect("leaves out what its template cannot have, and nothing else", () =>
    Effect.gen(function*() {
      const logged: Array<string> = []
      const logger = Logger.map(Logger.formatJson, (entry) => void logged.push(entry))
      const files = Resource.serveTemplate("a://{+path}", {
        params: { path: Resource.RelativePath },
        list: Effect.succeed(["one", "../two", "three:four", "five/six"].map((path) => ({ params: { path } })))
      }, show)
      const answer = yield* listing([files]).pipe(Effect.provide(Logger.layer([logger])))
      assert.deepStrictEqual<unknown>(urisOf(answer), ["a://one", "a://five/six"])
      assert.strictEqual(logged.length, 1)
      assert.include(logged[0], "2 that cannot be of it")
    }))

  it.effect("may refuse by a protocol error", () =>
    Effect.gen(function*() {
      const refusing = Resource.serveTemplate("a://{name}", {
        params: { name: Schema.String },
        list: Effect.fail(Rpc.make(-32050, "not for you"))
      }, show)
      assert.strictEqual(errorOf(yield* listing([refusing])), "-32050 not for you")
    }).pipe(quiet))

  it.effect("is asked for at each request", () =>
    Effect.gen(function*() {
      let calls = 0
      const counting = listOf(Effect.sync(() => [{ params: { name: String(++calls) } }]))
      const { ask } = yield* openLine(version, yield* McpServer.make(counting, serverInfo))
      assert.deepStrictEqual<unknown>(urisOf(yield* ask("resources/list")), ["a://1"])
      assert.deepStrictEqual<unknown>(urisOf(yield* ask("resources/list")), ["a://2"])
    }))
})
