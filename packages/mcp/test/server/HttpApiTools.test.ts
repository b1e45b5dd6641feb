/** An HttpApi as clients of MCP see it, called in process through its own routes. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import type * as Registry from "../../src/contract/Registry.ts"
import * as HttpApiTools from "../../src/server/bridge/HttpApiTools.ts"
import * as InProcessHttpClient from "../../src/server/bridge/InProcessHttpClient.ts"
import { type Params, textsOf } from "../support/Messages.ts"
import { call, list, open } from "../support/Tools.ts"

const secret = "s3cret"
const quiet = Effect.provide(Logger.layer([]))

class User extends Schema.Class<User>("User")({
  id: Schema.Int,
  name: Schema.NonEmptyString,
  born: Schema.optionalKey(Schema.DateTimeUtc)
}) {}

class NotFound extends Schema.TaggedError<NotFound>()("NotFound", { id: Schema.Int }, { httpApiStatus: 404 }) {}
class Taken extends Schema.TaggedError<Taken>()("Taken", { message: Schema.String }, { httpApiStatus: 409 }) {}

const Users = HttpApiGroup.make("users").add(
  HttpApiEndpoint.get("find", "/users/:id", { params: { id: Schema.Int }, success: User, error: NotFound })
    .annotate(OpenApi.Summary, "Find a user")
    .annotate(OpenApi.Description, "Gives the user with an id."),
  HttpApiEndpoint.get("list", "/users", {
    query: {
      limit: Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(2))),
      tags: Schema.optional(Schema.Array(Schema.String)),
      since: Schema.optionalKey(Schema.DateTimeUtc)
    },
    success: Schema.Array(User)
  }),
  HttpApiEndpoint.post("create", "/users", {
    payload: Schema.Struct({ name: Schema.NonEmptyString, nick: Schema.optionalKey(Schema.String) }),
    success: User.pipe(HttpApiSchema.status(201)),
    error: Taken
  }),
  HttpApiEndpoint.put("replace", "/users/:id", { params: { id: Schema.Int }, payload: User, success: User }),
  HttpApiEndpoint.delete("remove", "/users/:id", {
    params: { id: Schema.Int },
    error: [NotFound, HttpApiError.ForbiddenNoContent]
  }).annotate(OpenApi.Summary, "Remove")
)

const Files = HttpApiGroup.make("files", { topLevel: true }).add(
  HttpApiEndpoint.get("read", "/files/:name", {
    params: { name: Schema.String },
    headers: { "x-part": Schema.Literals(["head", "tail"]) },
    success: Schema.String.pipe(HttpApiSchema.asText())
  }),
  HttpApiEndpoint.get("picture", "/picture", {
    success: Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array({ contentType: "image/png" }))
  }),
  HttpApiEndpoint.post("watch", "/watch", { success: HttpApiSchema.StreamNdjson({ schema: Schema.Finite }) }),
  HttpApiEndpoint.post("upload", "/upload", {
    payload: Schema.Struct({ a: Schema.String }).pipe(HttpApiSchema.asMultipart())
  }),
  HttpApiEndpoint.get("hidden", "/hidden").annotate(OpenApi.Exclude, true),
  HttpApiEndpoint.get("broken", "/broken", { error: Schema.Struct({ message: Schema.String }) }),
  HttpApiEndpoint.post("form", "/form", {
    payload: Schema.Struct({ n: Schema.Finite, text: Schema.String }).pipe(HttpApiSchema.asFormUrlEncoded()),
    success: Schema.Struct({ n: Schema.Finite, text: Schema.String })
  })
)

const Api = HttpApi.make("api").add(Users).add(Files)

const tea = new User({ id: 1, name: "tea" })

const UsersLive = HttpApiBuilder.group(Api, "users", (handlers) =>
  handlers
    .handle("find", ({ params: { id } }) => id === 404 ? Effect.fail(new NotFound({ id })) : Effect.succeed(tea))
    .handle("list", ({ query: { limit, since, tags = [] } }) =>
      Effect.succeed(
        Array.from(
          { length: limit },
          (_, index) =>
            new User({ id: index, name: tags.join() || "user", ...(since === undefined ? {} : { born: since }) })
        )
      ))
    .handle("create", ({ payload: { name, nick } }) =>
      name === "tea"
        ? Effect.fail(new Taken({ message: "tea is taken" }))
        : Effect.succeed(new User({ id: 7, name: nick ?? name })))
    .handle("replace", ({ params: { id }, payload }) => Effect.succeed(new User({ ...payload, id })))
    .handle("remove", ({ params: { id } }) =>
      id === 404
        ? Effect.fail(new NotFound({ id }))
        : id === 403
        ? Effect.fail(new HttpApiError.Forbidden({}))
        : Effect.void))

const FilesLive = HttpApiBuilder.group(Api, "files", (handlers) =>
  handlers
    .handle("read", ({ headers, params }) => Effect.succeed(`${headers["x-part"]} of ${params.name}`))
    .handle("picture", () => Effect.succeed(new Uint8Array([137, 80, 78, 71])))
    .handle("watch", () => Effect.die("not called"))
    .handle("upload", () => Effect.die("not called"))
    .handle("hidden", () => Effect.die("not called"))
    .handle("broken", () => Effect.die(new Error(secret)))
    .handle("form", ({ payload }) => Effect.succeed(payload)))

const inProcess = InProcessHttpClient.layer(
  HttpApiBuilder.layer(Api).pipe(
    Layer.provide([UsersLive, FilesLive]),
    Layer.provide(HttpServer.layerServices)
  )
)

const openApi = (options: HttpApiTools.Options = {}) =>
  open(HttpApiTools.serve(Api, options) as ReadonlyArray<Registry.AnyServed<HttpClient.HttpClient>>).pipe(
    Effect.provide(inProcess)
  )

const integer = { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }

describe("an API in tools/list", () => {
  it.effect("is a tool for each endpoint that one can stand for (TOL-09)", () =>
    Effect.gen(function*() {
      const tools = yield* list(yield* openApi())
      assert.sameMembers(Array.from(tools.keys()), [
        "users_find",
        "users_list",
        "users_create",
        "users_replace",
        "users_remove",
        "read",
        "picture",
        "broken",
        "form"
      ])
      assert.deepStrictEqual(
        HttpApiTools.leftOut(Api).map(({ endpoint, reason }) => [endpoint.identifier, reason]),
        [
          ["watch", "it answers with a stream, or upgrades"],
          ["upload", "its payload is a stream or a form with files"]
        ]
      )
    }))

  it.effect("says what its annotations and its verb say (TOL-16)", () =>
    Effect.gen(function*() {
      const tools = yield* list(yield* openApi())
      const find = tools.get("users_find")
      assert.deepInclude(find, { title: "Find a user", description: "Gives the user with an id." })
      const hints = (name: string) => tools.get(name)?.annotations
      assert.deepStrictEqual<unknown>(hints("users_find"), { readOnlyHint: true })
      assert.deepStrictEqual<unknown>(hints("users_create"), { readOnlyHint: false })
      assert.deepStrictEqual<unknown>(hints("users_replace"), { readOnlyHint: false, idempotentHint: true })
      assert.deepStrictEqual<unknown>(hints("users_remove"), {
        readOnlyHint: false,
        idempotentHint: true,
        destructiveHint: true
      })
    }))

  it.effect("shows values, not how they are written, and what may be left out (TOL-14)", () =>
    Effect.gen(function*() {
      const tools = yield* list(yield* openApi())
      assert.deepStrictEqual<unknown>(tools.get("users_find")?.inputSchema, {
        type: "object",
        properties: { id: integer },
        required: ["id"]
      })
      assert.deepStrictEqual<unknown>(tools.get("users_list")?.inputSchema, {
        type: "object",
        properties: { limit: integer, tags: { type: "array", items: { type: "string" } }, since: { type: "string" } }
      })
      assert.deepStrictEqual<unknown>(tools.get("users_create")?.inputSchema, {
        type: "object",
        properties: { name: { type: "string", minLength: 1 }, nick: { type: "string" } },
        required: ["name"]
      })
      assert.deepInclude(tools.get("users_create")?.outputSchema, { type: "object", required: ["id", "name"] })
      assert.notProperty(tools.get("users_remove"), "outputSchema")
      assert.notProperty(tools.get("read"), "outputSchema")
    }))

  it.effect("nests a slot of which a name is taken", () =>
    Effect.gen(function*() {
      // The id in the path and the id in the payload are two.
      const schema = (yield* list(yield* openApi())).get("users_replace")?.inputSchema
      assert.deepInclude(schema, { type: "object", required: ["id", "payload"] })
    }))

  it.effect("is laid out by slot when that is asked for", () =>
    Effect.gen(function*() {
      const tools = yield* list(yield* openApi({ layout: "nested" }))
      assert.deepStrictEqual<unknown>(tools.get("users_find")?.inputSchema, {
        type: "object",
        properties: { params: { type: "object", properties: { id: integer }, required: ["id"] } },
        required: ["params"]
      })
      assert.notProperty(tools.get("users_list")?.inputSchema, "required")
    }))

  it.effect("is chosen from, named and presented as the options say", () =>
    Effect.gen(function*() {
      const tools = yield* list(
        yield* openApi({
          include: ({ endpoint, group }) => group.identifier === "users" && endpoint.method === "GET",
          name: ({ endpoint }) => `api.${endpoint.identifier}`,
          present: ({ endpoint }) =>
            endpoint.identifier === "list" ? { title: "All", annotations: { openWorldHint: false } } : {}
        })
      )
      assert.deepStrictEqual(Array.from(tools.keys()), ["api.find", "api.list"])
      assert.deepInclude(tools.get("api.list"), {
        title: "All",
        annotations: { readOnlyHint: true, openWorldHint: false }
      })
    }))
})

describe("a call of an endpoint", () => {
  it.effect("gives structured content, in every layout (TOC-05, TOC-08)", () =>
    Effect.gen(function*() {
      const expected = {
        content: [{ type: "text", text: "{\"id\":1,\"name\":\"tea\"}" }],
        structuredContent: { ...tea }
      }
      const flat = yield* call(yield* openApi(), "users_find", { id: 1 })
      assert.deepStrictEqual<unknown>(flat.result, expected)
      const nested = yield* call(yield* openApi({ layout: "nested" }), "users_find", { params: { id: 1 } })
      assert.deepStrictEqual<unknown>(nested.result, expected)
    }))

  it.effect("carries query parameters, and lets the defaults of the API stand", () =>
    Effect.gen(function*() {
      const line = yield* openApi()
      const names = (answer: { readonly result?: Params }) => answer.result?.structuredContent
      assert.deepStrictEqual<unknown>(names(yield* call(line, "users_list")), {
        result: [{ id: 0, name: "user" }, { id: 1, name: "user" }]
      })
      const args = { limit: 1, tags: ["a", "b"], since: "2020-01-02T00:00:00.000Z" }
      assert.deepStrictEqual<unknown>(names(yield* call(line, "users_list", args)), {
        result: [{ id: 0, name: "a,b", born: "2020-01-02T00:00:00.000Z" }]
      })
      const nested = yield* openApi({ layout: "nested" })
      assert.deepStrictEqual<unknown>(names(yield* call(nested, "users_list", { query: { limit: 0 } })), { result: [] })
      assert.strictEqual((names(yield* call(nested, "users_list")) as { result: Array<unknown> }).result.length, 2)
    }))

  it.effect("carries payloads: fields, instances of classes, forms", () =>
    Effect.gen(function*() {
      const line = yield* openApi()
      const structured = (name: string, args: Params) =>
        Effect.map(call(line, name, args), ({ result }) => result?.structuredContent)
      assert.deepStrictEqual<unknown>(yield* structured("users_create", { name: "a", nick: "b" }), { id: 7, name: "b" })
      assert.deepStrictEqual<unknown>(
        yield* structured("users_replace", { id: 3, payload: { id: 9, name: "x", born: "2000-01-01T00:00:00.000Z" } }),
        { id: 3, name: "x", born: "2000-01-01T00:00:00.000Z" }
      )
      assert.deepStrictEqual<unknown>(yield* structured("form", { n: 1.5, text: "a&b=c" }), { n: 1.5, text: "a&b=c" })
    }))

  it.effect("gives text as text, bytes by their type, and nothing for no content (CNT-01)", () =>
    Effect.gen(function*() {
      const line = yield* openApi()
      const read = yield* call(line, "read", { name: "a b/../c", "x-part": "tail" })
      assert.deepStrictEqual<unknown>(read.result, { content: [{ type: "text", text: "tail of a b/../c" }] })
      assert.deepStrictEqual<unknown>((yield* call(line, "picture")).result, {
        content: [{ type: "image", data: "iVBORw==", mimeType: "image/png" }]
      })
      assert.deepStrictEqual<unknown>((yield* call(line, "users_remove", { id: 1 })).result, { content: [] })
    }))

  it.effect("tells the model of the errors that the endpoint declares (TOC-01)", () =>
    Effect.gen(function*() {
      const line = yield* openApi()
      const notFound = { _tag: "NotFound", id: 404 }
      assert.deepStrictEqual<unknown>((yield* call(line, "users_find", { id: 404 })).result, {
        content: [{ type: "text", text: JSON.stringify(notFound) }],
        isError: true,
        _meta: { "dev.parley/failure": notFound }
      })
      assert.deepStrictEqual<unknown>((yield* call(line, "users_create", { name: "tea" })).result, {
        content: [{ type: "text", text: "tea is taken" }],
        isError: true,
        _meta: { "dev.parley/failure": { _tag: "Taken", message: "tea is taken" } }
      })
      const forbidden = yield* call(line, "users_remove", { id: 403 })
      assert.strictEqual(forbidden.result?.isError, true)
      assert.include(JSON.stringify(forbidden.result?._meta), "Forbidden")
    }))

  it.effect("tells nothing of what the API broke on (SEC-03)", () =>
    Effect.gen(function*() {
      // The declared error has a message, and so has the error of the client: it must not pass for the other.
      const answer = yield* call(yield* openApi(), "broken")
      assert.match(String(textsOf(answer)[0]), /^Internal error \(reference [0-9a-f]{8}\)$/)
      assert.notInclude(JSON.stringify(answer), "localhost")
      assert.notInclude(JSON.stringify(answer), secret)
    }).pipe(quiet))

  it.effect.each(
    [
      ["users_find", {}],
      ["users_find", { id: "1" }],
      ["users_find", { id: 1.5 }],
      ["users_create", { name: "" }],
      ["users_replace", { id: 1, payload: { id: 1 } }],
      ["read", { name: "a", "x-part": "middle" }],
      ["read", { name: "", "x-part": "head" }],
      ["read", { name: ".", "x-part": "head" }],
      ["read", { name: "..", "x-part": "head" }]
    ] as const
  )("is not sent with arguments that do not fit: %s %o (TOC-03)", ([name, args]) =>
    Effect.gen(function*() {
      const answer = yield* call(yield* openApi(), name, args)
      assert.strictEqual(answer.result?.isError, true)
      assert.match(String(textsOf(answer)[0]), new RegExp(`^Invalid arguments for tool "${name}": `))
    }))

  it.effect.prop(
    "arrives at the API as it was made",
    [Schema.String, Schema.Finite],
    ([text, n]) =>
      Effect.gen(function*() {
        const { result } = yield* call(yield* openApi(), "form", { n, text })
        // Lone surrogates cannot be written into a URL, nor the sign of a zero.
        assert.deepStrictEqual<unknown>(result?.structuredContent, { n: n + 0, text: text.toWellFormed() })
      }),
    { arbitrary: { runs: 50 } }
  )
})
