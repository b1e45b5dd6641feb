/**
 * What must and must not compile of templates, completions and lists: checked by the compiler, run by nobody.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Catalog from "../../src/contract/Catalog.ts"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import type * as UriTemplate from "../../src/contract/UriTemplate.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { ServerTransport } from "../../src/server/ServerTransport.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
const same = <T extends true>(): T | undefined => undefined
type NeedsOf<L> = L extends Layer.Layer<infer _A, infer _E, infer R> ? R : never

class Db extends Context.Service<Db, { readonly find: (text: string) => Effect.Effect<ReadonlyArray<string>> }>()(
  "test/Db"
) {}
class Clock extends Context.Service<Clock, { readonly now: Effect.Effect<string> }>()("test/Clock") {}

// the variables of every operator
same<
  Equal<
    UriTemplate.Variables<"a:/{b}{+c}{#d,e}{.f:3}{/g*}{;h,i*}{?j,k}{&l}">,
    "b" | "c" | "d" | "e" | "f" | "g" | "h" | "i" | "j" | "k" | "l"
  >
>()
same<Equal<UriTemplate.NamedVariables<"a:/{b}{+c}{;h,i*}{?j,k}{&l}">, "h" | "i" | "j" | "k" | "l">>()
same<Equal<UriTemplate.ExplodedVariables<"a:/{b}{/g*}{;h,i*}">, "g" | "i">>()
same<Equal<UriTemplate.Variables<"a://b">, never>>()

// typed parameters: numbers, choices, lists, records, and what may be absent
Resource.serveTemplate("shop://{kind}/{id}{/path*}{?page,tags*,fields*,q:20}", {
  params: {
    kind: Schema.Literals(["tea", "mugs"]),
    id: Schema.NumberFromString,
    path: Schema.Array(Schema.String),
    page: Schema.optionalKey(Schema.NumberFromString),
    tags: Schema.Array(Schema.Literals(["new", "old"])),
    fields: Schema.Record(Schema.String, Schema.String),
    q: Schema.optionalKey(Schema.String)
  }
}, (params) => {
  same<Equal<typeof params.kind, "tea" | "mugs">>()
  same<Equal<typeof params.id, number>>()
  same<Equal<typeof params.path, ReadonlyArray<string>>>()
  same<Equal<typeof params.page, number | undefined>>()
  same<Equal<typeof params.tags, ReadonlyArray<"new" | "old">>>()
  return Effect.succeed(params.fields.color ?? "")
})
// @ts-expect-error a variable of the query without a schema
Resource.template("a://{b}{?c}", { params: { b: Schema.String } })
// @ts-expect-error a schema without a variable
Resource.template("a://{b}{?c}", { params: { b: Schema.String, c: Schema.String, d: Schema.String } })
// @ts-expect-error a list needs an exploded variable
Resource.template("a://{b}", { params: { b: Schema.Array(Schema.String) } })
// @ts-expect-error an exploded variable is a list or a record
Resource.template("a:/{/b*}", { params: { b: Schema.String } })
// @ts-expect-error numbers are texts in a URI
Resource.template("a://{b}", { params: { b: Schema.Number } })
Resource.template("a://{+b}", { params: { b: Schema.String }, allowInsecureTraversal: ["b"] })
// @ts-expect-error nothing is let that is no variable
Resource.template("a://{+b}", { params: { b: Schema.String }, allowInsecureTraversal: ["c"] })

const Greeting = Resource.template("greeting://{name}{?loud}", {
  params: { name: Schema.String, loud: Schema.optionalKey(Schema.Literals(["yes", "no"])) }
})
const Review = Prompt.make("review", { parameters: { code: Schema.String, style: Schema.optionalKey(Schema.String) } })
const Add = Tool.make("add")
const Demo = Catalog.make("demo").add(Greeting, Review, Add)

// completions and lists: arguments are inferred, requirements are collected
const live = Demo.layer({
  resources: {
    "greeting://{name}{?loud}": {
      handle: ({ loud, name }) => Effect.succeed(`${name} ${loud ?? ""}`),
      list: Effect.gen(function*() {
        const clock = yield* Clock
        yield* McpRequest
        return [{ params: { name: yield* clock.now }, title: "Now" }, { params: { name: "you", loud: "yes" } }]
      }),
      complete: {
        name: (value, context) => {
          same<Equal<typeof value, string>>()
          same<Equal<typeof context.arguments.loud, string | undefined>>()
          return Effect.flatMap(Db, (db) => db.find(value))
        }
      }
    }
  },
  prompts: {
    review: {
      handle: ({ code }) => Effect.succeed(code),
      complete: { style: () => Effect.succeed({ values: ["plain"], total: 3 }) }
    }
  }
})
same<Equal<NeedsOf<typeof live>, Db | Clock>>()

const plain = () => Effect.succeed("")
Demo.layer({ prompts: { review: plain } })
// @ts-expect-error a completion of no argument
Demo.layer({ prompts: { review: { handle: plain, complete: { language: () => Effect.succeed([]) } } } })
// @ts-expect-error a completion that gives numbers
Demo.layer({ prompts: { review: { handle: plain, complete: { style: () => Effect.succeed([1]) } } } })
// @ts-expect-error a completion that fails
Demo.layer({ prompts: { review: { handle: plain, complete: { style: () => Effect.fail("no") } } } })
Demo.layer({
  resources: {
    // @ts-expect-error a list of resources that are none of the template
    "greeting://{name}{?loud}": { handle: plain, list: Effect.succeed([{ params: { nobody: "" } }]) }
  }
})
// @ts-expect-error tools complete nothing
Demo.layer({ tools: { add: { handle: plain, complete: {} } } })

// the one-screen form
const served = Prompt.serve("ask", {
  parameters: { who: Schema.String, what: Schema.String },
  complete: {
    who: (value, { arguments: { what } }) => Effect.flatMap(Db, (db) => db.find(value + (what ?? ""))),
    what: () => Effect.map(Clock, () => ["now"])
  }
}, ({ who }) => Effect.succeed(who))
same<Equal<NeedsOf<ReturnType<typeof serve>>, Db | Clock | ServerTransport>>()
const serve = () => McpServer.layer(served, { name: "one", version: "1" })
// @ts-expect-error a completion of no argument
Prompt.serve("ask", { parameters: { who: Schema.String }, complete: { what: () => Effect.succeed([]) } }, plain)

const listed = Resource.serveTemplate("a://{b}", {
  params: { b: Schema.NumberFromString },
  complete: { b: (value) => Effect.flatMap(Db, (db) => db.find(value)) },
  list: Effect.map(Clock, () => [{ params: { b: 1 } }])
}, ({ b }) => Effect.succeed(b.toFixed()))
const serveListed = () => McpServer.layer(listed, { name: "one", version: "1" })
same<Equal<NeedsOf<ReturnType<typeof serveListed>>, Db | Clock | ServerTransport>>()
Resource.serveTemplate("a://{b}", {
  params: { b: Schema.String },
  // @ts-expect-error a completion of no variable
  complete: { c: () => Effect.succeed([]) }
}, plain)
