/** What must and what must not compile about middleware, policies and custom methods: run by nobody. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schema from "effect/Schema"
import * as Catalog from "../../src/contract/Catalog.ts"
import * as CustomMethod from "../../src/contract/CustomMethod.ts"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as PerRequest from "../../src/contract/PerRequest.ts"
import * as Policy from "../../src/contract/Policy.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Middleware from "../../src/server/Middleware.ts"
import type { ServerTransport } from "../../src/server/ServerTransport.ts"
import { serverInfo } from "../support/Messages.ts"

class User extends Context.Service<User, { readonly name: string }>()("types/User") {}
class Tenant extends Context.Service<Tenant, { readonly id: string }>()("types/Tenant") {}
class Users extends Context.Service<Users, { readonly find: (token: string) => string }>()("types/Users") {}
class Db extends Context.Service<Db, { readonly n: number }>()("types/Db") {}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
const same = <T extends true>(): T | undefined => undefined
type Needs<L> = L extends Layer.Layer<infer _A, infer _E, infer R> ? R : never

const authenticate = Middleware.service(User)(() => Effect.map(Users, (users) => ({ name: users.find("") })))
const tenant = Middleware.service(Tenant)(() => Effect.map(User, ({ name }) => ({ id: name })))
const looking = Middleware.make((message, next) => next(message))

const served = Tool.serve("a", {}, () =>
  Effect.gen(function*() {
    yield* McpRequest
    yield* Db
    return (yield* User).name + (yield* Tenant).id
  }))

// what no middleware provides stays required, and so does what middleware require
same<Equal<Needs<ReturnType<typeof bare>>, User | Tenant | Db | ServerTransport>>()
const bare = () => McpServer.layer(served, serverInfo)
const one = () => McpServer.layer(served, { ...serverInfo, middleware: [looking, authenticate] })
same<Equal<Needs<ReturnType<typeof one>>, Users | Tenant | Db | ServerTransport>>()
const both = () => McpServer.layer(served, { ...serverInfo, middleware: [authenticate, tenant] })
same<Equal<Needs<ReturnType<typeof both>>, Users | Db | ServerTransport>>()
// the order counts: what is required must be provided before
const wrong = () => McpServer.layer(served, { ...serverInfo, middleware: [tenant, authenticate] })
same<Equal<Needs<ReturnType<typeof wrong>>, User | Users | Db | ServerTransport>>()

/** Only a server that needs nothing but its transport can be launched on one. */
const launch: (server: Layer.Layer<McpServer.McpServer, unknown, ServerTransport>) => void = () => undefined
const who = Tool.serve("who", {}, () => Effect.map(User, ({ name }) => name))
const fixed = Middleware.service(User)(() => Effect.succeed({ name: "Ada" }))
launch(McpServer.layer(who, { ...serverInfo, middleware: [fixed] }))
// @ts-expect-error nobody provides `User`
launch(McpServer.layer(who, serverInfo))
// @ts-expect-error nobody provides `User`
launch(McpServer.layer(who, { ...serverInfo, middleware: [looking] }))

// a middleware that promises a service must provide it
Middleware.providing(User)((message, next) => Effect.provideService(next(message), User, { name: "Ada" }))
const forgetful = Middleware.providing(User)((message, next) => next(message))
// @ts-expect-error what it promises, it requires itself
launch(McpServer.layer(who, { ...serverInfo, middleware: [forgetful] }))

// catalogs: layers of handlers do not ask for what the catalog declares; the server does
const App = PerRequest.declare(Catalog.make("app").add(Tool.make("who"), Tool.make("db")), User)
const live = App.layer({ tools: { who: () => Effect.map(User, ({ name }) => name), db: () => Effect.as(Db, "") } })
same<Equal<Needs<typeof live>, Db>>()
type Handlers = Catalog.Handler<"app/tools/who"> | Catalog.Handler<"app/tools/db">
const undeclared = () => McpServer.layer(App, serverInfo)
same<Equal<Needs<ReturnType<typeof undeclared>>, Handlers | User | ServerTransport>>()
const declared = () => McpServer.layer(App, { ...serverInfo, middleware: [authenticate] })
same<Equal<Needs<ReturnType<typeof declared>>, Handlers | Users | ServerTransport>>()

// policies: what they need is needed by the server, wherever they are applied
const limit = Policy.rateLimit({ limit: 1, window: "1 second" })
const sink = Policy.audit(() => Effect.asVoid(Db))
const plain = Tool.serve("p", {}, () => Effect.succeed(""))
const onServed = () => McpServer.layer(Policy.apply(Policy.apply(plain, limit), sink), serverInfo)
same<Equal<Needs<ReturnType<typeof onServed>>, RateLimiter.RateLimiterStore | Db | ServerTransport>>()
const Guarded = Policy.apply(Catalog.make("g").add(Policy.apply(Tool.make("x"), limit), Tool.make("y")), sink)
const onCatalog = () => McpServer.layer(Guarded, serverInfo)
same<
  Equal<
    Needs<ReturnType<typeof onCatalog>>,
    | Catalog.Handler<"g/tools/x">
    | Catalog.Handler<"g/tools/y">
    | RateLimiter.RateLimiterStore
    | Db
    | ServerTransport
  >
>()
const onServer = () => McpServer.layer(plain, { ...serverInfo, policies: [Policy.compose(limit, sink)] })
same<Equal<Needs<ReturnType<typeof onServer>>, RateLimiter.RateLimiterStore | Db | ServerTransport>>()

// custom methods
const Search = CustomMethod.make("acme/search", {
  params: { q: Schema.String },
  result: Schema.Struct({ n: Schema.Int })
})
const custom = () => McpServer.layer(plain, { ...serverInfo, methods: [Search] })
same<Equal<Needs<ReturnType<typeof custom>>, Catalog.Handler<"custom/methods/acme/search"> | ServerTransport>>()
CustomMethod.layer(Search, ({ q }) => Effect.succeed({ n: q.length }))
// @ts-expect-error a handler that gives something else
CustomMethod.layer(Search, () => Effect.succeed({ m: 1 }))
// @ts-expect-error the protocol has this method
CustomMethod.make("tools/call")
// @ts-expect-error the protocol has this notification
CustomMethod.notification("notifications/cancelled")
// @ts-expect-error JSON-RPC keeps these names for itself
CustomMethod.make("rpc.discover")
const needy = CustomMethod.serve("acme/needy", {}, () => Effect.asVoid(User))
launch(McpServer.layer(plain, { ...serverInfo, middleware: [fixed], methods: [needy] }))
// @ts-expect-error nobody provides `User`
launch(McpServer.layer(plain, { ...serverInfo, methods: [needy] }))
const guardedMethod = () => McpServer.layer(plain, { ...serverInfo, methods: [Policy.apply(Search, limit)] })
same<
  Equal<
    Needs<ReturnType<typeof guardedMethod>>,
    Catalog.Handler<"custom/methods/acme/search"> | RateLimiter.RateLimiterStore | ServerTransport
  >
>()
const guardedServed = () => McpServer.layer(plain, { ...serverInfo, methods: [Policy.apply(needy, sink)] })
same<Equal<Needs<ReturnType<typeof guardedServed>>, User | Db | ServerTransport>>()
const poke = CustomMethod.onNotification(CustomMethod.notification("acme/poke"), () => Effect.void)
// @ts-expect-error a notification has no answer to refuse with
Policy.apply(poke, limit)

// options that are kept apart: what they need is known as long as their type is
const apart = { ...serverInfo, middleware: [authenticate] as const }
const keptApart = () => McpServer.layer(who, apart)
same<Equal<Needs<ReturnType<typeof keptApart>>, Users | ServerTransport>>()
const annotated: McpServer.Options = serverInfo
launch(McpServer.layer(plain, annotated))
// @ts-expect-error an annotation without parameters has no room for what middleware need
const widened: McpServer.Options = { ...serverInfo, middleware: [authenticate] }
widened satisfies McpServer.Options

// a principal may be found out with a service of the middleware before it, and asks for it otherwise
const byUser = Middleware.principal(() => Effect.map(User, ({ name }) => name))
const named = () => McpServer.layer(plain, { ...serverInfo, middleware: [authenticate, byUser] })
same<Equal<Needs<ReturnType<typeof named>>, Users | ServerTransport>>()
const unnamed = () => McpServer.layer(plain, { ...serverInfo, middleware: [byUser, authenticate] })
same<Equal<Needs<ReturnType<typeof unnamed>>, User | Users | ServerTransport>>()
