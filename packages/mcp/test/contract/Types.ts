/** What must and what must not compile: checked by the compiler, run by nobody. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Catalog from "../../src/contract/Catalog.ts"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { ServerTransport } from "../../src/server/ServerTransport.ts"

class Db extends Context.Service<Db, { readonly query: Effect.Effect<number> }>()("test/Db") {}
class DbError extends Schema.TaggedError<DbError>()("DbError", { reason: Schema.String }) {}

const Add = Tool.make("add", {
  parameters: { a: Schema.Number, b: Schema.Number },
  success: Schema.Struct({ sum: Schema.Number })
})
const Count = Tool.make("count", { success: Schema.Struct({ n: Schema.Int }), failure: DbError })
const Greeting = Resource.template("greeting://{name}", { params: { name: Schema.String } })
const Config = Resource.make("config://app")
const Review = Prompt.make("review", { parameters: { code: Schema.String, style: Schema.optionalKey(Schema.String) } })
const Demo = Catalog.make("demo").add(Add, Count, Greeting, Config, Review)

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
const same = <T extends true>(): T | undefined => undefined
type LayerOf<L> = L extends Layer.Layer<infer A, infer _Error, infer R> ? { provides: A; needs: R } : never

// handlers: arguments are inferred, requirements are collected, the request service is not one of them
const some = Demo.layer({
  tools: {
    add: ({ a, b }) => Effect.succeed({ sum: a + b }),
    count: () =>
      Effect.gen(function*() {
        const db = yield* Db
        yield* McpRequest
        return { n: yield* db.query }
      })
  },
  resources: { "greeting://{name}": ({ name }) => Effect.succeed(`Hello, ${name}!`) }
})
same<
  Equal<LayerOf<typeof some>, {
    provides:
      | Catalog.Handler<"demo/tools/add">
      | Catalog.Handler<"demo/tools/count">
      | Catalog.Handler<"demo/resources/greeting://{name}">
    needs: Db
  }>
>()

// what nobody provided stays required
type Missing = Exclude<Catalog.HandlersOf<typeof Demo["entries"][number]>, LayerOf<typeof some>["provides"]>
same<Equal<Missing, Catalog.Handler<"demo/resources/config://app"> | Catalog.Handler<"demo/prompts/review">>>()

Demo.layer({ tools: { count: () => Effect.fail(new DbError({ reason: "declared" })) } })
Demo.layer({ tools: { count: () => Effect.fail(Tool.fail("for the model")) } })
Demo.layer({ prompts: { review: ({ code, style }) => Effect.succeed(code + (style ?? "")) } })

// @ts-expect-error a handler that returns the wrong type
Demo.layer({ tools: { add: () => Effect.succeed({ total: 1 }) } })
// @ts-expect-error a failure that was not declared
Demo.layer({ tools: { add: () => Effect.fail(new DbError({ reason: "undeclared" })) } })
// @ts-expect-error a handler for something that is not in the catalog
Demo.layer({ tools: { subtract: () => Effect.succeed({ sum: 1 }) } })
// @ts-expect-error a name that is taken
Demo.add(Tool.make("add"))
// @ts-expect-error a variable without a schema
Resource.template("x://{a}/{b}", { params: { a: Schema.String } })
// @ts-expect-error a schema without a variable
Resource.template("x://{a}", { params: { a: Schema.String, b: Schema.String } })
// @ts-expect-error prompt arguments are strings on the wire
Prompt.make("p", { parameters: { n: Schema.Number } })

// catalogs compose
const Other = Catalog.make("other").add(Tool.make("add"), Tool.make("subtract"))
// @ts-expect-error both have a tool named "add"
Catalog.merge(Demo, Other)
const merged = Catalog.merge(Demo, Catalog.prefix(Other, "other_"))
type Names = Extract<typeof merged["entries"][number], { readonly kind: "tools" }>["name"]
same<Equal<Names, "add" | "count" | "other_add" | "other_subtract">>()
merged.layer({ tools: { other_subtract: () => Effect.succeed("done") } })

// the one-screen form keeps the handler's requirements
const served = Tool.serve(
  "count",
  { parameters: { limit: Schema.Int } },
  ({ limit }) => Effect.map(Db, () => `up to ${limit.toFixed()}`)
)
type Needs = typeof served extends { readonly handler: (...args: never) => Effect.Effect<unknown, unknown, infer R> } ?
  R
  : never
same<Equal<Needs, Db>>()
class Clock extends Context.Service<Clock, { readonly now: Effect.Effect<number> }>()("test/Clock") {}
const timed = Resource.serve("time://now", {}, () => Effect.map(Clock, () => "now"))
const both = McpServer.layer([served, timed], { name: "both", version: "1" })
same<Equal<LayerOf<typeof both>["needs"], Db | Clock | ServerTransport>>()
Resource.serve("a://b", {}, () => Effect.succeed("text"))
Resource.serveTemplate(
  "a://{id}",
  { params: { id: Schema.NumberFromString } },
  ({ id }) => Effect.succeed(id.toFixed())
)
Prompt.serve("p", { parameters: { who: Schema.String } }, ({ who }) => Effect.succeed(`Dear ${who}`))
