/** What must and what must not compile about protected servers: run by nobody. */
import * as Catalog from "@parley/mcp/contract/Catalog"
import * as PerRequest from "@parley/mcp/contract/PerRequest"
import * as Tool from "@parley/mcp/contract/Tool"
import * as McpHttp from "@parley/mcp/server/McpHttp"
import * as McpServer from "@parley/mcp/server/McpServer"
import type { ServerTransport, ServerTransportError } from "@parley/mcp/server/ServerTransport"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import {
  CurrentPrincipal,
  middleware,
  optionalMiddleware,
  OptionalPrincipal
} from "../../src/server/CurrentPrincipal.ts"
import { Admitted } from "../../src/server/Principal.ts"
import * as ProtectedResource from "../../src/server/ProtectedResource.ts"
import * as RequireScopes from "../../src/server/RequireScopes.ts"
import type { ProofVerifier } from "../../src/verifier/ProofVerifier.ts"
import type { TokenVerifier } from "../../src/verifier/TokenVerifier.ts"
import { accessToken, options } from "../support/Protected.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
const same = <T extends true>(): T | undefined => undefined

const info = { name: "server", version: "1.0.0" }
const whoami = Tool.serve("whoami", {}, () => Effect.map(CurrentPrincipal, ({ id }) => id))
const maybe = Tool.serve("maybe", {}, () => Effect.as(OptionalPrincipal, ""))
const anybody = Tool.serve("anybody", {}, () => Effect.succeed(""))

/** Only a server that needs nothing but its transport, and a gate, can be launched behind a gate. */
const launchProtected: (
  server: Layer.Layer<McpServer.McpServer, unknown, ServerTransport | ProtectedResource.ProtectedResource>
) => void = () => undefined
const launch: (server: Layer.Layer<McpServer.McpServer, unknown, ServerTransport>) => void = () => undefined

// a tool that needs to know who calls is served with the middleware, behind a gate
launchProtected(McpServer.layer(whoami, { ...info, middleware: [middleware] }))
launchProtected(McpServer.layer(maybe, { ...info, middleware: [optionalMiddleware] }))
// @ts-expect-error nobody provides `CurrentPrincipal`
launchProtected(McpServer.layer(whoami, info))
// @ts-expect-error who is nobody is not a principal
launchProtected(McpServer.layer(whoami, { ...info, middleware: [optionalMiddleware] }))
// @ts-expect-error there is no gate
launch(McpServer.layer(whoami, { ...info, middleware: [middleware] }))
// @ts-expect-error there is no gate
launch(McpServer.layer(maybe, { ...info, middleware: [optionalMiddleware] }))
// @ts-expect-error there is no gate
McpHttp.toWebHandler(McpServer.layer(whoami, { ...info, middleware: [middleware] }))
launch(McpServer.layer(anybody, info))

// scopes need a gate too, wherever they are said
launchProtected(McpServer.layer(RequireScopes.apply(anybody, ["a"], { hidden: true }), info))
// @ts-expect-error there is no gate
launch(McpServer.layer(RequireScopes.apply(anybody, ["a"]), info))
// @ts-expect-error there is no gate
launch(McpServer.layer(anybody, { ...info, policies: [RequireScopes.policy(["a"])] }))

const App = PerRequest.declare(Catalog.make("app").add(Tool.make("whoami")), CurrentPrincipal)
const Live = App.layer({ tools: { whoami: () => Effect.map(CurrentPrincipal, ({ id }) => id) } })
launchProtected(McpServer.layer(App, { ...info, middleware: [middleware] }).pipe(Layer.provide(Live)))
// @ts-expect-error nobody provides `CurrentPrincipal`
launchProtected(McpServer.layer(App, info).pipe(Layer.provide(Live)))
// @ts-expect-error there is no gate
launch(McpServer.layer(RequireScopes.apply(App, ["a"]), info).pipe(Layer.provide(Live)))

// a gate asks for a way to verify tokens, and for one to verify proofs where those are taken
const bearer = () => ProtectedResource.protect(McpHttp.layerRouter(), options)
same<
  Equal<
    ReturnType<typeof bearer>,
    Layer.Layer<
      ServerTransport | ProtectedResource.ProtectedResource,
      ServerTransportError,
      HttpRouter.HttpRouter | TokenVerifier
    >
  >
>()
const bound = () => ProtectedResource.protect(McpHttp.layerRouter(), { ...options, dpop: "required" })
same<Equal<Layer.Services<ReturnType<typeof bound>>, HttpRouter.HttpRouter | TokenVerifier | ProofVerifier>>()
const either = (options: ProtectedResource.Options) => ProtectedResource.protect(McpHttp.layerRouter(), options)
same<Equal<Layer.Services<ReturnType<typeof either>>, HttpRouter.HttpRouter | TokenVerifier | ProofVerifier>>()
// @ts-expect-error what is no transport cannot be protected
ProtectedResource.protect(Live, options)
// @ts-expect-error somebody must issue tokens
ProtectedResource.protect(McpHttp.layerRouter(), { ...options, authorizationServers: [] })

// nothing else makes one
Layer.succeed(
  ProtectedResource.ProtectedResource,
  // @ts-expect-error only `protect` does
  {
    resource: "",
    metadataUrl: "",
    hierarchy: {},
    unauthenticated: null as never,
    insufficientScope: () => null as never
  }
)

// what a handler gets of a caller holds no token
const principal = Context.get(
  Context.make(Admitted, { principal: { ...accessToken("a"), id: "a" }, has: () => true }),
  Admitted
).principal
// @ts-expect-error there is none
void principal.token
