/**
 * A protected server: a diary for everybody who can log in at the authorization server. Every request needs a token with
 * the scope `diary:read`. Writing takes another scope, which a client can ask its user for when it comes to that; burning
 * takes one that only those see who have it. The tools know who calls, and cannot be served where nobody knows.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { CurrentPrincipal, JwtVerifier, ProtectedResource, RequireScopes } from "@parley/auth"
import { McpServer, Tool } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** Keeps diaries, each under its owner. */
class Diaries extends Context.Service<Diaries, {
  readonly of: (owner: string) => { readonly pages: ReadonlyArray<string> }
  readonly set: (owner: string, pages: ReadonlyArray<string>) => void
}>()("examples/diary/Diaries") {
  static readonly layerMemory = Layer.sync(Diaries, () => {
    const diaries = new Map<string, ReadonlyArray<string>>()
    return {
      of: (owner) => ({ pages: diaries.get(owner) ?? [] }),
      set: (owner, pages) => void diaries.set(owner, pages)
    }
  })
}

/** The diary of whoever calls: the same for all tokens of a user, and no other user's. */
const mine = Effect.gen(function*() {
  const diaries = yield* Diaries
  const { id } = yield* CurrentPrincipal.CurrentPrincipal
  return { pages: diaries.of(id).pages, set: (pages: ReadonlyArray<string>) => diaries.set(id, pages) }
})

const whoami = Tool.serve(
  "whoami",
  { description: "Who you are here, and what you may do" },
  () =>
    Effect.map(
      CurrentPrincipal.CurrentPrincipal,
      ({ clientId, scopes, subject }) => `${subject ?? clientId}, who may ${scopes.join(" and ")}`
    )
)

const read = Tool.serve("read_diary", {
  description: "All pages of your diary",
  success: Schema.Struct({ pages: Schema.Array(Schema.String) })
}, () => Effect.map(mine, ({ pages }) => ({ pages })))

const write = RequireScopes.apply(
  Tool.serve("write_diary", {
    description: "Add a page to your diary",
    parameters: { text: Schema.String }
  }, ({ text }) =>
    Effect.map(mine, ({ pages, set }) => {
      set([...pages, text])
      return `Page ${pages.length + 1} is written`
    })),
  ["diary:write"]
)

const burn = RequireScopes.apply(
  Tool.serve("burn_diary", { description: "Burn your diary" }, () =>
    Effect.map(mine, ({ set }) => {
      set([])
      return "There is nothing left"
    })),
  ["diary:burn"],
  { hidden: true }
)

/** The server; it wants a protected transport, which nothing but `ProtectedResource.protect` gives. */
export const Server = McpServer.layer([whoami, read, write, burn], {
  name: "diary",
  version: "1.0.0",
  middleware: [CurrentPrincipal.middleware]
}).pipe(Layer.provide(Diaries.layerMemory))

/** Where it is, and whose tokens it takes. */
export interface Options {
  readonly port: number
  /** The URL of the server, as its clients know it. */
  readonly resource: string
  /** The authorization server. */
  readonly issuer: string
}

/** The server on a port of this machine, for tokens that are signed by the authorization server. */
export const serve = ({ issuer, port, resource }: Options) =>
  Server.pipe(
    Layer.provideMerge(
      ProtectedResource.protect(NodeMcpServer.layerHttp({ port }), {
        resource,
        authorizationServers: [issuer],
        requiredScopes: ["diary:read"]
      })
    ),
    Layer.provide(JwtVerifier.layer({ issuer })),
    Layer.provide(NodeHttpClient.layerUndici)
  )
