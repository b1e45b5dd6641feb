/**
 * A server that looks at its callers. A middleware finds out by a token who calls, refuses strangers, and gives handlers
 * the user as a service. Policies are values on tools: how often, how long, how many at a time; one on the server writes
 * each call down. And only those who may close the books know that they can be closed.
 */
import { McpServer, Middleware, Policy, RpcError, Tool } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schema from "effect/Schema"

/** Who calls. */
class User extends Context.Service<User, { readonly name: string }>()("examples/guarded/User") {}

// In earnest, a token is not looked up in a list like this one.
const users = new Map<string | undefined, User["Service"]>([
  ["Bearer token-of-ada", { name: "ada" }],
  ["Bearer token-of-grace", { name: "grace" }]
])

const auditors = new Set<string | undefined>(["grace"])

const authenticate = Middleware.providing(User)((message, next) => {
  const user = users.get(message.header("authorization"))
  return user === undefined
    ? Effect.fail(RpcError.make(401, "Who are you? Send a token"))
    : Effect.provideService(next({ ...message, principal: user.name }), User, user)
})

const quote = Tool.serve(
  "quote",
  { description: "What a share costs" },
  () => Effect.map(User, ({ name }) => `7 crowns, because it is you, ${name}`)
)

const report = Tool.serve("report", {
  description: "Have the books added up",
  parameters: { minutes: Schema.Int.annotate({ description: "How long that takes" }) }
}, ({ minutes }) => Effect.as(Effect.sleep(`${minutes} minutes`), "All is well"))

const closeBooks = Tool.serve("close_books", {
  description: "Close the books",
  visible: ({ principal }) => auditors.has(principal)
}, () => Effect.succeed("The books are closed"))

/** Where calls are written down. */
export class Journal extends Context.Service<Journal, {
  readonly write: (record: Policy.AuditRecord) => Effect.Effect<void>
}>()("examples/guarded/Journal") {
  static readonly layerLog = Layer.succeed(Journal, {
    write: ({ name, outcome, principal }) => Effect.logInfo(`${principal} called ${name}: ${outcome}`)
  })
}

/** The server; it wants a transport and a journal. */
export const Server = McpServer.layer([
  Policy.apply(quote, Policy.rateLimit({ limit: 2, window: "1 minute" })),
  Policy.apply(report, Policy.compose(Policy.concurrency(1, { waitingMax: 0 }), Policy.timeout("5 minutes"))),
  closeBooks
], {
  name: "guarded",
  version: "1.0.0",
  middleware: [authenticate],
  policies: [Policy.audit((record) => Journal.use((journal) => journal.write(record)))]
}).pipe(Layer.provide(RateLimiter.layerStoreMemory))

/** The server, on a port of this machine. */
export const serve = (port: number) =>
  Server.pipe(Layer.provide(Journal.layerLog), Layer.provideMerge(NodeMcpServer.layerHttp({ port })))
