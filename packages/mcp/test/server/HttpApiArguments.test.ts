/** How faithfully arguments become requests, and answers results: every slot, every kind of schema. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Layout } from "../../src/server/bridge/HttpApiArguments.ts"
import * as HttpApiTools from "../../src/server/bridge/HttpApiTools.ts"
import * as InProcessHttpClient from "../../src/server/bridge/InProcessHttpClient.ts"
import { type Params, textsOf } from "../support/Messages.ts"
import { call, list, open } from "../support/Tools.ts"

interface Tree {
  readonly label: string
  readonly children: ReadonlyArray<Tree>
}

const Tree = Schema.Struct({
  label: Schema.String,
  children: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree))
}).annotate({ identifier: "Tree" })

const Shape = Schema.Union([
  Schema.TaggedStruct("Circle", { radius: Schema.Finite }),
  Schema.TaggedStruct("Square", { side: Schema.Finite })
])

/** Printable, and no path segment that would lead elsewhere: what arguments are checked for besides. */
const Segment = Schema.String.check(Schema.isPattern(/^[ -~é中]+$/), Schema.isPattern(/[^.]/))

const Text = Schema.String.check(Schema.isPattern(/^[\t -~é中]*$/))

const Mixed = {
  params: { id: Schema.Int, name: Segment },
  query: {
    text: Text,
    flag: Schema.optionalKey(Schema.Boolean),
    many: Schema.Array(Schema.Finite).check(Schema.isMinLength(1), Schema.isMaxLength(3)),
    kind: Schema.Literals(["a", "b"])
  },
  headers: { "x-count": Schema.Int },
  payload: {
    note: Schema.NullOr(Text),
    when: Schema.DateTimeUtc,
    deep: Schema.Struct({ list: Schema.Array(Schema.Struct({ n: Schema.Finite })).check(Schema.isMaxLength(3)) })
  }
}

const Everything = Schema.Struct({
  params: Schema.Struct(Mixed.params),
  query: Schema.Struct(Mixed.query),
  headers: Schema.Struct(Mixed.headers),
  payload: Schema.Struct(Mixed.payload)
})

const Group = HttpApiGroup.make("g", { topLevel: true }).add(
  HttpApiEndpoint.post("mixed", "/mixed/:id/:name", {
    params: Mixed.params,
    query: Mixed.query,
    headers: Mixed.headers,
    payload: Schema.Struct(Mixed.payload),
    success: Everything
  }),
  HttpApiEndpoint.post("tree", "/tree", { payload: Tree, success: Tree }),
  HttpApiEndpoint.post("shape", "/shape", { payload: Shape, success: Shape }),
  HttpApiEndpoint.get("clash", "/clash/:payload", {
    params: { payload: Schema.String },
    query: { id: Schema.optionalKey(Schema.Int) },
    headers: { id: Schema.optionalKey(Schema.Int) },
    success: Schema.Array(Schema.Unknown)
  }),
  HttpApiEndpoint.get("maybe", "/maybe", {
    query: { empty: Schema.Boolean },
    success: [Schema.Struct({ n: Schema.Finite }), HttpApiSchema.NoContent]
  }),
  HttpApiEndpoint.get("headed", "/headed", {
    success: HttpApiSchema.WithHeaders(Schema.Struct({ n: Schema.Finite }), { "x-total": Schema.Int })
  }),
  HttpApiEndpoint.post("text", "/text", {
    payload: Schema.String.pipe(HttpApiSchema.asText()),
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/markdown" }))
  }),
  HttpApiEndpoint.post("bytes", "/bytes", {
    payload: Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array()),
    success: Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array())
  })
)

const Api = HttpApi.make("api").add(Group)

const GroupLive = HttpApiBuilder.group(Api, "g", (handlers) =>
  handlers
    .handle("mixed", ({ headers, params, payload, query }) => Effect.succeed({ headers, params, payload, query }))
    .handle("tree", ({ payload }) => Effect.succeed(payload))
    .handle("shape", ({ payload }) => Effect.succeed(payload))
    .handle("clash", ({ headers, params, query }) => Effect.succeed([params.payload, query.id, headers.id]))
    .handle("maybe", ({ query }) => Effect.succeed(query.empty ? undefined : { n: 1 }))
    .handle("headed", () => Effect.succeed(HttpApiSchema.withHeaders({ body: { n: 2 }, headers: { "x-total": 9 } })))
    .handle("text", ({ payload }) => Effect.succeed(`# ${payload}`))
    .handle("bytes", ({ payload }) => Effect.succeed(payload)))

const Client = InProcessHttpClient.layer(
  HttpApiBuilder.layer(Api).pipe(Layer.provide(GroupLive), Layer.provide(HttpServer.layerServices))
)

const opened = (layout: Layout) => open(HttpApiTools.serve(Api, { layout })).pipe(Effect.provide(Client))

const structured = (layout: Layout, name: string, args: Params) =>
  Effect.gen(function*() {
    const { error, result } = yield* call(yield* opened(layout), name, args)
    return result?.structuredContent ?? assert.fail(JSON.stringify({ error, result }))
  })

/** As JSON has it, which knows no negative zero. */
const toJson = Schema.encodeUnknownEffect(Schema.fromJsonString(Schema.toCodecJson(Everything)))

describe("arguments of an endpoint", () => {
  it.effect.prop(
    "arrive as they were made, whichever way they are laid out",
    [Everything],
    ([request]) =>
      Effect.gen(function*() {
        const args = JSON.parse(yield* toJson(request)) as { readonly [slot: string]: Params }
        const flat = { ...args.params, ...args.query, ...args.headers, ...args.payload }
        assert.deepStrictEqual<unknown>(yield* structured("nested", "mixed", args), args)
        assert.deepStrictEqual<unknown>(yield* structured("flat", "mixed", flat), args)
      }),
    { arbitrary: { runs: 40 } }
  )

  it.effect("are all described, once each (TOL-14)", () =>
    Effect.gen(function*() {
      const { inputSchema } = (yield* list(yield* opened("flat"))).get("mixed") ?? assert.fail("not listed")
      const { properties, required } = inputSchema as { readonly properties: Params; readonly required: Array<string> }
      const names = ["id", "name", "text", "flag", "many", "kind", "x-count", "note", "when", "deep"]
      assert.sameMembers(Object.keys(properties), names)
      assert.notInclude(required, "flag")
      assert.deepInclude(properties.flag, { type: "boolean" })
      assert.deepInclude(properties.kind, { type: "string", enum: ["a", "b"] })
    }))

  it.effect("may be recursive, with a schema that says so", () =>
    Effect.gen(function*() {
      const tree: Tree = { label: "a", children: [{ label: "b", children: [] }] }
      const { inputSchema } = (yield* list(yield* opened("flat"))).get("tree") ?? assert.fail("not listed")
      assert.include(JSON.stringify(inputSchema), "\"$ref\":\"#/$defs/")
      assert.deepStrictEqual<unknown>(yield* structured("flat", "tree", { ...tree }), tree)
    }))

  it.effect("may be a choice, which stands under the name of its slot", () =>
    Effect.gen(function*() {
      const square = { _tag: "Square", side: 2 }
      // A choice is no object schema, so that this revision has it wrapped (TOC-07).
      assert.deepStrictEqual<unknown>(yield* structured("flat", "shape", { payload: square }), { result: square })
      const answer = yield* call(yield* opened("flat"), "shape", { payload: { _tag: "Oval" } })
      assert.match(String(textsOf(answer)[0]), /^Invalid arguments for tool "shape": /)
    }))

  it.effect("do not collide with each other, nor with the names of slots", () =>
    Effect.gen(function*() {
      const { inputSchema } = (yield* list(yield* opened("flat"))).get("clash") ?? assert.fail("not listed")
      assert.sameMembers(Object.keys((inputSchema as { properties: Params }).properties), ["params", "id", "headers"])
      assert.deepStrictEqual<unknown>(
        yield* structured("flat", "clash", { params: { payload: "p" }, id: 1, headers: { id: 2 } }),
        { result: ["p", 1, 2] }
      )
    }))

  it.effect("may be text or bytes", () =>
    Effect.gen(function*() {
      const line = yield* opened("flat")
      assert.deepStrictEqual(textsOf(yield* call(line, "text", { payload: "title" })), ["# title"])
      const { result } = yield* call(line, "bytes", { payload: "AAEC" })
      assert.deepStrictEqual<unknown>(result?.content, [
        {
          type: "resource",
          resource: { uri: "attachment:///file", mimeType: "application/octet-stream", blob: "AAEC" }
        }
      ])
    }))
})

describe("answers of an endpoint", () => {
  it.effect("promise no shape when they may be nothing", () =>
    Effect.gen(function*() {
      const line = yield* opened("flat")
      assert.notProperty((yield* list(line)).get("maybe"), "outputSchema")
      assert.deepStrictEqual(textsOf(yield* call(line, "maybe", { empty: false })), ["{\"n\":1}"])
      assert.deepStrictEqual(textsOf(yield* call(line, "maybe", { empty: true })), [])
    }))

  it.effect("are their bodies, without the headers", () =>
    Effect.gen(function*() {
      const { outputSchema } = (yield* list(yield* opened("flat"))).get("headed") ?? assert.fail("not listed")
      assert.deepInclude(outputSchema, { type: "object", required: ["n"] })
      assert.deepStrictEqual<unknown>(yield* structured("flat", "headed", {}), { n: 2 })
    }))
})
